#include "core/audit/tile_check.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "core/audit/frontier.h"
#include "core/audit/merkle.h"
#include "core/audit/tile.h"
#include "core/audit/tile_read.h"

namespace entente::audit {
namespace {

// What is known of the hashes of a tile; nullopt where neither it nor what is below tells.
using Hashes = std::vector<std::optional<Digest>>;
// The partial tiles of a tree, by level: together they are the whole of it.
using Edge = std::array<Hashes, kTileLevels>;

Hashes Known(const std::vector<Digest>& hashes) { return {hashes.begin(), hashes.end()}; }

std::optional<std::vector<Digest>> AllOf(const Hashes& hashes) {
  std::vector<Digest> all;
  for (const auto& hash : hashes) {
    if (!hash) return std::nullopt;
    all.push_back(*hash);
  }
  return all;
}

bool AnyOf(const Hashes& hashes) {
  return std::ranges::any_of(hashes, [](const auto& hash) { return hash.has_value(); });
}

bool Gives(const Hashes& hashes, const std::optional<Digest>& root) {
  const auto all = AllOf(hashes);
  return all && (!root || RootOfLeaves(*all) == *root);
}

// Appends the complete subtrees that `hashes` stand for, largest first.
void AppendSubtrees(std::span<const Digest> hashes, std::vector<Digest>& edge) {
  for (size_t width = kTileWidth / 2; width > 0; width /= 2) {
    if ((hashes.size() & width) == 0) continue;
    const size_t begin = hashes.size() & ~(2 * width - 1);
    edge.push_back(RootOfLeaves(hashes.subspan(begin, width)));
  }
}

std::optional<Digest> RootOf(const Edge& edge) {
  std::vector<Digest> subtrees;
  for (unsigned level = kTileLevels; level-- > 0;) {
    const auto hashes = AllOf(edge[level]);
    if (!hashes) return std::nullopt;
    AppendSubtrees(*hashes, subtrees);
  }
  return RootOfEdge(subtrees);
}

bool SameBeginning(std::span<const Digest> a, std::span<const Digest> b) {
  const size_t width = std::min(a.size(), b.size());
  return std::ranges::equal(a.first(width), b.first(width));
}

class Checker {
 public:
  Checker(const TileSource& source, const Checkpoint& checkpoint, const TileProgress& progress)
      : source_(source), size_(checkpoint.size), root_(checkpoint.root), progress_(progress) {}

  absl::StatusOr<TileReport> Run();

 private:
  void Add(const std::string& path, TileFault fault, std::vector<std::string> arguments = {}) {
    Add({path, fault, std::move(arguments)});
  }
  void Add(TileFinding finding) {
    bad_.insert(finding.path);
    report_.findings.push_back(std::move(finding));
  }
  TileRead Quietly(unsigned level, uint64_t index) const {
    return ReadTileIn(source_, size_, {false, level, index});
  }
  TileRead Bundle(uint64_t index) const { return ReadTileIn(source_, size_, {true, 0, index}); }

  Hashes FromBelow(unsigned level, uint64_t index, uint32_t width) const;
  Edge ReadEdge(Edge& below, std::array<std::string, kTileLevels>& paths);
  void CheckEdge(Edge& edge, const Edge& below, const std::array<std::string, kTileLevels>& paths);
  void BlameEdge(const Edge& edge, const Edge& below,
                 const std::array<std::string, kTileLevels>& paths);
  Hashes CheckTile(unsigned level, uint64_t index, const std::optional<Digest>& root, size_t place,
                   const std::string& above, std::string& path);
  void Descend(unsigned level, uint64_t index, const Hashes& hashes, const std::string& path);
  void CheckBundle(uint64_t index, const Hashes& hashes, const std::string& tile);
  void CheckListed(const std::string& path, bool regular);
  void CheckSpare(const TileName& name);
  void CompareSpare(const TileRead& spare, const TileName& name);

