// Which numbers (of alerts, say) have a match key. In memory, over hashes of the keys alone:
// whoever finds one compares the key itself with what the number stands for. Not thread-safe; calls
// of const members may run side by side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "node/search/match_keys.h"

namespace entente::node::search {

// 8 bytes of the SHA-256 of KeyBytes().
uint64_t HashOf(const MatchKey& key);

class KeyIndex {
 public:
  // Precondition: number < kMost, and not added with this key before.
  static constexpr uint32_t kMost = uint32_t{1} << 31;
  void Add(uint64_t key, uint32_t number);
  // Nothing happens when it is not there.
  void Remove(uint64_t key, uint32_t number);
  // Valid until the next change.
  std::span<const uint32_t> Find(uint64_t key) const;

  size_t keys() const { return places_.size(); }

 private:
  // Most keys have one number, which then stands in the map itself.
  static constexpr uint32_t kList = kMost;

  absl::flat_hash_map<uint64_t, uint32_t> places_;
  std::vector<std::vector<uint32_t>> lists_;
  std::vector<uint32_t> free_lists_;
};

}  // namespace entente::node::search
