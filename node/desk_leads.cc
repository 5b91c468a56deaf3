// Answers to leads: given, followed by others, and read (desk.h).
#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "node/desk.h"
#include "node/families.h"
#include "node/lapses.h"
#include "node/restrict.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

absl::Status CheckWhy(const v1::AnswerLeadRequest& request) {
  if (request.taken() || !IsBlank(request.reason())) return absl::OkStatus();
  return RefuseAdvising(Reason::kLabelMissing, "reason", "a lead is declined with a reason",
                        "say in a few words why it is declined: the sender reads it");
}

absl::Status CheckFollows(const state::ReceivedRecord& lead, const v1::AnswerLeadRequest& request) {
  const bool declined = lead.answer() == v1::RECIPIENT_STATE_DECLINED;
  if (declined && request.taken() && !request.follows() && !request.after_decline()) {
    const Instant at{static_cast<int64_t>(lead.answered_ms())};
    return RefuseAdvising(Reason::kMalformed, "",
                          Text("this lead was declined on ", FormatInstant(at)),
                          "to take it up after all: entente lead take with --after-decline");
  }
  if (request.after_decline() && !declined) {
    return RefuseAdvising(Reason::kMalformed, "", "this lead was not declined",
                          "take it up without saying so");
  }
  if (!request.follows() || lead.answer() == v1::RECIPIENT_STATE_TAKEN) return absl::OkStatus();
  return RefuseAdvising(Reason::kMalformed, "", "this lead was not taken up",
                        "take it up first: what follows changes what was told before");
}

// Of one that was told before, what is not said stays.
void CompleteMeasure(const v1::TakenMeasure& before, v1::TakenMeasure& measure) {
  if (measure.measure() == v1::LEAD_MEASURE_UNSPECIFIED) measure.set_measure(before.measure());
  if (measure.on().empty() && measure.subject() == 0) {
    measure.set_on(before.on());
    measure.set_subject(before.subject());
  }
  if (measure.reference().empty()) measure.set_reference(before.reference());
  if (!measure.has_held() && before.has_held()) *measure.mutable_held() = before.held();
  if (measure.from_ms() == 0) measure.set_from_ms(before.from_ms());
  const bool new_end = measure.status() == v1::MEASURE_STATUS_PROLONGED ||
                       measure.status() == v1::MEASURE_STATUS_HANDED_TO_COURT;
  if (measure.until_ms() == 0 && !new_end) measure.set_until_ms(before.until_ms());
  if (measure.status() != v1::MEASURE_STATUS_UNSPECIFIED) return;
  measure.set_status(before.status());
  if (measure.since_ms() == 0) measure.set_since_ms(before.since_ms());
  if (measure.court_reference().empty()) measure.set_court_reference(before.court_reference());
}

void Default(Instant now, v1::TakenMeasure& measure) {
  const auto ms = static_cast<uint64_t>(now.ms);
  if (measure.status() == v1::MEASURE_STATUS_UNSPECIFIED) {
    measure.set_status(v1::MEASURE_STATUS_IN_FORCE);
  }
  if (measure.from_ms() == 0) measure.set_from_ms(ms);
  if (measure.since_ms() != 0) return;
  const bool begins = measure.status() == v1::MEASURE_STATUS_IN_FORCE;
  measure.set_since_ms(begins ? measure.from_ms() : std::max(ms, measure.from_ms()));
}

absl::Status CheckLasts(const v1::TakenMeasure& measure, Instant now) {
  if (!CanLapse(measure) || measure.until_ms() > static_cast<uint64_t>(now.ms)) {
    return absl::OkStatus();
  }
  return RefuseAdvising(Reason::kMalformed, "", "the end of a measure that stands is over already",
                        "give its end, or say that it was lifted");
}

