#include "cli/render_lead.h"

#include <vector>

#include "cli/subject_words.h"
#include "cli/text.h"
#include "entente/v1/lead.pb.h"

namespace entente::cli {
namespace {

std::string MeasureWord(Language language, v1::LeadMeasure measure) {
  return Word(language, "measure", std::to_string(measure));
}

std::string OnText(Language language, const v1::TakenMeasure& measure) {
  std::string text = measure.on();
  if (measure.subject() == 0) return text;
  const std::string subject = Say(language, "lead.subject", {std::to_string(measure.subject())});
  return text.empty() ? subject : text + " (" + subject + ")";
}

std::string StatusText(Language language, const v1::TakenMeasure& measure) {
  const std::string word = WordOf(language, *v1::MeasureStatus_descriptor(), measure.status());
  if (measure.status() == v1::MEASURE_STATUS_IN_FORCE) return word;
  return Say(language, "lead.since", {word, InstantText(measure.since_ms())});
}

std::string TimeText(Language language, const v1::TakenMeasure& measure) {
  const std::string from = InstantText(measure.from_ms());
  return measure.until_ms() == 0
             ? Say(language, "lead.open", {from})
             : Say(language, "lead.until", {from, InstantText(measure.until_ms())});
}

std::string ReferenceText(Language language, const v1::TakenMeasure& measure) {
  std::string text;
  if (!measure.reference().empty()) {
    text = Say(language, "lead.reference", {measure.reference()});
  }
  if (measure.court_reference().empty()) return text;
  return text + (text.empty() ? "" : "; ") +
         Say(language, "lead.court", {measure.court_reference()});
}

Row MeasureRow(Language language, const v1::TakenMeasure& measure) {
  const v1::Money& held = measure.held();
  return {"  " + Say(language, "lead.number", {std::to_string(measure.number())}),
          MeasureWord(language, measure.measure()),
          OnText(language, measure),
          measure.has_held() ? Say(language, "lead.held", {held.amount(), held.currency()}) : "",
          StatusText(language, measure),
          TimeText(language, measure),
          ReferenceText(language, measure)};
}

std::string LeftText(Language language, const v1::MeasureStanding& standing) {
  if (standing.lapsed()) return Say(language, "lead.lapsed");
  if (!standing.has_working_days()) return "";
  return Say(language, "lead.days-left", {std::to_string(standing.working_days())});
}

std::string ContradictionText(Language language, const v1::FoundContradiction& found) {
  const std::string what = WordOf(language, *v1::Contradiction_descriptor(), found.what());
  const std::string answer = std::to_string(found.answer());
  return "  " +
         (found.measure() == 0 ? Say(language, "lead.contradiction", {answer, what})
                               : Say(language, "lead.contradiction-of",
                                     {answer, what, std::to_string(found.measure())})) +
         "\n";
}

std::string ShownAnswer(Language language, const v1::LeadAnswerShown& shown) {
  const std::string number = std::to_string(shown.answer().number());
  const std::string head = Say(language, "lead.answer-head",
                               {number, InstantText(shown.instant_ms()), shown.record_id()});
  return head + "\n" +
         (shown.why_not().empty()
              ? RenderLeadAnswer(language, shown.answer())
              : Say(language, "lead.answer-left-out", {shown.why_not()}) + "\n");
}

std::string IfGiven(Language language, std::string_view key, const std::string& value) {
  return value.empty() ? "" : Say(language, key, {value});
}

std::string StandingText(Language language, const v1::LeadStanding& standing) {
  std::string out = "\n" + Say(language, "lead.standing", {standing.agency()}) + "\n";
  std::vector<Row> rows;
  for (const v1::MeasureStanding& one : standing.measures()) {
    rows.push_back(MeasureRow(language, one.measure()));
    rows.back().push_back(LeftText(language, one));
  }
  out += rows.empty() ? Say(language, "lead.no-measure") + "\n" : Table(rows);
  for (const v1::FoundContradiction& found : standing.contradictions()) {
    out += ContradictionText(language, found);
  }
  for (const v1::LeadAnswerShown& shown : standing.answers()) out += ShownAnswer(language, shown);
  return out;
}

}  // namespace

std::string RenderLeadAsk(Language language, const v1::LeadAsk& ask) {
  std::string recipients;
  for (const std::string& one : ask.recipients())
    recipients += (recipients.empty() ? "" : ", ") + one;
  const std::string by = InstantText(ask.deadline_ms());
  return Say(language, "lead.ask",
             {MeasureWord(language, ask.measure()),
              ask.deadline_ms() == 0 ? "" : Say(language, "lead.ask-by", {by}),
              IfGiven(language, "record.their-reference", ask.reference()), ask.summary()}) +
         "\n" +
         (recipients.empty() ? Say(language, "lead.recipients-not-said")
                             : Say(language, "lead.recipients", {recipients})) +
         "\n";
}

std::string RenderLeadAnswer(Language language, const v1::LeadAnswer& answer) {
  std::vector<Row> rows;
  for (const v1::TakenMeasure& measure : answer.measures()) {
    rows.push_back(MeasureRow(language, measure));
  }
  return Say(language, answer.taken() ? "lead.taken" : "lead.declined",
             {answer.reason(), IfGiven(language, "lead.answer-reference", answer.reference())}) +
         "\n" + Table(rows);
}

std::string RenderLead(Language language, const v1::ShowLeadResponse& response) {
  std::string out =
      Say(language, "lead.shown", {response.reference(), response.origin(), response.record_id()}) +
      "\n" + RenderLeadAsk(language, response.ask());
  for (const v1::LeadStanding& standing : response.standings()) {
    out += StandingText(language, standing);
  }
  return response.standings().empty() ? out + Say(language, "lead.unanswered") + "\n" : out;
}

}  // namespace entente::cli
