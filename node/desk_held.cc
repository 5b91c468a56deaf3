// What is held, and the second person who looks at it (desk.h).
#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "node/compose.h"
#include "node/desk.h"
#include "node/families.h"
#include "node/override_drafts.h"
#include "node/page.h"
#include "node/second_person.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

absl::Status CheckSecond(const state::SentRecord& sent, std::string_view author,
                         std::string_view officer) {
  if (sent.stage() != state::STAGE_HELD) {
    return RefuseAdvising(Reason::kMalformed, "", "this record is not held",
                          "entente held list --justification \"...\" shows those that are");
  }
  if (sent.officer() == officer || author == officer) {
    return RefuseAdvising(Reason::kNotAuthorised, "",
                          "who wrote a record is not the second person who releases it",
                          "ask another officer who has the role of a releaser");
  }
  return absl::OkStatus();
}

// The author reads by whom and why.
void Refuse(state::SentRecord& sent, std::string_view officer, std::string_view why, Instant now) {
  sent.set_stage(state::STAGE_CLOSED);
  for (state::SentRecipient& recipient : *sent.mutable_recipients()) {
    if (recipient.state() != v1::RECIPIENT_STATE_HELD) continue;
    recipient.set_reason(Text(kNotReleasedBy, officer, ":", why));
    SetState(recipient, v1::RECIPIENT_STATE_NOT_SENT, now);
  }
}

v1::JudgeHeldResponse Judged(const state::SentRecord& sent) {
  v1::JudgeHeldResponse response;
  response.set_record_id(HexOf(sent.record_id()));
  return response;
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
  std::ranges::sort(all, {}, [](const state::SentRecord& sent) {
    return Place{sent.created_ms(), sent.record_id()};
  });
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
  *held.mutable_draft() = std::move(*content->mutable_draft());
  for (const state::SentRecipient& recipient : sent.recipients()) {
    absl::StatusOr<policy::Decision> decision =
        DecideDraft(*ground_, sent, held.draft(), recipient, now);
    if (!decision.ok()) return decision.status();
    absl::StatusOr<v1::RecipientPreview> preview =
        PreviewOf(*ground_, sent.kind(), held.draft(), recipient.recipient(), *decision, now);
    if (!preview.ok()) return preview.status();
    *held.add_recipients() = *std::move(preview);
  }
  const Digest digest = DigestOfHeld(held);
  held.set_digest(DigestText(digest));
  held.set_seen(SpokenDigest(digest));
  return held;
}

absl::StatusOr<v1::ListHeldResponse> Desk::ListHeld(std::string_view officer,
                                                    const v1::ListHeldRequest& request,
                                                    Instant now) {
  absl::Status status = ground_->officers.Check(officer, {role::kReleaser});
  if (status.ok()) status = CheckJustification(request.justification());
  if (!status.ok()) return status;
  absl::StatusOr<Place> last = ReadPlace(request.page());
  if (!last.ok()) return last.status();
  absl::StatusOr<std::vector<state::SentRecord>> all = AllHeld();
  if (!all.ok()) return all.status();
  v1::ListHeldResponse response;
  Page page(request.limit());
  std::vector<state::DiaryLine> lines;
  for (const state::SentRecord& sent : *all) {
    Place place{sent.created_ms(), sent.record_id()};
    if (place <= *last) continue;
    absl::StatusOr<v1::HeldRecord> held = ShowHeld(sent, now);
    if (!held.ok()) return held.status();
    if (!page.Takes(held->ByteSizeLong())) {
      response.set_next_page(TextOf(*last));
      break;
    }
    *response.add_records() = *std::move(held);
    *last = std::move(place);
    lines.push_back(MakeLine(officer, operation::kConsultation, sent.record_id(), sent.purpose(),
                             request.justification(), now));
  }
  if (lines.empty()) return response;
  store::WriteBatch batch;
  if (status = ground_->Commit(batch, lines); !status.ok()) return status;
  return response;
}

// What was looked at is what may leave: should policy give a recipient more, or withhold more that
// a text gives away, by the time it is sealed, it is held again.
absl::Status Desk::Release(const v1::HeldRecord& held, state::SentRecord& sent,
                           store::WriteBatch& batch, Instant now) {
  absl::StatusOr<state::SentContent> content = sent_.Content(sent);
  if (!content.ok()) return content.status();
  if (content->has_emergency()) {
    absl::Status both = CheckSigned(content->emergency(), now);
    if (!both.ok()) return both;
  }
  content->clear_released();
  content->clear_released_to();
  for (const v1::RecipientPreview& preview : held.recipients()) {
    state::ReleasedTo& to = *content->add_released_to();
    to.set_recipient(preview.recipient());
    *to.mutable_withheld() = preview.withheld();
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
  if (request.release()) return ReleaseHeld(officer, request, *sent, now);
  store::WriteBatch batch;
  Refuse(*sent, officer, request.justification(), now);
  sent_.Save(*sent, batch);
  state::DiaryLine line = MakeLine(officer, operation::kAlteration, sent->record_id(),
                                   sent->purpose(), request.justification(), now);
  line.set_detail("refused: it does not leave");
  if (status = ground_->Commit(batch, {&line, 1}); !status.ok()) return status;
  ground_->held.Remove(sent->record_id());
  return Judged(*sent);
}

absl::StatusOr<v1::JudgeHeldResponse> Desk::ReleaseHeld(std::string_view officer,
                                                        const v1::JudgeHeldRequest& request,
                                                        state::SentRecord& sent, Instant now) {
  absl::StatusOr<v1::HeldRecord> held = ShowHeld(sent, now);
  if (!held.ok()) return held.status();
  absl::Status status = CheckSeen(DigestOfHeld(*held), request.seen());
  if (!status.ok()) return status;
  store::WriteBatch batch;
  if (status = Release(*held, sent, batch, now); !status.ok()) return status;
  state::DiaryLine line = MakeLine(officer, operation::kDisclosure, sent.record_id(),
                                   sent.purpose(), request.justification(), now);
  line.set_detail(Text("released as ", held->digest()));
  if (status = ground_->Commit(batch, {&line, 1}); !status.ok()) return status;
  outbox_->AddDraft(sent);
  return Judged(sent);
}

}  // namespace entente::node