bool HasSubject(const state::ReceivedContent& lead, uint32_t number) {
  return std::ranges::any_of(lead.sections(), [&](const state::KeptSection& section) {
    v1::SectionContent content;
    return content.ParseFromString(section.content()) &&
           std::ranges::any_of(content.subjects().subjects(), [&](const v1::Subject& subject) {
             return subject.number() == number;
           });
  });
}

absl::Status CheckSubjects(const state::ReceivedContent& lead, const v1::LeadAnswer& answer) {
  for (const v1::TakenMeasure& measure : answer.measures()) {
    if (measure.subject() == 0 || HasSubject(lead, measure.subject())) continue;
    return RefuseAdvising(Reason::kMalformed, "",
                          Text("nothing in this lead has the number ", measure.subject()),
                          "say in words what the measure is taken on");
  }
  return absl::OkStatus();
}

absl::Status Refused(const v1::FoundContradiction& found) {
  const std::string which = Text("measure ", found.measure());
  switch (found.what()) {
    case v1::CONTRADICTION_AFTER_ITS_END:
      return RefuseAdvising(Reason::kMalformed, "", Text(which, " was lifted"),
                            "tell of a new measure, without a number");
    case v1::CONTRADICTION_ANOTHER_MEASURE:
      return RefuseAdvising(Reason::kMalformed, "", Text(which, " is another measure"),
                            "tell of a new measure, without a number");
    case v1::CONTRADICTION_NOT_LONGER:
      return RefuseAdvising(Reason::kMalformed, "",
                            Text(which, " would not last longer than it does"),
                            "give an end that is later");
    default:
      return RefuseAdvising(Reason::kMalformed, "",
                            Text("nothing was told of ", which, " that could be changed"),
                            "list what was told: entente lead show");
  }
}

// Of those that are to end yet, where a calendar tells.
void FillDays(const ledger::Registry& registry, Instant now, v1::LeadStanding& standing) {
  const auto time =
      WorkingTimeOf(registry, standing.agency().substr(0, standing.agency().find('.')), now);
  for (v1::MeasureStanding& one : *standing.mutable_measures()) {
    if (!CanLapse(one.measure()) || one.lapsed()) continue;
    const auto left = DaysLeft(time, now, {static_cast<int64_t>(one.measure().until_ms())});
    if (left) one.set_working_days(static_cast<uint32_t>(*left));
  }
}

// The section that the officers of both sides speak of.
v1::LeadAsk AskIn(const v1::SectionContent& content, v1::LeadAsk ask) {
  return content.has_lead_ask() ? content.lead_ask() : std::move(ask);
}

}  // namespace

absl::StatusOr<v1::LeadAnswer> Desk::NextAnswer(const state::ReceivedRecord& lead,
                                                const v1::AnswerLeadRequest& request,
                                                Instant now) const {
  v1::LeadAnswer answer;
  answer.set_taken(request.taken());
  answer.set_reason(request.reason());
  answer.set_reference(request.own_reference());
  answer.set_number(static_cast<uint32_t>(lead.own_answers_size() + 1));
  absl::StatusOr<std::vector<KeptAnswer>> before = OwnAnswers(*ground_, lead);
  if (!before.ok()) return before.status();
  v1::LeadStanding standing = StandingOf(ground_->agency.text(), *before, now);
  const int known = standing.contradictions_size();
  uint32_t last =
      standing.measures().empty() ? 0 : standing.measures().rbegin()->measure().number();
  for (v1::TakenMeasure measure : request.measures()) {
    if (measure.number() == 0) measure.set_number(++last);
    const auto told = std::ranges::find_if(standing.measures(), [&](const auto& one) {
      return one.measure().number() == measure.number();
    });
    if (told != standing.measures().end()) CompleteMeasure(told->measure(), measure);
    Default(now, measure);
    if (absl::Status lasts = CheckLasts(measure, now); !lasts.ok()) return lasts;
    *answer.add_measures() = std::move(measure);
  }
  std::ranges::sort(*answer.mutable_measures(), {}, &v1::TakenMeasure::number);
  KeptAnswer& next = before->emplace_back();
  next.number = answer.number();
  next.answer = answer;
  standing = StandingOf(ground_->agency.text(), *before, now);
  if (standing.contradictions_size() > known) return Refused(standing.contradictions(known));
  return answer;
}

