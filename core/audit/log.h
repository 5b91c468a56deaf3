// The append-only log in a store: entries, full tiles, and the right edge.
//
//   r_entries     u64 index              -> entry bytes
//   r_tiles       u8 level || u64 index  -> 256 hashes of 32 bytes
//   r_meta        "tree"                 -> u64 size || complete subtrees, largest first
//   l_checkpoint  "last"                 -> the last signed checkpoint (checkpoint_keeper.h)
//
// Thread safety: Log is thread-safe. Stages are made, and committed, by one thread at a time (the
// committer); readers see the committed tree only.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/audit/frontier.h"
#include "core/audit/log_format.h"
#include "core/audit/merkle.h"
#include "core/base/mutex.h"
#include "core/store/store.h"

namespace entente::audit {

inline constexpr store::Family kEntries = "r_entries";
inline constexpr store::Family kTiles = "r_tiles";
inline constexpr store::Family kMeta = "r_meta";
inline constexpr store::Family kCheckpoint = "l_checkpoint";
// What a store must be opened with to hold a log.
inline constexpr store::Family kLogFamilies[] = {kEntries, kTiles, kMeta, kCheckpoint};

struct TreeHead {
  uint64_t size = 0;
  Digest root{};
  friend bool operator==(const TreeHead&, const TreeHead&) = default;
};

// Entries on their way into the log. Dropping it takes everything back, as long as the caller drops
// its batch too. Not thread-safe.
class Stage {
 public:
  // Adds the puts for `entry` to `batch` and returns its index. Refusal too-large above
  // limits::kEntryBytes; nothing is staged then.
  absl::StatusOr<uint64_t> Append(std::string_view entry, store::WriteBatch& batch);
  // The tree with everything staged so far.
  TreeHead Head() const { return {frontier_.size(), frontier_.Root()}; }
  uint64_t size() const { return frontier_.size(); }

 private:
  friend class Log;
  explicit Stage(Frontier frontier) : base_(frontier.size()), frontier_(std::move(frontier)) {}

  uint64_t base_;
  Frontier frontier_;
};

class Log {
 public:
  // Reads O(log n): recomputes the right edge from tiles and entries and compares it with the
  // stored one. DATA_LOSS, with what differs and what to do, when they are not the same. The store
  // must outlive the log.
  static absl::StatusOr<std::unique_ptr<Log>> Open(store::Store& store);

  Stage Begin() const;
  // Adds the right edge to `batch`, writes all of it synced, and only then makes the staged entries
  // part of the log. FAILED_PRECONDITION when another stage was committed since Begin(); else the
  // store's errors: then the log is as before. After disk-full the same stage and batch may be
  // tried again; after any other error the log must be opened anew, because the batch may have
  // reached the disk.
  absl::Status Commit(const Stage& stage, store::WriteBatch& batch);

  // Everything below speaks of committed, synced entries. OUT_OF_RANGE beyond them, DATA_LOSS when
  // the store lacks what it must hold.
  TreeHead Head() const;
  absl::StatusOr<std::string> Entry(uint64_t index) const;
  absl::StatusOr<Digest> RootAt(uint64_t size) const;
  absl::StatusOr<Proof> Inclusion(uint64_t index, uint64_t size) const;
  absl::StatusOr<Proof> Consistency(uint64_t size1, uint64_t size2) const;
  // For export: the tile or bundle as it is in a tree of `size` leaves, full or partial.
  absl::StatusOr<std::string> Tile(uint64_t size, unsigned level, uint64_t index) const;
  absl::StatusOr<std::string> Bundle(uint64_t size, uint64_t index) const;

 private:
  struct State {
    Frontier frontier;
    Digest root;
  };
  // A full tile with the subtrees inside it, by binary level.
  using Expanded = std::array<std::vector<Digest>, 8>;

  Log(store::Store& store, Frontier frontier);

  std::shared_ptr<const State> Current() const;
  absl::StatusOr<Digest> Node(const State& state, uint8_t level, uint64_t index) const;
  absl::StatusOr<std::shared_ptr<const Expanded>> FullTile(TileKey key) const;
  NodeSource Nodes(const State& state) const;
  absl::StatusOr<std::shared_ptr<const State>> Holding(uint64_t size) const;

  store::Store& store_;
  mutable Mutex mutex_;
  std::shared_ptr<const State> state_ ABSL_GUARDED_BY(mutex_);
  mutable std::map<TileKey, std::shared_ptr<const Expanded>> cache_ ABSL_GUARDED_BY(mutex_);
  mutable std::deque<TileKey> cached_ ABSL_GUARDED_BY(mutex_);  // oldest first
};

}  // namespace entente::audit
