// What is said to records that came, and to those that went out: answers, findings, notes, recalls
// (desk.h).
#include <algorithm>

#include "absl/strings/str_join.h"
#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "node/cases.h"
#include "node/compose.h"
#include "node/desk.h"
#include "node/families.h"
#include "node/list_entry.h"
#include "node/pictures.h"
#include "node/recall.h"
#include "node/restrict.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

using BodyCase = v1::SectionContent::BodyCase;

// The labels of the section that asks, and its language.
struct AskedUnder {
  v1::SectionLabels labels;
  std::string language = "und";
};

AskedUnder FindAsk(const state::ReceivedContent& content, BodyCase body) {
  AskedUnder asked;
  for (const state::KeptSection& section : content.sections()) {
    v1::SectionContent parsed;
    if (!parsed.ParseFromString(section.content()) || parsed.body_case() != body) continue;
    asked.labels.ParseFromString(section.labels());
    asked.language = parsed.language();
  }
  return asked;
}

// Of a request within a case: who was removed since gets no answer.
absl::Status CheckStillInCase(const Ground& ground, const state::ReceivedRecord& asked) {
  if (asked.case_id().empty()) return absl::OkStatus();
  const absl::StatusOr<std::optional<state::CaseBook>> book = FindCase(ground, asked.case_id());
  if (!book.ok()) return book.status();
  const state::HeldMembership* const in_force = *book ? InForce(**book) : nullptr;
  if (in_force != nullptr && IsInCase(**book, *in_force, asked.origin())) return absl::OkStatus();
  return RefuseAdvising(Reason::kWrongAgency, "", Text(asked.origin(), " is not in the case"),
                        "answer nothing, or send it as information of its own");
}

// A refusal has its ground; that may be all that can be said.
absl::Status CheckSays(const v1::AnswerRequest& request) {
  const bool tells = request.state() == v1::REPLY_STATE_ANSWERED ||
                     request.state() == v1::REPLY_STATE_PARTLY_ANSWERED;
  const bool asks = request.state() == v1::REPLY_STATE_CLARIFICATION_ASKED;
  if (!IsBlank(request.text()) || (tells && !request.sections().empty()) || (!tells && !asks)) {
    return absl::OkStatus();
  }
  return asks ? RefuseAdvising(Reason::kLabelMissing, "text", "whoever asks back says what",
                               "ask what you need to know with --text")
              : RefuseAdvising(Reason::kLabelMissing, "text",
                               "an answer with neither text nor sections says nothing",
                               "say it with --text, or in a file with --sections");
}

bool Ends(v1::ReplyState state) {
  return state == v1::REPLY_STATE_ANSWERED || state == v1::REPLY_STATE_REFUSED;
}

// One that was recalled, or that nobody gets, has ended nothing.
bool StandsAsAnswer(const state::SentRecord& sent) {
  return sent.recalled_ms() == 0 && (sent.stage() == state::STAGE_HELD || MayBeHad(sent));
}

absl::Status NoSuch(std::string_view kind) {
  return RefuseAdvising(Reason::kMalformed, "", Text("this is no ", kind),
                        Text("give the reference of a ", kind));
}

}  // namespace

// Back to the origin under the record's own labels and instrument, about the same persons. With one
// section, empty yet.
v1::Draft Desk::BackDraft(const state::ReceivedRecord& to, const state::ReceivedContent& content,
                          v1::SectionContent::BodyCase body) {
  v1::Draft draft;
  draft.add_recipients(to.origin());
  draft.set_purpose(to.purpose());
  draft.set_instrument(to.instrument());
  *draft.mutable_handling() = to.handling();
  draft.set_evaluation(to.evaluation());
  draft.set_urgency(to.urgency());
  draft.set_expires_ms(to.expires_ms());
  const AskedUnder asked = FindAsk(content, body);
  v1::DraftSection& section = *draft.add_sections();
  *section.mutable_about() = asked.labels.about();
  if (section.about().empty()) section.add_about("other");
  section.add_data("narrative");
  section.set_basis("fact");
  section.set_essential(true);
  section.mutable_content()->set_language(asked.language);
  return draft;
}

