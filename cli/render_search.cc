#include "cli/render_search.h"

#include <cmath>
#include <vector>

#include "cli/render_content.h"
#include "cli/render_log.h"
#include "cli/subject_words.h"
#include "cli/text.h"

namespace entente::cli {
namespace {

constexpr uint64_t kHourMs = 3'600'000;

std::string Percent(double score) {
  return std::to_string(static_cast<int>(std::lround(score * 100))) + " %";
}

// "3 h", "2 d".
std::string AgeText(Language language, uint64_t since, uint64_t now) {
  const uint64_t hours = now > since ? (now - since) / kHourMs : 0;
  return hours < 48 ? Say(language, "search.hours", {std::to_string(hours)})
                    : Say(language, "search.days", {std::to_string(hours / 24)});
}

std::string StateText(Language language, const v1::SearchHit& hit) {
  return WordOf(language, *v1::CopyState_descriptor(), hit.state());
}

std::string AgreementsText(Language language, const v1::SearchHit& hit) {
  std::string text;
  for (const v1::SearchAgreement& one : hit.agreements()) {
    if (!text.empty()) text += "; ";
    text += Say(language, one.asked().empty() ? "search.agrees" : "search.agrees-as",
                {Word(language, "agreement", one.what()), one.asked(), one.known(),
                 Word(language, "agreement", one.how())});
  }
  return text;
}

std::string Joined(const google::protobuf::RepeatedPtrField<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : " ") + text;
  return out;
}

std::string HitText(Language language, const v1::SearchHit& hit, uint64_t now) {
  std::string out = Say(language, "search.hit",
                        {Percent(hit.score()),
                         WordOf(language, *v1::AlertAction_descriptor(), hit.notice().action()),
                         hit.issuer(), hit.reference(), hit.record_id()}) +
                    "\n";
  out += "  " + StateText(language, hit) + " " +
         Say(language, "search.age",
             {AgeText(language, hit.current_as_of_ms(), now), InstantText(hit.expires_ms())}) +
         "\n";
  out += LogWarnings(language, hit, hit.issuer(), "  ");
  out += "  " + Say(language, "search.graded", {hit.evaluation(), Joined(hit.handling())}) + "\n";
  out += "  " + Say(language, "search.because", {AgreementsText(language, hit)}) + "\n";
  if (hit.sections_withheld() > 0) {
    out += "  " + Say(language, "lead.withheld", {std::to_string(hit.sections_withheld())}) + "\n";
  }
  if (hit.cleared() > 0) {
    out += "  " + Say(language, "search.cleared", {std::to_string(hit.cleared())}) + "\n";
  }
  out += RenderAsked(language, hit.notice());
  v1::Subjects subjects;
  *subjects.mutable_subjects() = hit.subjects();
  out += RenderSubjects(language, subjects);
  for (const std::string& obligation : hit.obligations()) {
    out += "  " + Say(language, "show.obligation", {obligation}) + "\n";
  }
  return out;
}

}  // namespace

std::string RenderSearch(Language language, const v1::SearchResponse& response) {
  std::string asked;
  for (const std::string& one : response.asked()) asked += (asked.empty() ? "" : "; ") + one;
  std::string out = Say(language, "search.asked",
                        {asked, response.agency(), InstantText(response.asked_ms()),
                         std::to_string(response.alerts())}) +
                    "\n";
  out += response.hits().empty()
             ? Say(language, "search.no-hit", {response.purpose()}) + "\n"
             : Say(language, "search.hits", {std::to_string(response.hits_size())}) + "\n";
  for (const v1::SearchHit& hit : response.hits()) {
    out += "\n" + HitText(language, hit, response.asked_ms());
  }
  for (const v1::SearchHit& other : response.not_identical()) {
    out += "\n" +
           Say(language, "search.not-identical",
               {other.reference(), other.issuer(), InstantText(other.not_identical_since_ms())}) +
           "\n";
  }
  if (response.left_out() > 0) {
    out += "\n" + Say(language, "search.left-out", {std::to_string(response.left_out())}) + "\n";
  }
  if (response.unread() > 0) {
    out += "\n" + Say(language, "search.unread", {std::to_string(response.unread())}) + "\n";
  }
  if (!response.hits().empty()) out += "\n" + Say(language, "search.person-decides") + "\n";
  return out;
}

}  // namespace entente::cli