absl::StatusOr<v1::AnswerResponse> Desk::AnswerLead(std::string_view officer,
                                                    const v1::AnswerLeadRequest& request,
                                                    Instant now) {
  absl::Status status = ground_->officers.Check(officer, {role::kAuthor});
  if (status.ok()) status = CheckJustification(request.justification());
  if (status.ok()) status = CheckWhy(request);
  if (!status.ok()) return status;
  absl::StatusOr<Opened> lead = OpenToReply(request.record_id(), v1::RECORD_KIND_LEAD, now);
  if (!lead.ok()) return lead.status();
  if (status = CheckFollows(lead->received, request); !status.ok()) return status;
  absl::StatusOr<v1::LeadAnswer> answer = NextAnswer(lead->received, request, now);
  if (!answer.ok()) return answer.status();
  if (status = CheckSubjects(lead->content, *answer); !status.ok()) return status;
  v1::Draft draft = BackDraft(lead->received, lead->content, v1::SectionContent::kLeadAsk);
  draft.set_own_reference(request.own_reference());
  draft.set_review_by_ms(request.review_by_ms());
  if (!answer->measures().empty()) draft.mutable_sections(0)->add_data("financial");
  *draft.mutable_sections(0)->mutable_content()->mutable_lead_answer() = *answer;
  const std::string hash = lead->received.record_hash();
  absl::StatusOr<state::SentRecord> sent =
      PrepareReply(officer, v1::RECORD_KIND_ANSWER, draft, hash, now);
  if (!sent.ok()) return sent.status();
  lead->received.set_answer(request.taken() ? v1::RECIPIENT_STATE_TAKEN
                                            : v1::RECIPIENT_STATE_DECLINED);
  lead->received.set_answered_ms(static_cast<uint64_t>(now.ms));
  lead->received.add_own_answers(sent->record_id());
  ground_->measures_changed = true;
  // For our list; the text stands with the answer alone, and goes with it.
  if (!request.own_reference().empty()) {
    lead->content.mutable_own_answer()->set_reference(request.own_reference());
  }
  store::WriteBatch batch;
  Save(batch, kReceived, hash, lead->received);
  status = ground_->vault.Put(hash, lead->content.SerializeAsString(), batch);
  if (!status.ok()) return status;
  return KeepReply(request.justification(), draft, *sent, batch, now);
}

// What may be used for its stated purpose alone is not read for another.
void Desk::LimitTo(std::string_view purpose, std::vector<KeptAnswer>& answers) const {
  for (KeptAnswer& kept : answers) {
    if (!kept.answer.ok()) continue;
    state::ReceivedContent content;
    content.mutable_obligations()->Assign(kept.obligations.begin(), kept.obligations.end());
    absl::Status may = CheckPurpose(content, kept.purpose, purpose);
    if (!may.ok()) kept.answer = std::move(may);
  }
}

absl::Status Desk::FillSentLead(const std::string& record_id, std::string_view purpose, Instant now,
                                v1::ShowLeadResponse& response) const {
  absl::StatusOr<std::optional<state::SentRecord>> sent = sent_.Find(record_id);
  if (!sent.ok()) return sent.status();
  if ((*sent)->kind() != v1::RECORD_KIND_LEAD) return Refuse(Reason::kMalformed, "this is no lead");
  if ((*sent)->expires_ms() <= static_cast<uint64_t>(now.ms)) return WhyOver(**sent);
  absl::StatusOr<state::SentContent> content = sent_.Content(**sent);
  if (!content.ok()) return content.status();
  response.set_record_id(HexOf(record_id));
  response.set_reference(ReferenceOf(record_id));
  response.set_origin(ground_->agency.text());
  for (const v1::DraftSection& section : content->draft().sections()) {
    *response.mutable_ask() = AskIn(section.content(), response.ask());
  }
  for (const state::SentRecipient& recipient : (*sent)->recipients()) {
    if (recipient.answers().empty()) continue;
    absl::StatusOr<std::vector<KeptAnswer>> answers = AnswersOf(*ground_, recipient, now);
    if (!answers.ok()) return answers.status();
    LimitTo(purpose, *answers);
    *response.add_standings() = StandingOf(recipient.recipient(), *answers, now);
  }
  return absl::OkStatus();
}

