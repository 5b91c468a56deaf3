#include "node/sent.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/ledger/parts.h"
#include "core/record/words.h"
#include "node/families.h"
#include "node/pairs.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

using ledger::Releases;

// Before any word from the recipient.
bool IsUnderWay(v1::RecipientState state) {
  return state == v1::RECIPIENT_STATE_WAITING || state == v1::RECIPIENT_STATE_HELD ||
         state == v1::RECIPIENT_STATE_LOGGED;
}

// Until an acknowledgement says otherwise.
bool IsThoughtUndelivered(v1::RecipientState state) {
  return state == v1::RECIPIENT_STATE_REFUSED || state == v1::RECIPIENT_STATE_UNDELIVERED;
}

void KeepDecision(const v1::RecipientDecision& decision, state::SentRecipient& recipient,
                  Instant now) {
  *recipient.mutable_rules() = decision.rules();
  *recipient.mutable_reasons() = decision.reasons();
  recipient.set_contact(decision.contact());
  // What the sender kept back by hand the broker does not know.
  recipient.set_withheld(
      std::max(recipient.withheld(), static_cast<uint32_t>(decision.withheld_size())));
  recipient.clear_withheld_ids();
  for (const v1::WithheldSection& section : decision.withheld()) {
    recipient.add_withheld_ids(section.section_id());
  }
  const bool undelivered = recipient.state() == v1::RECIPIENT_STATE_UNDELIVERED;
  const bool recalled = recipient.state() == v1::RECIPIENT_STATE_RECALLED;
  if (!IsUnderWay(recipient.state()) && !undelivered && !recalled) return;
  if (!Releases(decision.verdict())) {
    recipient.set_reason("policy-refused");
    SetState(recipient, v1::RECIPIENT_STATE_REFUSED, now);
  } else if (!undelivered && !recalled) {
    recipient.clear_reason();
    SetState(recipient, v1::RECIPIENT_STATE_LOGGED, now);
  }
}

}  // namespace

absl::Status ErasedByTime() {
  return Refuse(Reason::kExpired, "the content was erased when its time was over");
}

std::string_view WhyRecalled(v1::RecallGround ground) {
  switch (ground) {
    case v1::RECALL_GROUND_INCORRECT:
      return "it is incorrect";
    case v1::RECALL_GROUND_UNLAWFUL:
      return "it should not have been sent";
    case v1::RECALL_GROUND_RECATEGORISED:
      return "the person is in another category now, such as a victim";
    case v1::RECALL_GROUND_REPLACED:
      return "another takes its place";
    default:
      return "it is withdrawn";
  }
}

absl::Status WhyOver(const state::SentRecord& sent) {
  if (sent.recalled_ms() == 0) {
    return RefuseAdvising(Reason::kExpired, "", "the content was erased when its time was over",
                          "if it still holds, send it anew with a later expiry");
  }
  return RefuseAdvising(
      Reason::kExpired, "", Text("this agency recalled it: ", WhyRecalled(sent.recall_ground())),
      sent.recall_ground() == v1::RECALL_GROUND_REPLACED
          ? "give the reference of the record that took its place: the list of its kind has it"
          : "if it holds after all, send it anew");
}

absl::StatusOr<std::optional<state::SentRecord>> Sent::Find(std::string_view record_id) const {
  return Load<state::SentRecord>(ground_->db, kSent, record_id);
}

absl::StatusOr<std::optional<state::SentRecord>> Sent::FindByHash(
    std::string_view record_hash) const {
  absl::StatusOr<std::optional<std::string>> id = ground_->db.Get(kSentByHash, record_hash);
  if (!id.ok()) return id.status();
  if (!*id) return std::nullopt;
  return Find(**id);
}

absl::StatusOr<state::SentContent> Sent::Content(const state::SentRecord& sent) const {
  if (sent.stage() == state::STAGE_PURGED) return WhyOver(sent);
  absl::StatusOr<std::string> plain = ground_->vault.Get(sent.record_id());
  if (!plain.ok()) return plain.status();
  return ParseStored<state::SentContent>(*plain);
}

void Sent::Save(const state::SentRecord& sent, store::WriteBatch& batch) const {
  node::Save(batch, kSent, sent.record_id(), sent);
  if (!sent.record_hash().empty()) batch.Put(kSentByHash, sent.record_hash(), sent.record_id());
}

absl::Status Sent::Save(const state::SentRecord& sent, const state::SentContent& content,
                        store::WriteBatch& batch) const {
  Save(sent, batch);
  return ground_->vault.Put(sent.record_id(), content.SerializeAsString(), batch);
}

