#include "core/audit/tile_nodes.h"

#include <span>

#include "absl/strings/str_cat.h"
#include "core/audit/tile.h"
#include "core/audit/tile_read.h"

namespace entente::audit {

NodeSource TileNodes::Source() {
  return [this](uint8_t level, uint64_t index) { return Node(level, index); };
}

absl::StatusOr<Digest> TileNodes::Node(uint8_t level, uint64_t index) {
  const unsigned tile_level = level / kTileHeight, height = level % kTileHeight;
  const unsigned shift = kTileHeight - height;
  const uint64_t tile = index >> shift;
  if (auto& last = last_[tile_level]; last.second.empty() || last.first != tile) {
    auto loaded = Load(tile_level, tile);
    if (!loaded.ok()) return loaded.status();
    last = {tile, *std::move(loaded)};
  }
  const size_t width = size_t{1} << height;
  const size_t begin = (index & ((uint64_t{1} << shift) - 1)) * width;
  const std::span<const Digest> hashes = last_[tile_level].second;
  if (begin + width > hashes.size()) return absl::NotFoundError("no such subtree at this size");
  return RootOfLeaves(hashes.subspan(begin, width));
}

absl::StatusOr<TileNodes::Tile> TileNodes::Load(unsigned level, uint64_t index) {
  const TileName name{false, level, index, kTileWidth};
  const uint32_t width = WidthIn(size_, name);
  TileRead read = ReadTileIn(source_, size_, name);
  if (!read.hashes && written_ > size_) read = ReadTileIn(source_, written_, name);
  if (read.hashes) {
    read.hashes->resize(width);
    return *std::move(read.hashes);
  }
  if (read.finding->fault != TileFault::kMissing) {
    return absl::InvalidArgumentError(absl::StrCat(
        read.path, ": ", std::string(TileFaultWord(read.finding->fault)), " of the tile"));
  }
  if (level == 0) return absl::NotFoundError(absl::StrCat(read.path, " is missing"));
  return FromBelow(level, index, width);
}

absl::StatusOr<TileNodes::Tile> TileNodes::FromBelow(unsigned level, uint64_t index, size_t width) {
  Tile hashes;
  for (size_t i = 0; i < width; ++i) {
    auto tile = Load(level - 1, index * kTileWidth + i);
    if (!tile.ok()) return tile.status();
    hashes.push_back(RootOfLeaves(*tile));
  }
  return hashes;
}

}  // namespace entente::audit
