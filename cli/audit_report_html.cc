// The report as a page: cli/audit_report.h.
#include "cli/audit_report.h"
#include "cli/audit_report_forms.h"

namespace entente::cli {
namespace {

const std::vector<PageColumn>& Columns() {
  static const auto* const columns = new std::vector<PageColumn>{
      {"when", {"instant", "log_index", "act", "first_index", "refused", "contradicted"}},
      {"parties", {"side", "sender", "recipient"}},
      {"who", {"acting_agency", "officer_pseudonym", "justification_digest"}},
      {"record", {"record_reference", "record_id", "record_hashes", "statement_digest"}},
      {"decision",
       {"verdict", "sections_withheld", "withheld_under", "reasons", "obligations", "contact"}},
      {"rules",
       {"rules", "snapshot_number", "snapshot_hash", "sender_policy_version",
        "sender_policy_digest", "recipient_policy_version", "recipient_policy_digest"}},
      {"proof",
       {"sender_receipt", "sender_tree_size", "sender_root", "recipient_receipt",
        "recipient_tree_size", "recipient_root"}}};
  return *columns;
}

}  // namespace

std::string ReportHtml(Language language, const ledger::Genesis& genesis,
                       const AuditReport& report) {
  PageWriter to(language);
  to.Head(ReportHead(language, genesis, report));
  to.Section("limits", ReportLimits(language, report));
  if (const auto findings = ReportFindings(language, report); !findings.empty()) {
    to.Heading(Sentence(language, "report.part.findings"));
    to.Section("findings", findings);
  }
  to.Heading(Sentence(language, "report.part.lines"));
  if (report.lines.empty()) {
    to.Section("none", {Sentence(language, "report.no-line")});
  } else {
    to.Lines(Columns(), Numbered(report.lines));
  }
  to.Heading(Sentence(language, "report.part.notes"));
  to.List(ReportNotes(language, genesis));
  return std::move(to).Page(ReportTitle(language, report));
}

}  // namespace entente::cli
