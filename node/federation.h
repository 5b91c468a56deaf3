// What this node knows of its federation: the log followed and kept in the store, the texts that
// open entries name, and how freshly all of it is known. A fork stops everything and stays known.
//
// Not thread-safe. Changes are kept in two steps: AddChanges(batch), and OnKept() once the batch is
// written; until then they are repeated in the next batch.
// Errors: refusals of core/ledger/follower.h; DATA_LOSS for a store that contradicts itself.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/audit/checkpoint.h"
#include "core/base/limits.h"
#include "core/ledger/follower.h"
#include "core/ledger/genesis.h"
#include "core/ledger/registry.h"
#include "core/store/store.h"
#include "entente/v1/broker.pb.h"
#include "node/mirror.h"
#include "policy/model.h"
#include "policy/vocabulary.h"

namespace entente::node {

class Federation {
 public:
  // The store must outlive it.
  static absl::StatusOr<Federation> Open(ledger::Genesis genesis, const store::Store& store);

  const ledger::Genesis& genesis() const { return genesis_; }
  // After all open entries followed so far.
  const ledger::Registry& registry() const { return follower_.registry(); }
  uint64_t size() const { return follower_.size(); }
  // The last signed note taken at that size; empty before the first.
  const std::string& checkpoint() const { return follower_.checkpoint(); }

  v1::GetEntriesRequest NextEntries() const;
  // What began to act by this answer, in order.
  absl::StatusOr<std::vector<ledger::OpenEntryApplied>> OnEntries(
      const v1::GetEntriesRequest& request, const v1::GetEntriesResponse& response, Instant now);
  // A checkpoint is known that goes beyond what is followed.
  bool behind() const { return target_ > follower_.size(); }

  // The checkpoint of a response, once everything in it is followed and every open entry below it
  // acts; nullopt while that is not so: ask again after OnEntries. Not OK: no honest broker gave
  // it.
  absl::StatusOr<std::optional<audit::Checkpoint>> Cover(std::string_view note, Instant now);
  // Whether this note's tree is the one followed; as Engine::Follows.
  absl::StatusOr<bool> Follows(std::string_view note);
  // What began to act by Cover() and Follows() since the last call.
  std::vector<ledger::OpenEntryApplied> TakeApplied();

  // Of the newest entry that a verified checkpoint covers; 0 before the first.
  Instant last_entry() const { return follower_.last_instant(); }
  // Unix milliseconds of the last look at the log's newest state; 0 before the first since start.
  Instant seen() const { return seen_; }

  // ---- the quorum

  // "none", or how many votes of how many are asked: "3 of 4".
  std::string QuorumWords() const;
  // Up to where a quorum has cosigned; everything with quorum none.
  uint64_t acted() const { return follower_.acted(); }
  bool IsWitnessed(uint64_t log_index) const { return log_index < acted(); }
  // At which a quorum stood behind what is known; 0 before the first, and with quorum none.
  Instant witnessed() const;
  // The newest note with a quorum; empty before the first, and with quorum none.
  const std::string& witnessed_note() const { return follower_.witnessed().note; }
  // Since when there has been something that no quorum has cosigned yet; nullopt when there is
  // nothing.
  std::optional<Instant> UnwitnessedSince() const;
  // What was put into the log with an instant that cannot be, by what witnesses said when they
  // cosigned; each is given once.
  std::vector<ledger::WrongInstant> TakeWrongInstants() { return follower_.TakeWrongInstants(); }

  // Whether the broker admits records of this format version, as far as it ever said. With a quorum
  // it knows all that this release does.
  bool BrokerReads(uint32_t format_version) const;

  // ---- what other members saw of the log

  // A checkpoint that this origin had followed. OK when it fits what is known here, or goes beyond
  // it: then it is compared when that has been followed. Refusal fork when it does not fit;
  // bad-signature or malformed when it is none of this log.
  absl::Status Hear(const std::string& origin, std::string_view note);
  // The largest size that somebody has seen and the broker does not show us, whose it is, and since
  // when we know; nullopt when there is none.
  struct Beyond {
    std::string origin;
    uint64_t size = 0;
    Instant since;  // of the first call of OnEntries after it was heard
  };
  std::optional<Beyond> BeyondUs() const;
  // The two notes that contradict each other, when that has happened.
  const std::optional<ledger::ForkEvidence>& fork() const { return fork_; }
  // Proof of it for anyone, in the form of core/audit/fork_proof.h; FAILED_PRECONDITION when the
  // hashes are not here.
  absl::StatusOr<std::string> ProveFork() const;

