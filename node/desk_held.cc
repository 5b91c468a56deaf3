// What is held, and the second person who looks at it (desk.h).
#include <algorithm>

#include "core/base/refusal.h"
#include "node/compose.h"
#include "node/desk.h"
#include "node/families.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

absl::Status CheckSecond(const state::SentRecord& sent, std::string_view author,
                         std::string_view officer) {
  if (sent.stage() != state::STAGE_HELD) {
    return RefuseAdvising(Reason::kMalformed, "", "this record is not held",
                          "entente held list shows those that are");
  }
  if (sent.officer() == officer || author == officer) {
    return RefuseAdvising(Reason::kNotAuthorised, "",
                          "who wrote a record is not the second person who releases it",
                          "ask another officer who has the role of a releaser");
  }
  return absl::OkStatus();
}

void Refuse(state::SentRecord& sent, Instant now) {
  sent.set_stage(state::STAGE_CLOSED);
  for (state::SentRecipient& recipient : *sent.mutable_recipients()) {
    if (recipient.state() != v1::RECIPIENT_STATE_HELD) continue;
    SetState(recipient, v1::RECIPIENT_STATE_NOT_SENT, now);
  }
}

}  // namespace

absl::StatusOr<std::vector<state::SentRecord>> Desk::AllHeld() const {
  std::vector<state::SentRecord> all;
  absl::Status status = ForEach<state::SentRecord>(
      ground_->db, kSent, [&](std::string_view, const state::SentRecord& sent) {
        if (sent.stage() == state::STAGE_HELD) all.push_back(sent);
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  std::ranges::sort(all, {}, &state::SentRecord::created_ms);
  return all;
}

absl::StatusOr<v1::HeldRecord> Desk::ShowHeld(const state::SentRecord& sent, Instant now) const {
  absl::StatusOr<state::SentContent> content = sent_.Content(sent);
  if (!content.ok()) return content.status();
  v1::HeldRecord held;
  held.set_record_id(HexOf(sent.record_id()));
  held.set_reference(ReferenceOf(sent.record_id()));
  held.set_kind(sent.kind());
  held.set_author(sent.officer());
  held.set_created_ms(sent.created_ms());
  held.set_expires_ms(sent.expires_ms());
  for (const state::SentRecipient& recipient : sent.recipients()) {
    absl::StatusOr<policy::Decision> decision =
        DecideDraft(*ground_, sent, content->draft(), recipient, now);
    if (!decision.ok()) return decision.status();
    v1::RecipientPreview& preview = *held.add_recipients();
    preview = PreviewOf(recipient.recipient(), *decision);
    for (v1::Leak& leak : LeaksOf(content->draft(), *decision)) {
      *preview.add_leaks() = std::move(leak);
    }
  }
  return held;
}

absl::StatusOr<v1::ListHeldResponse> Desk::ListHeld(std::string_view officer,
                                                    const v1::ListHeldRequest& request,
                                                    Instant now) {
  absl::Status status = ground_->officers.Check(officer, {role::kReleaser});
  if (status.ok()) status = CheckJustification(request.justification());
  if (!status.ok()) return status;
  absl::StatusOr<std::vector<state::SentRecord>> all = AllHeld();
  if (!all.ok()) return all.status();
  v1::ListHeldResponse response;
  std::vector<state::DiaryLine> lines;
  for (const state::SentRecord& sent : *all) {
    absl::StatusOr<v1::HeldRecord> held = ShowHeld(sent, now);
    if (!held.ok()) return held.status();
    *response.add_records() = *std::move(held);
    lines.push_back(MakeLine(officer, operation::kConsultation, sent.record_id(), sent.purpose(),
                             request.justification(), now));
  }
  if (lines.empty()) return response;
  store::WriteBatch batch;
  if (status = ground_->Commit(batch, lines); !status.ok()) return status;
  return response;
}

// What is found now is what was looked at: should policy withhold more by the time it is sealed,
// it is held again.
absl::Status Desk::Release(state::SentRecord& sent, store::WriteBatch& batch, Instant now) {
  absl::StatusOr<v1::HeldRecord> held = ShowHeld(sent, now);
  if (!held.ok()) return held.status();
  absl::StatusOr<state::SentContent> content = sent_.Content(sent);
  if (!content.ok()) return content.status();
  content->clear_released();
  for (const v1::RecipientPreview& preview : held->recipients()) {
    for (const v1::Leak& leak : preview.leaks()) {
      state::ReleasedLeak& released = *content->add_released();
      released.set_recipient(preview.recipient());
      *released.mutable_leak() = leak;
    }
  }
  sent.set_stage(state::STAGE_DRAFT);
  for (state::SentRecipient& recipient : *sent.mutable_recipients()) {
    if (recipient.state() != v1::RECIPIENT_STATE_HELD) continue;
    recipient.clear_reason();
    SetState(recipient, v1::RECIPIENT_STATE_WAITING, now);
  }
  return sent_.Save(sent, *content, batch);
}

absl::StatusOr<v1::JudgeHeldResponse> Desk::JudgeHeld(std::string_view officer,
                                                      const v1::JudgeHeldRequest& request,
                                                      Instant now) {
  absl::Status status = ground_->officers.Check(officer, {role::kReleaser});
  if (status.ok()) status = CheckJustification(request.justification());
  if (!status.ok()) return status;
  absl::StatusOr<state::SentRecord> sent = FindSent(request.record_id());
  if (!sent.ok()) return sent.status();
  // Of a copy for one who came later: who wrote what it is a copy of.
  absl::StatusOr<std::optional<state::SentRecord>> original = sent_.Find(sent->copy_of());
  if (!original.ok()) return original.status();
  const std::string author = *original ? (*original)->officer() : "";
  if (status = CheckSecond(*sent, author, officer); !status.ok()) return status;
  store::WriteBatch batch;
  if (request.release()) {
    status = Release(*sent, batch, now);
    if (!status.ok()) return status;
  } else {
    Refuse(*sent, now);
    sent_.Save(*sent, batch);
  }
  const state::DiaryLine line =
      MakeLine(officer, request.release() ? operation::kDisclosure : operation::kConsultation,
               sent->record_id(), sent->purpose(), request.justification(), now);
  if (status = ground_->Commit(batch, {&line, 1}); !status.ok()) return status;
  if (request.release()) {
    outbox_->AddDraft(*sent);
  } else {
    ground_->held.Remove(sent->record_id());
  }
  v1::JudgeHeldResponse response;
  response.set_record_id(HexOf(sent->record_id()));
  return response;
}

}  // namespace entente::node
