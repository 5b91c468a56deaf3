#include "core/audit/log.h"

#include <bit>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/audit/tile.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"

namespace entente::audit {
namespace {

// Expanded, a tile takes 16 KiB.
constexpr size_t kCachedTiles = 64;

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(
      absl::StrCat("the log is damaged: ", std::string(what),
                   ". It is not served or signed. Run fsck to see all differences, and restore the "
                   "database from a copy"));
}

absl::StatusOr<std::string> ReadEntry(const store::Reader& reader, uint64_t index) {
  auto entry = reader.Get(kEntries, EntryKey(index));
  if (!entry.ok()) return entry.status();
  if (!*entry) return Damaged(absl::StrCat("entry ", index, " is missing from r_entries"));
  return **std::move(entry);
}

absl::StatusOr<std::vector<Digest>> ReadTile(const store::Reader& reader, TileKey key) {
  auto bytes = reader.Get(kTiles, FormatTileKey(key));
  if (!bytes.ok()) return bytes.status();
  auto hashes = *bytes ? DecodeTile(**bytes, kTileWidth) : absl::NotFoundError("");
  if (hashes.ok()) return hashes;
  return Damaged(
      absl::StrCat("tile ", key.index, " of level ", key.level,
                   *bytes ? " in r_tiles has another width" : " is missing from r_tiles"));
}

// The hash that stands at a position of a tile level: an entry's, or that of the full tile below.
absl::StatusOr<Digest> HashAt(const store::Reader& reader, unsigned level, uint64_t position) {
  if (level == 0) {
    auto entry = ReadEntry(reader, position);
    if (!entry.ok()) return entry.status();
    return LeafHash(*entry);
  }
  auto tile = ReadTile(reader, {level - 1, position});
  if (!tile.ok()) return tile.status();
  return RootOfLeaves(*tile);
}

absl::StatusOr<Frontier> RecomputeFrontier(const store::Reader& reader, uint64_t size) {
  std::vector<std::vector<Digest>> tails(kTileLevels);
  for (unsigned level = 0; level < kTileLevels; ++level) {
    uint64_t end = HashesAtTileLevel(size, level);
    for (uint64_t at = end / kTileWidth * kTileWidth; at < end; ++at) {
      auto hash = HashAt(reader, level, at);
      if (!hash.ok()) return hash.status();
      tails[level].push_back(*hash);
    }
  }
  return Frontier::Create(size, tails);
}

// How many entries the store holds by its last key.
absl::StatusOr<uint64_t> EntriesEnd(const store::Reader& reader) {
  auto it = reader.Iterate(kEntries, "");
  if (!it.ok()) return it.status();
  (*it)->SeekToLast();
  if (!(*it)->Valid()) return (*it)->status().ok() ? absl::StatusOr<uint64_t>(0) : (*it)->status();
  auto last = ParseEntryKey((*it)->key());
  if (!last) return Damaged("the last key of r_entries is not an index");
  return *last + 1;
}

absl::StatusOr<StoredTree> ReadTree(const store::Reader& reader) {
  auto bytes = reader.Get(kMeta, kTreeKey);
  if (!bytes.ok()) return bytes.status();
  auto tree = *bytes ? ParseTree(**bytes) : StoredTree{};
  if (!tree) return Damaged("the right edge in r_meta is not in its form");
  auto end = EntriesEnd(reader);
  if (!end.ok()) return end.status();
  if (*end == tree->size) return *std::move(tree);
  return Damaged(absl::StrCat("r_meta says ", tree->size, " entries, r_entries ends at ", *end));
}

absl::Status CompareEdges(const StoredTree& tree, const Frontier& recomputed) {
  std::vector<Digest> edge = recomputed.Edge();
  uint64_t begin = 0;
  for (size_t i = 0; i < edge.size(); ++i) {
    uint64_t end = begin + std::bit_floor(tree.size - begin);
    if (edge[i] != tree.edge[i]) {
      return Damaged(absl::StrCat("the right edge in r_meta and the entries ", begin, " to ",
                                  end - 1, " with their tiles have different hashes"));
    }
    begin = end;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<uint64_t> Stage::Append(std::string_view entry, store::WriteBatch& batch) {
  if (entry.size() > limits::kEntryBytes) {
    return Refuse(Reason::kTooLarge,
                  absl::StrCat("a log entry has at most ", limits::kEntryBytes, " bytes"));
  }
  uint64_t index = frontier_.size();
  batch.Put(kEntries, EntryKey(index), entry);
  frontier_.Append(LeafHash(entry),
                   [&](unsigned level, uint64_t tile, std::span<const Digest> hashes) {
                     batch.Put(kTiles, FormatTileKey({level, tile}), EncodeTile(hashes));
                   });
  return index;
}

absl::StatusOr<std::unique_ptr<Log>> Log::Open(store::Store& store) {
  auto tree = ReadTree(store);
  if (!tree.ok()) return tree.status();
  auto frontier = RecomputeFrontier(store, tree->size);
  if (!frontier.ok()) return frontier.status();
  if (absl::Status same = CompareEdges(*tree, *frontier); !same.ok()) return same;
  return std::unique_ptr<Log>(new Log(store, *std::move(frontier)));
}

Log::Log(store::Store& store, Frontier frontier) : store_(store) {
  Digest root = frontier.Root();
  state_ = std::make_shared<const State>(State{std::move(frontier), root});
}

std::shared_ptr<const Log::State> Log::Current() const {
  MutexLock lock(&mutex_);
  return state_;
}

Stage Log::Begin() const { return Stage(Current()->frontier); }

absl::Status Log::Commit(const Stage& stage, store::WriteBatch& batch) {
  if (stage.base_ != Current()->frontier.size()) {
    return absl::FailedPreconditionError("the log grew since this stage was begun");
  }
  const Frontier& frontier = stage.frontier_;
  batch.Put(kMeta, kTreeKey, FormatTree({frontier.size(), frontier.Edge()}));
  if (absl::Status written = store_.Write(batch, store::Sync::kYes); !written.ok()) return written;
  auto state = std::make_shared<const State>(State{frontier, frontier.Root()});
  MutexLock lock(&mutex_);
  state_ = std::move(state);
  return absl::OkStatus();
}

TreeHead Log::Head() const {
  auto state = Current();
  return {state->frontier.size(), state->root};
}

absl::StatusOr<std::shared_ptr<const Log::State>> Log::Holding(uint64_t size) const {
  auto state = Current();
  if (size <= state->frontier.size()) return state;
  return absl::OutOfRangeError(
      absl::StrCat("the log has ", state->frontier.size(), " entries, not ", size));
}

absl::StatusOr<std::string> Log::Entry(uint64_t index) const {
  auto state = Current();
  if (index >= state->frontier.size()) {
    return absl::OutOfRangeError(
        absl::StrCat("no entry ", index, " in a log of ", state->frontier.size()));
  }
  return ReadEntry(store_, index);
}

absl::StatusOr<std::shared_ptr<const Log::Expanded>> Log::FullTile(TileKey key) const {
  {
    MutexLock lock(&mutex_);
    if (auto it = cache_.find(key); it != cache_.end()) return it->second;
  }
  auto hashes = ReadTile(store_, key);
  if (!hashes.ok()) return hashes.status();
  auto expanded = std::make_shared<const Expanded>(ExpandTile(*hashes));
  MutexLock lock(&mutex_);
  if (!cache_.emplace(key, expanded).second) return expanded;
  cached_.push_back(key);
  if (cached_.size() > kCachedTiles) {
    cache_.erase(cached_.front());
    cached_.pop_front();
  }
  return expanded;
}

absl::StatusOr<Digest> Log::Node(const State& state, uint8_t level, uint64_t index) const {
  if (auto node = state.frontier.Node(level, index)) return *node;
  const unsigned height = level % kTileHeight;
  const unsigned shift = kTileHeight - height;
  auto tile = FullTile({level / kTileHeight, index >> shift});
  if (!tile.ok()) return tile.status();
  return (**tile)[height][index & ((uint64_t{1} << shift) - 1)];
}

NodeSource Log::Nodes(const State& state) const {
  return [this, &state](uint8_t level, uint64_t index) { return Node(state, level, index); };
}

absl::StatusOr<Digest> Log::RootAt(uint64_t size) const {
  auto state = Holding(size);
  if (!state.ok()) return state.status();
  if (size == (*state)->frontier.size()) return (*state)->root;
  return MakeRoot(size, Nodes(**state));
}

absl::StatusOr<Proof> Log::Inclusion(uint64_t index, uint64_t size) const {
  auto state = Holding(size);
  if (!state.ok()) return state.status();
  return MakeInclusion(index, size, Nodes(**state));
}

absl::StatusOr<Proof> Log::Consistency(uint64_t size1, uint64_t size2) const {
  auto state = Holding(size2);
  if (!state.ok()) return state.status();
  return MakeConsistency(size1, size2, Nodes(**state));
}

absl::StatusOr<std::string> Log::Tile(uint64_t size, unsigned level, uint64_t index) const {
  auto state = Holding(size);
  if (!state.ok()) return state.status();
  uint32_t width = level < kTileLevels ? TileWidth(size, level, index) : 0;
  if (width == 0) return absl::OutOfRangeError("no such tile at this size");
  std::vector<Digest> hashes;
  for (uint64_t i = 0; i < width; ++i) {
    auto hash = Node(**state, static_cast<uint8_t>(level * kTileHeight), index * kTileWidth + i);
    if (!hash.ok()) return hash.status();
    hashes.push_back(*hash);
  }
  return EncodeTile(hashes);
}

absl::StatusOr<std::string> Log::Bundle(uint64_t size, uint64_t index) const {
  auto state = Holding(size);
  if (!state.ok()) return state.status();
  uint32_t width = TileWidth(size, 0, index);
  if (width == 0) return absl::OutOfRangeError("no such entry bundle at this size");
  std::vector<std::string> entries;
  for (uint64_t i = 0; i < width; ++i) {
    auto entry = ReadEntry(store_, index * kTileWidth + i);
    if (!entry.ok()) return entry.status();
    entries.push_back(*std::move(entry));
  }
  return EncodeBundle(entries);
}

}  // namespace entente::audit
