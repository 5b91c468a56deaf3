#include "node/search/name_index.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "node/search/sound.h"

namespace entente::node::search {
namespace {

// Names that are compared in full for one question; and of each owner, whatever the others have.
constexpr size_t kCompared = 400;
constexpr size_t kComparedOfOwner = 20;
// So that the first names of a small index do not all count as common.
constexpr double kLeastEntries = 1000;
// Neighbours at most this long are also kept as one word: HO JIN, and HOJIN.
constexpr size_t kShortPart = 5;
constexpr int kNearYears = 2;
constexpr int kAboutYears = 3;

uint32_t Pack(const BirthYears& years) {
  return (static_cast<uint32_t>(years.from) << 17) |
         (static_cast<uint32_t>(years.to & 0xffff) << 1) | (years.about ? 1 : 0);
}
BirthYears Unpack(uint32_t packed) {
  return {static_cast<uint16_t>(packed >> 17), static_cast<uint16_t>((packed >> 1) & 0xffff),
          (packed & 1) != 0};
}

template <typename T>
uint32_t Slot(std::vector<T>& all, std::vector<uint32_t>& free) {
  if (free.empty()) {
    all.emplace_back();
    return static_cast<uint32_t>(all.size() - 1);
  }
  const uint32_t slot = free.back();
  free.pop_back();
  return slot;
}

bool JoinsShort(const NamePart& a, const NamePart& b) {
  return a.kind == PartKind::kPlain && b.kind == PartKind::kPlain && a.text.size() > 1 &&
         b.text.size() > 1 && a.text.size() <= kShortPart && b.text.size() <= kShortPart;
}

std::vector<NamePart> JoinedParts(const std::vector<NamePart>& parts) {
  std::vector<NamePart> joined;
  for (size_t i = 0; i + 1 < parts.size(); ++i) {
    if (!JoinsShort(parts[i], parts[i + 1])) continue;
    NamePart both = parts[i];
    both.text += parts[i + 1].text;
    joined.push_back(std::move(both));
  }
  return joined;
}

void Insert(std::vector<uint32_t>& list, uint32_t number) {
  if (list.empty() || list.back() < number) return list.push_back(number);
  const auto at = std::ranges::lower_bound(list, number);
  if (*at != number) list.insert(at, number);
}

uint64_t PartAndWord(size_t part, uint32_t word) { return (uint64_t{part} << 32) | word; }

}  // namespace

// A query made ready: its parts with their sounds, and the words that sound like each.
struct NameIndex::Asked {
  std::vector<NamePart> parts;
  std::vector<std::string> sounds;
  std::vector<WeighedPart> weighed;
  absl::flat_hash_map<uint64_t, float> similarities;  // by part and word
  struct Source {
    float weight = 0;
    std::vector<WordHit> words;
  };
  std::vector<Source> sources;
};

uint32_t NameIndex::AddName(uint32_t entry, const IndexName& text, size_t ordinal) {
  const std::vector<NamePart> parts = FoldName(text.text);
  std::vector<uint32_t> words;
  for (const NamePart& part : parts) words.push_back(words_.Add(part));
  const uint32_t number = Slot(names_, free_names_);
  for (const uint32_t word : words) Insert(words_.Get(word).names, number);
  for (const NamePart& both : JoinedParts(parts)) {
    Insert(words_.Get(words_.Add(both)).names, number);
  }
  names_[number] = {.entry = entry,
                    .words_at = pool_.Put(words),
                    .words = static_cast<uint8_t>(words.size()),
                    .ordinal = static_cast<uint8_t>(ordinal),
                    .low_quality = text.low_quality};
  return number;
}

void NameIndex::RemoveName(uint32_t number) {
  Name& name = names_[number];
  std::set<uint32_t> words;
  std::vector<NamePart> parts;
  for (const uint32_t word : pool_.Get(name.words_at, name.words)) {
    words.insert(word);
    const NameWord& held = words_.Get(word);
    parts.push_back({held.text, held.kind, held.without_vowels});
  }
  for (const NamePart& both : JoinedParts(parts)) words.insert(words_.Add(both));
  for (const uint32_t word : words) {
    std::vector<uint32_t>& names = words_.Get(word).names;
    const auto at = std::ranges::lower_bound(names, number);
    if (at != names.end() && *at == number) names.erase(at);
    if (names.empty()) words_.Remove(word);
  }
  pool_.Free(name.words_at, name.words);
  name = {};
  free_names_.push_back(number);
}

void NameIndex::CountSkeletons(const Entry& entry, int by) {
  std::set<uint32_t> counted;
  for (const uint32_t name : pool_.Get(entry.names_at, entry.names)) {
    for (const uint32_t word : pool_.Get(names_[name].words_at, names_[name].words)) {
      if (counted.insert(words_.Get(word).skeleton).second) words_.Count(word, by);
    }
  }
}

void NameIndex::Add(const IndexEntry& entry) {
  Remove(entry.id);
  const uint32_t number = Slot(entries_, free_entries_);
  std::vector<uint32_t> names;
  for (size_t i = 0; i < std::min(entry.names.size(), NumberPool::kLongest); ++i) {
    names.push_back(AddName(number, entry.names[i], i));
  }
  std::vector<uint32_t> years;
  for (size_t i = 0; i < std::min(entry.years.size(), NumberPool::kLongest); ++i) {
    years.push_back(Pack(entry.years[i]));
  }
  entries_[number] = {.id = entry.id,
                      .owner = entry.owner,
                      .names_at = pool_.Put(names),
                      .years_at = pool_.Put(years),
                      .names = static_cast<uint8_t>(names.size()),
                      .years = static_cast<uint8_t>(years.size())};
  CountSkeletons(entries_[number], 1);
  numbers_.emplace(entry.id, number);
}

bool NameIndex::Remove(uint64_t id) {
  const auto found = numbers_.find(id);
  if (found == numbers_.end()) return false;
  Entry& entry = entries_[found->second];
  CountSkeletons(entry, -1);
  const auto held = pool_.Get(entry.names_at, entry.names);
  for (const uint32_t name : std::vector<uint32_t>(held.begin(), held.end())) RemoveName(name);
  pool_.Free(entry.names_at, entry.names);
  pool_.Free(entry.years_at, entry.years);
  entry = {};
  free_entries_.push_back(found->second);
  numbers_.erase(found);
  return true;
}

float NameIndex::Rarity(uint32_t frequency) const {
  const double all = static_cast<double>(entries()) + kLeastEntries;
  return static_cast<float>(std::log(all / (frequency + 1.0)) / std::log(all));
}

NameIndex::Asked NameIndex::Prepare(const NameQuery& query) const {
  Asked asked;
  asked.parts = FoldName(query.text);
  for (const NamePart& part : asked.parts) asked.sounds.push_back(SoundOf(part.text));
  for (size_t i = 0; i < asked.parts.size(); ++i) {
    const NamePart& part = asked.parts[i];
    asked.weighed.push_back({.text = part.text,
                             .sound = asked.sounds[i],
                             .kind = part.kind,
                             .without_vowels = part.without_vowels,
                             .rarity = Rarity(words_.FrequencyOf(SkeletonOf(asked.sounds[i])))});
    if (part.kind == PartKind::kParticle || part.text.size() == 1) continue;
    asked.sources.push_back({asked.weighed.back().rarity, words_.Find(part, kLeastSimilarity)});
    for (const WordHit& hit : asked.sources.back().words) {
      asked.similarities.emplace(PartAndWord(i, hit.word), hit.similarity);
    }
  }
  for (const NamePart& both : JoinedParts(asked.parts)) {
    asked.sources.push_back({1, words_.Find(both, 0.85)});
  }
  return asked;
}

std::vector<uint32_t> NameIndex::Candidates(const Asked& asked) const {
  std::vector<float> weights(names_.size(), 0);
  // Which of the parts asked for was counted last: of each the nearest word of a name counts once,
  // and not all that are like it.
  std::vector<uint8_t> counted(names_.size(), 0);
  std::vector<uint32_t> touched;
  for (size_t i = 0; i < asked.sources.size(); ++i) {
    const Asked::Source& source = asked.sources[i];
    const auto mark = static_cast<uint8_t>(i + 1);
    for (const WordHit& hit : source.words) {
      for (const uint32_t name : words_.Get(hit.word).names) {
        if (counted[name] == mark) continue;
        counted[name] = mark;
        if (weights[name] == 0) touched.push_back(name);
        weights[name] += source.weight * hit.similarity * hit.similarity;
      }
    }
  }
  for (const uint32_t name : touched) weights[name] /= std::sqrt(names_[name].words + 1.0F);
  return Fairly(std::move(touched), weights);
}

std::vector<uint32_t> NameIndex::Fairly(std::vector<uint32_t> touched,
                                        const std::vector<float>& weights) const {
  const auto heavier = [&](uint32_t a, uint32_t b) {
    return weights[a] != weights[b] ? weights[a] > weights[b] : a < b;
  };
  const auto first = [&](std::vector<uint32_t>& names, size_t most) {
    const auto kept = static_cast<ptrdiff_t>(std::min(most, names.size()));
    std::ranges::partial_sort(names, names.begin() + kept, heavier);
  };
  if (touched.size() <= kCompared) return touched;
  first(touched, kCompared);
  absl::flat_hash_map<uint32_t, std::vector<uint32_t>> left;
  for (size_t i = kCompared; i < touched.size(); ++i) {
    left[entries_[names_[touched[i]].entry].owner].push_back(touched[i]);
  }
  touched.resize(kCompared);
  if (left.size() == 1 && entries_[names_[touched[0]].entry].owner == left.begin()->first) {
    const auto same = [&](uint32_t name) {
      return entries_[names_[name].entry].owner == left.begin()->first;
    };
    if (std::ranges::all_of(touched, same)) return touched;
  }
  for (auto& [owner, names] : left) {
    first(names, kComparedOfOwner);
    names.resize(std::min(kComparedOfOwner, names.size()));
    touched.insert(touched.end(), names.begin(), names.end());
  }
  return touched;
}

NameAgreement NameIndex::Agree(const Asked& asked, const Name& name) const {
  std::vector<WeighedPart> known;
  const std::span<const uint32_t> words = pool_.Get(name.words_at, name.words);
  for (const uint32_t number : words) {
    const NameWord& word = words_.Get(number);
    known.push_back({.text = word.text,
                     .sound = word.sound,
                     .kind = word.kind,
                     .without_vowels = word.without_vowels,
                     .rarity = Rarity(words_.Frequency(number))});
  }
  std::vector<float> similarities;
  for (size_t i = 0; i < asked.parts.size(); ++i) {
    for (const uint32_t word : words) {
      const auto found = asked.similarities.find(PartAndWord(i, word));
      similarities.push_back(found == asked.similarities.end() ? 0 : found->second);
    }
  }
  return Compare(asked.weighed, known, similarities);
}

YearAgreement NameIndex::CompareYear(const NameQuery& query, const Entry& entry) const {
  if (!query.year || entry.years == 0) return YearAgreement::kMissing;
  YearAgreement best = YearAgreement::kContradicts;
  for (const uint32_t packed : pool_.Get(entry.years_at, entry.years)) {
    const BirthYears years = Unpack(packed);
    const int away = std::max({years.from - *query.year, *query.year - years.to, 0});
    if (away == 0) return YearAgreement::kAgrees;
    if (away <= (years.about ? kAboutYears : kNearYears)) best = YearAgreement::kNear;
  }
  return best;
}

void NameIndex::Explain(const Asked& asked, NameCandidate& candidate) const {
  const Entry& entry = entries_[numbers_.at(candidate.id)];
  const Name& name = names_[pool_.Get(entry.names_at, entry.names)[candidate.name]];
  const auto words = pool_.Get(name.words_at, name.words);
  for (const PartPair& pair : candidate.agreement.pairs) {
    PartReason reason{.asked = asked.parts[pair.asked].text,
                      .known = words_.Get(words[pair.known]).text,
                      .how = pair.how,
                      .similarity = pair.similarity};
    if (pair.two_asked) reason.asked += " " + asked.parts[pair.asked + 1U].text;
    if (pair.two_known) reason.known += " " + words_.Get(words[pair.known + 1U]).text;
    candidate.parts.push_back(std::move(reason));
  }
  candidate.in_order = candidate.agreement.in_order;
}

std::vector<NameCandidate> NameIndex::Find(const NameQuery& query, size_t most,
                                           double threshold) const {
  const Asked asked = Prepare(query);
  absl::flat_hash_map<uint32_t, NameCandidate> best;
  for (const uint32_t number : Candidates(asked)) {
    const Name& name = names_[number];
    const Entry& entry = entries_[name.entry];
    NameCandidate candidate{.id = entry.id,
                            .name = name.ordinal,
                            .low_quality = name.low_quality,
                            .year = CompareYear(query, entry),
                            .in_order = false,
                            .agreement = Agree(asked, name),
                            .parts = {}};
    candidate.score = Score(candidate.agreement, candidate.year, candidate.low_quality);
    NameCandidate& so_far = best[name.entry];
    if (candidate.score >= threshold && candidate.score > so_far.score) {
      so_far = std::move(candidate);
    }
  }
  std::vector<NameCandidate> found;
  for (auto& [entry, candidate] : best) {
    if (candidate.score > 0) found.push_back(std::move(candidate));
  }
  std::ranges::sort(found, [](const NameCandidate& a, const NameCandidate& b) {
    return a.score != b.score ? a.score > b.score : a.id < b.id;
  });
  absl::flat_hash_map<uint32_t, size_t> of_owner;
  std::erase_if(found, [&](const NameCandidate& candidate) {
    return ++of_owner[entries_[numbers_.at(candidate.id)].owner] > most;
  });
  for (NameCandidate& candidate : found) Explain(asked, candidate);
  return found;
}

}  // namespace entente::node::search
