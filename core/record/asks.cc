// What is asked of others, and what they say to it: alerts, requests (content.h).
#include <string>

#include "core/record/checks.h"
#include "core/record/content.h"

namespace entente::record {
namespace {

using internal::CheckInstant;
using internal::CheckLength;
using internal::First;
using internal::Malformed;

absl::Status Demand(bool holds, std::string_view otherwise) {
  return holds ? absl::OkStatus() : Malformed(std::string(otherwise));
}

// Of a whole subject, so that it is held to the same.
absl::Status CheckPerson(const v1::Person& person) {
  v1::Subject subject;
  *subject.mutable_person() = person;
  return CheckSubject(subject);
}

absl::Status CheckDocument(const v1::Document& document) {
  v1::Subject subject;
  *subject.mutable_document() = document;
  return CheckSubject(subject);
}

absl::Status CheckTelephone(const std::string& number) {
  v1::Subject subject;
  subject.mutable_phone()->set_number(number);
  return CheckSubject(subject);
}

constexpr size_t kLongestLine = 200;
constexpr size_t kLongestReason = 4096;
constexpr int kMostWords = 20;

absl::Status CheckLine(std::string_view text, std::string_view name) {
  return Demand(text.size() <= kLongestLine, std::string(name) + " has more than 200 bytes");
}

// Whoever stands before a traveller must be able to ring somebody.
absl::Status CheckDesk(const v1::DutyDesk& desk) {
  absl::Status status =
      First(Demand(!desk.name().empty(), "a desk on duty without its name"),
            CheckTelephone(desk.telephone()),
            Demand(!desk.languages().empty(), "a desk on duty says which languages it speaks"),
            Demand(!desk.time_zone().empty(), "a desk on duty names its time zone"));
  status.Update(
      First(CheckLine(desk.name(), "the name of a desk"),
            CheckLine(desk.email(), "the e-mail address of a desk"),
            CheckLine(desk.time_zone(), "a time zone"),
            Demand(desk.languages_size() <= kMostWords, "a desk with too many languages")));
  for (const std::string& language : desk.languages()) {
    status.Update(Demand(IsLanguage(language), "a language is a tag such as pt-BR"));
  }
  return status;
}

}  // namespace

absl::Status CheckAlertNotice(const v1::AlertNotice& notice) {
  absl::Status status =
      Demand(notice.action() != v1::ALERT_ACTION_UNSPECIFIED, "an alert says what is to be done");
  for (const int marker : notice.markers()) {
    status.Update(Demand(marker != v1::WARNING_MARKER_UNSPECIFIED, "a warning of no kind"));
  }
  status.Update(First(CheckLine(notice.reference(), "the reference of an alert"),
                      Demand(notice.markers_size() <= kMostWords, "too many warnings"),
                      Demand(notice.reason().size() <= kLongestReason,
                             "the reason of an alert has more than 4,096 bytes")));
  if (status.ok() && notice.confirm_by_ms() != 0) {
    status = CheckInstant(notice.confirm_by_ms(), "the day by which an alert is renewed");
  }
  return First(std::move(status), CheckDesk(notice.desk()));
}

absl::Status CheckNotIdentical(const v1::NotIdentical& note) {
  absl::Status status =
      First(CheckLength(note.alert_record_id(), "the id of the alert", sizeof(RecordId)),
            CheckPerson(note.person()),
            CheckInstant(note.established_ms(), "the instant at which it was found"));
  for (const v1::Document& document : note.documents()) status.Update(CheckDocument(document));
  return status;
}

absl::Status CheckRequestAsk(const v1::RequestAsk& ask) {
  return First(Demand(!ask.facts().empty(), "a request says what is asked"),
               Demand(!ask.link().empty(), "a request says why the other State would know"),
               Demand(!ask.intended_use().empty(), "a request says what the answer is for"),
               Demand(ask.ground() != v1::REQUEST_GROUND_UNSPECIFIED,
                      "a request says what its time follows from"),
               CheckInstant(ask.due_ms(), "the instant by which an answer is due"));
}

absl::Status CheckReply(const v1::Reply& reply) {
  const bool refused = reply.state() == v1::REPLY_STATE_REFUSED;
  const bool ground = reply.has_ground();
  const bool asks = reply.state() == v1::REPLY_STATE_CLARIFICATION_ASKED;
  return First(Demand(reply.state() != v1::REPLY_STATE_UNSPECIFIED, "a reply that says nothing"),
               Demand(refused == ground, "a refusal has its ground, and nothing else has one"),
               Demand(!asks || !reply.text().empty(), "whoever asks back says what"));
}

absl::Status CheckFinding(const v1::Finding& finding) {
  return First(
      Demand(finding.result() != v1::FINDING_RESULT_UNSPECIFIED, "an outcome that says nothing"),
      CheckInstant(finding.found_ms(), "the instant of the outcome"));
}

}  // namespace entente::record