absl::Status Desk::FillReceivedLead(const std::string& record_hash, std::string_view purpose,
                                    Instant now, v1::ShowLeadResponse& response) const {
  absl::StatusOr<std::optional<state::ReceivedRecord>> lead =
      Load<state::ReceivedRecord>(ground_->db, kReceived, record_hash);
  if (!lead.ok()) return lead.status();
  if ((*lead)->kind() != v1::RECORD_KIND_LEAD) return Refuse(Reason::kMalformed, "this is no lead");
  absl::StatusOr<state::ReceivedContent> content = ContentOf(**lead, now);
  if (!content.ok()) return content.status();
  if (absl::Status used = CheckUse(**lead); !used.ok()) return used;
  if (absl::Status may = CheckPurpose(*content, (*lead)->purpose(), purpose); !may.ok()) return may;
  response.set_record_id(HexOf((*lead)->record_id()));
  response.set_reference(ReferenceOf((*lead)->record_id()));
  response.set_origin((*lead)->origin());
  for (const state::KeptSection& section : content->sections()) {
    v1::SectionContent parsed;
    if (parsed.ParseFromString(section.content())) {
      *response.mutable_ask() = AskIn(parsed, response.ask());
    }
  }
  absl::StatusOr<std::vector<KeptAnswer>> answers = OwnAnswers(*ground_, **lead);
  if (!answers.ok()) return answers.status();
  if (answers->empty()) return absl::OkStatus();
  *response.add_standings() = StandingOf(ground_->agency.text(), *answers, now);
  return absl::OkStatus();
}

absl::StatusOr<v1::ShowLeadResponse> Desk::ShowLead(std::string_view officer,
                                                    const v1::ShowLeadRequest& request,
                                                    Instant now) {
  absl::Status status = ground_->officers.Check(officer, {role::kReader});
  if (status.ok()) status = CheckJustification(request.justification());
  if (status.ok()) {
    status = CheckPurposeKnown(ground_->federation.registry(), request.purpose(), now);
  }
  if (!status.ok()) return status;
  absl::StatusOr<FoundRecord> found = Find(request.record_id(), true);
  if (!found.ok()) return found.status();
  v1::ShowLeadResponse response;
  status = found->sent ? FillSentLead(found->key, request.purpose(), now, response)
                       : FillReceivedLead(found->key, request.purpose(), now, response);
  if (!status.ok()) return status;
  for (v1::LeadStanding& standing : *response.mutable_standings()) {
    FillDays(ground_->federation.registry(), now, standing);
  }
  std::vector<std::string> read = {*HexDecode(response.record_id())};
  for (const v1::LeadStanding& standing : response.standings()) {
    for (const v1::LeadAnswerShown& shown : standing.answers()) {
      if (shown.why_not().empty()) read.push_back(*HexDecode(shown.record_id()));
    }
  }
  std::vector<state::DiaryLine> lines;
  for (const std::string& id : read) {
    lines.push_back(MakeLine(officer, operation::kConsultation, id, request.purpose(),
                             request.justification(), now));
  }
  store::WriteBatch batch;
  if (status = ground_->Commit(batch, lines); !status.ok()) return status;
  return response;
}

}  // namespace entente::node
