#include "cli/audit_asked.h"

#include <iostream>

#include "cli/failure.h"
#include "cli/files.h"
#include "cli/text.h"

namespace entente::cli {
namespace {

int Write(Language language, const std::string& out, const std::string& text) {
  if (out.empty()) {
    std::cout << text;
    return kDone;
  }
  if (const absl::Status status = WriteText(out, text); !status.ok()) {
    std::cerr << Printable(MessageIn(language, status)) << '\n';
    return kLocalFault;
  }
  std::cout << Say(language, "report.written", {out}) << '\n';
  return kDone;
}

}  // namespace

int Misused(Language language, std::string_view key,
            std::initializer_list<std::string_view> arguments) {
  std::cerr << Say(language, key, arguments) << '\n';
  return kUsage;
}

std::optional<Instant> InstantOf(Language language, const char* option, const std::string& text) {
  const auto read = ParseInstant(text);
  if (read.ok()) return *read;
  Misused(language, "report.instant", {option, text});
  return std::nullopt;
}

absl::StatusOr<AuditReport> ReportOn(const ledger::Genesis& genesis, const ReceiptOptions& options,
                                     const ReportQuestion& question) {
  auto receipts = AuditReceipts(genesis, options.paths);
  if (!receipts.ok()) return receipts.status();
  return MakeReport(question, *std::move(receipts));
}

int HandOver(Language language, const ReceiptOptions& options, const std::string& text,
             const std::vector<std::string>& findings) {
  if (const int fault = Write(language, options.out, text); fault != kDone) return fault;
  // A table of lines alone has no place for them, and a file may not be looked at.
  if (options.out.empty() && (options.json || options.format != "csv")) return kDone;
  for (const std::string& finding : findings) std::cerr << Printable(finding) << '\n';
  return kDone;
}

}  // namespace entente::cli