// A received record of this kind, with its content.
absl::StatusOr<Desk::Opened> Desk::OpenToReply(std::string_view name, v1::RecordKind kind,
                                               Instant now) const {
  absl::StatusOr<FoundRecord> found = Find(name, false);
  if (!found.ok()) return found.status();
  absl::StatusOr<std::optional<state::ReceivedRecord>> received =
      Load<state::ReceivedRecord>(ground_->db, kReceived, found->key);
  if (!received.ok()) return received.status();
  if (!*received || (*received)->kind() != kind) {
    return NoSuch(kind == v1::RECORD_KIND_LEAD      ? "received lead"
                  : kind == v1::RECORD_KIND_REQUEST ? "received request"
                  : kind == v1::RECORD_KIND_CONSENT ? "received consent"
                                                    : "received alert");
  }
  absl::StatusOr<state::ReceivedContent> content = ContentOf(**received, now);
  if (!content.ok()) return content.status();
  if (absl::Status used = CheckUse(**received); !used.ok()) return used;
  return Opened{**std::move(received), *std::move(content)};
}

// Checked and decided: refusal policy-refused when our own policy lets nothing of it leave.
absl::StatusOr<state::SentRecord> Desk::PrepareReply(std::string_view officer, v1::RecordKind kind,
                                                     const v1::Draft& draft,
                                                     std::string_view answers, Instant now) const {
  if (absl::Status status = CheckDraft(*ground_, draft, now); !status.ok()) return status;
  state::SentRecord sent = NewRecord(officer, kind, draft, now);
  sent.set_answers(std::string(answers));
  absl::Status status = ChooseInstruments(*ground_, draft, now, sent);
  if (!status.ok()) return status;
  absl::StatusOr<policy::Decision> decision =
      DecideDraft(*ground_, sent, draft, sent.recipients(0), now);
  if (!decision.ok()) return decision.status();
  if (decision->releases()) return sent;
  const v1::RecipientPreview preview = PreviewOf(draft.recipients(0), *decision);
  return Refuse(Reason::kPolicyRefused, Text("our own policy does not let this answer leave: ",
                                             absl::StrJoin(preview.reasons(), ", ")));
}

absl::StatusOr<v1::AnswerResponse> Desk::KeepReply(std::string_view justification,
                                                   const v1::Draft& draft, state::SentRecord& sent,
                                                   store::WriteBatch& batch, Instant now) {
  absl::StatusOr<state::DiaryLine> line = Disclose(justification, sent, batch, now);
  if (!line.ok()) return line.status();
  absl::Status status = KeepDraft(sent, draft, *line, batch);
  if (!status.ok()) return status;
  v1::AnswerResponse response;
  response.set_record_id(HexOf(sent.record_id()));
  response.set_reference(ReferenceOf(sent.record_id()));
  return response;
}

// The answer to this request that a new one takes the place of; none when it takes nobody's. One
// that ended the request is not answered again beside it.
absl::StatusOr<std::optional<state::SentRecord>> Desk::ReplacedAnswer(
    const state::ReceivedRecord& asked, const v1::AnswerRequest& request) const {
  std::optional<state::SentRecord> old;
  if (!request.replaces().empty()) {
    absl::StatusOr<state::SentRecord> found = FindSent(request.replaces());
    if (!found.ok()) return found.status();
    const bool answers =
        found->kind() == v1::RECORD_KIND_ANSWER && found->answers() == asked.record_hash();
    if (!answers || !StandsAsAnswer(*found)) {
      return RefuseAdvising(Reason::kMalformed, "", "this is no answer to that request that stands",
                            "give the reference of the answer that is to be replaced");
    }
    old = *std::move(found);
  }
  absl::StatusOr<std::optional<state::SentRecord>> ended = sent_.Find(asked.final_answer());
  // One that went to nobody left standing what it was to take the place of.
  while (ended.ok() && *ended && !StandsAsAnswer(**ended) && !(*ended)->replaces().empty()) {
    ended = sent_.Find(std::string((*ended)->replaces()));
  }
  if (!ended.ok()) return ended.status();
  // Before this was kept the state alone said so.
  const bool stands = *ended ? StandsAsAnswer(**ended)
                             : asked.answer() == v1::RECIPIENT_STATE_ANSWERED ||
                                   asked.answer() == v1::RECIPIENT_STATE_TURNED_DOWN;
  const bool replaces = old && (!*ended || old->record_id() == (*ended)->record_id());
  if (!Ends(request.state()) || !stands || replaces) return old;
  return RefuseAdvising(
      Reason::kMalformed, "",
      Text("this request was answered already", *ended ? " by " : "",
           *ended ? ReferenceOf((*ended)->record_id()) : ""),
      "to correct that answer, send this one with --replaces and its reference; what is new goes "
      "as entente information send --about");
}