  const TileSource& source_;
  const uint64_t size_;
  const Digest root_;
  const TileProgress& progress_;
  std::set<std::string> bad_;
  TileReport report_;
};

// The hashes of a tile as what is below gives them: the full tiles, or the bundle.
Hashes Checker::FromBelow(unsigned level, uint64_t index, uint32_t width) const {
  Hashes hashes(width);
  if (level == 0) {
    const TileRead bundle = report_.entries ? Bundle(index) : TileRead{};
    return bundle.hashes ? Known(*bundle.hashes) : hashes;
  }
  for (uint32_t i = 0; i < width; ++i) {
    const TileRead tile = Quietly(level - 1, index * kTileWidth + i);
    if (tile.hashes) hashes[i] = RootOfLeaves(*tile.hashes);
  }
  return hashes;
}

Edge Checker::ReadEdge(Edge& below, std::array<std::string, kTileLevels>& paths) {
  Edge edge;
  for (unsigned level = 0; level < kTileLevels; ++level) {
    const uint64_t index = HashesAtTileLevel(size_, level) / kTileWidth;
    const uint32_t width = TileWidth(size_, level, index);
    if (width == 0) continue;
    TileRead tile = Quietly(level, index);
    paths[level] = tile.path;
    if (tile.finding) Add(*tile.finding);
    below[level] = FromBelow(level, index, width);
    edge[level] = tile.hashes ? Known(*tile.hashes) : below[level];
  }
  return edge;
}

// Only the checkpoint speaks for the edge. Where it does not give the root, the one tile is looked
// for which is wrong if what is below it is right.
void Checker::CheckEdge(Edge& edge, const Edge& below,
                        const std::array<std::string, kTileLevels>& paths) {
  if (RootOf(edge) == root_) return;
  for (unsigned level = 0; level < kTileLevels; ++level) {
    if (edge[level] == below[level]) continue;
    Edge mended = edge;
    mended[level] = below[level];
    if (RootOf(mended) != root_) continue;
    Add(paths[level], TileFault::kRoot);
    edge = std::move(mended);
    return;
  }
  BlameEdge(edge, below, paths);
}

void Checker::BlameEdge(const Edge& edge, const Edge& below,
                        const std::array<std::string, kTileLevels>& paths) {
  bool blamed = false;
  for (unsigned level = 0; level < kTileLevels; ++level) {
    // A tile that says what those below say is not the one that is wrong.
    if (edge[level] == below[level] && AllOf(edge[level])) continue;
    blamed = true;
    if (!bad_.contains(paths[level])) Add(paths[level], TileFault::kRoot);
  }
  if (!blamed) Add("checkpoint", TileFault::kOther);
}

// What the full tile holds, or should: its own hashes if they give `root`, which is what stands for
// it at `place` in the tile above; else those from below if they do.
Hashes Checker::CheckTile(unsigned level, uint64_t index, const std::optional<Digest>& root,
                          size_t place, const std::string& above, std::string& path) {
  const TileRead tile = Quietly(level, index);
  path = tile.path;
  if (tile.finding) Add(*tile.finding);
  if (tile.hashes && Gives(Known(*tile.hashes), root)) {
    ++report_.tiles;
    return Known(*tile.hashes);
  }
  if (tile.hashes) Add(tile.path, TileFault::kHash, {std::to_string(place), above});
  Hashes below = FromBelow(level, index, kTileWidth);
  if (Gives(below, root)) return below;
  if (tile.hashes) return Known(*tile.hashes);
  if (level == 0 && AllOf(below)) {
    Add(BundlePath(index, kTileWidth), TileFault::kHash, {std::to_string(place), above});
  }
  return below;
}

void Checker::Descend(unsigned level, uint64_t index, const Hashes& hashes,
                      const std::string& path) {
  if (level == 0) {
    CheckBundle(index, hashes, path);
    if (progress_) progress_(index * kTileWidth + hashes.size());
    return;
  }
  for (size_t i = 0; i < hashes.size(); ++i) {
    const uint64_t child = index * kTileWidth + i;
    std::string child_path;
    const Hashes found = CheckTile(level - 1, child, hashes[i], i, path, child_path);
    // Where neither a tile nor any below it is there, a checkpoint of 2^60 entries would be enough
    // to name missing files for ever.
    if (level - 1 == 0 || AnyOf(found)) Descend(level - 1, child, found, child_path);
  }
}

void Checker::CheckBundle(uint64_t index, const Hashes& hashes, const std::string& tile) {
  if (!report_.entries) return;
  const TileRead bundle = Bundle(index);
  if (bundle.finding) return Add(*bundle.finding);
  if (bad_.contains(bundle.path)) return;
  for (size_t i = 0; i < hashes.size(); ++i) {
    if (!hashes[i] || (*bundle.hashes)[i] == *hashes[i]) continue;
    return Add(bundle.path, TileFault::kEntry, {std::to_string(index * kTileWidth + i), tile});
  }
  ++report_.bundles;
}

void Checker::CheckListed(const std::string& path, bool regular) {
  if (bad_.contains(path)) return;
  if (!regular) return Add(path, TileFault::kNoFile);
  const auto name = ParseTilePath(path);
  if (!name) return Add(path, TileFault::kName);
  const uint32_t width = WidthIn(size_, *name);
  if (name->width == width) return;
  // A log that has grown keeps its full tiles beside, or in the place of, the partial ones.
  const bool grown = width > 0 && name->width == kTileWidth;
  if (width < name->width && !grown) {
    return Add(path, TileFault::kNoSuchTile, {std::to_string(size_)});
  }
  if (grown) ++report_.beyond;
  CheckSpare(*name);
}

// One that the tree does not need: of an earlier size, or of a later one.
void Checker::CheckSpare(const TileName& name) {
  const TileRead spare = ReadTileFile(source_, name, size_);
  if (spare.finding) return Add(*spare.finding);
  CompareSpare(spare, name);
}

void Checker::CompareSpare(const TileRead& spare, const TileName& name) {
  const TileRead needed = Quietly(name.level, name.index);
  if (!needed.hashes || bad_.contains(needed.path)) return;
  if (SameBeginning(*spare.hashes, *needed.hashes)) return;
  Add(spare.path, TileFault::kStale, {needed.path});
}

absl::StatusOr<TileReport> Checker::Run() {
  absl::Status listed = source_.ForEach([this](const std::string& path, bool) {
    const auto name = ParseTilePath(path);
    report_.entries = report_.entries || (name && name->bundle);
  });
  if (!listed.ok()) return listed;
  Edge below;
  std::array<std::string, kTileLevels> paths;
  Edge edge = ReadEdge(below, paths);
  CheckEdge(edge, below, paths);
  for (unsigned level = kTileLevels; level-- > 0;) {
    if (edge[level].empty()) continue;
    if (!bad_.contains(paths[level])) ++report_.tiles;
    Descend(level, HashesAtTileLevel(size_, level) / kTileWidth, edge[level], paths[level]);
  }
  listed = source_.ForEach(
      [this](const std::string& path, bool regular) { CheckListed(path, regular); });
  if (!listed.ok()) return listed;
  return std::move(report_);
}

}  // namespace

std::string_view TileFaultWord(TileFault fault) {
  switch (fault) {
    case TileFault::kMissing:
      return "missing";
    case TileFault::kWidth:
      return "width";
    case TileFault::kHash:
      return "hash";
    case TileFault::kRoot:
      return "root";
    case TileFault::kBundle:
      return "bundle";
    case TileFault::kEntry:
      return "entry";
    case TileFault::kStale:
      return "stale";
    case TileFault::kNoSuchTile:
      return "no-such-tile";
    case TileFault::kName:
      return "name";
    case TileFault::kNoFile:
      return "no-file";
    case TileFault::kUnreadable:
      return "unreadable";
    case TileFault::kOther:
      break;
  }
  return "other-root";
}

absl::StatusOr<TileReport> CheckTiles(const TileSource& source, const Checkpoint& checkpoint,
                                      const TileProgress& progress) {
  return Checker(source, checkpoint, progress).Run();
}

}  // namespace entente::audit