absl::Status Sent::SaveSettled(const state::SentRecord& sent, store::WriteBatch& batch) const {
  const bool waits = std::ranges::any_of(sent.recipients(), [](const state::SentRecipient& one) {
    return !one.acknowledged() && IsUnderWay(one.state());
  });
  absl::StatusOr<state::SentContent> content = absl::NotFoundError("");
  if (!waits && sent.stage() != state::STAGE_PURGED) content = Content(sent);
  // Of what is damaged the content keys are lost with it.
  if (absl::IsNotFound(content.status()) || absl::IsDataLoss(content.status())) {
    Save(sent, batch);
    return absl::OkStatus();
  }
  if (!content.ok()) return content.status();
  content->clear_keys();
  return Save(sent, *content, batch);
}

bool HasLeft(const state::SentRecord& sent) {
  return sent.stage() != state::STAGE_DRAFT && sent.stage() != state::STAGE_HELD;
}

state::SentRecipient* FindRecipient(state::SentRecord& sent, std::string_view agency) {
  const auto found =
      std::ranges::find(*sent.mutable_recipients(), agency, &state::SentRecipient::recipient);
  return found == sent.mutable_recipients()->end() ? nullptr : &*found;
}

v1::RecipientState StateOfReply(v1::ReplyState state) {
  switch (state) {
    case v1::REPLY_STATE_ACCEPTED:
      return v1::RECIPIENT_STATE_ACCEPTED;
    case v1::REPLY_STATE_CLARIFICATION_ASKED:
      return v1::RECIPIENT_STATE_CLARIFICATION_ASKED;
    case v1::REPLY_STATE_PARTLY_ANSWERED:
      return v1::RECIPIENT_STATE_PARTLY_ANSWERED;
    case v1::REPLY_STATE_REFUSED:
      return v1::RECIPIENT_STATE_TURNED_DOWN;
    default:
      return v1::RECIPIENT_STATE_ANSWERED;
  }
}

void SetState(state::SentRecipient& recipient, v1::RecipientState state, Instant now) {
  recipient.set_state(state);
  recipient.set_changed_ms(static_cast<uint64_t>(now.ms));
}

void Hold(state::SentRecord& sent, std::string_view reason, Instant now) {
  sent.set_stage(state::STAGE_HELD);
  for (state::SentRecipient& recipient : *sent.mutable_recipients()) {
    if (recipient.state() != v1::RECIPIENT_STATE_WAITING) continue;
    recipient.set_reason(std::string(reason));
    SetState(recipient, v1::RECIPIENT_STATE_HELD, now);
  }
}

std::vector<state::SentRecipient> OnCommitted(state::SentRecord& sent, uint64_t log_index,
                                              const v1::SubmissionPart& part, Instant now) {
  sent.set_stage(state::STAGE_COMMITTED);
  sent.set_log_index(log_index);
  sent.clear_waiting_for();
  std::vector<state::SentRecipient> undelivered;
  for (const v1::RecipientDecision& decision : part.decisions()) {
    state::SentRecipient* recipient = FindRecipient(sent, decision.recipient());
    if (recipient == nullptr || recipient->pair_seq() == 0) continue;
    KeepDecision(decision, *recipient, now);
    if (!Releases(decision.verdict())) undelivered.push_back(*recipient);
  }
  return undelivered;
}

std::vector<state::SentRecipient> OnRefused(state::SentRecord& sent, std::string_view reason,
                                            Instant now) {
  sent.set_refused(true);
  sent.clear_waiting_for();
  if (sent.stage() == state::STAGE_PURGED) return Unopened(sent);
  sent.set_stage(state::STAGE_CLOSED);
  std::vector<state::SentRecipient> undelivered;
  for (state::SentRecipient& recipient : *sent.mutable_recipients()) {
    if (recipient.pair_seq() == 0 || !IsUnderWay(recipient.state())) continue;
    recipient.set_reason(std::string(reason));
    SetState(recipient, v1::RECIPIENT_STATE_REFUSED, now);
    undelivered.push_back(recipient);
  }
  return undelivered;
}

void OnPassingRefusal(state::SentRecord& sent, std::string_view reason, bool held, Instant now) {
  sent.set_waiting_for(std::string(reason));
  for (state::SentRecipient& recipient : *sent.mutable_recipients()) {
    if (recipient.pair_seq() == 0 || !IsUnderWay(recipient.state())) continue;
    recipient.set_reason(std::string(reason));
    SetState(recipient, held ? v1::RECIPIENT_STATE_HELD : v1::RECIPIENT_STATE_WAITING, now);
  }
}

void OnDecidedAgain(state::SentRecipient& recipient, const v1::RecipientDecision& decision,
                    uint64_t log_index, Instant now) {
  recipient.set_again_index(log_index);
  KeepDecision(decision, recipient, now);
}

void OnAcknowledged(state::SentRecord& sent, const v1::Acknowledgement& acknowledgement,
                    Instant now) {
  state::SentRecipient* recipient = FindRecipient(sent, acknowledgement.recipient());
  if (recipient == nullptr) return;
  recipient->set_acknowledged(true);
  if (IsUnderWay(recipient->state()) || IsThoughtUndelivered(recipient->state())) {
    recipient->set_reason(acknowledgement.refusal());
    SetState(*recipient,
             !acknowledgement.opened()             ? v1::RECIPIENT_STATE_NOT_OPENED
             : sent.stage() == state::STAGE_PURGED ? v1::RECIPIENT_STATE_EXPIRED
                                                   : v1::RECIPIENT_STATE_DELIVERED,
             now);
  }
}