absl::StatusOr<v1::AnswerResponse> Desk::Answer(std::string_view officer,
                                                const v1::AnswerRequest& request, Instant now) {
  absl::Status status = ground_->officers.Check(officer, {role::kAuthor});
  if (status.ok()) status = CheckJustification(request.justification());
  if (!status.ok()) return status;
  absl::StatusOr<Opened> asked = OpenToReply(request.record_id(), v1::RECORD_KIND_REQUEST, now);
  if (!asked.ok()) return asked.status();
  if (status = CheckStillInCase(*ground_, asked->received); !status.ok()) return status;
  if (status = CheckSays(request); !status.ok()) return status;
  const absl::StatusOr<std::optional<state::SentRecord>> old =
      ReplacedAnswer(asked->received, request);
  if (!old.ok()) return old.status();
  v1::Draft draft = BackDraft(asked->received, asked->content, v1::SectionContent::kRequestAsk);
  draft.set_own_reference(request.own_reference());
  draft.set_review_by_ms(request.review_by_ms());
  v1::Reply& reply = *draft.mutable_sections(0)->mutable_content()->mutable_reply();
  reply.set_state(request.state());
  if (request.ground() != v1::REFUSAL_GROUND_UNSPECIFIED) reply.set_ground(request.ground());
  reply.set_text(request.text());
  reply.set_reference(request.own_reference());
  for (const v1::DraftSection& section : request.sections()) *draft.add_sections() = section;
  if (status = StripPictures(draft); !status.ok()) return status;
  const std::string hash = asked->received.record_hash();
  absl::StatusOr<state::SentRecord> sent =
      PrepareReply(officer, v1::RECORD_KIND_ANSWER, draft, hash, now);
  if (!sent.ok()) return sent.status();
  if (*old) sent->set_replaces((*old)->record_id());
  asked->received.set_answer(StateOfReply(request.state()));
  asked->received.set_answered_ms(static_cast<uint64_t>(now.ms));
  if (Ends(request.state())) asked->received.set_final_answer(sent->record_id());
  store::WriteBatch batch;
  Save(batch, kReceived, hash, asked->received);
  return KeepReply(request.justification(), draft, *sent, batch, now);
}

// ---- alerts

absl::StatusOr<v1::SendResponse> Desk::JudgeHit(std::string_view officer,
                                                const v1::JudgeHitRequest& request, Instant now) {
  absl::Status status = ground_->officers.Check(officer, {role::kAuthor});
  if (status.ok()) status = CheckJustification(request.justification());
  if (!status.ok()) return status;
  absl::StatusOr<Opened> alert = OpenToReply(request.record_id(), v1::RECORD_KIND_ALERT, now);
  if (!alert.ok()) return alert.status();
  v1::Draft draft = BackDraft(alert->received, alert->content, v1::SectionContent::kAlertNotice);
  v1::Finding& finding = *draft.mutable_sections(0)->mutable_content()->mutable_finding();
  finding.set_result(request.result());
  finding.set_text(request.text());
  finding.set_found_ms(static_cast<uint64_t>(now.ms));
  absl::StatusOr<state::SentRecord> sent =
      PrepareReply(officer, v1::RECORD_KIND_OUTCOME, draft, alert->received.record_hash(), now);
  if (!sent.ok()) return sent.status();
  store::WriteBatch batch;
  absl::StatusOr<v1::AnswerResponse> kept =
      KeepReply(request.justification(), draft, *sent, batch, now);
  if (!kept.ok()) return kept.status();
  v1::SendResponse response;
  response.set_record_id(kept->record_id());
  response.set_reference(kept->reference());
  return response;
}

absl::StatusOr<state::SentRecord> Desk::FindSent(std::string_view name) const {
  absl::StatusOr<FoundRecord> found = Find(name, true);
  if (!found.ok()) return found.status();
  if (!found->sent) {
    return RefuseAdvising(Reason::kWrongAgency, "",
                          Text("this is a record of ", found->origin, ", not of this agency"),
                          Text("ask ", found->origin));
  }
  absl::StatusOr<std::optional<state::SentRecord>> sent = sent_.Find(found->key);
  if (!sent.ok()) return sent.status();
  return **std::move(sent);
}

