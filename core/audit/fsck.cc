#include "core/audit/fsck.h"

#include <algorithm>
#include <bit>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/audit/checkpoint.h"
#include "core/audit/checkpoint_keeper.h"
#include "core/audit/frontier.h"
#include "core/audit/log_format.h"
#include "core/audit/tile.h"
#include "core/base/encoding.h"

namespace entente::audit {
namespace {

constexpr std::string_view kHighWaterPlace = "file high-water";

std::string Words(const absl::Status& status) { return std::string(status.message()); }

class Checker {
 public:
  Checker(const store::Store& store, const VerifierKey& key)
      : store_(store), frozen_(store.Snapshot()), key_(key) {}

  absl::StatusOr<FsckReport> Run();

 private:
  struct Claim {
    std::string place;
    std::string key;
    TreeHead head;
  };

  void Find(std::string_view place, std::string_view key, std::string what) {
    report_.findings.push_back({std::string(place), HexEncode(AsBytes(key)), std::move(what)});
  }
  void Find(store::Family family, std::string_view key, std::string what) {
    Find(family.name(), key, std::move(what));
  }

  // Missing and unreadable are both nothing; the latter is a finding.
  std::optional<std::string> Get(store::Family family, std::string_view key);
  template <typename Visit>
  absl::Status ForEachKey(store::Family family, Visit visit);

  void ReadTree();
  void ReadHighWater();
  void ReadClaim(std::string_view place, std::string_view key, const std::string& note);
  absl::Status FindEntriesEnd();
  void Rebuild();
  Digest LeafAt(uint64_t index);
  std::optional<Digest> LeafFromTile(uint64_t index);
  void CloseGap(uint64_t end);
  void CheckTile(TileKey tile, std::span<const Digest> rebuilt);
  void FollowTile(uint64_t tile, std::span<const Digest> rebuilt, std::span<const Digest> stored);
  void KeepRoots(const Frontier& frontier, std::map<uint64_t, Digest>& roots);
  void CheckEdge(const Frontier& frontier);
  void CheckClaims();
  void NameAltered();
  void NameAlteredTail();
  absl::Status CheckStrayKeys();

