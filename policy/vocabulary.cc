#include "policy/vocabulary.h"

#include <algorithm>

namespace entente::policy {
namespace {

bool IsWord(std::string_view word) {
  return !word.empty() && word.size() <= 40 && word.front() != '-' && word.back() != '-' &&
         std::all_of(word.begin(), word.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-';
         });
}

}  // namespace

std::string_view CategoryKey(Category category) {
  constexpr std::array<std::string_view, kCategories> kKeys = {
      "purpose",     "person",   "data",    "basis",       "source",
      "information", "handling", "urgency", "agency_kind", "record_kind"};
  return kKeys[static_cast<size_t>(category)];
}

Vocabulary::Vocabulary(Content content) : content_(std::move(content)) {}

absl::StatusOr<Vocabulary> Vocabulary::Create(Content content) {
  Vocabulary vocabulary(std::move(content));
  if (absl::Status status = vocabulary.Index(); !status.ok()) return status;
  return vocabulary;
}

void Vocabulary::IndexCodes(const std::vector<std::string>& codes, Codes& out) {
  out.fill(kWordsPerCategory);
  for (size_t i = 0; i < codes.size(); ++i) {
    out[static_cast<unsigned char>(codes[i][0])] = static_cast<uint8_t>(i);
  }
}

// One multiplier in a hundred or so will do for as many words as there can be.
bool Vocabulary::Words::Place(const std::vector<std::string>& words) {
  constexpr int kTries = 100'000;
  for (int i = 0; i < kTries; ++i, multiplier += 2 * WordKey::kMixer) {
    slots.fill({});
    const bool placed = std::ranges::all_of(words, [&](const std::string& word) {
      Slot& slot = At(WordKey(word));
      if (slot.index != kWordsPerCategory) return false;
      slot = {WordKey(word), static_cast<uint64_t>(&word - words.data())};
      return true;
    });
    if (placed) return true;
  }
  return false;
}

std::optional<uint8_t> Vocabulary::Find(Category category, std::string_view word) const {
  const uint8_t row = RowOf(category, word);
  if (row == kWordsPerCategory) return std::nullopt;
  return row;
}

absl::Status Vocabulary::Index() {
  if (content_.obligations.size() > kObligationFamilies) {
    return absl::InvalidArgumentError("at most " + std::to_string(kObligationFamilies) +
                                      " obligations");
  }
  for (size_t category = 0; category < kCategories; ++category) {
    const std::string name(CategoryKey(static_cast<Category>(category)));
    const auto& words = content_.words[category];
    if (words.empty() || words.size() > kWordsPerCategory) {
      return absl::InvalidArgumentError("'" + name + "' must have 1 to " +
                                        std::to_string(kWordsPerCategory) + " words");
    }
    for (size_t i = 0; i < words.size(); ++i) {
      if (!IsWord(words[i]) || std::count(words.begin(), words.end(), words[i]) > 1) {
        return absl::InvalidArgumentError("'" + words[i] + "' in '" + name +
                                          "' is not a word, or stands there twice");
      }
    }
    if (!words_[category].Place(words)) {
      return absl::InvalidArgumentError("the words of '" + name + "' cannot be told apart");
    }
  }
  const auto& sources = words(Category::kSource);
  const auto& information = words(Category::kInformation);
  const auto single = [](const std::string& word) { return word.size() == 1; };
  if (words(Category::kHandling).size() > kHandlingCodes ||
      sources.size() * information.size() > kWordsPerCategory ||
      !std::all_of(sources.begin(), sources.end(), single) ||
      !std::all_of(information.begin(), information.end(), single)) {
    return absl::InvalidArgumentError(
        "evaluation codes are single characters, in all at most 32 pairs; handling codes at most "
        "8");
  }
  IndexCodes(sources, sources_);
  IndexCodes(information, information_);
  return absl::OkStatus();
}

std::optional<uint8_t> Vocabulary::FindEvaluation(std::string_view text) const {
  if (text.size() != 2) return std::nullopt;
  const uint8_t source = sources_[static_cast<unsigned char>(text[0])];
  const uint8_t information = information_[static_cast<unsigned char>(text[1])];
  if (source == kWordsPerCategory || information == kWordsPerCategory) return std::nullopt;
  return static_cast<uint8_t>(source * words(Category::kInformation).size() + information);
}

}  // namespace entente::policy
