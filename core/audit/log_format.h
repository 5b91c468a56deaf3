// The bytes of a log in a store, as log.h lists them: keys and the stored right edge.
// Pure; safe from any thread. For log.cc and fsck.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"

namespace entente::audit {

inline constexpr std::string_view kTreeKey = "tree";  // in r_meta
inline constexpr std::string_view kLastKey = "last";  // in l_checkpoint

std::string EntryKey(uint64_t index);
std::optional<uint64_t> ParseEntryKey(std::string_view key);

struct TileKey {
  unsigned level;
  uint64_t index;
  friend auto operator<=>(const TileKey&, const TileKey&) = default;
};
std::string FormatTileKey(TileKey key);
std::optional<TileKey> ParseTileKey(std::string_view key);

struct StoredTree {
  uint64_t size = 0;
  std::vector<Digest> edge;  // complete subtrees, largest first
};
std::string FormatTree(const StoredTree& tree);
// nullopt unless there are exactly as many hashes as `size` has bits set.
std::optional<StoredTree> ParseTree(std::string_view bytes);

}  // namespace entente::audit