  const store::Store& store_;
  const std::unique_ptr<store::Reader> frozen_;
  const VerifierKey& key_;
  std::optional<StoredTree> tree_;
  uint64_t size_ = 0;
  std::optional<uint64_t> gap_;  // the first of a run of missing entries
  std::vector<Claim> claims_;
  std::map<uint64_t, Digest> roots_;  // at the sizes of the claims
  // The same tree as the full tiles have it, with the entries where there is none.
  Frontier by_tiles_;
  std::map<uint64_t, Digest> roots_by_tiles_;
  std::vector<uint64_t> differing_;  // entries whose tile has another hash
  FsckReport report_;
};

std::optional<std::string> Checker::Get(store::Family family, std::string_view key) {
  auto value = frozen_->Get(family, key);
  if (value.ok()) return *std::move(value);
  Find(family, key, Words(value.status()));
  return std::nullopt;
}

template <typename Visit>
absl::Status Checker::ForEachKey(store::Family family, Visit visit) {
  auto it = frozen_->Iterate(family, "");
  if (!it.ok()) return it.status();
  for ((*it)->SeekToFirst(); (*it)->Valid(); (*it)->Next()) visit((*it)->key());
  absl::Status status = (*it)->status();
  if (!status.ok()) Find(family, "", Words(status));
  return absl::OkStatus();
}

void Checker::ReadTree() {
  auto bytes = Get(kMeta, kTreeKey);
  if (!bytes) return;
  tree_ = ParseTree(*bytes);
  if (!tree_) Find(kMeta, kTreeKey, "the right edge is not in its form");
}

void Checker::ReadClaim(std::string_view place, std::string_view key, const std::string& note) {
  auto verified = VerifyCheckpoint(note, key_);
  if (!verified.ok()) {
    Find(place, key, absl::StrCat("not a checkpoint of this log: ", Words(verified.status())));
    return;
  }
  claims_.push_back({std::string(place),
                     std::string(key),
                     {verified->checkpoint.size, verified->checkpoint.root}});
}

void Checker::ReadHighWater() {
  auto copy = Get(kCheckpoint, kLastKey);
  if (copy) ReadClaim(kCheckpoint.name(), kLastKey, *copy);
  auto file = store_.ReadFile(kHighWaterFile);
  if (!file.ok()) return Find(kHighWaterPlace, "", Words(file.status()));
  if (*file) return ReadClaim(kHighWaterPlace, "", **file);
  if (copy) Find(kHighWaterPlace, "", "the file is missing, but a checkpoint was signed");
}

// How many entries to expect: what the edge says, unless the entries end before.
absl::Status Checker::FindEntriesEnd() {
  uint64_t end = 0;
  absl::Status seen = ForEachKey(kEntries, [&](std::string_view key) {
    if (auto index = ParseEntryKey(key)) end = std::max(end, *index + 1);
  });
  if (!seen.ok()) return seen;
  size_ = tree_ ? std::min(tree_->size, end) : end;
  if (!tree_ && end > 0) Find(kMeta, kTreeKey, "there are entries, but no right edge");
  if (tree_ && tree_->size != end) {
    Find(kMeta, kTreeKey,
         absl::StrCat("the edge is of ", tree_->size, " entries, r_entries ends at ", end));
  }
  return absl::OkStatus();
}

std::optional<Digest> Checker::LeafFromTile(uint64_t index) {
  auto bytes = frozen_->Get(kTiles, FormatTileKey({0, index / kTileWidth}));
  if (!bytes.ok() || !*bytes || (*bytes)->size() != kTileBytes) return std::nullopt;
  return FixedBytes<32>(
      std::string_view(**bytes).substr(index % kTileWidth * sizeof(Digest), sizeof(Digest)));
}

void Checker::CloseGap(uint64_t end) {
  if (!gap_) return;
  Find(kEntries, EntryKey(*gap_),
       *gap_ + 1 == end ? absl::StrCat("entry ", *gap_, " is missing")
                        : absl::StrCat("entries ", *gap_, " to ", end - 1, " are missing"));
  gap_.reset();
}

// Where an entry is lost its tile lends its hash, so that the rest can still be compared.
Digest Checker::LeafAt(uint64_t index) {
  size_t before = report_.findings.size();
  auto entry = Get(kEntries, EntryKey(index));
  bool unreadable = report_.findings.size() != before;
  if (!entry && !unreadable) {
    if (!gap_) gap_ = index;
  } else {
    CloseGap(index);
  }
  if (entry) return LeafHash(*entry);
  return LeafFromTile(index).value_or(Digest{});
}

void Checker::KeepRoots(const Frontier& frontier, std::map<uint64_t, Digest>& roots) {
  for (const Claim& claim : claims_) {
    if (claim.head.size == frontier.size()) roots[frontier.size()] = frontier.Root();
  }
}

void Checker::FollowTile(uint64_t tile, std::span<const Digest> rebuilt,
                         std::span<const Digest> stored) {
  for (size_t i = 0; i < stored.size(); ++i) {
    if (stored[i] != rebuilt[i]) differing_.push_back(tile * kTileWidth + i);
    by_tiles_.Append(stored[i], [](auto...) {});
    KeepRoots(by_tiles_, roots_by_tiles_);
  }
}

void Checker::CheckTile(TileKey tile, std::span<const Digest> rebuilt) {
  const std::string key = FormatTileKey(tile);
  auto bytes = frozen_->Get(kTiles, key);
  auto hashes = bytes.ok() && *bytes ? DecodeTile(**bytes, kTileWidth) : absl::NotFoundError("");
  if (tile.level == 0)
    FollowTile(tile.index, rebuilt, hashes.ok() ? std::span<const Digest>(*hashes) : rebuilt);
  if (!bytes.ok()) return Find(kTiles, key, Words(bytes.status()));
  auto name = absl::StrCat("tile ", tile.index, " of level ", tile.level);
  if (!*bytes) return Find(kTiles, key, absl::StrCat(name, " is missing"));
  if (!hashes.ok()) return Find(kTiles, key, absl::StrCat(name, " has another width"));
  auto differs = std::ranges::mismatch(*hashes, rebuilt);
  if (differs.in1 == hashes->end()) return;
  uint64_t first = tile.index * kTileWidth + static_cast<uint64_t>(differs.in1 - hashes->begin());
  Find(kTiles, key,
       absl::StrCat(name, " and the entries differ, first in hash ", first, " of the level: ",
                    tile.level == 0 ? "the tile or that entry was altered"
                                    : "the tile or an entry below it was altered"));
}

void Checker::Rebuild() {
  Frontier frontier;
  KeepRoots(frontier, roots_);
  while (frontier.size() < size_) {
    frontier.Append(LeafAt(frontier.size()),
                    [&](unsigned level, uint64_t index, std::span<const Digest> hashes) {
                      CheckTile({level, index}, hashes);
                    });
    KeepRoots(frontier, roots_);
  }
  CloseGap(size_);
  std::span<const Digest> tail = frontier.PartialTile(0);
  FollowTile(size_ / kTileWidth, tail, tail);
  report_.rebuilt = {size_, frontier.Root()};
  CheckEdge(frontier);
}

void Checker::CheckEdge(const Frontier& frontier) {
  if (tree_ && tree_->size == size_ && tree_->edge != frontier.Edge()) {
    Find(kMeta, kTreeKey, "the right edge is not that of the entries");
  }
}

void Checker::CheckClaims() {
  for (const Claim& claim : claims_) {
    if (claim.head.size > size_) {
      Find(claim.place, claim.key,
           absl::StrCat("a checkpoint of ", claim.head.size, " entries was signed, there are ",
                        size_));
    } else if (roots_[claim.head.size] != claim.head.root) {
      Find(claim.place, claim.key,
           absl::StrCat("the checkpoint's root at size ", claim.head.size,
                        " is not that of the entries"));
    }
  }
  if (claims_.size() == 2 && claims_[0].head.size > claims_[1].head.size) {
    Find(kHighWaterPlace, "", "the file is older than the checkpoint in the database");
  }
}

// Where entries and tiles differ, what was signed says which of them it was.
void Checker::NameAltered() {
  uint64_t agreed = 0;
  for (const Claim& claim : claims_) {
    auto root = roots_by_tiles_.find(claim.head.size);
    const bool signed_by = root != roots_by_tiles_.end() && root->second == claim.head.root;
    if (signed_by) agreed = std::max(agreed, claim.head.size);
  }
  for (uint64_t index : differing_) {
    if (index >= agreed) continue;
    Find(kEntries, EntryKey(index),
         absl::StrCat("entry ", index, " was altered: its tile has the hash that was signed"));
  }
}

// The same for the last entries, which no tile has: there the right edge speaks for them.
void Checker::NameAlteredTail() {
  if (!tree_ || tree_->size != size_) return;
  const TreeHead edge{size_, RootOfEdge(tree_->edge)};
  if (std::ranges::find(claims_, edge, &Claim::head) == claims_.end()) return;
  const std::vector<Digest> rebuilt = by_tiles_.Edge();
  uint64_t begin = 0;
  for (size_t i = 0; i < rebuilt.size(); ++i) {
    const uint64_t end = begin + std::bit_floor(size_ - begin);
    if (begin >= size_ / kTileWidth * kTileWidth && rebuilt[i] != tree_->edge[i]) {
      Find(kEntries, EntryKey(begin),
           absl::StrCat("of the entries ", begin, " to ", end - 1,
                        " one or more were altered: the right edge has the hash that was signed"));
    }
    begin = end;
  }
}

absl::Status Checker::CheckStrayKeys() {
  absl::Status entries = ForEachKey(kEntries, [&](std::string_view key) {
    auto index = ParseEntryKey(key);
    if (!index || *index >= size_) Find(kEntries, key, "no entry of the log has this key");
  });
  if (!entries.ok()) return entries;
  absl::Status tiles = ForEachKey(kTiles, [&](std::string_view key) {
    auto tile = ParseTileKey(key);
    if (!tile || TileWidth(size_, tile->level, tile->index) != kTileWidth) {
      Find(kTiles, key, "no full tile of the log has this key");
    }
  });
  if (!tiles.ok()) return tiles;
  return ForEachKey(kCheckpoint, [&](std::string_view key) {
    if (key != kLastKey) Find(kCheckpoint, key, "no checkpoint has this key");
  });
}

absl::StatusOr<FsckReport> Checker::Run() {
  ReadTree();
  ReadHighWater();
  if (absl::Status found = FindEntriesEnd(); !found.ok()) return found;
  Rebuild();
  CheckClaims();
  NameAltered();
  NameAlteredTail();
  if (absl::Status stray = CheckStrayKeys(); !stray.ok()) return stray;
  return std::move(report_);
}

}  // namespace

absl::StatusOr<FsckReport> Fsck(const store::Store& store, const VerifierKey& key) {
  return Checker(store, key).Run();
}

}  // namespace entente::audit
