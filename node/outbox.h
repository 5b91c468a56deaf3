// What leaves: drafts that are sealed, signed and numbered when the state of the federation is
// known freshly, gap notes and pair heads. Everything is on disk before it is sent, and is sent
// again under the same number until its evidence is verified. Not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/audit/checkpoint.h"
#include "core/base/instant.h"
#include "core/base/limits.h"
#include "core/ledger/receipt.h"
#include "core/record/seal.h"
#include "core/record/statements.h"
#include "entente/v1/broker.pb.h"
#include "node/ground.h"
#include "node/pairs.h"
#include "node/sent.h"
#include "node/state.pb.h"

namespace entente::node {

class Outbox {
 public:
  // Finds the drafts that wait. The ground must outlive it.
  static absl::StatusOr<Outbox> Open(Ground& ground);

  // A draft that is on disk.
  void AddDraft(const state::SentRecord& sent);
  void Forget(const state::SentRecord& sent);
  // Everything under way may be sent again; in smaller pieces, should the size have been the cause.
  void OnLoss();
  // When the oldest submission was offered of those that have had no answer; nullopt for none.
  // `from`: the broker is not blamed for what was before.
  std::optional<Instant> Unanswered(Instant from) const;

  absl::StatusOr<std::optional<v1::SubmitRequest>> Next(Instant now);
  // Takes the response; Process() settles it once the log is followed far enough.
  void OnResponse(v1::SubmitResponse response);
  absl::Status Process(Instant now);

  // A gap note for every number that was closed. Into the outbox, committed.
  absl::Status AddGapNotes(Instant now);
  // A statement for every recall, erasure, fetched attachment, restriction and answer to one that
  // is owed. Into the outbox, committed.
  absl::Status AddOwed(Instant now);
  // Something is being sent: what can wait should not take the line from it.
  bool IsSending() const { return !under_way_.empty(); }
  // A pair head for every partner whose last one is a day old. Into the outbox, committed.
  absl::Status AddPairHeads(Instant now);
  // Drafts, and submissions without evidence yet.
  absl::StatusOr<uint64_t> Waiting() const;

 private:
  // Urgent first, then the oldest.
  using DraftKey = std::tuple<int, uint64_t, std::string>;
  struct Sealed {
    state::SentRecord sent;
    state::SentContent content;
    v1::Record record;
    Digest hash{};
  };
  // What is believed and waited for once the settling of a response is on disk, and not before: a
  // response whose batch was dropped is read again, or offered again.
  struct Outcome {
    std::set<uint64_t> asked;                           // in doubt no more
    std::set<uint64_t> doubted;                         // not settled: may be in the log
    std::map<uint64_t, std::optional<Instant>> pauses;  // nullopt: over
  };
  // One response while it is settled.
  struct Settling {
    const audit::Checkpoint& checkpoint;
    const std::string& note;
    const v1::Receipt& receipt;
    store::WriteBatch& batch;
    Outcome& outcome;
    Instant now;
  };

  explicit Outbox(Ground& ground) : ground_(&ground), sent_(ground) {}

  static DraftKey KeyOf(const state::SentRecord& sent);
  absl::Status SealWaiting(Instant now);
  absl::StatusOr<std::optional<Sealed>> SealOne(const std::string& record_id,
                                                const crypto::SigningKey& signing, PairsOut& pairs,
                                                store::WriteBatch& batch, Instant now);
  void CloseUnsent(state::SentRecord& sent, const std::string& reason, store::WriteBatch& batch,
                   Instant now);
  absl::Status SignAndQueue(std::vector<Sealed>& sealed, const crypto::SigningKey& signing,
                            store::WriteBatch& batch);
  absl::Status RefreshNotice(state::OutboxItem item, v1::Submission& submission,
                             store::WriteBatch& batch, Instant now) const;
  // True when that is news: its row must be written.
  static bool MarkWaiting(state::SentRecord& sent, const std::string& reason, Instant now);
  absl::Status KeepWaiting(const absl::Status& why, Instant now);
  // Numbers of a batch that is dropped are never used: holes do no harm.
  uint64_t TakeNumber(store::WriteBatch& batch);
  absl::StatusOr<bool> FilesAreThere(std::string_view stored) const;
  void QueueOwed(const state::OwedNotice& owed, const record::StatementSigner& signer,
                 store::WriteBatch& batch);
  // What is damaged, or fails, stays where it is; all else goes on.
  void ReportStuck(const std::string& what, const absl::Status& why, Instant now);
  void QueueNotice(v1::NoticeType type, v1::SignedStatement statement, store::WriteBatch& batch);

  absl::Status Settle(const v1::SubmitResponse& response, const audit::Checkpoint& checkpoint,
                      Instant now);
  void MarkAnswered();
  // Whatever of `numbers` has no answer here may be in the log, or still come into it.
  void Doubt(std::set<uint64_t> numbers);
  absl::Status SettleAll(const v1::SubmitResponse& response, const Settling& settling);
  absl::Status SettleResult(const v1::SubmissionResult& result, const Settling& settling);
  absl::StatusOr<state::SentContent> CheckDecision(const state::SentRecord& sent,
                                                   const ledger::VerifiedPart& part, Instant now);
  absl::Status SettleRecord(const state::OutboxItem& item, const v1::SubmissionResult& result,
                            const Settling& settling);
  absl::Status SettleNotice(const state::OutboxItem& item, const v1::Evidence& evidence,
                            const Settling& settling);
  absl::Status SettleRefusal(const state::OutboxItem& item, const v1::Refusal& refusal,
                             const Settling& settling);
  absl::Status Held(const state::OutboxItem& item, const v1::Refusal& refusal,
                    const Settling& settling);

  Ground* ground_;
  Sent sent_;
  std::set<DraftKey> drafts_;
  std::set<uint64_t> under_way_;
  // Offered, and its answer lost, left out or dropped; or offered before a restart: that offer may
  // still be taken.
  std::set<uint64_t> in_doubt_;
  size_t batch_ = limits::kBatchRecords;  // submissions of one request
  std::map<uint64_t, Instant> not_before_;
  std::map<uint64_t, Instant> offered_;  // first, and not answered since
  std::deque<v1::SubmitResponse> responses_;
  uint64_t last_number_ = 0;
};

}  // namespace entente::node
