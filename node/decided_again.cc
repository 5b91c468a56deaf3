#include "node/decided_again.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/ledger/parts.h"
#include "node/families.h"
#include "node/receipts.h"
#include "node/replay.h"
#include "node/sent.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

absl::Status Bad(std::string text) { return Refuse(Reason::kProofBad, std::move(text)); }

bool IsOfSameRecord(const v1::SubmissionPart& a, const v1::SubmissionPart& b) {
  return a.record_hash() == b.record_hash() && a.record_id() == b.record_id() &&
         a.origin() == b.origin();
}

// The origin's side of one delivery.
class ToldAgain {
 public:
  ToldAgain(Ground& ground, ledger::VerifiedPart part, Instant now)
      : ground_(ground), part_(std::move(part)), sent_records_(ground), now_(now) {}

  // False: nothing is to be done, it was told before.
  absl::StatusOr<bool> Find() {
    if (part_.part.kind() != v1::ENTRY_KIND_DECISION_AGAIN ||
        part_.part.reader() != ground_.agency.text() ||
        decided().origin() != ground_.agency.text()) {
      return Bad("the evidence is of no decision about a record of ours");
    }
    auto sent = sent_records_.FindByHash(decided().record_hash());
    if (!sent.ok()) return sent.status();
    if (!*sent) return Bad("it was decided again about a record that we never sent");
    sent_ = **std::move(sent);
    recipient_ = FindRecipient(sent_, decision().recipient());
    // The answer to the submission is under way, and is read first.
    if (!sent_.has_log_index() && !sent_.refused()) {
      return absl::UnavailableError("its first decision is not here yet");
    }
    if (recipient_ == nullptr || recipient_->pair_seq() == 0 ||
        sent_.log_index() != part_.part.again().first_index() ||
        part_.log_index <= sent_.log_index()) {
      return Bad("it was decided again about what the log did not release");
    }
    return part_.log_index > recipient_->again_index();
  }

  absl::Status Compare() {
    absl::StatusOr<v1::RecipientDecision> before = Before();
    if (!before.ok()) return before.status();
    changed_ = !ledger::SameOutcome(*before, decision());
    absl::StatusOr<state::SentContent> content = sent_records_.Content(sent_);
    if (absl::IsDataLoss(content.status()) || IsRefusal(content.status(), Reason::kExpired)) {
      return absl::OkStatus();
    }
    if (!content.ok()) return content.status();
    absl::StatusOr<std::vector<std::string>> differences = DifferencesAgain(
        ground_, *recipient_, *content, {decided(), part_.log_index, part_.entry.instant, now_},
        {*before, sent_.log_index(), FirstInstant()});
    if (IsRefusal(differences.status(), Reason::kSnapshotBehind)) {
      return absl::UnavailableError("the texts of that state are not held yet");
    }
    if (!differences.ok()) return differences.status();
    if (differences->empty()) return absl::OkStatus();
    ground_.alarms.Count(
        alarm::kDecisionDiffers, "",
        Text("what was decided again about record ", HexEncode(AsBytes(sent_.record_id())),
             " is wrong: ", differences->front()),
        now_);
    return absl::OkStatus();
  }

  absl::Status Keep(const v1::Evidence& evidence, std::string_view note, store::WriteBatch& batch) {
    absl::StatusOr<ledger::ReceiptBundle> bundle = ledger::MakeReceiptBundle(evidence, note);
    if (!bundle.ok()) return bundle.status();
    SaveReceipt(*bundle, AgainName(HexEncode(AsBytes(sent_.record_id())), part_.log_index),
                sent_.record_hash(), batch);
    const state::SentRecipient before = *recipient_;
    OnDecidedAgain(*recipient_, decision(), part_.log_index, now_);
    if (changed_) recipient_->set_again_ms(static_cast<uint64_t>(part_.entry.instant.ms));
    if (!ledger::Releases(decision().verdict()) && !before.acknowledged()) {
      ground_.alarms.Clear(alarm::kNotAcknowledged,
                           AcknowledgementSubject(sent_, before.recipient()));
      // That it expired here closed it already.
      if (before.state() != v1::RECIPIENT_STATE_UNDELIVERED) {
        CloseNumbers(sent_, {&before, 1}, part_.log_index, batch);
      }
      RaiseIfAnswerLost(ground_, sent_, now_);
    }
    return sent_records_.SaveSettled(sent_, batch);
  }

 private:
  const v1::SubmissionPart& decided() const { return part_.part.again().decided(); }
  const v1::RecipientDecision& decision() const { return decided().decisions(0); }

