#include "cli/render_subject.h"

#include <cmath>
#include <vector>

#include "absl/strings/str_join.h"
#include "cli/render.h"
#include "cli/render_content.h"
#include "cli/render_log.h"
#include "cli/render_restrict.h"
#include "cli/text.h"
#include "policy/wording.h"

namespace entente::cli {
namespace {

using policy::Category;
using Words = google::protobuf::RepeatedPtrField<std::string>;

std::string Joined(const Words& words, const char* between = ", ") {
  return absl::StrJoin(words, between);
}

// The sentence as a line, set in by three columns.
std::string Line(Language language, std::string_view key,
                 std::initializer_list<std::string_view> arguments = {}) {
  return "   " + Say(language, key, arguments) + "\n";
}

std::string KindText(Language language, const v1::SubjectItem& item) {
  return Word(language, "kind", std::to_string(item.kind()));
}

std::string AgreementText(Language language, const v1::SearchAgreement& one) {
  return Say(language, one.asked().empty() ? "search.agrees" : "search.agrees-as",
             {Word(language, "agreement", one.what()), one.asked(), one.known(),
              Word(language, "agreement", one.how())});
}

std::string MatchText(Language language, const v1::SubjectMatch& match) {
  if (!match.where().empty()) return Line(language, "subject.text", {match.where()});
  std::vector<std::string> agreements;
  for (const v1::SearchAgreement& one : match.agreements()) {
    agreements.push_back(AgreementText(language, one));
  }
  const auto percent = static_cast<int>(std::lround(match.score() * 100));
  return Line(language, "subject.agrees",
              {std::to_string(percent) + " %", absl::StrJoin(agreements, "; ")});
}

std::string DisclosureText(Language language, const v1::SubjectDisclosure& to) {
  if (!to.because().empty()) {
    return Line(language, "subject.onward." + to.because(), {to.recipient(), to.record_id()});
  }
  return to.erased_ms() == 0
             ? Line(language, "subject.disclosed", {to.recipient(), to.instrument()})
             : Line(language, "subject.disclosed-erased",
                    {to.recipient(), to.instrument(), InstantText(to.erased_ms())});
}

std::string DecisionText(Language language, const v1::SubjectItem& item) {
  std::string out;
  if (!item.ask().empty()) {
    out += Line(language, "subject.ask", {Joined(item.ask()), Joined(item.ask_because())});
  }
  const v1::AccessDecision& decision = item.decision();
  const std::string ground = Word(language, "access-ground", std::to_string(decision.ground()));
  if (!item.has_decision()) {
    out += Line(language, "subject.undecided");
  } else if (decision.told()) {
    out += Line(language, "subject.decided-told");
  } else {
    out += Line(language, decision.silent() ? "subject.decided-silent" : "subject.decided-withheld",
                {ground});
  }
  for (const v1::Consultation& one : item.decided_before()) {
    out += Line(language, "subject.decided-before",
                {InstantText(one.instant_ms()), one.officer(), one.detail(), one.justification()});
  }
  return out;
}

std::string OperationText(Language language, const v1::Consultation& one) {
  std::vector<std::string> parts = {InstantText(one.instant_ms()),
                                    Word(language, "operation", one.operation())};
  for (const std::string& part : {one.officer(), one.detail(), one.justification()}) {
    if (!part.empty()) parts.push_back(part);
  }
  return "   " + Printable(absl::StrJoin(parts, ", ")) + "\n";
}

// "document UTO L898902C3": the kind in the reader's words.
std::string AskedText(Language language, const Words& asked) {
  std::vector<std::string> texts;
  for (const std::string& one : asked) {
    const size_t blank = one.find(' ');
    texts.push_back(Word(language, "agreement", one.substr(0, blank)) +
                    (blank == one.npos ? "" : one.substr(blank)));
  }
  return absl::StrJoin(texts, "; ");
}

std::string TermsText(Language language, const v1::SubjectItem& item) {
  const bool received = item.direction() == v1::SUBJECT_DIRECTION_RECEIVED;
  const std::string handling = Joined(item.handling(), " ");
  const std::string end = InstantText(item.expires_ms());
  std::string out =
      received
          ? Line(language, "subject.terms",
                 {item.purpose(), item.instrument(), handling, item.evaluation(), end})
          : Line(language, "subject.terms-own", {item.purpose(), handling, item.evaluation(), end});
  if (item.review_by_ms() != 0) {
    out += Line(language, "review.by", {InstantText(item.review_by_ms())});
  }
  out += Line(language, "subject.categories", {Joined(item.about()), Joined(item.data())});
  if (!item.case_id().empty()) out += Line(language, "subject.case", {item.case_id()});
  if (!item.obtained_from().empty()) {
    out += Line(language, "subject.from-states", {Joined(item.obtained_from())});
  }
  for (const std::string& obligation : item.obligations()) {
    out += Line(language, "show.obligation", {obligation});
  }
  return out + LogWarnings(language, item, item.origin(), "   ") +
         RenderRestrictions(language, item.restrictions());
}

std::string WhereItWent(Language language, const v1::SubjectItem& item) {
  std::string out;
  for (const v1::SubjectDisclosure& to : item.disclosed()) out += DisclosureText(language, to);
  if (out.empty()) out = Line(language, "subject.disclosed-nobody");
  for (const std::string& note : item.not_identical()) {
    out += Line(language, "subject.not-identical", {note});
  }
  return out;
}

std::string ItemText(Language language, int number, const v1::SubjectItem& item) {
  std::string out = Say(language, "subject.direction." + std::to_string(item.direction()),
                        {std::to_string(number), KindText(language, item), item.reference(),
                         item.origin(), InstantText(item.instant_ms()), item.record_id()}) +
                    "\n" + TermsText(language, item);
  for (const v1::SubjectMatch& match : item.matches()) out += MatchText(language, match);
  out += WhereItWent(language, item);
  for (const v1::Consultation& one : item.operations()) out += OperationText(language, one);
  if (item.operations_left_out() > 0) {
    out += Line(language, "subject.operations-left-out",
                {std::to_string(item.operations_left_out()), item.record_id()});
  }
  for (const v1::SubjectSection& section : item.sections()) {
    out += Line(language, "show.section",
                {Joined(section.labels().about()), Joined(section.labels().data()),
                 section.labels().basis()}) +
           ContentText(language, section.content());
  }
  if (item.sections_left_out()) {
    out += Line(language, "subject.sections-left-out", {item.record_id()});
  }
  if (item.attachments() > 0) {
    out += Line(language, "subject.attachments", {std::to_string(item.attachments())});
  }
  if (!item.receipt_path().empty()) out += Line(language, "show.receipt", {item.receipt_path()});
  return out + DecisionText(language, item);
}

// What no record of the report says.
std::string BesideText(Language language, const v1::SubjectReportResponse& report) {
  std::string out;
  for (const v1::SubjectTrace& trace : report.traces()) {
    out += Say(language, "subject.trace." + trace.what(), {trace.record_id(), trace.text()}) + "\n";
  }
  if (!report.lines().empty()) {
    out += Say(language, "subject.lines", {std::to_string(report.lines_size())}) + "\n";
  }
  for (const v1::Consultation& one : report.lines()) out += OperationText(language, one);
  if (report.lines_left_out() > 0) {
    out +=
        Say(language, "subject.lines-left-out", {std::to_string(report.lines_left_out())}) + "\n";
  }
  if (report.searches() > 0) {
    out += Say(language, "subject.searches", {std::to_string(report.searches())}) + "\n";
  }
  if (report.destroyed() > 0) {
    out += Say(language, "subject.destroyed", {std::to_string(report.destroyed())}) + "\n";
  }
  for (const std::string& id : report.unread()) {
    out += Say(language, "subject.unread", {id}) + "\n";
  }
  return out;
}

// ---- to the person

std::vector<std::string> ToVector(const Words& words) { return {words.begin(), words.end()}; }

std::string GivenTo(Language language, const v1::SubjectItem& item) {
  std::vector<std::string> to;
  for (const v1::SubjectDisclosure& one : item.disclosed()) {
    to.push_back(Say(language, "answer.given-under", {one.recipient(), one.instrument()}));
  }
  return to.empty() ? Line(language, "answer.given-nobody")
                    : Line(language, "answer.given", {absl::StrJoin(to, ", ")});
}

std::string ToldText(Language language, int number, const v1::SubjectItem& item) {
  std::string out = Say(language, "answer.direction." + std::to_string(item.direction()),
                        {std::to_string(number), KindText(language, item), item.reference(),
                         item.origin(), InstantText(item.instant_ms())}) +
                    "\n" +
                    Line(language, "answer.purpose",
                         {policy::WordingOf(language, Category::kPurpose, item.purpose())});
  if (!item.instrument().empty()) out += Line(language, "answer.basis", {item.instrument()});
  const auto data = policy::WordingsOf(language, Category::kData, ToVector(item.data()));
  if (!data.empty()) out += Line(language, "answer.data", {absl::StrJoin(data, ", ")});
  out += GivenTo(language, item);
  out += Line(language, "answer.kept", {InstantText(item.expires_ms())});
  if (!item.own_data().empty()) {
    v1::Subjects own;
    *own.mutable_subjects() = item.own_data();
    for (v1::Subject& subject : *own.mutable_subjects()) subject.clear_number();
    out += Line(language, "answer.own") + RenderSubjects(language, own);
  }
  if (item.named_in_text()) out += Line(language, "answer.text");
  return out;
}

}  // namespace

std::string RenderSubjectReport(Language language, const v1::SubjectReportResponse& report) {
  std::string out = Say(language, "subject.head",
                        {report.agency(), AskedText(language, report.asked()),
                         InstantText(report.asked_ms()), std::to_string(report.records())}) +
                    "\n" +
                    (report.items().empty()
                         ? Say(language, "subject.none")
                         : Say(language, "subject.found", {std::to_string(report.items_size())})) +
                    "\n";
  int number = 0;
  for (const v1::SubjectItem& item : report.items()) {
    out += "\n" + ItemText(language, ++number, item);
  }
  const std::string beside = BesideText(language, report);
  if (!beside.empty()) out += "\n" + beside;
  if (report.undecided() == 0) return out;
  return out + "\n" + Say(language, "subject.how", {std::to_string(report.undecided())}) + "\n";
}

std::string RenderSubjectAnswer(Language language, const v1::SubjectReportResponse& answer,
                                const std::string& supervisor) {
  std::string out =
      Say(language, "answer.head",
          {answer.agency(), InstantText(answer.asked_ms()), AskedText(language, answer.asked())}) +
      "\n\n";
  if (answer.items().empty()) out += Say(language, "answer.none") + "\n\n";
  int number = 0;
  for (const v1::SubjectItem& item : answer.items()) {
    out += ToldText(language, ++number, item) + "\n";
  }
  for (const v1::WithheldCount& one : answer.withheld()) {
    out += Say(language, "answer.withheld",
               {std::to_string(one.records()),
                Word(language, "access-ground", std::to_string(one.ground()))}) +
           "\n\n";
  }
  return out + Say(language, "answer.restricted") + "\n\n" + Say(language, "answer.rights") +
         "\n\n" + Say(language, "answer.supervisor", {supervisor}) + "\n";
}

}  // namespace entente::cli
