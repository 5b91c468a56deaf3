// The broker's engine: admits, commits, delivers. It owns no thread, clock, randomness, socket or
// disk: a shell drives it.
//
//   threads of the shell      Admit... -> Command  ─┐
//   one committer thread                            └> Commit(commands) -> one synced write, then
//                                                      checkpoint; then it may be acknowledged
//   threads of the shell      Answer..., Fetch, texts, transparency: read what is committed
//
// Promises: nothing is delivered or acknowledged that is not in a tree whose signed checkpoint is
// on disk. A commit reaches the store whole or not at all. A number submitted twice is committed
// once. What a recipient did not acknowledge is fetched again.
// Not promised: that a commit which failed was not written (after INTERNAL the store may hold it;
// open again, and submitting again gives the first receipt).
//
// Thread safety: Commit from one thread at a time; everything else from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "broker/admission.h"
#include "broker/apply.h"
#include "broker/fetch.h"
#include "broker/grants.h"
#include "broker/publications.h"
#include "broker/row_sums.h"
#include "core/audit/checkpoint_keeper.h"
#include "core/base/mutex.h"
#include "core/crypto/sign.h"
#include "core/ledger/genesis.h"

namespace entente::broker {

struct BrokerKeys {
  crypto::SigningKey checkpoint;
  crypto::SigningKey receipt;
  crypto::SigningKey note;
};

// Writes entry 0 with the genesis file into an empty store. ALREADY_EXISTS when it holds a log;
// INVALID_ARGUMENT when the file is refused or the keys are not those it names.
absl::Status InitLog(store::Store& store, std::string_view genesis_file, const BrokerKeys& keys);

struct CommitResult {
  // One for each command, in order. Refusals of one command do not touch the others:
  // snapshot-behind means admit again; the rest is final.
  std::vector<absl::StatusOr<Applied>> applied;
  std::set<std::string> delivered_to;  // agencies with something new in their mailbox
  uint64_t tree_size = 0;              // of the checkpoint that was stored and covers all of it
};

class Engine {
 public:
  // The store (opened with kBrokerFamilies) outlives the engine. Recomputes the log's edge, holds
  // it against the high-water file, replays the open entries, counts mailboxes.
  // FAILED_PRECONDITION: no log yet (InitLog), the genesis file is not the one in entry 0, keys
  // that genesis does not name, or a clock more than the tolerance behind the log. DATA_LOSS: see
  // core/audit; the log is then not served and never signed over.
  // `hold_file` is asked for each attachment of a submission; without one no attachment is here.
  static absl::StatusOr<std::unique_ptr<Engine>> Open(store::Store& store,
                                                      std::string_view genesis_file,
                                                      BrokerKeys keys, QuotaLimits quotas,
                                                      Instant now, HoldFile hold_file = NoFiles());

  // ---- admission

  std::shared_ptr<const View> view() const;
  absl::StatusOr<Admitted> AdmitSubmission(const v1::Submission& submission, const AgencyId& caller,
                                           Instant now, Random& random) const;
  // nullopt: acknowledged before, nothing to do. A long range is taken in steps: ask again until
  // there is nothing to do. proof-bad: the acknowledgements are not exactly
  // those of the records delivered in the range; bad-signature, key-unknown, wrong-agency.
  absl::StatusOr<std::optional<Command>> AdmitAcknowledgement(
      const v1::PullAcknowledge& acknowledge, const AgencyId& caller, Instant now,
      Random& random) const;
  // The statement carries its own authority, so the caller only needs a certificate of the
  // federation: this is how the first agency comes in. The log index when the same was published
  // before. Else refusals of ledger::Registry::Check and CheckText.
  absl::StatusOr<std::variant<Command, uint64_t>> AdmitPublication(
      const v1::PublishRequest& request, Instant now, Random& random) const;
  // Commands for at most `max` records whose time is over: past their expiry, or 30 days in a
  // mailbox. Empty when there is none. Call it every minute.
  absl::StatusOr<std::vector<Command>> Expired(Instant now, size_t max, Random& random);

  // ---- commit

  // Applies the commands in order, writes all of it in one synced batch, then stores the signed
  // checkpoint. Also with no command (publishes a checkpoint that could not be stored before).
  // Refusal disk-full: nothing is acknowledged; it may be tried again (what was written without
  // its checkpoint answers as a repetition). Other errors: the engine refuses every later commit
  // until it is opened again.
  absl::StatusOr<CommitResult> Commit(std::span<const Command> commands);

  // ---- answers

  struct Outcome {
    uint64_t number = 0;
    absl::StatusOr<uint64_t> log_index;  // or why not
  };
  // Evidence for each committed outcome, refusals, the latest checkpoint, and one receipt over the
  // committed ones. What does not fit a message is left out from the end; at least one result fits.
  // Every index must be covered by the latest checkpoint.
  absl::StatusOr<v1::SubmitResponse> AnswerSubmissions(const AgencyId& caller,
                                                       std::span<const Outcome> outcomes) const;