  // What the log said before, by our receipt of it.
  absl::StatusOr<v1::RecipientDecision> Before() {
    const std::string first = HexEncode(AsBytes(sent_.record_id()));
    absl::StatusOr<v1::Part> submission = ReceiptPart(ground_.db, first);
    if (!submission.ok()) return submission.status();
    first_instant_ = {static_cast<int64_t>(submission->instant_ms())};
    absl::StatusOr<v1::Part> newest = *submission;
    if (recipient_->again_index() != 0) {
      newest = ReceiptPart(ground_.db, AgainName(first, recipient_->again_index()));
    }
    if (!newest.ok()) return newest.status();
    for (const v1::RecipientDecision& one : ledger::DecidedIn(*newest).decisions()) {
      if (one.recipient() == recipient_->recipient()) return one;
    }
    return absl::DataLossError("a receipt does not tell of a recipient of its record");
  }
  Instant FirstInstant() const { return first_instant_; }

  Ground& ground_;
  const ledger::VerifiedPart part_;
  const Sent sent_records_;
  const Instant now_;
  state::SentRecord sent_;
  state::SentRecipient* recipient_ = nullptr;
  Instant first_instant_;
  bool changed_ = false;
};

absl::Status Take(Ground& ground, const v1::Delivery& delivery, const audit::Checkpoint& checkpoint,
                  std::string_view note, store::WriteBatch& batch, Instant now) {
  absl::StatusOr<ledger::VerifiedPart> part =
      ledger::VerifyEvidence(delivery.evidence(), checkpoint);
  if (!part.ok()) return part.status();
  ToldAgain told(ground, *std::move(part), now);
  absl::StatusOr<bool> is_new = told.Find();
  if (!is_new.ok() || !*is_new) return is_new.status();
  if (absl::Status status = told.Compare(); !status.ok()) return status;
  return told.Keep(delivery.evidence(), note, batch);
}

}  // namespace

absl::Status CheckState(const Federation& federation, const v1::SubmissionPart& decided,
                        uint64_t log_index, Instant instant) {
  const uint64_t number = decided.snapshot_number();
  const std::optional<Digest> hash = federation.registry().SnapshotHashAt(number);
  if (number > federation.SnapshotsBelow(log_index) || !hash ||
      AsText(*hash) != decided.snapshot_hash()) {
    return Bad("it was decided under a state that the log does not have");
  }
  if (number < federation.LeastSnapshot(log_index, instant)) {
    return Refuse(Reason::kSnapshotBehind, "it was decided under a state long out of date");
  }
  return absl::OkStatus();
}

absl::StatusOr<ledger::VerifiedPart> ReadAgain(const Ground& ground, const v1::Evidence& evidence,
                                               const ledger::VerifiedPart& first,
                                               const audit::Checkpoint& checkpoint) {
  absl::StatusOr<ledger::VerifiedPart> again = ledger::VerifyEvidence(evidence, checkpoint);
  if (!again.ok()) return again;
  const v1::Part& told = again->part;
  if (told.kind() != v1::ENTRY_KIND_DECISION_AGAIN || told.reader() != ground.agency.text() ||
      told.again().first_index() != first.log_index || again->log_index <= first.log_index ||
      !IsOfSameRecord(told.again().decided(), first.part.submission())) {
    return Bad("the second evidence is of no decision about this record");
  }
  absl::Status status =
      CheckState(ground.federation, told.again().decided(), again->log_index, again->entry.instant);
  if (!status.ok()) return status;
  return again;
}

absl::StatusOr<bool> TakeWithdrawn(const Ground& ground, const v1::Delivery& delivery,
                                   const audit::Checkpoint& checkpoint, PairsIn& pairs) {
  absl::StatusOr<ledger::VerifiedPart> first =
      ledger::VerifyEvidence(delivery.evidence(), checkpoint);
  if (!first.ok()) return first.status();
  if (first->part.kind() != v1::ENTRY_KIND_SUBMISSION ||
      first->part.reader() != ground.agency.text()) {
    return Bad("the evidence is of no record that was released to us");
  }
  absl::StatusOr<ledger::VerifiedPart> again =
      ReadAgain(ground, delivery.again(), *first, checkpoint);
  if (!again.ok()) return again.status();
  if (ledger::Releases(again->part.again().decided().decisions(0).verdict())) {
    return Bad("the log says that this was released, and there is no record");
  }
  absl::StatusOr<bool> before = pairs.WasRefused(again->log_index);
  if (!before.ok()) return before.status();
  pairs.MarkRefused(again->log_index);
  return !*before;
}

absl::Status TakeDecidedAgain(Ground& ground, const v1::Delivery& delivery,
                              const audit::Checkpoint& checkpoint, std::string_view note,
                              store::WriteBatch& batch, Instant now) {
  const absl::Status status = Take(ground, delivery, checkpoint, note, batch, now);
  if (!RefusalOf(status)) return status;
  ground.alarms.Count(
      alarm::kNoticeBad, "",
      Text("the broker told of a decision that does not hold: ", std::string(status.message())),
      now);
  return status;
}

}  // namespace entente::node
