// The closed vocabulary that rules and labels are written in. It comes from one TOML file
// (policy/vocabulary-2026.1.toml is the first); nothing outside it is understood. Immutable; safe
// from any thread. Source: docs/policy.md, "Vocabulary".
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "policy/obligation.h"
#include "policy/word_key.h"

namespace entente::policy {

enum class Category : uint8_t {
  kPurpose,
  kPerson,
  kData,
  kBasis,
  kSource,       // first character of an evaluation
  kInformation,  // second character of an evaluation
  kHandling,
  kUrgency,
  kAgencyKind,
  kRecordKind,
};
inline constexpr size_t kCategories = 10;
// No category holds more words: their sets are 32-bit masks.
inline constexpr size_t kWordsPerCategory = 32;
inline constexpr size_t kObligationFamilies = 16;
inline constexpr size_t kHandlingCodes = 8;

// The key under which a vocabulary file lists this category: "purpose", "person", ...
std::string_view CategoryKey(Category category);

class Vocabulary {
 public:
  struct Content {
    std::string name;  // "2026.1"
    std::array<std::vector<std::string>, kCategories> words;
    std::vector<ObligationForm> obligations;
    // What each handling code obliges to, in the order of the category's words.
    std::vector<std::vector<Obligation>> handling_obligations;
    // Handling codes that a program cannot apply: the record waits for a person.
    uint32_t handling_for_person = 0;
  };
  // INVALID_ARGUMENT when a category is empty, too large, or repeats a word.
  static absl::StatusOr<Vocabulary> Create(Content content);

  const std::string& name() const { return content_.name; }
  // The index of a word; nullopt when it is not in this vocabulary.
  std::optional<uint8_t> Find(Category category, std::string_view word) const;
  // The same; kWordsPerCategory when it is not.
  uint8_t RowOf(Category category, std::string_view word) const;
  const std::vector<std::string>& words(Category category) const {
    return content_.words[static_cast<size_t>(category)];
  }
  // Index of an evaluation such as "B2": source * number of information codes + information.
  std::optional<uint8_t> FindEvaluation(std::string_view text) const;
  const std::vector<ObligationForm>& obligation_forms() const { return content_.obligations; }
  const std::vector<Obligation>& handling_obligations(uint8_t code) const {
    return content_.handling_obligations[code];
  }
  uint32_t handling_for_person() const { return content_.handling_for_person; }

 private:
  struct Slot {
    WordKey key;
    uint64_t index = kWordsPerCategory;
  };
  static constexpr int kSlotBits = 7;
  // Its words stand in different slots: the multiplier is chosen so.
  struct Words {
    uint64_t multiplier = WordKey::kMixer;
    std::array<Slot, size_t{1} << kSlotBits> slots;
    Slot& At(const WordKey& key) { return slots[key.Hash(multiplier) >> (64 - kSlotBits)]; }
    const Slot& At(const WordKey& key) const { return const_cast<Words*>(this)->At(key); }
    bool Place(const std::vector<std::string>& words);
  };

  using Codes = std::array<uint8_t, 256>;  // the index of a character

  explicit Vocabulary(Content content);
  absl::Status Index();
  static void IndexCodes(const std::vector<std::string>& codes, Codes& out);

  Content content_;
  Codes sources_;
  Codes information_;
  std::array<Words, kCategories> words_;
};

inline uint8_t Vocabulary::RowOf(Category category, std::string_view word) const {
  const WordKey key(word);
  const Slot& slot = words_[static_cast<size_t>(category)].At(key);
  if (!(slot.key == key) || slot.index == kWordsPerCategory) return kWordsPerCategory;
  if (key.length > WordKey::kWhole && words(category)[slot.index] != word) return kWordsPerCategory;
  return static_cast<uint8_t>(slot.index);
}

// Vocabulary 2026.1, from the bytes that stand in this program. Used where a folder of policies
// brings none; a federation's own comes from its log.
const Vocabulary& PublishedVocabulary();
// Its bytes, for whoever hashes it.
std::string_view PublishedVocabularyText();

}  // namespace entente::policy