  LanePositions Acknowledged(const AgencyId& agency) const;
  // What stands in the agency's mailbox after these positions, urgent first, at most `max` and at
  // most about limits::kMessageBytes, with the checkpoint that covers it. Empty: nothing new, or
  // Undecided() comes first.
  // Refusals wrong-agency, agency-suspended for one that was named and is not admitted now: what
  // waits goes on waiting.
  absl::StatusOr<v1::PullResponse> Fetch(const AgencyId& agency, LanePositions after, size_t max,
                                         Instant now) const;

  // Commands for what Fetch stops at: records whose decision was made under an older state, or
  // would come out otherwise by now, must be decided again before they leave. Empty: there is none.
  absl::StatusOr<std::vector<Command>> Undecided(const AgencyId& agency, LanePositions after,
                                                 Instant now, Random& random) const;

  // ---- attachments

  // Refusals wrong-agency, agency-suspended: who may not upload or fetch at `now`.
  absl::Status CheckAdmitted(const AgencyId& agency, Instant now) const;
  // The file that the log released to `agency` with this section and that it may fetch at `now`.
  // Refusal attachment-missing, in the same words whatever is there; those of CheckAdmitted.
  absl::StatusOr<OwnedFile> GrantedTo(const AgencyId& agency, std::string_view record_hash,
                                      std::string_view section_id, Instant now) const;
  // Drops the grants that are over, and names the files that the others refer to. From any thread,
  // beside Commit. Not OK: no file may be dropped.
  absl::StatusOr<std::set<OwnedFile>> SweepGrants(Instant now);

  // NOT_FOUND; not-authorised for another jurisdiction's policy that does not say explain =
  // "public"; wrong-agency, agency-suspended.
  absl::StatusOr<std::string> GetText(const Digest& digest, const AgencyId& caller,
                                      Instant now) const;

  // The last checkpoint that is stored.
  audit::CheckpointKeeper::Signed LatestCheckpoint() const;
  // At most `limit` and at most about limits::kMessageBytes. OUT_OF_RANGE beyond the checkpoint.
  absl::StatusOr<v1::GetEntriesResponse> Entries(uint64_t from, uint32_t limit) const;
  // OUT_OF_RANGE beyond the checkpoint.
  absl::StatusOr<audit::Proof> Consistency(uint64_t from, uint64_t to) const;
  absl::StatusOr<Digest> RootAt(uint64_t size) const;

  // For the metrics.
  Usage::Count UsageOf(const AgencyId& agency) const { return usage_.Of(agency.text()); }

 private:
  Engine(store::Store& store, ledger::Genesis genesis, BrokerKeys keys, QuotaLimits quotas,
         HoldFile hold_file);
  static HoldFile NoFiles();

  absl::Status DropStillOver(const std::set<std::string>& keys, Instant instant,
                             std::set<OwnedFile>& files);
  absl::Status OpenLog();
  absl::Status Replay();
  absl::Status LoadSums();
  absl::Status ReplayOne(uint64_t index, Instant last, View& view);
  absl::Status Write(Transaction& transaction);
  absl::Status WriteSummed(Transaction& transaction);
  absl::Status Publish();
  absl::StatusOr<v1::SubmissionResult> ResultFor(const Outcome& outcome, uint64_t tree_size,
                                                 std::string_view reader,
                                                 v1::Receipt& receipt) const;
  absl::StatusOr<v1::Evidence> EvidenceAt(uint64_t log_index, uint64_t tree_size) const;
  absl::Status AddTold(uint64_t log_index, uint64_t tree_size, v1::SubmissionResult& result) const;
  absl::StatusOr<v1::Evidence> EvidenceFor(uint64_t log_index, uint64_t tree_size,
                                           std::string_view reader, v1::Receipt& receipt) const;

  store::Store& store_;
  const ledger::Genesis genesis_;
  const BrokerKeys keys_;
  const QuotaLimits quotas_;
  const HoldFile hold_file_;
  std::unique_ptr<audit::Log> log_;
  std::unique_ptr<audit::CheckpointKeeper> keeper_;
  Submissions submissions_;
  Mailboxes mailboxes_;
  Usage usage_;
  Publications publications_;
  mutable record::VerifiedRoots verified_;
  // The committer's own.
  bool broken_ = false;                 // a write failed and its end is not known
  std::set<std::string> delivered_to_;  // written, but without a checkpoint yet
  Mutex grants_mutex_;                  // held by whoever writes l_grants
  RowSums sums_ ABSL_GUARDED_BY(grants_mutex_);
  mutable Mutex mutex_;
  std::shared_ptr<const View> view_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace entente::broker