// To the same recipients, under the alert's own labels.
v1::Draft Desk::NoteDraft(const v1::Draft& alert, const state::SentRecord& sent,
                          const v1::ClearPersonRequest& request, Instant now) {
  v1::Draft draft = alert;
  draft.clear_sections();
  draft.clear_about();
  draft.clear_replaces();
  draft.clear_list_entry();
  draft.clear_instruction();
  draft.set_kind(v1::RECORD_KIND_INFORMATION);
  draft.set_justification(request.justification());
  v1::DraftSection& section = *draft.add_sections();
  section.add_about("other");
  section.add_data("identity");
  if (!request.documents().empty()) section.add_data("travel-document");
  section.set_basis("fact");
  section.set_essential(true);
  section.mutable_content()->set_language("und");
  v1::NotIdentical& note = *section.mutable_content()->mutable_not_identical();
  note.set_alert_record_id(sent.record_id());
  *note.mutable_person() = request.person();
  *note.mutable_documents() = request.documents();
  note.set_established_ms(static_cast<uint64_t>(now.ms));
  return draft;
}

absl::StatusOr<v1::SendResponse> Desk::ClearPerson(std::string_view officer,
                                                   const v1::ClearPersonRequest& request,
                                                   Instant now) {
  absl::Status status = ground_->officers.Check(officer, {role::kAuthor});
  if (status.ok()) status = CheckJustification(request.justification());
  if (!status.ok()) return status;
  absl::StatusOr<state::SentRecord> alert = FindSent(request.alert_record_id());
  if (!alert.ok()) return alert.status();
  if (alert->kind() != v1::RECORD_KIND_ALERT) return NoSuch("sent alert");
  absl::StatusOr<state::SentContent> content = sent_.Content(*alert);
  if (!content.ok()) return content.status();
  return SendDraft(officer, NoteDraft(content->draft(), *alert, request, now), now);
}

// Before it is recalled: an import must not publish it again, whatever happens in between.
absl::Status Desk::RememberByHand(const state::SentRecord& sent, const v1::RecallRequest& request,
                                  Instant now) {
  const absl::StatusOr<state::SentContent> content = sent_.Content(sent);
  if (request.by_list() || !content.ok() || content->draft().list_entry().empty()) {
    return absl::OkStatus();
  }
  store::WriteBatch batch;
  RememberRecalled(*ground_, content->draft().list_entry(), sent.record_id(), request.ground(),
                   batch, now);
  return ground_->Commit(batch);
}

absl::StatusOr<v1::RecallResponse> Desk::Recall(std::string_view officer,
                                                const v1::RecallRequest& request, Instant now) {
  absl::Status status = ground_->officers.Check(officer, {role::kAuthor});
  if (status.ok()) status = CheckJustification(request.justification());
  if (!status.ok()) return status;
  if (request.ground() == v1::RECALL_GROUND_UNSPECIFIED) {
    return Refuse(Reason::kLabelMissing, "ground", "a recall says why");
  }
  absl::StatusOr<state::SentRecord> sent = FindSent(request.record_id());
  if (!sent.ok()) return sent.status();
  if (sent->recalled_ms() == 0 && sent->stage() == state::STAGE_PURGED) return WhyOver(*sent);
  // One that waits for a key, say, would keep the case from being changed.
  if (sent->kind() == v1::RECORD_KIND_MEMBERSHIP && sent->stage() != state::STAGE_DRAFT) {
    return RefuseAdvising(Reason::kMalformed, "", "a membership that left is not recalled",
                          "change the case: the next membership takes the place of this one");
  }
  if (status = RememberByHand(*sent, request, now); !status.ok()) return status;
  // What was to take another's place and did not get that far leaves it standing.
  if (!MayBeHad(*sent)) sent->clear_replaces();
  absl::StatusOr<std::vector<std::string>> told = TakeBack(
      *ground_, *outbox_, *sent, {officer, request.ground(), request.justification()}, now);
  if (!told.ok()) return told.status();
  v1::RecallResponse response;
  response.set_record_id(HexOf(sent->record_id()));
  response.mutable_recipients()->Assign(told->begin(), told->end());
  return response;
}

