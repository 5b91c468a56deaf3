// What the commands of entente-audit that report from receipts share: they read what is asked,
// verify what is given, and hand the answer over. Blocking file reads and writes; safe from any
// thread.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/audit_commands.h"
#include "cli/audit_report.h"
#include "core/base/sentences.h"
#include "core/ledger/genesis.h"

namespace entente::cli {

// Says what is wrong with the options, and gives the exit code for it, 2.
int Misused(Language language, std::string_view key,
            std::initializer_list<std::string_view> arguments);
// nullopt: it is none, and that was said.
std::optional<Instant> InstantOf(Language language, const char* option, const std::string& text);

// Every receipt of these options verified, and the report made. Errors as ReadGenesis and
// AuditReceipts.
absl::StatusOr<AuditReport> ReportOn(const ledger::Genesis& genesis, const ReceiptOptions& options,
                                     const ReportQuestion& question);

// Writes the text where the options say, and the findings on standard error where the text may not
// show them. kDone, or kLocalFault for a file that cannot be written.
int HandOver(Language language, const ReceiptOptions& options, const std::string& text,
             const std::vector<std::string>& findings);

}  // namespace entente::cli
