#include "node/search/key_index.h"

#include <algorithm>
#include <cstring>

#include "core/crypto/digest.h"

namespace entente::node::search {

uint64_t HashOf(const MatchKey& key) {
  const Digest digest = crypto::Sha256(KeyBytes(key));
  uint64_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof(hash));
  return hash;
}

void KeyIndex::Add(uint64_t key, uint32_t number) {
  const auto [place, first] = places_.try_emplace(key, number);
  if (first) return;
  if ((place->second & kList) != 0) return lists_[place->second & ~kList].push_back(number);
  if (free_lists_.empty()) {
    free_lists_.push_back(static_cast<uint32_t>(lists_.size()));
    lists_.emplace_back();
  }
  const uint32_t list = free_lists_.back();
  free_lists_.pop_back();
  lists_[list] = {place->second, number};
  place->second = list | kList;
}

void KeyIndex::Remove(uint64_t key, uint32_t number) {
  const auto place = places_.find(key);
  if (place == places_.end()) return;
  if ((place->second & kList) == 0) {
    if (place->second == number) places_.erase(place);
    return;
  }
  const uint32_t at = place->second & ~kList;
  std::vector<uint32_t>& list = lists_[at];
  std::erase(list, number);
  if (!list.empty()) return;
  list.shrink_to_fit();
  free_lists_.push_back(at);
  places_.erase(place);
}

std::span<const uint32_t> KeyIndex::Find(uint64_t key) const {
  const auto place = places_.find(key);
  if (place == places_.end()) return {};
  if ((place->second & kList) == 0) return {&place->second, 1};
  return lists_[place->second & ~kList];
}

}  // namespace entente::node::search