// Those of an alert on persons who are others, as drafts. Read before anything leaves.
absl::StatusOr<std::vector<v1::Draft>> Desk::NotesOf(const state::SentRecord& alert) const {
  std::vector<v1::Draft> notes;
  if (alert.kind() != v1::RECORD_KIND_ALERT) return notes;
  absl::StatusOr<std::vector<state::SentRecord>> all = WithNotes(*ground_, alert);
  if (!all.ok()) return all.status();
  for (size_t i = 1; i < all->size(); ++i) {
    absl::StatusOr<state::SentContent> content = sent_.Content((*all)[i]);
    if (!content.ok()) return content.status();
    notes.push_back(std::move(*content->mutable_draft()));
  }
  return notes;
}

// What is no longer right takes effect once the new record is in the log, with the notes for it:
// nobody passes in between, nobody who was cleared is stopped again, and what nobody gets replaces
// nothing (recall.h).
absl::StatusOr<v1::SendResponse> Desk::SendReplacing(std::string_view officer,
                                                     const v1::Draft& draft, Instant now) {
  absl::StatusOr<state::SentRecord> old = FindSent(draft.replaces());
  if (!old.ok()) return old.status();
  if (old->kind() != draft.kind() || HexOf(old->case_id()) != draft.case_id()) {
    return RefuseAdvising(Reason::kMalformed, "", "what is replaced is of another kind, or case",
                          "recall it, and send the new record by itself");
  }
  absl::StatusOr<std::vector<v1::Draft>> notes = NotesOf(*old);
  if (!notes.ok()) return notes.status();
  state::SentRecord fresh = NewRecord(officer, draft.kind(), draft, now);
  Previews previews;
  absl::Status status = NameSubject(draft, fresh, now);
  if (status.ok()) status = DecideRecipients(draft, now, fresh, previews);
  if (!status.ok()) return status;
  const v1::RecallGround why = draft.replace_ground();
  const bool wrong = why != v1::RECALL_GROUND_UNSPECIFIED && why != v1::RECALL_GROUND_REPLACED;
  absl::StatusOr<v1::SendResponse> sent =
      wrong ? SendInstead({officer, why, draft.justification()}, *old, draft, fresh, previews, now)
            : SendAfter(*old, draft, fresh, previews, now);
  if (!sent.ok()) return sent;
  sent->set_replaces(HexOf(old->record_id()));
  if (wrong || sent->replaced() == v1::REPLACED_STATE_STANDS) return sent;
  for (v1::Draft& note : *notes) {
    *note.mutable_recipients() = draft.recipients();
    note.set_expires_ms(draft.expires_ms());
    note.mutable_sections(0)->mutable_content()->mutable_not_identical()->set_alert_record_id(
        *HexDecode(sent->record_id()));
    absl::StatusOr<v1::SendResponse> again = SendDraft(officer, note, now);
    if (!again.ok()) return again;
  }
  return sent;
}

absl::StatusOr<v1::SendResponse> Desk::SendAfter(const state::SentRecord& old,
                                                 const v1::Draft& draft, state::SentRecord& fresh,
                                                 const Previews& previews, Instant now) {
  const bool nobody = std::ranges::all_of(previews, [](const v1::RecipientPreview& preview) {
    return preview.verdict() == v1::VERDICT_REFUSE;
  });
  if (!nobody) fresh.set_replaces(old.record_id());
  absl::StatusOr<v1::SendResponse> sent = KeepSent(fresh, draft, previews, now);
  if (!sent.ok()) return sent;
  sent->set_replaced(nobody ? v1::REPLACED_STATE_STANDS : v1::REPLACED_STATE_STANDS_UNTIL_LOGGED);
  return sent;
}

// What is wrong goes first, whatever becomes of the new: a node that stops in between must not
// leave a victim standing as a suspect.
absl::StatusOr<v1::SendResponse> Desk::SendInstead(const TakingBack& act,
                                                   const state::SentRecord& old,
                                                   const v1::Draft& draft, state::SentRecord& fresh,
                                                   const Previews& previews, Instant now) {
  const absl::Status told = TakeBack(*ground_, *outbox_, old, act, now).status();
  if (!told.ok()) return told;
  absl::StatusOr<v1::SendResponse> sent = KeepSent(fresh, draft, previews, now);
  if (sent.ok()) sent->set_replaced(v1::REPLACED_STATE_CLOSED);
  return sent;
}

}  // namespace entente::node
