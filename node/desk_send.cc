// Sending leads and answers (desk.h).
#include <algorithm>
#include <array>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/record/record.h"
#include "node/attachments.h"
#include "node/cases.h"
#include "node/compose.h"
#include "node/desk.h"
#include "node/families.h"
#include "node/list_entry.h"
#include "node/narrow.h"
#include "node/override_drafts.h"
#include "node/pictures.h"
#include "node/restrict.h"
#include "node/reviews.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

// Leaves room for padding, wraps and digests within one record.
constexpr size_t kDraftBytes = limits::kRecordBytes * 3 / 4;

size_t CountOf(const v1::Draft& draft, v1::SectionContent::BodyCase body) {
  return static_cast<size_t>(std::ranges::count_if(draft.sections(), [&](const auto& section) {
    return section.content().body_case() == body;
  }));
}

// What each kind of record has exactly one of; information and case items have none.
struct KindForm {
  v1::RecordKind kind;
  v1::SectionContent::BodyCase body;
  std::string_view otherwise;
};
constexpr std::array<KindForm, 3> kKindForms = {{
    {v1::RECORD_KIND_LEAD, v1::SectionContent::kLeadAsk,
     "a lead has exactly one section that says what is asked, and by when"},
    {v1::RECORD_KIND_ALERT, v1::SectionContent::kAlertNotice,
     "an alert has exactly one section that says what is to be done, and whom to call"},
    {v1::RECORD_KIND_REQUEST, v1::SectionContent::kRequestAsk,
     "a request has exactly one section that says what is asked, and what for"},
}};

absl::Status CheckNoOther(const v1::Draft& draft) {
  for (const auto body : {v1::SectionContent::kLeadAnswer, v1::SectionContent::kReply,
                          v1::SectionContent::kNotIdentical, v1::SectionContent::kFinding,
                          v1::SectionContent::kMembership, v1::SectionContent::kConsent}) {
    if (CountOf(draft, body) == 0) continue;
    return RefuseAdvising(Reason::kMalformed, "", "a section holds what a draft cannot hold",
                          "answers, findings, notes and consents have commands of their own");
  }
  for (const KindForm& form : kKindForms) {
    if (form.kind == draft.kind() || CountOf(draft, form.body) == 0) continue;
    return RefuseAdvising(Reason::kMalformed, "",
                          "a section holds what a record of this kind does not ask",
                          "send it as a record of its own");
  }
  return absl::OkStatus();
}

// The one section of an alert that says whom or what to find: without it nobody gets the rest, at
// the destination either. Of several one is enough (narrow.h).
void KeepWhatDescribes(v1::Draft& draft) {
  if (draft.kind() != v1::RECORD_KIND_ALERT) return;
  auto& sections = *draft.mutable_sections();
  if (std::ranges::count_if(sections, Describes) != 1) return;
  std::ranges::find_if(sections, Describes)->set_essential(true);
}

// The node says who gets it, when it is sealed; a draft says whether.
absl::Status CheckShown(const v1::Draft& draft) {
  if (draft.show_recipients() && draft.kind() != v1::RECORD_KIND_LEAD) {
    return RefuseAdvising(Reason::kMalformed, "", "only a lead tells who else gets it",
                          "leave it out, or say it in the text");
  }
  const bool named = std::ranges::any_of(draft.sections(), [](const v1::DraftSection& section) {
    return !section.content().lead_ask().recipients().empty();
  });
  if (!named) return absl::OkStatus();
  return RefuseAdvising(Reason::kMalformed, "", "a draft does not list who gets it",
                        "set show_recipients, and the node lists those to whom it is sealed");
}

