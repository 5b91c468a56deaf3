#include "node/search/name_words.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "absl/hash/hash.h"
#include "node/search/sound.h"

namespace entente::node::search {
namespace {

// Of the pieces of two sounds, the share that must be common (the coefficient of Dice).
constexpr double kCommonPieces = 0.45;
constexpr double kCommonWithoutVowels = 0.2;
// Sounds with one key may differ by so many vowels.
constexpr int kLongerByVowels = 3;
constexpr size_t kShortestCutKey = 4;

uint64_t Hash(std::string_view text) { return absl::Hash<std::string_view>()(text); }

// The key and what it is with one letter less.
std::vector<uint64_t> KeysOf(std::string_view sound) {
  const std::string key = PhoneticKey(sound);
  std::set<std::string> keys = {key};
  if (key.size() >= kShortestCutKey) {
    for (size_t i = 0; i < key.size(); ++i) keys.insert(key.substr(0, i) + key.substr(i + 1));
  }
  std::vector<uint64_t> hashes;
  for (const std::string& one : keys) hashes.push_back(Hash(one));
  return hashes;
}

// All vowels are one here, so that only consonants must agree.
std::vector<uint64_t> PiecesOf(std::string_view sound) {
  std::string plain = "^";
  for (const char c : sound) plain += c >= 'a' && c <= 'z' ? 'a' : c;
  plain += '$';
  std::set<uint64_t> pieces;
  for (size_t i = 0; i + 3 <= plain.size(); ++i) pieces.insert(Hash(plain.substr(i, 3)));
  return {pieces.begin(), pieces.end()};
}

void Insert(std::vector<uint32_t>& list, uint32_t number) {
  if (list.empty() || list.back() < number) return list.push_back(number);
  const auto at = std::ranges::lower_bound(list, number);
  if (at == list.end() || *at != number) list.insert(at, number);
}

void Erase(absl::flat_hash_map<uint64_t, std::vector<uint32_t>>& lists, uint64_t key,
           uint32_t number) {
  const auto found = lists.find(key);
  if (found == lists.end()) return;
  std::erase(found->second, number);
  if (found->second.empty()) lists.erase(found);
}

}  // namespace

uint32_t NameWords::SkeletonNumber(const std::string& text) {
  if (const auto found = skeleton_numbers_.find(text); found != skeleton_numbers_.end()) {
    return found->second;
  }
  auto number = static_cast<uint32_t>(skeletons_.size());
  if (free_skeletons_.empty()) {
    skeletons_.emplace_back();
  } else {
    number = free_skeletons_.back();
    free_skeletons_.pop_back();
  }
  skeletons_[number].text = text;
  skeleton_numbers_.emplace(skeletons_[number].text, number);
  return number;
}

uint32_t NameWords::Add(const NamePart& part) {
  auto& numbers = numbers_[part.without_vowels ? 1 : 0];
  if (const auto found = numbers.find(part.text); found != numbers.end()) return found->second;
  auto number = static_cast<uint32_t>(words_.size());
  if (free_.empty()) {
    words_.emplace_back();
  } else {
    number = free_.back();
    free_.pop_back();
  }
  NameWord& word = words_[number];
  word.text = part.text;
  word.sound = SoundOf(part.text);
  word.kind = part.kind;
  word.without_vowels = part.without_vowels;
  word.skeleton = SkeletonNumber(SkeletonOf(word.sound));
  ++skeletons_[word.skeleton].words;
  numbers.emplace(word.text, number);
  outlines_.resize(words_.size());
  Outline& outline = outlines_[number];
  outline = {.sounds = static_cast<uint8_t>(word.sound.size()),
             .pieces = static_cast<uint8_t>(PiecesOf(word.sound).size()),
             .without_vowels = part.without_vowels,
             .sound = {}};
  word.sound.copy(outline.sound.data(), Outline::kShort);
  for (const uint64_t key : KeysOf(word.sound)) Insert(by_key_[key], number);
  for (const uint64_t piece : PiecesOf(word.sound)) Insert(by_piece_[piece], number);
  return number;
}

void NameWords::Remove(uint32_t number) {
  NameWord& word = words_[number];
  for (const uint64_t key : KeysOf(word.sound)) Erase(by_key_, key, number);
  for (const uint64_t piece : PiecesOf(word.sound)) Erase(by_piece_, piece, number);
  Skeleton& skeleton = skeletons_[word.skeleton];
  if (--skeleton.words == 0) {
    skeleton_numbers_.erase(skeleton.text);
    free_skeletons_.push_back(word.skeleton);
    skeleton = {};
  }
  numbers_[word.without_vowels ? 1 : 0].erase(word.text);
  word = {};
  outlines_[number] = {};
  free_.push_back(number);
}

void NameWords::Count(uint32_t word, int by) {
  uint32_t& names = skeletons_[words_[word].skeleton].names;
  names = static_cast<uint32_t>(static_cast<int64_t>(names) + by);
}

uint32_t NameWords::FrequencyOf(std::string_view skeleton) const {
  const auto found = skeleton_numbers_.find(skeleton);
  return found == skeleton_numbers_.end() ? 0 : skeletons_[found->second].names;
}

std::vector<uint32_t> NameWords::Gather(std::string_view sound, bool without_vowels) const {
  std::vector<uint32_t> found;
  for (const uint64_t key : KeysOf(sound)) {
    const auto list = by_key_.find(key);
    if (list == by_key_.end()) continue;
    for (const uint32_t word : list->second) {
      const int longer = std::abs(static_cast<int>(sound.size()) - outlines_[word].sounds);
      if (longer <= kLongerByVowels || without_vowels) found.push_back(word);
    }
  }
  std::vector<uint8_t> common(words_.size(), 0);
  std::vector<uint32_t> touched;
  const std::vector<uint64_t> pieces = PiecesOf(sound);
  for (const uint64_t piece : pieces) {
    const auto list = by_piece_.find(piece);
    if (list == by_piece_.end()) continue;
    for (const uint32_t word : list->second) {
      if (common[word]++ == 0) touched.push_back(word);
    }
  }
  const double share = without_vowels ? kCommonWithoutVowels : kCommonPieces;
  for (const uint32_t word : touched) {
    const auto all = static_cast<double>(pieces.size() + outlines_[word].pieces);
    if (2 * common[word] >= share * all) found.push_back(word);
  }
  std::ranges::sort(found);
  // Not std::ranges::unique: clang 14 cannot read libstdc++'s subranges.
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

std::vector<WordHit> NameWords::Find(const NamePart& part, double least) const {
  const std::string sound = SoundOf(part.text);
  std::vector<WordHit> hits;
  for (const uint32_t number : Gather(sound, part.without_vowels)) {
    const bool lacks_vowels = part.without_vowels != outlines_[number].without_vowels;
    const double similarity = SoundSimilarity(sound, SoundAt(number), lacks_vowels, least);
    if (similarity >= least) hits.push_back({number, static_cast<float>(similarity)});
  }
  std::ranges::sort(hits, std::greater(), &WordHit::similarity);
  return hits;
}

}  // namespace entente::node::search