void CloseNumbers(const state::SentRecord& sent, std::span<const state::SentRecipient> undelivered,
                  uint64_t log_index, store::WriteBatch& batch) {
  for (const state::SentRecipient& recipient : undelivered) {
    AddClosed({.recipient = recipient.recipient(),
               .lane = record::LaneOf(sent.urgency()),
               .number = recipient.pair_seq(),
               .log_index = log_index},
              batch);
  }
}

std::vector<state::SentRecipient> Unopened(const state::SentRecord& sent) {
  std::vector<state::SentRecipient> unopened;
  for (const state::SentRecipient& recipient : sent.recipients()) {
    const bool closed = recipient.state() == v1::RECIPIENT_STATE_REFUSED;
    if (recipient.pair_seq() != 0 && !recipient.acknowledged() && !closed) {
      unopened.push_back(recipient);
    }
  }
  return unopened;
}

void OnExpired(state::SentRecord& sent, Instant now) {
  sent.set_stage(state::STAGE_PURGED);
  for (state::SentRecipient& recipient : *sent.mutable_recipients()) {
    if (IsUnderWay(recipient.state())) {
      SetState(recipient, v1::RECIPIENT_STATE_UNDELIVERED, now);
    } else if (recipient.state() == v1::RECIPIENT_STATE_DELIVERED) {
      SetState(recipient, v1::RECIPIENT_STATE_EXPIRED, now);
    }
  }
}

Instant AcknowledgedBy(const state::SentRecord& sent, const state::SentContent& content,
                       Instant committed) {
  Instant by = std::min(committed + limits::kAcknowledgedWithinMs,
                        Instant{static_cast<int64_t>(sent.expires_ms())});
  for (const v1::DraftSection& section : content.draft().sections()) {
    const uint64_t deadline = section.content().lead_ask().deadline_ms();
    if (deadline != 0 && deadline < static_cast<uint64_t>(by.ms)) {
      by.ms = static_cast<int64_t>(deadline);
    }
  }
  return by;
}

std::string AcknowledgementSubject(const state::SentRecord& sent, std::string_view recipient) {
  return Text(HexEncode(AsBytes(sent.record_id())), " ", recipient);
}

void RaiseIfDelivered(Ground& ground, const state::SentRecord& sent,
                      std::span<const state::SentRecipient> refused, Instant now) {
  for (const state::SentRecipient& recipient : refused) {
    if (!recipient.acknowledged()) continue;
    ground.alarms.Raise(alarm::kDeliveredThoughRefused,
                        AcknowledgementSubject(sent, recipient.recipient()),
                        Text("the broker said that record ", HexEncode(AsBytes(sent.record_id())),
                             " was refused for ", recipient.recipient(),
                             ", and gave it to them: their signed acknowledgement is here"),
                        now);
  }
}

void RaiseIfAnswerLost(Ground& ground, const state::SentRecord& sent, Instant now) {
  if (sent.kind() != v1::RECORD_KIND_ANSWER) return;
  for (const state::SentRecipient& recipient : sent.recipients()) {
    const std::string subject = AcknowledgementSubject(sent, recipient.recipient());
    if (!IsThoughtUndelivered(recipient.state()) &&
        recipient.state() != v1::RECIPIENT_STATE_NOT_SENT) {
      continue;
    }
    const bool undelivered = recipient.state() == v1::RECIPIENT_STATE_UNDELIVERED;
    ground.alarms.Raise(
        alarm::kAnswerNotDelivered, subject,
        Text("answer ", HexEncode(AsBytes(sent.record_id())), " does not reach ",
             recipient.recipient(), ": ", undelivered ? "its time was over" : recipient.reason()),
        now);
  }
}

void RaiseUnacknowledged(Ground& ground, const state::SentRecord& sent, Instant now) {
  for (const state::SentRecipient& recipient : sent.recipients()) {
    const bool released = recipient.state() == v1::RECIPIENT_STATE_LOGGED ||
                          recipient.state() == v1::RECIPIENT_STATE_UNDELIVERED;
    if (!released || !sent.has_log_index() || recipient.pair_seq() == 0 ||
        recipient.acknowledged()) {
      continue;
    }
    ground.alarms.Raise(
        alarm::kNotAcknowledged, AcknowledgementSubject(sent, recipient.recipient()),
        Text(recipient.recipient(), " has not acknowledged record ",
             HexEncode(AsBytes(sent.record_id())),
             ": it is offline, or the record is kept back; ask them by another way"),
        now);
  }
}

}  // namespace entente::node
