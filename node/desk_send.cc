// Sending leads and answers (desk.h).
#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/record/record.h"
#include "node/compose.h"
#include "node/desk.h"
#include "node/families.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

// Leaves room for padding, wraps and digests within one record.
constexpr size_t kDraftBytes = limits::kRecordBytes * 3 / 4;

absl::Status CheckLead(const v1::SendLeadRequest& draft) {
  const auto asks = std::ranges::count_if(draft.sections(), [](const v1::DraftSection& section) {
    return section.content().has_lead_ask() &&
           section.content().lead_ask().measure() != v1::LEAD_MEASURE_UNSPECIFIED;
  });
  if (asks != 1) {
    return RefuseAdvising(Reason::kMalformed, "",
                          "a lead has exactly one section that says what is asked, and by when",
                          "give one section the measure asked for, and no other");
  }
  if (draft.ByteSizeLong() > kDraftBytes) {
    return Refuse(Reason::kTooLarge, "the lead would not fit into one record of 1 MiB");
  }
  return absl::OkStatus();
}

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

const state::KeptSection* AskSection(const state::ReceivedContent& content,
                                     v1::SectionContent& ask) {
  for (const state::KeptSection& section : content.sections()) {
    if (ask.ParseFromString(section.content()) && ask.has_lead_ask()) return &section;
  }
  return nullptr;
}

// Back to the origin under the lead's own labels and instrument; about the same persons.
v1::SendLeadRequest AnswerDraft(const state::ReceivedRecord& lead,
                                const state::ReceivedContent& content,
                                const v1::AnswerLeadRequest& request) {
  v1::SendLeadRequest draft;
  draft.add_recipients(lead.origin());
  draft.set_purpose(lead.purpose());
  draft.set_instrument(lead.instrument());
  *draft.mutable_handling() = lead.handling();
  draft.set_evaluation(lead.evaluation());
  draft.set_urgency(lead.urgency());
  draft.set_expires_ms(lead.expires_ms());
  draft.set_own_reference(request.own_reference());
  v1::DraftSection& section = *draft.add_sections();
  v1::SectionContent ask;
  v1::SectionLabels labels;
  section.mutable_content()->set_language("und");
  if (const state::KeptSection* kept = AskSection(content, ask)) {
    labels.ParseFromString(kept->labels());
    section.mutable_content()->set_language(ask.language());
  }
  *section.mutable_about() = labels.about();
  if (section.about().empty()) section.add_about("other");
  section.add_data("narrative");
  section.set_basis("fact");
  section.set_essential(true);
  v1::LeadAnswer& answer = *section.mutable_content()->mutable_lead_answer();
  answer.set_taken(request.taken());
  answer.set_reason(request.reason());
  answer.set_reference(request.own_reference());
  return draft;
}

}  // namespace

state::SentRecord Desk::NewRecord(std::string_view officer, v1::RecordKind kind,
                                  const v1::SendLeadRequest& draft, Instant now) const {
  state::SentRecord sent;
  sent.set_record_id(ToString(ground_->random.Bytes<16>()));
  sent.set_kind(kind);
  sent.set_stage(state::STAGE_DRAFT);
  sent.set_created_ms(static_cast<uint64_t>(now.ms));
  sent.set_expires_ms(draft.expires_ms());
  sent.set_urgency(draft.urgency());
  sent.set_officer(std::string(officer));
  sent.set_purpose(draft.purpose());
  for (const std::string& agency : draft.recipients()) {
    state::SentRecipient& recipient = *sent.add_recipients();
    recipient.set_recipient(agency);
    SetState(recipient, v1::RECIPIENT_STATE_WAITING, now);
  }
  return sent;
}

