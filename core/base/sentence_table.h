// The table behind core/base/sentences.h, sorted by key at first use. Thread-safe.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace entente {

struct SentenceRow {
  std::string_view key;
  std::string_view english;
  std::string_view french;
};

std::span<const SentenceRow> RefusalSentences();
std::span<const SentenceRow> DeskSentences();
std::span<const SentenceRow> AuditSentences();
std::span<const SentenceRow> WordSentences();
std::span<const SentenceRow> FileSentences();
std::span<const SentenceRow> PolicySentences();
std::span<const SentenceRow> DecisionSentences();
std::span<const SentenceRow> AlarmSentences();
std::span<const SentenceRow> ContentSentences();
std::span<const SentenceRow> SearchSentences();
std::span<const SentenceRow> ImportSentences();
std::span<const SentenceRow> PeopleSentences();
std::span<const SentenceRow> ProseSentences();
std::span<const SentenceRow> RenderSentences();
std::span<const SentenceRow> ConsentSentences();
std::span<const SentenceRow> RestrictionSentences();
std::span<const SentenceRow> OverrideSentences();
std::span<const SentenceRow> ReviewSentences();
std::span<const SentenceRow> SubjectSentences();
std::span<const SentenceRow> TileSentences();
std::span<const SentenceRow> ReportSentences();
std::span<const SentenceRow> AffectedSentences();
std::vector<std::span<const SentenceRow>> AllSentences();
// nullptr when there is none.
const SentenceRow* FindSentence(std::string_view key);

}  // namespace entente
