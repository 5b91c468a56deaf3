#include "node/exchange_fixture.h"

#include <gtest/gtest.h>

#include <utility>

namespace entente::node {
namespace {

constexpr char kName[] = "Anna Maria Eriksson";
constexpr char kBorn[] = "1974-08-12";

v1::DraftSection& AddSection(v1::Draft& draft, std::string about, std::string data) {
  v1::DraftSection& section = *draft.add_sections();
  section.add_about(std::move(about));
  section.add_data(std::move(data));
  section.set_basis("fact");
  section.set_essential(true);
  section.mutable_content()->set_language("en");
  return section;
}

void SetPerson(v1::Person& person) {
  v1::Name& name = *person.add_names();
  name.set_text(kName);
  name.set_kind(v1::NAME_KIND_PRIMARY);
  name.set_quality(v1::NAME_QUALITY_GOOD);
  person.set_sex(v1::SEX_FEMALE);
  v1::PartialDate& born = *person.add_births();
  born.set_kind(v1::DATE_KIND_EXACT);
  born.set_from(kBorn);
}

void SetPassport(v1::Document& document, const std::string& number, const std::string& issuer) {
  document.set_kind(v1::DOCUMENT_KIND_PASSPORT);
  document.set_number(number);
  document.set_issuer(issuer);
  document.set_state(v1::DOCUMENT_STATE_NOTHING_KNOWN);
}

v1::Draft Blank(v1::RecordKind kind, std::vector<std::string> recipients, Instant expires) {
  v1::Draft draft;
  draft.set_kind(kind);
  for (std::string& recipient : recipients) draft.add_recipients(std::move(recipient));
  draft.set_purpose("border-control");
  draft.add_handling("H1");
  draft.set_evaluation("B2");
  draft.set_urgency(v1::URGENCY_URGENT);
  draft.set_expires_ms(static_cast<uint64_t>(expires.ms));
  draft.set_justification("a test");
  return draft;
}

}  // namespace

v1::Draft AlertWorld::Alert(std::vector<std::string> recipients) const {
  v1::Draft draft = Blank(v1::RECORD_KIND_ALERT, std::move(recipients), now + 60 * limits::kDayMs);
  v1::AlertNotice& notice =
      *AddSection(draft, "victim", "identity").mutable_content()->mutable_alert_notice();
  notice.set_action(v1::ALERT_ACTION_PROTECT_AND_CONSULT);
  notice.add_markers(v1::WARNING_MARKER_AT_RISK_FROM_COMPANION);
  notice.set_reference("FR-2026-77");
  notice.mutable_desk()->set_name("Duty desk of FR.fiu");
  notice.mutable_desk()->set_telephone("+33155550101");
  notice.mutable_desk()->add_languages("fr");
  notice.mutable_desk()->set_time_zone("Europe/Paris");
  v1::DraftSection& section = AddSection(draft, "victim", "identity");
  section.add_data("travel-document");
  v1::Subjects& subjects = *section.mutable_content()->mutable_subjects();
  SetPerson(*subjects.add_subjects()->mutable_person());
  SetPassport(*subjects.add_subjects()->mutable_document(), "L898902C3", "SE");
  return draft;
}

std::string AlertWorld::Publish(const v1::Draft& alert) {
  const auto sent = node("FR.fiu")->Send("author", alert, now);
  EXPECT_TRUE(sent.ok()) << sent.status();
  return sent.ok() ? sent->record_id() : "";
}

v1::SearchRequest AlertWorld::Question() const {
  v1::SearchRequest request;
  request.set_purpose("border-control");
  request.set_justification("counter 4");
  return request;
}

v1::SearchRequest AlertWorld::ByDocument(const std::string& number) const {
  v1::SearchRequest request = Question();
  request.set_document_number(number);
  return request;
}

v1::SearchResponse AlertWorld::Find(std::string_view agency, const v1::SearchRequest& request) {
  const auto found = node(agency)->Search("reader", request, now);
  EXPECT_TRUE(found.ok()) << found.status();
  return found.ok() ? *found : v1::SearchResponse();
}

std::string AlertWorld::Ask(std::string_view agency, const std::string& alert) {
  v1::Draft draft = Blank(v1::RECORD_KIND_REQUEST, {"FR.fiu"}, now + 30 * limits::kDayMs);
  draft.set_about(alert);
  v1::RequestAsk& ask =
      *AddSection(draft, "other", "narrative").mutable_content()->mutable_request_ask();
  ask.set_facts("a traveller at counter 4 has the same name: is it the same person?");
  ask.set_link("the alert is yours");
  ask.set_intended_use("to let the traveller go on, or to protect her");
  ask.set_ground(v1::REQUEST_GROUND_URGENT_AT_HAND);
  ask.set_due_ms(static_cast<uint64_t>((now + 8 * limits::kHourMs).ms));
  const auto sent = node(agency)->Send("author", draft, now);
  EXPECT_TRUE(sent.ok()) << sent.status();
  return sent.ok() ? sent->record_id() : "";
}

void AlertWorld::Answer(std::string_view agency, const std::string& request, v1::ReplyState state) {
  v1::AnswerRequest answer;
  answer.set_record_id(request);
  answer.set_state(state);
  answer.set_text("see the register");
  answer.set_justification("a test");
  const auto sent = node(agency)->Answer("author", answer, now);
  EXPECT_TRUE(sent.ok()) << sent.status();
}

absl::Status AlertWorld::Clear(std::string_view agency, const std::string& alert,
                               const std::string& number, const std::string& issuer) {
  v1::ClearPersonRequest request;
  request.set_alert_record_id(alert);
  SetPerson(*request.mutable_person());
  SetPassport(*request.add_documents(), number, issuer);
  request.set_justification("fingerprints differ");
  return node(agency)->ClearPerson("author", request, now).status();
}

absl::StatusOr<v1::RecallResponse> AlertWorld::Recall(std::string_view agency,
                                                      const std::string& record) {
  v1::RecallRequest request;
  request.set_record_id(record);
  request.set_ground(v1::RECALL_GROUND_WITHDRAWN);
  request.set_justification("she was found");
  return node(agency)->Recall("author", request, now);
}

std::vector<v1::RecordSummary> AlertWorld::List(std::string_view agency, v1::RecordKind kind,
                                                bool received) {
  v1::ListRequest request;
  request.set_kind(kind);
  request.set_received(received);
  const auto list = node(agency)->ListRecords("author", request, now);
  EXPECT_TRUE(list.ok()) << list.status();
  return {list->records().begin(), list->records().end()};
}

std::vector<v1::Consultation> AlertWorld::LogOf(std::string_view agency) {
  v1::ConsultationsRequest request;
  request.set_justification("a test");
  const auto log = node(agency)->Consultations("protector", request, now);
  EXPECT_TRUE(log.ok()) << log.status();
  std::vector<v1::Consultation> lines;
  for (const v1::Consultation& line : log->consultations()) {
    if (line.operation() != "administration") lines.push_back(line);
  }
  return lines;
}

v1::OpenCaseRequest CaseWith(Instant now, const std::vector<std::string>& members) {
  v1::OpenCaseRequest request;
  request.set_title("The quay");
  for (const std::string& agency : members) {
    v1::CaseMember& member = *request.add_members();
    member.set_agency(agency);
    member.set_role(v1::CASE_ROLE_INVESTIGATOR);
  }
  request.set_purpose("asset-recovery");
  request.add_handling("H1");
  request.set_evaluation("B2");
  request.set_expires_ms(static_cast<uint64_t>((now + 90 * limits::kDayMs).ms));
  request.set_justification("joint work");
  return request;
}

}  // namespace entente::node
