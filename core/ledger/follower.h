// Follows a log that is not trusted: takes its entries in order, acts on them only when a signed
// checkpoint covers them, and recognizes a fork. The same engine in nodes and auditors.
//
// Two sizes: size(), up to which the log's own signature covers what was taken, and acted(), up to
// which a quorum of witnesses has cosigned and open entries act. With quorum none they are one.
//
// How to drive it: GetEntries(next_index()) -> AddEntries -> Take(checkpoint of the response).
// Every other checkpoint that is seen goes through Take as well, before anything under it is used.
//
// Thread safety: none. Ownership: owns its state; registry() is copied cheaply by who keeps it.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/audit/checkpoint.h"
#include "core/audit/merkle.h"
#include "core/ledger/entry.h"
#include "core/ledger/registry.h"

namespace entente::ledger {

// An open entry as it stands in the log.
struct OpenEntry {
  uint64_t index = 0;
  std::string entry;
};

// One that began to act. `effect` is not OK when its statement was invalid: it has no effect on the
// registry, and an alarm is due.
struct OpenEntryApplied {
  OpenEntry open;  // to be kept: Restore needs them all, in order
  absl::Status effect;
};

enum class Seen : uint8_t {
  kCovered,       // the tree at that size is the one followed here: what is in it may be used
  kNeedsEntries,  // it goes beyond the entries added: fetch from next_index(), then Take it again
  kNeedsProof,    // older than what is remembered: fetch a consistency proof, then TakeOlder
};

struct Taken {
  Seen seen = Seen::kCovered;
  audit::Checkpoint checkpoint;
  std::vector<Digest> leaves;             // by which size() grew in this call
  std::vector<OpenEntryApplied> applied;  // what began to act by this call, in order
};

// An entry below a checkpoint that a quorum has cosigned, and none below the one before it, bears
// an instant that does not fit the times at which they did.
struct WrongInstant {
  uint64_t log_index = 0;
  Instant instant;
  bool back_dated = false;  // before the quorum that had not seen it; else after the one that has
};

// Two signed notes that cannot both be honest, or one and the entries that were given with it.
struct ForkEvidence {
  std::string trusted;  // the last note that was taken; empty before the first
  std::string refused;
  std::string text;  // what is wrong, one sentence
};

class Follower {
 public:
  // What waits for a checkpoint takes some 100 bytes for each sealed entry, and open ones whole.
  static constexpr size_t kMostWaitingBytes = 512 * 1024 * 1024;

  // Begins at size 0.
  static Follower Create(const Genesis& genesis, size_t most_waiting_bytes = kMostWaitingBytes);
  // Resumes from Save() and every open entry that was applied before, in order. DATA_LOSS when they
  // do not belong together, or to this genesis.
  static absl::StatusOr<Follower> Restore(const Genesis& genesis, std::string_view saved,
                                          std::span<const OpenEntry> open_entries);
  // Some kilobytes. To be persisted with the open entries, in one step, after Take.
  std::string Save() const;

  // The size up to which a signed checkpoint covers what was taken.
  uint64_t size() const { return size_; }
  // The size of the newest checkpoint with a quorum that was taken: open entries below it act.
  uint64_t acted() const { return registry_.Quorum() ? witnessed_.size : size_; }
  // Nothing at this index or above may be judged: an open entry there does not act yet.
  uint64_t judged_below() const { return pending_.empty() ? size_ : pending_.front().index; }
  struct Witnessed {
    uint64_t size = 0;
    uint64_t time = 0;  // Unix seconds, the newest at which a quorum stood behind what was taken
    std::string note;   // empty before the first
  };
  const Witnessed& witnessed() const { return witnessed_; }
  // Found since the last call, by Take.
  std::vector<WrongInstant> TakeWrongInstants() { return std::exchange(wrong_instants_, {}); }
  const Digest& root() const { return root_; }
  // Of the newest entry below size(); 0 before the first.
  Instant last_instant() const { return last_instant_; }
  // The last note taken at that size; empty at size 0.
  const std::string& checkpoint() const { return checkpoint_; }
  // The index to fetch from: entries below are covered or waiting for a checkpoint.
  uint64_t next_index() const { return size_ + waiting_.size(); }
  const Registry& registry() const { return registry_; }
  // The root that the tree followed here had at a size that is not remembered any more; nullopt
  // when who is asked does not know it. With it no checkpoint needs a proof.
  using RootSource = std::function<std::optional<Digest>(uint64_t size)>;
  void SetOlderRoots(RootSource source) { older_roots_ = std::move(source); }

