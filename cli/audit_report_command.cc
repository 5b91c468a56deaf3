// entente-audit report.
#include <tuple>

#include "cli/audit_asked.h"
#include "cli/audit_log.h"
#include "cli/audit_report_log.h"
#include "cli/failure.h"
#include "core/base/agency.h"

namespace entente::cli {
namespace {

// kDone, or what is wrong was said.
int Understand(Language language, const ReportOptions& options, ReportQuestion& question) {
  const absl::Status jurisdiction = CheckJurisdiction(options.jurisdiction);
  if (!jurisdiction.ok() && options.jurisdiction != "ORG") {
    return Misused(language, "report.jurisdiction",
                   {options.jurisdiction, MessageIn(language, jurisdiction)});
  }
  question.jurisdiction = options.jurisdiction;
  const std::tuple<const char*, const std::string*, Instant*> instants[] = {
      {"--from", &options.from, &question.from}, {"--until", &options.until, &question.until}};
  for (const auto& [option, text, instant] : instants) {
    const auto read = InstantOf(language, option, *text);
    if (!read) return kUsage;
    *instant = *read;
  }
  if (question.from < question.until) return kDone;
  return Misused(language, "report.period", {options.from, options.until});
}

std::string Written(Language language, const ReportOptions& options, const ledger::Genesis& genesis,
                    const AuditReport& report) {
  if (options.json) return ReportJson(genesis, report);
  if (options.format == "csv") return ReportCsv(report);
  return options.format == "html" ? ReportHtml(language, genesis, report)
                                  : ReportText(language, genesis, report);
}

}  // namespace

int Report(Language language, const ReportOptions& options) {
  ReportQuestion question;
  if (const int wrong = Understand(language, options, question); wrong != kDone) return wrong;
  const auto genesis = ReadGenesis(options.genesis);
  if (!genesis.ok()) return AuditRefused(language, genesis.status());
  auto report = ReportOn(*genesis, options, question);
  if (!report.ok()) return AuditRefused(language, report.status());
  if (!options.tiles.empty()) {
    const absl::Status added = AddLog(*genesis, options.tiles, *report);
    if (!added.ok()) return AuditRefused(language, added);
  }
  const int fault = HandOver(language, options, Written(language, options, *genesis, *report),
                             ReportFindings(language, *report));
  if (fault != kDone) return fault;
  return report->Sound() ? kDone : kAnswerIsNo;
}

}  // namespace entente::cli