  // OK, or refusal below-quorum: what is known is older than limits::kQuorumFreshnessMs, by the
  // cosignatures' times when there is a quorum. Refusal fork when the log contradicts itself.
  absl::Status CheckFresh(Instant now) const;
  absl::Status CheckFork() const;

  // Texts of federation files, and of this jurisdiction's policy, that a decision at `instant`
  // under that state needs and this node lacks. They are asked for from now on.
  bool LacksTexts(const ledger::Registry& registry, std::string_view jurisdiction, Instant instant,
                  Instant now);
  struct AwaitedText {
    ledger::MissingText text;
    Instant since;
    Instant last;  // that something waited for it

    bool Stands(Instant now) const { return now - last <= limits::kQuorumFreshnessMs; }
  };
  // By digest. What nothing waits for any more does not stand.
  const std::map<Digest, AwaitedText>& awaited() const { return awaited_; }
  // Digests of texts to ask for: those refused in the last hour left out.
  std::vector<Digest> MissingTexts(Instant now) const;
  // The broker does not give it to us.
  void OnTextRefused(const Digest& digest, Instant now) { refused_texts_[digest] = now; }
  // Refusal proof-bad when it is not the text of that digest.
  absl::Status OnText(const Digest& digest, std::string_view text);

  // The state after the first `number` open entries. Refusal snapshot-behind when this node has not
  // followed so far.
  absl::StatusOr<ledger::Registry> RegistryAt(uint64_t number);
  // The snapshot number that whoever decided at this place of the log had to know at least: open
  // entries below `log_index` that were logged limits::kQuorumFreshnessMs before `instant`.
  uint64_t LeastSnapshot(uint64_t log_index, Instant instant) const;
  // The snapshot number that a decision must rest on to be acted on by whoever was delivered it at
  // `taken`: of the newest entry that changed what decisions rest on, of those logged
  // limits::kQuorumFreshnessMs before.
  uint64_t LeastPolicy(Instant taken) const;
  // Open entries below this place of the log.
  uint64_t SnapshotsBelow(uint64_t log_index) const;

  bool changed() const { return unsaved_ || !unsaved_open_.empty() || !unsaved_texts_.empty(); }
  void AddChanges(store::WriteBatch& batch) const;
  void OnKept();

 private:
  struct Place {
    uint64_t index;
    Instant instant;
  };
  struct Remembered {
    uint64_t number;
    ledger::Registry registry;
  };

  Federation(ledger::Genesis genesis, const store::Store& store, ledger::Follower follower)
      : genesis_(std::move(genesis)), store_(&store), follower_(std::move(follower)) {}

  absl::StatusOr<ledger::Taken> Take(std::string_view note, uint64_t at_least);
  absl::Status TakeWitnessed(std::string_view note, std::vector<ledger::OpenEntryApplied>& applied);
  void NoteUnwitnessed(Instant now);
  absl::Status Compare(Instant now);
  void Backfill(const v1::GetEntriesRequest& request, std::span<const std::string> entries);
  absl::Status LoadHeard();
  void Remember(const ledger::OpenEntryApplied& applied);
  absl::StatusOr<ledger::Registry> Rebuild(uint64_t number) const;
  absl::Status LoadTexts();

  ledger::Genesis genesis_;
  const store::Store* store_;
  ledger::Follower follower_;
  std::vector<Place> open_;  // of the open entries, in order
  std::map<Digest, std::string> texts_;
  std::map<Digest, Instant> refused_texts_;
  std::map<Digest, AwaitedText> awaited_;
  std::deque<Remembered> recent_;  // newest last
  std::vector<ledger::OpenEntryApplied> applied_;
  uint64_t target_ = 0;
  Instant seen_;
  uint64_t unwitnessed_below_ = 0;  // the size that was waited for since unwitnessed_since_
  Instant unwitnessed_since_;
  std::optional<ledger::ForkEvidence> fork_;
  std::unique_ptr<Mirror> mirror_;
  uint32_t broker_format_ = 0;
  struct Heard {
    std::string note;
    uint64_t size = 0;
    Instant since;
  };
  std::map<std::string, Heard> heard_;  // by origin, what goes beyond us

  // Not yet kept.
  std::set<std::string> unsaved_heard_;  // origins
  std::vector<ledger::OpenEntryApplied> unsaved_open_;
  std::vector<Digest> unsaved_texts_;
  bool unsaved_ = false;
};

}  // namespace entente::node
