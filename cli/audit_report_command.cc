// entente-audit report.
#include <iostream>
#include <tuple>

#include "cli/audit_commands.h"
#include "cli/audit_log.h"
#include "cli/audit_report.h"
#include "cli/audit_report_log.h"
#include "cli/failure.h"
#include "cli/files.h"
#include "cli/text.h"
#include "core/base/agency.h"

namespace entente::cli {
namespace {

int Misused(Language language, std::string_view key,
            std::initializer_list<std::string_view> arguments) {
  std::cerr << Say(language, key, arguments) << '\n';
  return kUsage;
}

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
    const auto read = ParseInstant(*text);
    if (!read.ok()) return Misused(language, "report.instant", {option, *text});
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

int HandOver(Language language, const ReportOptions& options, const std::string& text) {
  if (options.out.empty()) {
    std::cout << text;
    return kDone;
  }
  if (const absl::Status status = WriteText(options.out, text); !status.ok()) {
    std::cerr << Printable(MessageIn(language, status)) << '\n';
    return kLocalFault;
  }
  std::cout << Say(language, "report.written", {options.out}) << '\n';
  return kDone;
}

}  // namespace

int Report(Language language, const ReportOptions& options) {
  ReportQuestion question;
  if (const int wrong = Understand(language, options, question); wrong != kDone) return wrong;
  const auto genesis = ReadGenesis(options.genesis);
  if (!genesis.ok()) return AuditRefused(language, genesis.status());
  auto receipts = AuditReceipts(*genesis, options.paths);
  if (!receipts.ok()) return AuditRefused(language, receipts.status());
  AuditReport report = MakeReport(question, *std::move(receipts));
  if (!options.tiles.empty()) {
    const absl::Status added = AddLog(*genesis, options.tiles, report);
    if (!added.ok()) return AuditRefused(language, added);
  }
  const std::string text = Written(language, options, *genesis, report);
  if (const int fault = HandOver(language, options, text); fault != kDone) return fault;
  // A table of lines alone has no place for them, and a file may not be looked at.
  if (!options.out.empty() || (options.format == "csv" && !options.json)) {
    for (const std::string& finding : ReportFindings(language, report)) {
      std::cerr << Printable(finding) << '\n';
    }
  }
  return report.Sound() ? kDone : kAnswerIsNo;
}

}  // namespace entente::cli
