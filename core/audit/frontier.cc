#include "core/audit/frontier.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/audit/tile.h"

namespace entente::audit {

std::array<std::vector<Digest>, 8> ExpandTile(std::span<const Digest> hashes) {
  std::array<std::vector<Digest>, 8> rows;
  rows[0].assign(hashes.begin(), hashes.end());
  for (size_t height = 1; height < rows.size(); ++height) {
    const auto& below = rows[height - 1];
    for (size_t i = 0; i + 1 < below.size(); i += 2) {
      rows[height].push_back(NodeHash(below[i], below[i + 1]));
    }
  }
  return rows;
}

absl::StatusOr<Frontier> Frontier::Create(uint64_t size,
                                          std::span<const std::vector<Digest>> tails) {
  Frontier frontier;
  frontier.size_ = size;
  for (unsigned level = 0; level < kTileLevels; ++level) {
    size_t given = level < tails.size() ? tails[level].size() : 0;
    if (given != HashesAtTileLevel(size, level) % kTileWidth) {
      return absl::InvalidArgumentError(
          absl::StrCat("tile level ", level, " of size ", size, " has not ", given, " hashes"));
    }
    if (given == 0) continue;
    auto rows = ExpandTile(tails[level]);
    std::ranges::move(rows, frontier.nodes_.begin() + level * kTileHeight);
  }
  return frontier;
}

void Frontier::Append(const Digest& leaf, const TileSink& on_full_tile) {
  uint64_t index = size_++;
  Digest hash = leaf;
  for (unsigned level = 0;; ++level) {
    auto& row = nodes_[level];
    row.push_back(hash);
    if ((index & 1) == 0) return;
    hash = NodeHash(row[row.size() - 2], row.back());
    index >>= 1;
    if ((level + 1) % kTileHeight != 0) continue;
    unsigned bottom = level + 1 - kTileHeight;
    on_full_tile(static_cast<uint8_t>(bottom / kTileHeight), index, nodes_[bottom]);
    for (unsigned i = bottom; i <= level; ++i) nodes_[i].clear();
  }
}

Digest Frontier::Root() const { return RootOfEdge(Edge()); }

std::vector<Digest> Frontier::Edge() const {
  std::vector<Digest> edge;
  for (unsigned level = 64; level-- > 0;) {
    if ((size_ >> level) & 1) edge.push_back(nodes_[level].back());
  }
  return edge;
}

uint64_t Frontier::Base(unsigned level) const {
  unsigned above = (level / kTileHeight + 1) * kTileHeight;
  return above >= 64 ? 0 : (size_ >> above) << (above - level);
}

std::optional<Digest> Frontier::Node(uint8_t level, uint64_t index) const {
  if (level >= nodes_.size()) return std::nullopt;
  uint64_t base = Base(level);
  if (index < base || index - base >= nodes_[level].size()) return std::nullopt;
  return nodes_[level][index - base];
}

std::span<const Digest> Frontier::PartialTile(uint8_t tile_level) const {
  return nodes_[tile_level * kTileHeight];
}

Digest RootOfEdge(std::span<const Digest> edge) {
  if (edge.empty()) return EmptyRoot();
  Digest root = edge.back();
  for (size_t i = edge.size() - 1; i-- > 0;) root = NodeHash(edge[i], root);
  return root;
}

}  // namespace entente::audit
