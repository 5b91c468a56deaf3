#include "core/base/sentence_table.h"

#include <map>

namespace entente {
namespace {

std::map<std::string_view, const SentenceRow*> Index() {
  std::map<std::string_view, const SentenceRow*> index;
  for (const auto rows : AllSentences()) {
    for (const SentenceRow& row : rows) index.emplace(row.key, &row);
  }
  return index;
}

}  // namespace

std::vector<std::span<const SentenceRow>> AllSentences() {
  return {RefusalSentences(),  WordSentences(),    DeskSentences(),     FileSentences(),
          AuditSentences(),    PolicySentences(),  DecisionSentences(), AlarmSentences(),
          ContentSentences(),  SearchSentences(),  ImportSentences(),   PeopleSentences(),
          ProseSentences(),    RenderSentences(),  ConsentSentences(),  RestrictionSentences(),
          OverrideSentences(), ReviewSentences(),  SubjectSentences(),  TileSentences(),
          ReportSentences(),   AffectedSentences()};
}

const SentenceRow* FindSentence(std::string_view key) {
  static const auto* const index = new std::map(Index());
  const auto found = index->find(key);
  return found == index->end() ? nullptr : found->second;
}

}  // namespace entente
