#include "broker/engine.h"

#include <algorithm>
#include <utility>

#include "broker/acknowledgement.h"
#include "broker/expiry.h"
#include "broker/publication.h"
#include "core/base/refusal.h"

namespace entente::broker {

std::shared_ptr<const View> Engine::view() const {
  MutexLock lock(&mutex_);
  return view_;
}

// ---- admission

absl::StatusOr<Admitted> Engine::AdmitSubmission(const v1::Submission& submission,
                                                 const AgencyId& caller, Instant now,
                                                 Random& random) const {
  auto current = view();
  AdmissionState state{*current, submissions_, usage_, quotas_, verified_, hold_file_};
  return Admit(submission, caller, state, now, random);
}

absl::StatusOr<std::optional<Command>> Engine::AdmitAcknowledgement(
    const v1::PullAcknowledge& acknowledge, const AgencyId& caller, Instant now,
    Random& random) const {
  auto current = view();
  LaneState lane = mailboxes_.Lane({caller.text(), acknowledge.lane()});
  return MakeAcknowledgement(acknowledge, caller, lane, *current, store_,
                             std::max(now, current->ledger_time), random);
}

absl::StatusOr<std::variant<Command, uint64_t>> Engine::AdmitPublication(
    const v1::PublishRequest& request, Instant now, Random& random) const {
  if (auto index = publications_.Find(PublicationBody(request))) return *index;
  auto current = view();
  auto kind = static_cast<v1::EntryKind>(request.entry_kind());
  std::string statement = PublicationBody(request);
  auto status = usage_.CheckOpen(quotas_, AccountOf(genesis_, kind, statement),
                                 statement.size() + request.text().size(),
                                 std::max(now, current->ledger_time));
  if (!status.ok()) return status;
  auto command = MakePublication(request, *current, now, random);
  if (!command.ok()) return command.status();
  return *std::move(command);
}

absl::StatusOr<std::vector<Command>> Engine::Expired(Instant now, size_t max, Random& random) {
  auto current = view();
  return FindExpired(mailboxes_, store_, *current, std::max(now, current->ledger_time), max,
                     random);
}

// ---- commit

absl::Status Engine::WriteSummed(Transaction& transaction) {
  MutexLock lock(&grants_mutex_);
  auto sums = sums_.After(store_, transaction.batch(), transaction.submissions_before());
  if (!sums.ok()) return sums.status();
  transaction.batch().Put(audit::kMeta, kSumsKey, sums->Encode());
  auto status = log_->Commit(std::move(transaction.stage()), transaction.batch());
  if (status.ok()) sums_ = *sums;
  return status;
}

absl::Status Engine::Write(Transaction& transaction) {
  View after = transaction.view();
  if (auto status = WriteSummed(transaction); !status.ok()) return status;
  submissions_.Commit();
  mailboxes_.Commit(transaction.mailbox_changes(), usage_);
  for (const Transaction::Published& one : transaction.published()) {
    publications_.Add(one.log_index, one.kind, one.body);
    usage_.AddOpen(AccountOf(genesis_, one.kind, one.body), one.body.size() + one.text_bytes,
                   after.ledger_time);
  }
  for (const auto& [origin, count] : transaction.refused()) {
    usage_.AddRefused(origin, count, after.ledger_time);
  }
  delivered_to_.insert(transaction.delivered_to().begin(), transaction.delivered_to().end());
  MutexLock lock(&mutex_);
  view_ = std::make_shared<const View>(std::move(after));
  return absl::OkStatus();
}

absl::Status Engine::Publish() {
  auto note = keeper_->Publish(keys_.checkpoint);
  if (note.ok()) submissions_.Publish(LatestCheckpoint().head.size);
  return note.status();
}

absl::StatusOr<CommitResult> Engine::Commit(std::span<const Command> commands) {
  if (broken_) {
    return absl::FailedPreconditionError("a write failed: the engine must be opened again");
  }
  Transaction transaction(store_, mailboxes_, publications_, submissions_, *view(), log_->Begin());
  CommitResult result;
  absl::Status status;
  for (const Command& command : commands) {
    result.applied.push_back(Apply(command, transaction));
    const absl::Status& applied = result.applied.back().status();
    if (!applied.ok() && !RefusalOf(applied)) status = applied;
  }
  bool staged = transaction.stage().size() > log_->Head().size;
  if (status.ok() && staged) status = Write(transaction);
  if (!status.ok()) {
    submissions_.Rollback();
    broken_ = !IsRefusal(status, Reason::kDiskFull);
    return status;
  }
  if (status = Publish(); !status.ok()) {
    broken_ = !IsRefusal(status, Reason::kDiskFull);
    return status;
  }
  result.tree_size = LatestCheckpoint().head.size;
  result.delivered_to = std::exchange(delivered_to_, {});
  return result;
}

}  // namespace entente::broker
