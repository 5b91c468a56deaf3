// The growing right side of a tree: appends one leaf in O(1) hashes on average, knows the root at
// its size, and hands out each 256-wide tile when it is full (https://c2sp.org/tlog-tiles).
// Pure. Not thread-safe for appending; const reads are safe together. A value: copying it (at most
// some tens of KiB) is how a caller tries appends that it may drop.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/audit/merkle.h"
#include "core/base/bytes.h"

namespace entente::audit {

class Frontier {
 public:
  // Called with tile level, tile index and the 256 hashes.
  using TileSink = std::function<void(uint8_t, uint64_t, std::span<const Digest>)>;

  Frontier() = default;
  // The frontier of a tree of `size` leaves. `tails[t]` are the hashes of the partial tile at tile
  // level t: exactly (size >> 8t) % 256 of them, for every level up to the last that has any.
  // INVALID_ARGUMENT when the counts differ.
  static absl::StatusOr<Frontier> Create(uint64_t size, std::span<const std::vector<Digest>> tails);

  void Append(const Digest& leaf, const TileSink& on_full_tile);

  uint64_t size() const { return size_; }
  Digest Root() const;
  // The complete subtrees that make up the tree, largest first: as many as `size` has bits set.
  std::vector<Digest> Edge() const;
  // A complete subtree that lies inside the partial tiles; nullopt for one that does not.
  std::optional<Digest> Node(uint8_t level, uint64_t index) const;
  // The partial tile at a tile level: empty when the tree fills its tiles there.
  std::span<const Digest> PartialTile(uint8_t tile_level) const;

 private:
  // Index, within its level, of the first node that nodes_[level] holds.
  uint64_t Base(unsigned level) const;

  uint64_t size_ = 0;
  // By binary level: the complete subtrees inside the partial tile that the level belongs to.
  std::array<std::vector<Digest>, 64> nodes_;
};

// Every complete subtree inside a tile of at most 256 hashes, by height above them: [0] are the
// hashes themselves, [7] at most two.
std::array<std::vector<Digest>, 8> ExpandTile(std::span<const Digest> hashes);

// The root that an edge (largest subtree first) stands for; EmptyRoot() for none.
Digest RootOfEdge(std::span<const Digest> edge);

}  // namespace entente::audit
