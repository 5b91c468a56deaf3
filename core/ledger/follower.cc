#include "core/ledger/follower.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "core/audit/frontier.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"

namespace entente::ledger {
namespace {

// Roots are made again from the edge before a stretch and at most this many leaves. All of them are
// 8 MB: cosignatures come seconds after the log's own signature.
constexpr size_t kStretchLeaves = 256;
constexpr size_t kStretches = 1024;
constexpr int64_t kMarkEveryMs = 30 * limits::kSecondMs;

}  // namespace

void Follower::Edge::Append(const Digest& leaf) {
  Digest hash = leaf;
  for (int merges = std::countr_one(size); merges > 0; --merges) {
    hash = audit::NodeHash(nodes.back(), hash);
    nodes.pop_back();
  }
  nodes.push_back(hash);
  ++size;
}

Follower::Follower(const Genesis& genesis) : registry_(genesis), root_(audit::EmptyRoot()) {}

Follower Follower::Create(const Genesis& genesis, size_t most_waiting_bytes) {
  Follower follower(genesis);
  follower.most_waiting_bytes_ = most_waiting_bytes;
  return follower;
}

absl::StatusOr<audit::VerifiedCheckpoint> Follower::Verify(std::string_view note) const {
  const auto quorum = registry_.Quorum();
  return audit::VerifyCheckpoint(
      note, registry_.genesis()->checkpoint,
      quorum ? std::span(quorum->witnesses()) : std::span<const audit::VerifierKey>());
}

absl::Status Follower::Fork(std::string_view note, std::string text) {
  fork_ = ForkEvidence{checkpoint_, std::string(note), std::move(text)};
  return ForkStatus();
}

absl::Status Follower::ForkStatus() const { return Refuse(Reason::kFork, fork_->text); }

absl::Status Follower::AddEntries(uint64_t from, std::span<const std::string> entries) {
  if (fork_) return ForkStatus();
  if (from > next_index()) return absl::OutOfRangeError("entries are missing before these");
  const uint64_t known = next_index() - from;
  std::vector<Waiting> added;
  size_t bytes = waiting_bytes_;
  Instant last = waiting_.empty() ? last_instant_ : waiting_.back().instant;
  for (uint64_t i = known; i < entries.size(); ++i) {
    auto entry = ReadFollowed(entries[i]);
    if (!entry.ok()) return entry.status();
    if (entry->instant < last) {
      return Refuse(Reason::kFutureDated, "An entry's instant is before that of the one below it.");
    }
    if (absl::Status status = CheckFirst(from + i, *entry); !status.ok()) return status;
    last = entry->instant;
    added.push_back({last, audit::LeafHash(entries[i]), entry->open ? entries[i] : ""});
    bytes += added.back().bytes();
    if (bytes > most_waiting_bytes_) {
      return Refuse(Reason::kTooLarge,
                    "The log shows more entries than can be held until a checkpoint covers them.");
    }
  }
  waiting_bytes_ = bytes;
  std::move(added.begin(), added.end(), std::back_inserter(waiting_));
  return absl::OkStatus();
}

absl::Status Follower::CheckFirst(uint64_t index, const Entry& entry) const {
  const bool genesis = entry.kind == v1::ENTRY_KIND_GENESIS;
  if (genesis == (index == 0) && (!genesis || entry.body == registry_.genesis().text())) {
    return absl::OkStatus();
  }
  return Refuse(Reason::kProofBad, "A log begins with its genesis file, and has no other.");
}

std::optional<Digest> Follower::RootAt(uint64_t size) const {
  if (size == size_) return root_;
  if (size == 0) return audit::EmptyRoot();
  for (auto stretch = recent_.rbegin(); stretch != recent_.rend(); ++stretch) {
    if (size < stretch->before.size) continue;
    Edge edge = stretch->before;
    for (size_t i = 0; edge.size < size; ++i) edge.Append(stretch->leaves[i]);
    return audit::RootOfEdge(edge.nodes);
  }
  return older_roots_ ? older_roots_(size) : std::nullopt;
}

void Follower::Remember(const Digest& leaf) {
  if (recent_.empty() || recent_.back().leaves.size() == kStretchLeaves) {
    recent_.push_back({.before = edge_, .leaves = {}});
    if (recent_.size() > kStretches) recent_.pop_front();
  }
  recent_.back().leaves.push_back(leaf);
  edge_.Append(leaf);
}

absl::StatusOr<Taken> Follower::Take(std::string_view note, uint64_t at_least) {
  if (fork_) return ForkStatus();
  auto verified = Verify(note);
  if (!verified.ok()) return verified.status();
  const audit::Checkpoint& checkpoint = verified->checkpoint;
  if (checkpoint.size < at_least) {
    return Fork(note, "The log calls newest what is smaller than what it showed before.");
  }
  Taken taken{.seen = Seen::kCovered, .checkpoint = checkpoint, .leaves = {}, .applied = {}};
  if (checkpoint.size > next_index()) {
    taken.seen = Seen::kNeedsEntries;
    return taken;
  }
  if (checkpoint.size > size_) {
    if (absl::Status status = Advance(checkpoint, note, taken.leaves); !status.ok()) return status;
  }
  const auto root = RootAt(checkpoint.size);
  if (!root) {
    taken.seen = Seen::kNeedsProof;
    return taken;
  }
  if (*root != checkpoint.root) {
    return Fork(note, "The log signed another root than the one followed at the same size.");
  }
  if (size_ == 0) checkpoint_ = note;
  if (absl::Status status = Act(note, taken.applied); !status.ok()) return status;
  return taken;
}

absl::Status Follower::Advance(const audit::Checkpoint& checkpoint, std::string_view note,
                               std::vector<Digest>& leaves) {
  const size_t count = checkpoint.size - size_;
  Edge edge = edge_;
  for (size_t i = 0; i < count; ++i) edge.Append(waiting_[i].leaf);
  if (audit::RootOfEdge(edge.nodes) != checkpoint.root) {
    return Fork(note, "The log signed a root that its entries do not give.");
  }
  for (size_t i = 0; i < count; ++i) {
    Waiting& next = waiting_.front();
    Remember(next.leaf);
    leaves.push_back(next.leaf);
    if (marks_.empty() || next.instant - marks_.back().instant >= kMarkEveryMs) {
      marks_.push_back({size_ + i, next.instant});
    }
    last_instant_ = next.instant;
    waiting_bytes_ -= next.bytes();
    if (!next.open.empty()) pending_.push_back({size_ + i, next.leaf, std::move(next.open)});
    waiting_.pop_front();
  }
  size_ = checkpoint.size;
  root_ = checkpoint.root;
  checkpoint_ = note;
  return absl::OkStatus();
}

// A quorum acts from its own place on: what stands above it needs its cosignatures, which the same
// note may have.
absl::Status Follower::Act(std::string_view note, std::vector<OpenEntryApplied>& applied) {
  for (uint64_t number = registry_.quorum_number();; number = registry_.quorum_number()) {
    const auto verified = Verify(note);
    if (!verified.ok()) return verified.status();
    if (!NoteQuorum(*verified, note)) return absl::OkStatus();
    while (!pending_.empty() && pending_.front().index < verified->checkpoint.size &&
           registry_.quorum_number() == number) {
      applied.push_back(ApplyOpen(pending_.front()));
      pending_.pop_front();
    }
    if (registry_.quorum_number() == number) return absl::OkStatus();
  }
}

// Whether the quorum in force stands behind it.
bool Follower::NoteQuorum(const audit::VerifiedCheckpoint& verified, std::string_view note) {
  const auto quorum = registry_.Quorum();
  if (!quorum) return true;
  const auto since = quorum->MetSince(verified.cosignatures);
  if (!since) return false;
  if (verified.checkpoint.size < witnessed_.size) return true;
  if (verified.checkpoint.size > witnessed_.size) CheckInstants(verified.checkpoint.size, *since);
  const uint64_t time = std::max(witnessed_.time, *since);
  if (verified.checkpoint.size > witnessed_.size || time > witnessed_.time) {
    witnessed_ = {verified.checkpoint.size, time, std::string(note)};
  }
  return true;
}

// What the quorum before had not seen was not in the log then, as far as this follower was there
// for both. Instants never decrease, so the first mark and the last say it of all.
void Follower::CheckInstants(uint64_t size, uint64_t time) {
  const auto instant_of = [](uint64_t seconds) {
    return Instant{static_cast<int64_t>(seconds) * limits::kSecondMs};
  };
  const auto above = std::ranges::lower_bound(marks_, size, {}, &Mark::index);
  if (above == marks_.begin()) return;
  const Mark& first = marks_.front();
  const Mark& last = *std::prev(above);
  if (witnessed_.time != 0 && first.index >= witnessed_.size &&
      instant_of(witnessed_.time) - first.instant > limits::kClockToleranceMs) {
    wrong_instants_.push_back({first.index, first.instant, true});
  }
  if (last.instant - instant_of(time) > limits::kClockToleranceMs) {
    wrong_instants_.push_back({last.index, last.instant, false});
  }
  marks_.erase(marks_.begin(), above);
}

OpenEntryApplied Follower::ApplyOpen(const Pending& pending) {
  const auto entry = ReadEntry(pending.open);
  return {.open = {.index = pending.index, .entry = pending.open},
          .effect = entry.ok() ? registry_.Apply(pending.index, pending.leaf, entry->kind,
                                                 entry->instant, entry->body)
                               : entry.status()};
}

absl::StatusOr<audit::Checkpoint> Follower::TakeOlder(std::string_view note,
                                                      std::span<const Digest> consistency) {
  if (fork_) return ForkStatus();
  auto verified = Verify(note);
  if (!verified.ok()) return verified.status();
  const audit::Checkpoint& checkpoint = verified->checkpoint;
  if (checkpoint.size == 0 || checkpoint.size > size_) {
    return absl::OutOfRangeError("not an older checkpoint");
  }
  const absl::Status consistent =
      audit::VerifyConsistency(checkpoint.size, size_, consistency, checkpoint.root, root_);
  if (!consistent.ok()) return consistent;
  return checkpoint;
}

}  // namespace entente::ledger