absl::Status CheckKind(const v1::Draft& draft) {
  if (absl::Status shown = CheckShown(draft); !shown.ok()) return shown;
  const auto* const form = std::ranges::find(kKindForms, draft.kind(), &KindForm::kind);
  const bool free =
      draft.kind() == v1::RECORD_KIND_INFORMATION || draft.kind() == v1::RECORD_KIND_CASE_ITEM;
  if (form == kKindForms.end() && !free) {
    return RefuseAdvising(Reason::kLabelMissing, "kind", "no kind of record that can be drafted",
                          "send a lead, an alert, a request, information, or post in a case");
  }
  if (draft.kind() == v1::RECORD_KIND_CASE_ITEM && draft.case_id().empty()) {
    return Refuse(Reason::kLabelMissing, "case", "a post names the case that it stands in");
  }
  if (!draft.case_id().empty() && draft.kind() != v1::RECORD_KIND_CASE_ITEM &&
      draft.kind() != v1::RECORD_KIND_REQUEST) {
    return RefuseAdvising(Reason::kMalformed, "", "a record of this kind stands in no case",
                          "post it as a case item, or send a request within the case");
  }
  if (!free && CountOf(draft, form->body) != 1) {
    return RefuseAdvising(Reason::kMalformed, "", std::string(form->otherwise),
                          "give one such section, and no other");
  }
  if (draft.kind() == v1::RECORD_KIND_ALERT && std::ranges::none_of(draft.sections(), Describes)) {
    return RefuseAdvising(Reason::kMalformed, "", "an alert describes whom or what to find",
                          "give a section with a person, a document, a vehicle or another subject");
  }
  if (draft.ByteSizeLong() > kDraftBytes) {
    return Refuse(Reason::kTooLarge, "the draft would not fit into one record of 1 MiB");
  }
  return CheckNoOther(draft);
}

bool AsksForSecond(const v1::RecipientPreview& preview) { return !preview.second_person().empty(); }

// The key of the month under which officers' pseudonyms are made, made when it is first needed.
absl::StatusOr<crypto::Secret<32>> MonthKey(Ground& ground, store::WriteBatch& batch, Instant now) {
  const std::string month = FormatInstant(now).substr(0, 7);
  const Digest id = crypto::Sha256Concat({AsBytes("entente/v1 month "), AsBytes(month)});
  if (!ground.keys.Has(id)) {
    absl::Status status = ground.keys.Put(id, crypto::Secret<32>::Create(ground.random));
    if (!status.ok()) return status;
    batch.Put(kNode, Text(kMonthPrefix, month), AsText(id));
  }
  return ground.keys.Get(id);
}

}  // namespace

state::SentRecord Desk::NewRecord(std::string_view officer, v1::RecordKind kind,
                                  const v1::Draft& draft, Instant now) const {
  state::SentRecord sent;
  sent.set_record_id(ToString(ground_->random.Bytes<16>()));
  sent.set_kind(kind);
  sent.set_stage(state::STAGE_DRAFT);
  sent.set_created_ms(static_cast<uint64_t>(now.ms));
  sent.set_expires_ms(draft.expires_ms());
  sent.set_review_by_ms(draft.review_by_ms());
  sent.set_urgency(draft.urgency());
  sent.set_officer(std::string(officer));
  sent.set_purpose(draft.purpose());
  if (!draft.case_id().empty()) sent.set_case_id(*HexDecode(draft.case_id()));
  if (kind == v1::RECORD_KIND_MEMBERSHIP) {
    sent.set_membership(draft.sections(0).content().membership().number());
  }
  for (const std::string& agency : draft.recipients()) {
    state::SentRecipient& recipient = *sent.add_recipients();
    recipient.set_recipient(agency);
    SetState(recipient, v1::RECIPIENT_STATE_WAITING, now);
  }
  return sent;
}

// What the log will say of the officer and of the reason, without saying it; and whose it is here.
absl::StatusOr<state::DiaryLine> Desk::Disclose(std::string_view justification,
                                                state::SentRecord& sent, store::WriteBatch& batch,
                                                Instant now) {
  if (absl::Status assigned = AssignSent(*ground_, sent); !assigned.ok()) return assigned;
  absl::StatusOr<crypto::Secret<32>> month = MonthKey(*ground_, batch, now);
  if (!month.ok()) return month.status();
  state::DiaryLine line = MakeLine(sent.officer(), operation::kDisclosure, sent.record_id(),
                                   sent.purpose(), justification, now);
  const Salt32 pseudonym_salt = ground_->random.Bytes<32>();
  const Salt32 justification_salt = ground_->random.Bytes<32>();
  line.set_pseudonym_salt(ToString(pseudonym_salt));
  line.set_justification_salt(ToString(justification_salt));
  const std::string named = sent.officer() + ToString(pseudonym_salt);
  sent.set_officer_pseudonym(
      ToString(crypto::HmacSha256(month->ExposeSecret(), AsBytes(named)).ExposeSecret()));
  sent.set_justification_digest(
      ToString(crypto::Sha256Concat({justification_salt, AsBytes(justification)})));
  return line;
}

