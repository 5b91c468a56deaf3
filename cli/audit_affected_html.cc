// What an agency received, as a page: cli/audit_affected.h.
#include "cli/audit_affected.h"
#include "cli/text.h"

namespace entente::cli {
namespace {

const std::vector<PageColumn>& Columns() {
  static const auto* const columns = new std::vector<PageColumn>{
      {"record", {"sender", "record_reference", "record_id", "record_hashes"}},
      {"when", {"instant", "log_index", "first_index", "contradicted"}},
      {"decision", {"verdict", "sections_withheld", "obligations"}},
      {"proof",
       {"sender_receipt", "sender_tree_size", "sender_root", "recipient_receipt",
        "recipient_tree_size", "recipient_root"}}};
  return *columns;
}

void AddRecords(Language language, const AffectedReport& report, PageWriter& to) {
  size_t number = 1;
  for (const AffectedOrigin& origin : report.origins) {
    to.Heading(OriginHeading(language, origin));
    to.Lines(Columns(), NumberedRecords(origin.records, number));
    number += origin.records.size();
  }
  if (report.refused.empty()) return;
  to.Heading(Sentence(language, "affected.part.refused"));
  to.Lines(Columns(), NumberedRecords(report.refused, number));
}

}  // namespace

std::string AffectedHtml(Language language, const ledger::Genesis& genesis,
                         const AffectedReport& report) {
  PageWriter to(language);
  to.Head(AffectedHead(language, genesis, report));
  to.Section("limits", AffectedLimits(language, report));
  if (const auto findings = AffectedFindings(language, report); !findings.empty()) {
    to.Heading(Sentence(language, "report.part.findings"));
    to.Section("findings", findings);
  }
  to.Heading(Sentence(language, "affected.part.origins"));
  if (report.origins.empty()) {
    to.Section("none", {Say(language, "affected.none", {report.question.agency})});
  } else {
    to.Table(WhomToTell(language, report));
  }
  AddRecords(language, report, to);
  to.Heading(Sentence(language, "report.part.notes"));
  to.List(AffectedNotes(language, genesis, report));
  return std::move(to).Page(AffectedTitle(language, report));
}

}  // namespace entente::cli
