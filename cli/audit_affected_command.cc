// entente-audit affected.
#include <tuple>

#include "cli/audit_affected.h"
#include "cli/audit_asked.h"
#include "cli/audit_log.h"
#include "cli/audit_report_log.h"
#include "cli/failure.h"
#include "core/base/agency.h"

namespace entente::cli {
namespace {

// kDone, or what is wrong was said.
int Understand(Language language, const AffectedOptions& options, AffectedQuestion& question) {
  const auto agency = AgencyId::Parse(options.agency);
  if (!agency.ok()) {
    return Misused(language, "affected.agency",
                   {options.agency, MessageIn(language, agency.status())});
  }
  question.agency = agency->text();
  const std::tuple<const char*, const std::string*, std::optional<Instant>*> instants[] = {
      {"--from", &options.from, &question.from},
      {"--until", &options.until, &question.until},
      {"--aware", &options.aware, &question.aware}};
  for (const auto& [option, text, instant] : instants) {
    if (text->empty()) continue;
    *instant = InstantOf(language, option, *text);
    if (!*instant) return kUsage;
  }
  const ReportQuestion period = PeriodOf(question);
  if (period.from < period.until) return kDone;
  return Misused(language, "report.period", {options.from, options.until});
}

std::string Written(Language language, const AffectedOptions& options,
                    const ledger::Genesis& genesis, const AffectedReport& report) {
  if (options.json) return AffectedJson(genesis, report);
  if (options.format == "csv") return AffectedCsv(report);
  return options.format == "html" ? AffectedHtml(language, genesis, report)
                                  : AffectedText(language, genesis, report);
}

// Every act of the agency, and the log counted for the period.
absl::StatusOr<AuditReport> Prove(const ledger::Genesis& genesis, const AffectedOptions& options,
                                  const AffectedQuestion& question) {
  auto proven = ReportOn(genesis, options, AllActsOf(question));
  if (!proven.ok()) return proven;
  proven->question = PeriodOf(question);
  if (options.tiles.empty()) return proven;
  if (absl::Status added = AddLog(genesis, options.tiles, *proven); !added.ok()) return added;
  return proven;
}

}  // namespace

int Affected(Language language, const AffectedOptions& options) {
  AffectedQuestion question;
  if (const int wrong = Understand(language, options, question); wrong != kDone) return wrong;
  const auto genesis = ReadGenesis(options.genesis);
  if (!genesis.ok()) return AuditRefused(language, genesis.status());
  auto proven = Prove(*genesis, options, question);
  if (!proven.ok()) return AuditRefused(language, proven.status());
  const AffectedReport report = MakeAffected(question, *std::move(proven));
  const int fault = HandOver(language, options, Written(language, options, *genesis, report),
                             AffectedFindings(language, report));
  if (fault != kDone) return fault;
  return report.proven.Sound() ? kDone : kAnswerIsNo;
}

}  // namespace entente::cli