absl::Status Desk::KeepDraft(state::SentRecord& sent, const v1::Draft& draft,
                             const state::DiaryLine& line, store::WriteBatch& batch) {
  const Instant now{static_cast<int64_t>(sent.created_ms())};
  if (absl::Status taken = TakeFiles(*ground_, draft, sent, batch); !taken.ok()) return taken;
  state::SentContent content;
  *content.mutable_draft() = draft;
  if (draft.has_override()) *content.mutable_emergency() = NewEmergency(*ground_, sent, draft, now);
  if (absl::Status status = sent_.Save(sent, content, batch); !status.ok()) return status;
  batch.Put(kExpiry, Text(U64Key(sent.expires_ms()), "s", sent.record_id()), "");
  PlanReview(sent, batch);
  absl::Status status = ground_->Commit(batch, {&line, 1});
  if (!status.ok()) return status;
  if (sent.stage() == state::STAGE_DRAFT) outbox_->AddDraft(sent);
  ground_->held.AddSent(sent, draft);
  return absl::OkStatus();
}

// The received record that it is about: its sender is told which.
absl::Status Desk::NameSubject(const v1::Draft& draft, state::SentRecord& sent, Instant now) const {
  if (draft.about().empty()) return absl::OkStatus();
  absl::StatusOr<FoundRecord> found = Find(draft.about(), false);
  if (!found.ok()) return found.status();
  const auto& to = draft.recipients();
  if (to.size() != 1 || to.Get(0) != found->origin) {
    return RefuseAdvising(Reason::kMalformed, "",
                          "what is about a record of another agency goes to that agency alone",
                          Text("send it to ", found->origin, ", or leave out what it is about"));
  }
  absl::StatusOr<std::optional<state::ReceivedRecord>> received =
      Load<state::ReceivedRecord>(ground_->db, kReceived, found->key);
  if (!received.ok()) return received.status();
  if (absl::Status open = ContentOf(**received, now).status(); !open.ok()) return open;
  if (absl::Status used = CheckUse(**received); !used.ok()) return used;
  sent.set_answers(found->key);
  return absl::OkStatus();
}

absl::Status Desk::DecideRecipients(const v1::Draft& request, Instant now, state::SentRecord& sent,
                                    Previews& previews) const {
  absl::Status status = CheckDraft(*ground_, request, now);
  if (status.ok()) status = ChooseInstruments(*ground_, request, now, sent);
  if (!status.ok()) return status;
  for (const state::SentRecipient& recipient : sent.recipients()) {
    absl::StatusOr<policy::Decision> decision =
        DecideDraft(*ground_, sent, request, recipient, now);
    if (!decision.ok()) return decision.status();
    status = CheckOverridden(sent, request, recipient, *decision, now);
    if (!status.ok()) return status;
    absl::StatusOr<v1::RecipientPreview> preview =
        PreviewOf(*ground_, sent.kind(), request, recipient.recipient(), *decision, now);
    if (!preview.ok()) return preview.status();
    *previews.Add() = *std::move(preview);
  }
  return absl::OkStatus();
}

// Against what policy says without it.
absl::Status Desk::CheckOverridden(const state::SentRecord& sent, const v1::Draft& draft,
                                   const state::SentRecipient& recipient,
                                   const policy::Decision& with, Instant now) const {
  if (!draft.has_override()) return absl::OkStatus();
  v1::Draft plain = draft;
  plain.clear_override();
  absl::StatusOr<policy::Decision> without = DecideDraft(*ground_, sent, plain, recipient, now);
  if (!without.ok()) return without.status();
  return CheckYields(*ground_, draft, *without, with, now);
}

