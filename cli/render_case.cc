#include "cli/render_case.h"

#include "cli/render.h"
#include "cli/render_restrict.h"
#include "cli/subject_words.h"
#include "cli/text.h"

namespace entente::cli {
namespace {

using Members = google::protobuf::RepeatedPtrField<v1::CaseMember>;

std::string MembersText(Language language, const Members& members) {
  std::string out;
  for (const v1::CaseMember& member : members) {
    out += "  " +
           Say(language, "case.member",
               {member.agency(), WordOf(language, *v1::CaseRole_descriptor(), member.role())}) +
           "\n";
  }
  return out;
}

std::string HeadText(Language language, const v1::CaseSummary& summary) {
  std::string out = Say(language, "case.head",
                        {summary.reference(), summary.title(), summary.owner(),
                         std::to_string(summary.number()), summary.case_id()}) +
                    "\n";
  if (summary.on_its_way() != 0) {
    out += "  " + Say(language, "case.on-its-way", {std::to_string(summary.on_its_way())}) + "\n";
  }
  if (summary.turned_away()) {
    out += "  " + Say(language, "case.turned-away", {summary.owner()}) + "\n";
  }
  return out + MembersText(language, summary.members());
}

std::string EntryText(Language language, const v1::CaseEntry& entry) {
  const bool received = entry.recipients().empty();
  std::string out = Say(language, received ? "case.received" : "case.posted",
                        {entry.reference(), Word(language, "kind", std::to_string(entry.kind())),
                         entry.origin(), InstantText(entry.instant_ms()), entry.record_id(),
                         received ? Word(language, "state", std::to_string(entry.state())) : ""});
  if (entry.sections_withheld() > 0) {
    out += " " + Say(language, "lead.withheld", {std::to_string(entry.sections_withheld())});
  }
  return out + "\n" + RenderRecipients(language, entry.recipients()) +
         RenderRestrictions(language, entry.restrictions());
}

}  // namespace

std::string RenderMembers(Language language, const v1::Membership& membership) {
  return Say(language, "case.membership",
             {std::to_string(membership.number()), membership.title()}) +
         "\n" + MembersText(language, membership.members());
}

std::string RenderChange(Language language, const v1::CaseChange& change) {
  return Say(language, "case.declared",
             {change.reference(), std::to_string(change.number()), change.case_id()}) +
         "\n" + RenderPreviews(language, change.recipients());
}

std::string RenderCases(Language language, const v1::ListCasesResponse& response) {
  if (response.cases().empty()) return Say(language, "case.none") + "\n";
  std::string out;
  for (const v1::CaseSummary& summary : response.cases()) out += HeadText(language, summary);
  return out;
}

std::string RenderCase(Language language, const v1::ShowCaseResponse& response) {
  std::string out = HeadText(language, response.summary());
  for (const v1::CaseEntry& entry : response.entries()) out += EntryText(language, entry);
  return out;
}

std::string RenderShared(Language language, const v1::ShareCaseResponse& response) {
  if (response.entries().empty()) return Say(language, "case.nothing-to-share") + "\n";
  std::string out;
  Previews one;
  for (const v1::SharedEntry& entry : response.entries()) {
    out += Say(language, entry.copy_id().empty() ? "case.not-shared" : "case.shared",
               {entry.record_id(), entry.copy_id()}) +
           "\n";
    one.Clear();
    *one.Add() = entry.recipient();
    out += RenderPreviews(language, one);
  }
  return out;
}

}  // namespace entente::cli
