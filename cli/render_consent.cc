#include "cli/render_consent.h"

#include "absl/strings/str_join.h"
#include "cli/text.h"
#include "core/base/encoding.h"
#include "core/record/consent_form.h"

namespace entente::cli {

std::string RenderNote(Language language, const v1::ConsentNote& note, const std::string& about) {
  const std::string record = about.empty() ? HexEncode(AsBytes(note.record())) : about;
  std::string out =
      Say(language, "consent.lets",
          {note.source(), note.holder(), note.recipient(), note.purpose(), note.instrument()}) +
      "\n" +
      Say(language, "consent.what",
          {absl::StrJoin(note.about(), ", "), absl::StrJoin(note.data(), ", ")}) +
      "\n" + Say(language, "consent.record", {record}) + "\n" +
      Say(language, "consent.time", {InstantText(note.from_ms()), InstantText(note.until_ms())}) +
      "\n";
  for (const std::string& obligation : note.obligations()) {
    out += Say(language, "consent.obliges", {obligation}) + "\n";
  }
  return out;
}

std::string RenderConsent(Language language, const v1::Consent& consent) {
  const auto note = record::ReadConsentNote(consent);
  if (!note.ok()) return Say(language, "consent.unreadable") + "\n";
  return RenderNote(language, *note) + PrintableBlock(consent.text());
}

std::string RenderGoing(Language language, const v1::RecipientPreview& recipient) {
  std::string out;
  for (const v1::ConsentNote& note : recipient.consents()) {
    out += "  " +
           Say(language, "consent.goes",
               {recipient.recipient(), note.source(), absl::StrJoin(note.data(), ", "),
                InstantText(note.until_ms())}) +
           "\n";
  }
  for (const v1::ConsentNote& note : recipient.idle_consents()) {
    out += Say(language, "consent.idle",
               {recipient.recipient(), note.source(), absl::StrJoin(note.data(), ", ")}) +
           "\n";
  }
  return out;
}

std::string RenderConsents(Language language, const v1::ListConsentsResponse& response) {
  if (response.consents().empty()) return Say(language, "consent.none") + "\n";
  std::string out;
  for (const v1::ConsentSummary& one : response.consents()) {
    const v1::ConsentNote& note = one.note();
    out += Say(language, one.received() ? "consent.received" : "consent.given",
               {one.received() ? note.source() : note.holder(), one.reference(), one.record_id()}) +
           "\n";
    if (note.until_ms() != 0) {
      const bool known = !one.about_record_id().empty();
      out += RenderNote(language, note,
                        known ? one.about_reference() + "  (" + one.about_record_id() + ")" : "");
    }
    if (one.why_not().empty()) continue;
    out += Say(language, "consent.useless", {one.why_not()}) + "\n";
  }
  return out;
}

}  // namespace entente::cli
