// The subtrees of a tree that was written as tiles, for proofs. What they say is worth nothing
// until a proof made of them leads to a signed root. A level that is missing is made from the one
// below, so the tiles of level 0 suffice.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/audit/merkle.h"
#include "core/audit/tile_source.h"

namespace entente::audit {

// Not thread-safe; the source must outlive it. Keeps one tile of each level in memory.
class TileNodes {
 public:
  // Of a tree of `size` leaves, from tiles that were written for one of `written`, which may be
  // larger.
  TileNodes(const TileSource& source, uint64_t size, uint64_t written)
      : source_(source), size_(size), written_(written) {}

  // Errors: NOT_FOUND naming the tile that is missing, INVALID_ARGUMENT one of another form or that
  // cannot be read. Valid as long as this object.
  NodeSource Source();

 private:
  using Tile = std::vector<Digest>;

  absl::StatusOr<Digest> Node(uint8_t level, uint64_t index);
  absl::StatusOr<Tile> Load(unsigned level, uint64_t index);
  absl::StatusOr<Tile> FromBelow(unsigned level, uint64_t index, size_t width);

  const TileSource& source_;
  const uint64_t size_;
  const uint64_t written_;
  std::map<unsigned, std::pair<uint64_t, Tile>> last_;  // by level: index and hashes
};

}  // namespace entente::audit
