// The half of the outbox that reads the broker's answers (outbox.h).
#include <algorithm>
#include <array>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/ledger/receipt.h"
#include "core/record/notice_forms.h"
#include "core/record/statements.h"
#include "core/record/words.h"
#include "node/attachments.h"
#include "node/cases.h"
#include "node/families.h"
#include "node/outbox.h"
#include "node/overrides.h"
#include "node/recall.h"
#include "node/receipts.h"
#include "node/replay.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

// Refusals that pass by themselves: the same submission is sent again after this pause.
constexpr std::array kPassing = {
    Reason::kQuota,          Reason::kDiskFull,   Reason::kShuttingDown,     Reason::kBelowQuorum,
    Reason::kSnapshotBehind, Reason::kPolicyHeld, Reason::kAttachmentMissing};
constexpr int64_t kPauseMs = 5 * limits::kSecondMs;
constexpr int64_t kHeldPauseMs = limits::kMinuteMs;

bool Passes(const v1::Refusal& refusal) {
  const std::optional<Reason> reason = ReasonFromWord(refusal.reason());
  return reason && std::ranges::find(kPassing, *reason) != kPassing.end();
}

// A suspension passes, and what waits must outlive it; a removal does not. The recipient of a
// notice may be the one that was removed.
bool IsSuspension(const Ground& ground, const v1::Refusal& refusal, const state::OutboxItem& item,
                  Instant now) {
  if (refusal.reason() != ReasonWord(Reason::kAgencySuspended)) return false;
  std::string recipient;
  v1::Submission submission;
  if (submission.ParseFromString(item.submission()) && submission.has_notice()) {
    recipient = record::NoticeAddressee(submission.notice());
  }
  const ledger::Registry& registry = ground.federation.registry();
  return registry.StateOf(ground.agency.text(), now) != ledger::AgencyState::kRemoved &&
         (recipient.empty() || registry.StateOf(recipient, now) != ledger::AgencyState::kRemoved);
}

// A recall, a restriction, or what answers one, dated by a clock that was ahead: its time comes.
bool IsDatedAhead(const state::OutboxItem& item, const v1::Refusal& refusal) {
  constexpr std::array kDated = {v1::NOTICE_TYPE_RECALL, v1::NOTICE_TYPE_ERASURE,
                                 v1::NOTICE_TYPE_FETCHED, v1::NOTICE_TYPE_RESTRICTION,
                                 v1::NOTICE_TYPE_RESTRICTED};
  v1::Submission submission;
  return refusal.reason() == ReasonWord(Reason::kFutureDated) && item.record_id().empty() &&
         submission.ParseFromString(item.submission()) &&
         std::ranges::find(kDated, submission.notice().type()) != kDated.end();
}

// A notice must not be lost with the key that signed it: it is signed anew.
bool IsSignedAnew(const state::OutboxItem& item, const v1::Refusal& refusal) {
  return item.record_id().empty() && (refusal.reason() == ReasonWord(Reason::kKeyUnknown) ||
                                      refusal.reason() == ReasonWord(Reason::kKeyNotValidThen));
}

absl::Status Bad(std::string text) { return Refuse(Reason::kProofBad, std::move(text)); }

// The broker's word on this item: under its receipt, at this place.
absl::Status CheckReceipt(const v1::Receipt& receipt, const audit::Checkpoint& checkpoint,
                          std::string_view digest, uint64_t log_index) {
  if (receipt.tree_size() != checkpoint.size || receipt.root() != AsText(checkpoint.root)) {
    return Bad("the receipt is for another tree than the checkpoint beside it");
  }
  const bool there = std::ranges::any_of(receipt.items(), [&](const v1::ReceiptItem& item) {
    return item.record_hash() == digest && item.log_index() == log_index;
  });
  return there ? absl::OkStatus() : Bad("the receipt does not name what was committed");
}

absl::Status CheckOwnPart(const v1::Part& part, const Ground& ground,
                          const state::SentRecord& sent) {
  if (part.kind() != v1::ENTRY_KIND_SUBMISSION || part.reader() != ground.agency.text() ||
      part.acting_agency() != ground.agency.text() ||
      part.submission().record_id() != sent.record_id() ||
      part.submission().record_hash() != sent.record_hash() ||
      part.submission().origin() != ground.agency.text()) {
    return Bad("the evidence is of another act");
  }
  return absl::OkStatus();
}