// What the log will say of the officer and of the reason, without saying it.
absl::StatusOr<state::DiaryLine> Desk::Disclose(std::string_view justification,
                                                state::SentRecord& sent, store::WriteBatch& batch,
                                                Instant now) {
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

absl::Status Desk::KeepDraft(const state::SentRecord& sent, const v1::SendLeadRequest& draft,
                             const state::DiaryLine& line, store::WriteBatch& batch) {
  state::SentContent content;
  *content.mutable_draft() = draft;
  if (absl::Status status = sent_.Save(sent, content, batch); !status.ok()) return status;
  batch.Put(kExpiry, Text(U64Key(sent.expires_ms()), "s", sent.record_id()), "");
  absl::Status status = ground_->Commit(batch, {&line, 1});
  if (status.ok()) outbox_->AddDraft(sent);
  return status;
}

absl::Status Desk::DecideLead(
    const v1::SendLeadRequest& request, Instant now, state::SentRecord& sent,
    google::protobuf::RepeatedPtrField<v1::RecipientPreview>& previews) const {
  absl::Status status = CheckDraft(*ground_, request, now);
  if (status.ok()) status = CheckLead(request);
  if (status.ok()) status = ChooseInstruments(*ground_, request, now, sent);
  if (!status.ok()) return status;
  for (const state::SentRecipient& recipient : sent.recipients()) {
    absl::StatusOr<policy::Decision> decision =
        DecideDraft(*ground_, sent, request, recipient, now);
    if (!decision.ok()) return decision.status();
    *previews.Add() = PreviewOf(recipient.recipient(), *decision);
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::PreviewLeadResponse> Desk::PreviewLead(std::string_view officer,
                                                          const v1::SendLeadRequest& request,
                                                          Instant now) const {
  absl::Status status = ground_->officers.Check(officer, {role::kAuthor});
  if (!status.ok()) return status;
  state::SentRecord sent = NewRecord(officer, v1::RECORD_KIND_LEAD, request, now);
  v1::PreviewLeadResponse response;
  status = DecideLead(request, now, sent, *response.mutable_recipients());
  if (!status.ok()) return status;
  return response;
}

absl::StatusOr<v1::SendLeadResponse> Desk::SendLead(std::string_view officer,
                                                    const v1::SendLeadRequest& request,
                                                    Instant now) {
  absl::Status status = ground_->officers.Check(officer, {role::kAuthor});
  if (status.ok()) status = CheckJustification(request.justification());
  if (!status.ok()) return status;
  state::SentRecord sent = NewRecord(officer, v1::RECORD_KIND_LEAD, request, now);
  v1::SendLeadResponse response;
  status = DecideLead(request, now, sent, *response.mutable_recipients());
  if (!status.ok()) return status;
  response.set_record_id(HexOf(sent.record_id()));
  response.set_reference(ReferenceOf(sent.record_id()));
  store::WriteBatch batch;
  absl::StatusOr<state::DiaryLine> line = Disclose(request.justification(), sent, batch, now);
  if (!line.ok()) return line.status();
  if (status = KeepDraft(sent, request, *line, batch); !status.ok()) return status;
  return response;
}

absl::StatusOr<v1::AnswerLeadResponse> Desk::AnswerLead(std::string_view officer,
                                                        const v1::AnswerLeadRequest& request,
                                                        Instant now) {
  absl::Status status = ground_->officers.Check(officer, {role::kAuthor});
  if (status.ok()) status = CheckJustification(request.justification());
  if (!status.ok()) return status;
  if (!request.taken() && IsBlank(request.reason())) {
    return RefuseAdvising(Reason::kLabelMissing, "reason", "a lead is declined with a reason",
                          "say in a few words why it is declined: the sender reads it");
  }
  absl::StatusOr<FoundRecord> found = Find(request.record_id(), false);
  if (!found.ok()) return found.status();
  const std::string& hash = found->key;
  absl::StatusOr<std::optional<state::ReceivedRecord>> lead =
      Load<state::ReceivedRecord>(ground_->db, kReceived, hash);
  if (!lead.ok()) return lead.status();
  if (!*lead || (*lead)->kind() != v1::RECORD_KIND_LEAD) {
    return RefuseAdvising(Reason::kMalformed, "", "only a lead is taken up or declined",
                          "give the reference of a received lead, not that of an answer");
  }
  absl::StatusOr<state::ReceivedContent> content = ContentOf(**lead, now);
  if (!content.ok()) return content.status();
  const v1::SendLeadRequest draft = AnswerDraft(**lead, *content, request);
  if (status = CheckDraft(*ground_, draft, now); !status.ok()) return status;
  state::SentRecord sent = NewRecord(officer, v1::RECORD_KIND_ANSWER, draft, now);
  sent.set_answers(hash);
  status = ChooseInstruments(*ground_, draft, now, sent);
  if (!status.ok()) return status;
  absl::StatusOr<policy::Decision> decision =
      DecideDraft(*ground_, sent, draft, sent.recipients(0), now);
  if (!decision.ok()) return decision.status();
  if (!decision->releases()) {
    const v1::RecipientPreview preview = PreviewOf((*lead)->origin(), *decision);
    return Refuse(Reason::kPolicyRefused,
                  Text("our own policy does not let this answer leave: ",
                       preview.reasons().empty() ? "" : preview.reasons(0)));
  }
  (*lead)->set_answer(request.taken() ? v1::RECIPIENT_STATE_TAKEN : v1::RECIPIENT_STATE_DECLINED);
  (*lead)->set_answered_ms(static_cast<uint64_t>(now.ms));
  *content->mutable_own_answer() = draft.sections(0).content().lead_answer();
  store::WriteBatch batch;
  Save(batch, kReceived, hash, **lead);
  status = ground_->vault.Put(hash, content->SerializeAsString(), batch);
  if (!status.ok()) return status;
  absl::StatusOr<state::DiaryLine> line = Disclose(request.justification(), sent, batch, now);
  if (!line.ok()) return line.status();
  if (status = KeepDraft(sent, draft, *line, batch); !status.ok()) return status;
  v1::AnswerLeadResponse response;
  response.set_record_id(HexOf(sent.record_id()));
  response.set_reference(ReferenceOf(sent.record_id()));
  return response;
}

}  // namespace entente::node