  // Texts come by another way; they change nothing that is saved here.
  void SetText(std::string_view text) { registry_.SetText(text); }

  // Entries `from`, `from` + 1, …; those already here are passed over. They wait for a checkpoint.
  // Refusal of ReadFollowed for one that is none; future-dated when an instant decreases; proof-bad
  // when the first is not the genesis entry, or a later one is; too-large when more would wait than
  // may; OUT_OF_RANGE when `from` is above next_index(). On an error nothing was taken.
  absl::Status AddEntries(uint64_t from, std::span<const std::string> entries);

  // Cosignatures in the note count; for a quorum they may stand under an older size as well, since
  // witnesses come later than the log.
  // Refusal bad-signature, malformed, too-large: not a checkpoint of this log. Refusal fork:
  // another root than followed here, or a size below `at_least`: pass size() as it was when the
  // broker was asked for its newest, 0 when an older one is no fault. A fork is remembered: fork()
  // holds the evidence, and every later call gives the same refusal.
  absl::StatusOr<Taken> Take(std::string_view note, uint64_t at_least = 0);
  // For kNeedsProof: that the tree followed here, at size(), begins with this checkpoint's. Refusal
  // proof-bad when it was not shown: ask again; a log that does not show it within a minute counts
  // as forked. OUT_OF_RANGE for a checkpoint that is not older. Else as Take.
  absl::StatusOr<audit::Checkpoint> TakeOlder(std::string_view note,
                                              std::span<const Digest> consistency);

  const std::optional<ForkEvidence>& fork() const { return fork_; }

 private:
  // The right edge of a tree: complete subtrees, largest first.
  struct Edge {
    uint64_t size = 0;
    std::vector<Digest> nodes;
    void Append(const Digest& leaf);
  };
  // Leaves that follow an edge, by which roots of recent sizes are made again.
  struct Stretch {
    Edge before;
    std::vector<Digest> leaves;
  };
  // An open entry that a checkpoint covers and no quorum yet.
  struct Pending {
    uint64_t index = 0;
    Digest leaf{};
    std::string open;
  };
  struct Waiting {
    Instant instant;
    Digest leaf{};
    std::string open;  // the bytes of an open entry; of a sealed one none are needed

    size_t bytes() const { return sizeof(Waiting) + open.size(); }
  };

  explicit Follower(const Genesis& genesis);
  absl::Status CheckFirst(uint64_t index, const Entry& entry) const;
  absl::StatusOr<audit::VerifiedCheckpoint> Verify(std::string_view note) const;
  absl::Status Fork(std::string_view note, std::string text);
  absl::Status ForkStatus() const;
  void Remember(const Digest& leaf);
  // nullopt: older than what is remembered. Precondition: size <= size_.
  std::optional<Digest> RootAt(uint64_t size) const;
  absl::Status Advance(const audit::Checkpoint& checkpoint, std::string_view note,
                       std::vector<Digest>& leaves);
  absl::Status Act(std::string_view note, std::vector<OpenEntryApplied>& applied);
  bool NoteQuorum(const audit::VerifiedCheckpoint& verified, std::string_view note);
  void CheckInstants(uint64_t size, uint64_t time);
  absl::Status RestoreOpen(std::span<const OpenEntry> open_entries);
  OpenEntryApplied ApplyOpen(const Pending& pending);

  Registry registry_;
  uint64_t size_ = 0;
  Digest root_{};
  std::string checkpoint_;
  Instant last_instant_;
  Edge edge_;
  std::deque<Stretch> recent_;
  std::deque<Pending> pending_;
  Witnessed witnessed_;
  // Of entries that no quorum has cosigned: each first one of half a minute.
  struct Mark {
    uint64_t index = 0;
    Instant instant;
  };
  std::deque<Mark> marks_;
  std::vector<WrongInstant> wrong_instants_;
  std::deque<Waiting> waiting_;
  size_t waiting_bytes_ = 0;
  size_t most_waiting_bytes_ = kMostWaitingBytes;
  std::optional<ForkEvidence> fork_;
  RootSource older_roots_;
};

}  // namespace entente::ledger