// It is in the log, and somebody has it, or is about to.
bool TakesItsPlace(const state::SentRecord& sent) {
  return !sent.replaces().empty() && sent.stage() == state::STAGE_COMMITTED &&
         sent.recalled_ms() == 0 && MayBeHad(sent);
}

}  // namespace

// The broker leaves out what does not fit its message: that is asked again.
void Outbox::OnResponse(v1::SubmitResponse response) {
  std::set<uint64_t> offered;
  if (!response.results().empty()) offered = std::exchange(under_way_, {});
  responses_.push_back(std::move(response));
  Doubt(std::move(offered));
  batch_ = std::min(limits::kBatchRecords, batch_ * 2);
}

absl::Status Outbox::Process(Instant now) {
  while (!responses_.empty()) {
    absl::StatusOr<std::optional<audit::Checkpoint>> checkpoint =
        ground_->federation.Cover(responses_.front().checkpoint(), now);
    if (checkpoint.ok() && !*checkpoint) return absl::OkStatus();
    absl::Status status = checkpoint.status();
    if (status.ok()) status = Settle(responses_.front(), **checkpoint, now);
    // The texts of the state that it was decided under are on their way.
    if (IsRefusal(status, Reason::kSnapshotBehind)) return absl::OkStatus();
    // Whatever was not settled is offered again, and its next refusal is not believed at once.
    for (const v1::SubmissionResult& result : responses_.front().results()) {
      if (!status.ok() && offered_.contains(result.number())) in_doubt_.insert(result.number());
      under_way_.erase(result.number());
      offered_.erase(result.number());
    }
    responses_.pop_front();
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Outbox::Settle(const v1::SubmitResponse& response, const audit::Checkpoint& checkpoint,
                            Instant now) {
  v1::Receipt receipt;
  const bool any = std::ranges::any_of(response.results(), [](const v1::SubmissionResult& result) {
    return result.has_committed();
  });
  if (any) {
    absl::StatusOr<v1::Receipt> verified =
        ledger::VerifyReceipt(ground_->genesis(), response.receipt());
    // Without a good receipt no evidence passes below, and each says so.
    if (verified.ok()) receipt = *std::move(verified);
  }
  store::WriteBatch batch;
  Outcome outcome;
  ground_->alarms.Try();
  absl::Status status =
      SettleAll(response, {checkpoint, response.checkpoint(), receipt, batch, outcome, now});
  if (status.ok()) status = ground_->Commit(batch);
  if (!status.ok()) {
    ground_->alarms.Undo();
    return status;
  }
  ground_->alarms.Keep();
  for (const uint64_t number : outcome.asked) in_doubt_.erase(number);
  in_doubt_.merge(outcome.doubted);
  for (const auto& [number, until] : outcome.pauses) {
    not_before_.erase(number);
    if (until) not_before_.emplace(number, *until);
  }
  return status;
}

absl::Status Outbox::SettleAll(const v1::SubmitResponse& response, const Settling& settling) {
  std::set<uint64_t> seen;
  for (const v1::SubmissionResult& result : response.results()) {
    const uint64_t number = result.number();
    if (!offered_.contains(number) || !seen.insert(number).second) continue;
    const size_t before = settling.batch.count();
    const absl::Status status = SettleResult(result, settling);
    if (status.ok()) continue;
    if (IsRefusal(status, Reason::kSnapshotBehind) || absl::IsInternal(status)) return status;
    settling.batch.Truncate(before);
    if (RefusalOf(status)) {
      ground_->alarms.Raise(alarm::kEvidenceBad, Text(number),
                            Text("the broker's answer to submission ", number,
                                 " does not hold: ", std::string(status.message())),
                            settling.now);
    } else {
      ReportStuck(Text("submission ", number), status, settling.now);
    }
    settling.outcome.doubted.insert(number);
    settling.outcome.pauses[number] = settling.now + kHeldPauseMs;
  }
  return absl::OkStatus();
}

absl::Status Outbox::SettleResult(const v1::SubmissionResult& result, const Settling& settling) {
  const std::string key = U64Key(result.number());
  absl::StatusOr<std::optional<state::OutboxItem>> item =
      Load<state::OutboxItem>(ground_->db, kOutbox, key);
  if (!item.ok()) return item.status();
  if (!*item) return absl::OkStatus();  // settled before
  if (result.has_refusal()) return SettleRefusal(**item, result.refusal(), settling);
  const v1::Evidence& evidence = result.committed();
  absl::Status status =
      CheckReceipt(settling.receipt, settling.checkpoint, (*item)->digest(), evidence.log_index());
  if (!status.ok()) return status;
  status = (*item)->record_id().empty() ? SettleNotice(**item, evidence, settling)
                                        : SettleRecord(**item, result, settling);
  if (!status.ok()) return status;
  settling.batch.Delete(kOutbox, key);
  settling.outcome.pauses[result.number()] = std::nullopt;
  settling.outcome.asked.insert(result.number());
  ground_->alarms.Clear(alarm::kEvidenceBad, Text(result.number()));
  return absl::OkStatus();
}

absl::Status Outbox::SettleNotice(const state::OutboxItem& item, const v1::Evidence& evidence,
                                  const Settling& settling) {
  absl::StatusOr<ledger::VerifiedPart> part = ledger::VerifyEvidence(evidence, settling.checkpoint);
  if (!part.ok()) return part.status();
  if (part->part.reader() != ground_->agency.text() ||
      part->part.notice().statement_digest() != item.digest()) {
    return Bad("the evidence is of another act");
  }
  return absl::OkStatus();
}

// The content, or its labels once it was erased.
absl::StatusOr<state::SentContent> Outbox::CheckDecision(const state::SentRecord& sent,
                                                         const ledger::VerifiedPart& part,
                                                         Instant now) {
  absl::StatusOr<state::SentContent> content = sent.undecided();
  if (!sent.has_undecided()) content = sent_.Content(sent);
  const std::string id = HexEncode(AsBytes(sent.record_id()));
  if (absl::IsDataLoss(content.status())) {
    ground_->alarms.Raise(alarm::kLocalFault, id,
                          Text("record ", id, ": ", std::string(content.status().message())), now);
    return state::SentContent();
  }
  // Erased before its labels could be kept.
  if (IsRefusal(content.status(), Reason::kExpired)) return state::SentContent();
  if (!content.ok()) return content;
  absl::StatusOr<std::vector<std::string>> differences = Differences(
      *ground_, sent, *content, {part.part.submission(), part.log_index, part.entry.instant, now});
  if (!differences.ok()) return differences.status();
  if (!differences->empty()) {
    ground_->alarms.Count(
        alarm::kDecisionDiffers, "",
        Text("the logged decision on record ", id, " is wrong: ", differences->front()), now);
  }
  return content;
}

absl::Status Outbox::SettleRecord(const state::OutboxItem& item, const v1::SubmissionResult& result,
                                  const Settling& settling) {
  const v1::Evidence& evidence = result.committed();
  absl::StatusOr<ledger::VerifiedPart> part = ledger::VerifyEvidence(evidence, settling.checkpoint);
  if (!part.ok()) return part.status();
  absl::StatusOr<std::optional<state::SentRecord>> found = sent_.Find(item.record_id());
  if (!found.ok()) return found.status();
  if (!*found) return absl::OkStatus();
  state::SentRecord sent = **std::move(found);
  if (absl::Status status = CheckOwnPart(part->part, *ground_, sent); !status.ok()) return status;
  absl::StatusOr<state::SentContent> content = CheckDecision(sent, *part, settling.now);
  if (!content.ok()) return content.status();
  absl::Status told =
      TakeTold(*ground_, sent, *content, *part, result.told(), settling.checkpoint, settling.batch);
  if (!told.ok()) return told;
  absl::StatusOr<ledger::ReceiptBundle> bundle = ledger::MakeReceiptBundle(evidence, settling.note);
  if (!bundle.ok()) return bundle.status();
  SaveReceipt(*bundle, HexEncode(AsBytes(sent.record_id())), sent.record_hash(), settling.batch);
  ground_->alarms.Clear(alarm::kClockDiffers, "ahead");
  const bool purged = sent.stage() == state::STAGE_PURGED;
  const std::vector<state::SentRecipient> refused =
      OnCommitted(sent, part->log_index, part->part.submission(), settling.now);
  RaiseIfDelivered(*ground_, sent, refused, settling.now);
  // To whom the log released nothing, a note names no place in it.
  CloseNumbers(sent, refused, 0, settling.batch);
  if (purged) {
    sent.set_stage(state::STAGE_PURGED);
    sent.clear_undecided();
  }
  // What was recalled is still delivered, as ciphertext, and its number with it.
  if (purged && sent.recalled_ms() == 0) {
    CloseNumbers(sent, Unopened(sent), part->log_index, settling.batch);
    RaiseUnacknowledged(*ground_, sent, settling.now);
  } else {
    const Instant by = AcknowledgedBy(sent, *content, settling.now);
    settling.batch.Put(kExpiry, Text(U64Key(static_cast<uint64_t>(by.ms)), "a", sent.record_id()),
                       "");
  }
  RaiseIfAnswerLost(*ground_, sent, settling.now);
  RaiseIfOldStands(*ground_, sent, settling.now);
  if (TakesItsPlace(sent)) MakeReplacementDue(sent, settling.batch);
  sent_.Save(sent, settling.batch);
  return absl::OkStatus();
}

absl::Status Outbox::SettleRefusal(const state::OutboxItem& item, const v1::Refusal& refusal,
                                   const Settling& settling) {
  if (refusal.reason() == ReasonWord(Reason::kFutureDated)) {
    ground_->alarms.Raise(alarm::kClockDiffers, "ahead",
                          "the broker says that this node's clock is ahead; set the clock",
                          settling.now);
  }
  // An earlier offer may be on its way into the log while this one is refused: asked once more.
  const bool in_doubt = in_doubt_.contains(item.number());
  settling.outcome.asked.insert(item.number());
  // What was erased here meanwhile cannot be given again.
  const absl::StatusOr<bool> files = HasOwnFiles(*ground_, item);
  if (!files.ok()) return files.status();
  const bool passes =
      Passes(refusal) && (*files || refusal.reason() != ReasonWord(Reason::kAttachmentMissing));
  if (in_doubt || passes || IsSignedAnew(item, refusal) || IsDatedAhead(item, refusal) ||
      IsSuspension(*ground_, refusal, item, settling.now)) {
    return Held(item, refusal, settling);
  }
  settling.batch.Delete(kOutbox, U64Key(item.number()));
  settling.outcome.pauses[item.number()] = std::nullopt;
  ground_->alarms.Count(alarm::kSubmissionRefused, "",
                        Text("the broker refused submission ", item.number(), ": ",
                             refusal.reason(), " (", refusal.text(), ")"),
                        settling.now);
  if (item.record_id().empty()) return absl::OkStatus();
  absl::StatusOr<std::optional<state::SentRecord>> found = sent_.Find(item.record_id());
  if (!found.ok() || !*found) return found.status();
  state::SentRecord sent = **std::move(found);
  const std::vector<state::SentRecipient> before(sent.recipients().begin(),
                                                 sent.recipients().end());
  RaiseIfDelivered(*ground_, sent, before, settling.now);
  std::string reason = refusal.reason();
  if (!sent.case_id().empty() && reason == ReasonWord(Reason::kWrongAgency)) {
    reason += ":removed";
    absl::Status noted =
        NoteTurnedAway(*ground_, sent.case_id(), sent.membership(), settling.batch);
    if (!noted.ok()) return noted;
  }
  CloseNumbers(sent, OnRefused(sent, reason, settling.now), 0, settling.batch);
  RaiseIfAnswerLost(*ground_, sent, settling.now);
  RaiseIfOldStands(*ground_, sent, settling.now);
  sent.clear_undecided();
  sent_.Save(sent, settling.batch);
  return absl::OkStatus();
}

absl::Status Outbox::Held(const state::OutboxItem& item, const v1::Refusal& refusal,
                          const Settling& settling) {
  const bool held = refusal.reason() == ReasonWord(Reason::kPolicyHeld) ||
                    refusal.reason() == ReasonWord(Reason::kAgencySuspended);
  settling.outcome.pauses[item.number()] = settling.now + (held ? kHeldPauseMs : kPauseMs);
  if (item.record_id().empty()) return absl::OkStatus();
  if (refusal.reason() == ReasonWord(Reason::kAttachmentMissing)) {
    absl::Status again = UploadAgain(*ground_, item, settling.batch);
    if (!again.ok()) return again;
  }
  absl::StatusOr<std::optional<state::SentRecord>> found = sent_.Find(item.record_id());
  if (!found.ok() || !*found) return found.status();
  state::SentRecord sent = **std::move(found);
  const bool uploads = refusal.reason() == ReasonWord(Reason::kAttachmentMissing);
  OnPassingRefusal(sent, Text(refusal.reason(), uploads ? ":uploading" : ""), held, settling.now);
  sent_.Save(sent, settling.batch);
  return absl::OkStatus();
}

}  // namespace entente::node
