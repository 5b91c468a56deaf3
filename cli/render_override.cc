#include "cli/render_override.h"

#include <set>

#include "absl/strings/str_join.h"
#include "cli/text.h"
#include "core/base/encoding.h"

namespace entente::cli {
namespace {

std::string GroundText(Language language, v1::OverrideGround ground) {
  return Word(language, "override-ground", std::to_string(ground));
}

std::string StatesOf(const v1::OverrideNote& note) {
  std::set<std::string> states;
  for (const std::string& source : note.sources()) {
    states.insert(source.substr(0, source.find('.')));
  }
  return absl::StrJoin(states, ", ");
}

std::string HeadOf(Language language, const v1::OverrideSummary& one) {
  const v1::OverrideNote& note = one.note();
  if (!one.received()) {
    return Say(language, "override.ours", {note.recipient(), one.reference(), one.record_id()});
  }
  return Say(language, "override.told",
             {note.origin(), note.recipient(), one.reference(), one.record_id()});
}

std::string SignersText(Language language, const v1::OverrideSummary& one) {
  std::string out;
  for (const v1::OverrideSigner& signer : one.signers()) {
    out += Say(language, "override.signer",
               {signer.officer(), Word(language, "role", signer.role()), signer.key_id()}) +
           "\n";
  }
  const bool waits = !one.received() && one.log_index() == 0;
  if (out.empty() && waits) out = Say(language, "override.unsigned") + "\n";
  return out;
}

std::string ReviewText(Language language, const v1::OverrideSummary& one) {
  if (one.log_index() == 0) return "";
  std::string out = Say(language, "override.logged",
                        {InstantText(one.logged_ms()), std::to_string(one.log_index()),
                         InstantText(one.due_ms())}) +
                    "\n";
  if (one.overdue()) out += Say(language, "override.overdue") + "\n";
  if (one.reviewed_ms() == 0) return out;
  return out +
         Say(language, "override.finding",
             {Word(language, "override-finding", std::to_string(one.finding())), one.reviewed_by(),
              InstantText(one.reviewed_ms())}) +
         "\n" + PrintableBlock(one.text());
}

std::string SummaryText(Language language, const v1::OverrideSummary& one) {
  const v1::OverrideNote& note = one.note();
  return HeadOf(language, one) + "\n" +
         Say(language, "override.what",
             {absl::StrJoin(note.about(), ", "), absl::StrJoin(note.data(), ", "),
              note.purpose()}) +
         "\n" +
         Say(language, "override.rules", {note.origin(), absl::StrJoin(note.rules(), ", ")}) +
         "\n" + Say(language, "override.sources", {absl::StrJoin(note.sources(), ", ")}) + "\n" +
         Say(language, "override.ground", {GroundText(language, note.ground())}) + "\n" +
         Say(language, "override.time",
             {InstantText(note.instant_ms()), InstantText(note.until_ms())}) +
         "\n" + SignersText(language, one) + ReviewText(language, one);
}

}  // namespace

std::string RenderCame(Language language, const v1::OverrideNote& note) {
  return Say(language, "override.came", {StatesOf(note), GroundText(language, note.ground())}) +
         "\n";
}

std::string RenderAsked(Language language, const v1::DraftOverride& asked) {
  return Say(language, "override.asked",
             {absl::StrJoin(asked.rules(), ", "), GroundText(language, asked.ground()),
              absl::StrJoin(asked.sources(), ", "), asked.reason()}) +
         "\n";
}

std::string RenderOverride(Language language, const v1::ShowOverrideResponse& response) {
  const v1::OverrideSummary& one = response.override();
  std::string out = SummaryText(language, one);
  if (response.reason().empty()) {
    out += Say(language, "override.reason-elsewhere",
               {HexEncode(AsBytes(one.note().reason_digest()))}) +
           "\n";
  } else {
    out += Say(language, "override.reason", {HexEncode(AsBytes(response.salt()))}) + "\n" +
           PrintableBlock(response.reason());
  }
  if (response.role().empty()) return out;
  return out +
         Say(language, "override.sign",
             {Word(language, "role", response.role()), one.reference(), response.seen()}) +
         "\n";
}

std::string RenderOverrides(Language language, const v1::ListOverridesResponse& response) {
  if (response.overrides().empty()) return Say(language, "override.none") + "\n";
  std::string out;
  for (const v1::OverrideSummary& one : response.overrides()) out += SummaryText(language, one);
  return out;
}

}  // namespace entente::cli
