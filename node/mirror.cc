#include "node/mirror.h"

#include "core/audit/tile.h"
#include "core/base/encoding.h"
#include "node/families.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

constexpr std::string_view kTails = "tails";

std::string KeyOf(uint8_t level, uint64_t index) { return Framing().U8(level).U64(index).str(); }

absl::Status Damaged() { return absl::DataLossError("the copy of the log's hashes is damaged"); }

}  // namespace

absl::StatusOr<std::unique_ptr<Mirror>> Mirror::Open(const store::Store& store) {
  std::unique_ptr<Mirror> mirror(new Mirror(store));
  const absl::Status loaded = mirror->Load();
  if (absl::IsDataLoss(loaded)) {
    mirror->Clear();
  } else if (!loaded.ok()) {
    return loaded;
  }
  return mirror;
}

absl::Status Mirror::Load() {
  const auto kept = store_->Get(kMirror, kTails);
  if (!kept.ok()) return kept.status();
  if (!*kept) return absl::OkStatus();
  if ((*kept)->size() < 8) return Damaged();
  std::string_view rest = **kept;
  const uint64_t size = U64FromKey(rest);
  rest.remove_prefix(8);
  std::vector<std::vector<Digest>> tails;
  for (unsigned level = 0; audit::HashesAtTileLevel(size, level) > 0; ++level) {
    const auto width =
        static_cast<uint32_t>(audit::HashesAtTileLevel(size, level) % audit::kTileWidth);
    if (rest.size() < width * sizeof(Digest)) return Damaged();
    tails.emplace_back();
    if (width == 0) continue;
    auto tail = audit::DecodeTile(rest.substr(0, width * sizeof(Digest)), width);
    if (!tail.ok()) return Damaged();
    tails.back() = *std::move(tail);
    rest.remove_prefix(width * sizeof(Digest));
  }
  auto frontier = audit::Frontier::Create(size, tails);
  if (!frontier.ok() || !rest.empty()) return Damaged();
  frontier_ = *std::move(frontier);
  return absl::OkStatus();
}

void Mirror::Append(std::span<const Digest> leaves) {
  for (const Digest& leaf : leaves) {
    frontier_.Append(leaf, [&](uint8_t level, uint64_t index, std::span<const Digest> hashes) {
      unsaved_[{level, index}] = audit::EncodeTile(hashes);
    });
  }
  changed_ = changed_ || !leaves.empty();
}

void Mirror::Clear() {
  frontier_ = audit::Frontier();
  unsaved_.clear();
  changed_ = true;
}

absl::StatusOr<std::vector<Digest>> Mirror::Tile(uint8_t level, uint64_t index) const {
  const auto unsaved = unsaved_.find({level, index});
  if (unsaved != unsaved_.end()) return audit::DecodeTile(unsaved->second, audit::kTileWidth);
  const auto kept = store_->Get(kMirror, KeyOf(level, index));
  if (!kept.ok()) return kept.status();
  if (!*kept) return Damaged();
  return audit::DecodeTile(**kept, audit::kTileWidth);
}

// What is not in a full tile is on the right edge.
absl::StatusOr<Digest> Mirror::Node(uint8_t level, uint64_t index) const {
  if (const auto edge = frontier_.Node(level, index)) return *edge;
  const unsigned tile_level = level / audit::kTileHeight;
  const unsigned height = level % audit::kTileHeight;
  const uint64_t first = index << height;  // within the tile's level
  const auto tile = Tile(static_cast<uint8_t>(tile_level), first / audit::kTileWidth);
  if (!tile.ok()) return tile.status();
  const auto nodes = audit::ExpandTile(*tile);
  const uint64_t place = (first % audit::kTileWidth) >> height;
  if (place >= nodes[height].size()) return Damaged();
  return nodes[height][place];
}

audit::NodeSource Mirror::Nodes() const {
  return [this](uint8_t level, uint64_t index) { return Node(level, index); };
}

// From hashes that give the root of today as well: a tile that is damaged here must not make the
// log a forked one.
std::optional<Digest> Mirror::RootAt(uint64_t size) const {
  if (size > frontier_.size()) return std::nullopt;
  if (size == frontier_.size()) return root();
  if (size == 0) return audit::EmptyRoot();
  const auto hashes = audit::MakeConsistencyHashes(size, frontier_.size(), Nodes());
  if (!hashes.ok()) return std::nullopt;
  const auto roots = audit::RootsOfConsistency(size, frontier_.size(), *hashes);
  if (!roots.ok() || roots->second != root()) return std::nullopt;
  return roots->first;
}

void Mirror::AddChanges(store::WriteBatch& batch) const {
  if (!changed_) return;
  for (const auto& [key, tile] : unsaved_) batch.Put(kMirror, KeyOf(key.first, key.second), tile);
  Framing tails;
  tails.U64(frontier_.size());
  for (uint8_t level = 0; audit::HashesAtTileLevel(frontier_.size(), level) > 0; ++level) {
    tails.Raw(audit::EncodeTile(frontier_.PartialTile(level)));
  }
  batch.Put(kMirror, kTails, tails.str());
}

void Mirror::OnKept() {
  unsaved_.clear();
  changed_ = false;
}

}  // namespace entente::node
