#include "core/base/sentences.h"

#include <algorithm>
#include <vector>

#include "core/base/sentence_table.h"

namespace entente {

std::optional<Language> LanguageFromTag(std::string_view tag) {
  if (tag == "en") return Language::kEnglish;
  if (tag == "fr") return Language::kFrench;
  return std::nullopt;
}

bool HasSentence(std::string_view key) { return FindSentence(key) != nullptr; }

std::string Sentence(Language language, std::string_view key,
                     std::initializer_list<std::string_view> arguments) {
  const SentenceRow* row = FindSentence(key);
  if (row == nullptr) return "[" + std::string(key) + "]";
  const std::string_view text = language == Language::kFrench ? row->french : row->english;
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool slot = text[i] == '{' && i + 2 < text.size() && text[i + 2] == '}';
    if (!slot) {
      out.push_back(text[i]);
      continue;
    }
    const size_t number = static_cast<size_t>(text[i + 1] - '0');
    if (number < arguments.size()) out += *(arguments.begin() + number);
    i += 2;
  }
  return out;
}

std::string RefusalSentence(Language language, const Refusal& refusal) {
  return Sentence(language, "reason." + std::string(ReasonWord(refusal.reason)), {refusal.subject});
}

std::string AdviceSentence(Language language, Reason reason) {
  return Sentence(language, "advice." + std::string(ReasonWord(reason)));
}

}  // namespace entente