absl::Status Desk::Complete(v1::Draft& draft, Instant now) const {
  absl::Status status = PlaceInCase(draft, now);
  if (status.ok()) status = StripPictures(draft);
  if (status.ok()) status = CheckDraft(*ground_, draft, now);
  if (status.ok()) status = CheckKind(draft);
  if (status.ok()) KeepWhatDescribes(draft);
  if (status.ok()) status = AttachConsents(draft, now);
  if (status.ok()) status = CheckOverride(*ground_, draft, now);
  return status;
}

absl::StatusOr<v1::PreviewResponse> Desk::Preview(std::string_view officer,
                                                  const v1::Draft& request, Instant now) const {
  v1::Draft draft = request;
  absl::Status status = ground_->officers.Check(officer, {role::kAuthor});
  if (status.ok()) status = Complete(draft, now);
  if (!status.ok()) return status;
  state::SentRecord sent = NewRecord(officer, draft.kind(), draft, now);
  if (status = NameSubject(draft, sent, now); !status.ok()) return status;
  v1::PreviewResponse response;
  response.set_review_by_ms(draft.review_by_ms());
  status = DecideRecipients(draft, now, sent, *response.mutable_recipients());
  if (!status.ok()) return status;
  if (draft.list_entry().empty()) return response;
  absl::StatusOr<std::optional<v1::RecalledEntry>> recalled =
      FindRecalled(*ground_, draft.list_entry());
  if (!recalled.ok()) return recalled.status();
  if (*recalled) *response.mutable_recalled() = **std::move(recalled);
  return response;
}

absl::StatusOr<v1::SendResponse> Desk::Send(std::string_view officer, const v1::Draft& request,
                                            Instant now) {
  v1::Draft draft = request;
  absl::Status status = ground_->officers.Check(officer, {role::kAuthor});
  if (status.ok()) status = CheckJustification(draft.justification());
  if (status.ok()) status = Complete(draft, now);
  if (status.ok()) status = LogConsents(officer, draft, now);
  if (!status.ok()) return status;
  return draft.replaces().empty() ? SendDraft(officer, draft, now)
                                  : SendReplacing(officer, draft, now);
}

absl::StatusOr<v1::SendResponse> Desk::SendDraft(std::string_view officer, const v1::Draft& draft,
                                                 Instant now) {
  state::SentRecord sent = NewRecord(officer, draft.kind(), draft, now);
  absl::Status status = NameSubject(draft, sent, now);
  Previews previews;
  if (status.ok()) status = DecideRecipients(draft, now, sent, previews);
  if (!status.ok()) return status;
  return KeepSent(sent, draft, previews, now);
}

absl::StatusOr<v1::SendResponse> Desk::KeepSent(state::SentRecord& sent, const v1::Draft& draft,
                                                const Previews& previews, Instant now) {
  const bool leaks =
      std::ranges::any_of(previews, [](const auto& one) { return !one.leaks().empty(); });
  if (leaks || std::ranges::any_of(previews, AsksForSecond)) {
    Hold(sent, leaks ? kHeldForLeak : kHeldForSecond, now);
  }
  v1::SendResponse response;
  *response.mutable_recipients() = previews;
  response.set_record_id(HexOf(sent.record_id()));
  response.set_reference(ReferenceOf(sent.record_id()));
  store::WriteBatch batch;
  if (!draft.list_entry().empty()) ForgetRecalled(*ground_, draft.list_entry(), batch);
  absl::Status status;
  absl::StatusOr<state::DiaryLine> line = Disclose(draft.justification(), sent, batch, now);
  if (!line.ok()) return line.status();
  if (sent.kind() == v1::RECORD_KIND_MEMBERSHIP) {
    status = KeepOwnMembership(*ground_, draft.sections(0).content().membership(), sent, batch);
    if (!status.ok()) return status;
  }
  if (status = KeepDraft(sent, draft, *line, batch); !status.ok()) return status;
  return response;
}

}  // namespace entente::node
