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

size_t Vocabulary::SlotOf(std::string_view word) {
  uint32_t hash = static_cast<uint32_t>(word.size());
  for (const char c : word) hash = (hash ^ static_cast<unsigned char>(c)) * 0x01000193u;
  return (hash ^ (hash >> 15)) % kSlots;
}

absl::Status Vocabulary::Index() {
  if (content_.obligations.size() > kObligationFamilies) {
    return absl::InvalidArgumentError("at most " + std::to_string(kObligationFamilies) +
                                      " obligations");
  }
  for (size_t category = 0; category < kCategories; ++category) {
    const std::string key(CategoryKey(static_cast<Category>(category)));
    const auto& words = content_.words[category];
    if (words.empty() || words.size() > kWordsPerCategory) {
      return absl::InvalidArgumentError("'" + key + "' must have 1 to " +
                                        std::to_string(kWordsPerCategory) + " words");
    }
    for (size_t i = 0; i < words.size(); ++i) {
      if (!IsWord(words[i]) || Find(static_cast<Category>(category), words[i])) {
        return absl::InvalidArgumentError("'" + words[i] + "' in '" + key +
                                          "' is not a word, or stands there twice");
      }
      size_t slot = SlotOf(words[i]);
      while (slots_[category][slot] != 0) slot = (slot + 1) % kSlots;
      slots_[category][slot] = static_cast<uint8_t>(i + 1);
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
  return absl::OkStatus();
}

std::optional<uint8_t> Vocabulary::Find(Category category, std::string_view word) const {
  const auto& words = content_.words[static_cast<size_t>(category)];
  const auto& slots = slots_[static_cast<size_t>(category)];
  for (size_t slot = SlotOf(word); slots[slot] != 0; slot = (slot + 1) % kSlots) {
    if (words[slots[slot] - 1] == word) return static_cast<uint8_t>(slots[slot] - 1);
  }
  return std::nullopt;
}

std::optional<uint8_t> Vocabulary::FindEvaluation(std::string_view text) const {
  if (text.size() != 2) return std::nullopt;
  const auto source = Find(Category::kSource, text.substr(0, 1));
  const auto information = Find(Category::kInformation, text.substr(1, 1));
  if (!source || !information) return std::nullopt;
  return static_cast<uint8_t>(*source * words(Category::kInformation).size() + *information);
}

}  // namespace entente::policy
