#include "node/search/alert_index.h"

#include <algorithm>
#include <set>
#include <utility>

#include "node/search/subject_keys.h"

namespace entente::node::search {
namespace {

constexpr size_t kPooledKeys = NumberPool::kLongest / 2;

uint64_t NameId(uint32_t number, size_t subject) {
  return uint64_t{number} * AlertIndex::kNamed + subject;
}

std::set<uint64_t> HashesOf(std::span<const v1::Subject> subjects) {
  std::set<uint64_t> hashes;
  for (const v1::Subject& subject : subjects) {
    for (const SubjectKey& one : KeysOf(subject)) {
      hashes.insert(HashOf(one.key));
    }
  }
  return hashes;
}

}  // namespace

void AlertIndex::Add(uint32_t number, uint32_t owner, std::span<const v1::Subject> subjects) {
  Held held;
  held.owner = owner;
  const std::set<uint64_t> hashes = HashesOf(subjects);
  for (const uint64_t hash : hashes) keys_.Add(hash, number);
  if (hashes.size() > kPooledKeys) {
    many_.emplace(number, std::vector<uint64_t>(hashes.begin(), hashes.end()));
  } else {
    std::vector<uint32_t> halves;
    for (const uint64_t hash : hashes) {
      halves.push_back(static_cast<uint32_t>(hash >> 32));
      halves.push_back(static_cast<uint32_t>(hash));
    }
    held.keys_at = pool_.Put(halves);
    held.keys = static_cast<uint8_t>(halves.size());
  }
  for (size_t i = 0; i < std::min(subjects.size(), kNamed); ++i) {
    std::optional<IndexEntry> entry = NamesOf(subjects[i]);
    if (!entry) continue;
    entry->id = NameId(number, i);
    entry->owner = owner;
    names_.Add(*entry);
    held.subjects = static_cast<uint16_t>(i + 1);
  }
  held_.emplace(number, held);
}

void AlertIndex::Remove(uint32_t number) {
  const auto found = held_.find(number);
  if (found == held_.end()) return;
  const Held held = found->second;
  const auto halves = pool_.Get(held.keys_at, held.keys);
  for (size_t i = 0; i + 1 < halves.size(); i += 2) {
    keys_.Remove((uint64_t{halves[i]} << 32) | halves[i + 1], number);
  }
  pool_.Free(held.keys_at, held.keys);
  if (const auto many = many_.find(number); many != many_.end()) {
    for (const uint64_t hash : many->second) keys_.Remove(hash, number);
    many_.erase(many);
  }
  for (size_t i = 0; i < held.subjects; ++i) names_.Remove(NameId(number, i));
  held_.erase(found);
}

std::vector<IndexCandidate> AlertIndex::Find(const IndexQuestion& question, size_t most) const {
  std::vector<IndexCandidate> found;
  absl::flat_hash_map<uint32_t, size_t> places;
  const auto at = [&](uint32_t number) -> IndexCandidate& {
    const auto [place, first] = places.try_emplace(number, found.size());
    if (first)
      found.push_back({.number = number, .by_key = false, .name = std::nullopt, .subject = 0});
    return found[place->second];
  };
  absl::flat_hash_map<uint32_t, size_t> of_owner;
  for (const MatchKey& key : question.keys) {
    for (const uint32_t number : keys_.Find(HashOf(key))) {
      const bool known = places.contains(number);
      if (known || ++of_owner[held_.at(number).owner] <= most) at(number).by_key = true;
    }
  }
  if (!question.name) return found;
  for (NameCandidate& candidate : names_.Find(*question.name, most)) {
    IndexCandidate& one = at(static_cast<uint32_t>(candidate.id / kNamed));
    if (one.name) continue;
    one.subject = candidate.id % kNamed;
    one.name = std::move(candidate);
  }
  return found;
}

}  // namespace entente::node::search
