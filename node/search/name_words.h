// The words that occur in an index of names, each once, found again by how they sound. Words are
// counted: the last use that is released takes the word with it. Not thread-safe; const calls may
// run side by side.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "node/search/fold.h"

namespace entente::node::search {

struct NameWord {
  std::string text;
  std::string sound;
  uint32_t skeleton = 0;
  PartKind kind = PartKind::kPlain;
  bool without_vowels = false;
  std::vector<uint32_t> names;  // that hold it, ascending; kept by the index
};

struct WordHit {
  uint32_t word = 0;
  float similarity = 0;
};

class NameWords {
 public:
  // The number of the word; equal parts have one.
  uint32_t Add(const NamePart& part);
  // Call when no name holds it any more.
  void Remove(uint32_t word);
  const NameWord& Get(uint32_t word) const { return words_[word]; }
  NameWord& Get(uint32_t word) { return words_[word]; }
  size_t size() const { return numbers_[0].size() + numbers_[1].size(); }

  // Words that sound alike, at or above `least`, the nearest first. Found by the phonetic key, by
  // the keys that one letter less makes, and by the three-letter pieces of the sound.
  std::vector<WordHit> Find(const NamePart& part, double least) const;

  // How often the consonants of this word occur in names.
  uint32_t Frequency(uint32_t word) const { return skeletons_[words_[word].skeleton].names; }
  uint32_t FrequencyOf(std::string_view skeleton) const;
  void Count(uint32_t word, int by);

 private:
  struct Skeleton {
    std::string text;
    uint32_t words = 0;
    uint32_t names = 0;
  };
  using Lists = absl::flat_hash_map<uint64_t, std::vector<uint32_t>>;

  uint32_t SkeletonNumber(const std::string& text);
  std::vector<uint32_t> Gather(std::string_view sound, bool without_vowels) const;

  std::deque<NameWord> words_;  // stays in place: the keys below are views of it
  std::vector<uint32_t> free_;
  // Words with their vowels, and those without.
  std::array<absl::flat_hash_map<std::string_view, uint32_t>, 2> numbers_;
  std::deque<Skeleton> skeletons_;
  std::vector<uint32_t> free_skeletons_;
  absl::flat_hash_map<std::string_view, uint32_t> skeleton_numbers_;
  // Of each word, together in memory: all that most candidates are judged by.
  struct Outline {
    static constexpr size_t kShort = 13;
    uint8_t sounds = 0;
    uint8_t pieces = 0;
    bool without_vowels = false;
    std::array<char, kShort> sound{};  // when it has no more
  };
  std::string_view SoundAt(uint32_t word) const {
    const Outline& outline = outlines_[word];
    return outline.sounds <= Outline::kShort
               ? std::string_view(outline.sound.data(), outline.sounds)
               : std::string_view(words_[word].sound);
  }
  std::vector<Outline> outlines_;
  Lists by_key_;
  Lists by_piece_;
};

}  // namespace entente::node::search
