// The whole log beside a report: which version of whose policy stood behind a decision, how many
// acts of the period there are, and whether receipts and log are of one history.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "cli/audit_report.h"
#include "core/ledger/genesis.h"

namespace entente::cli {

// Reads `checkpoint` and `tile/entries` below `folder` (c2sp.org/tlog-tiles), verifies that the
// entries give the root that the log of this genesis signed, replays the open ones, and adds what
// they tell to the report. Not OK: the report is as it was; NOT_FOUND for a file that is missing,
// INVALID_ARGUMENT for one that cannot be read or a root that is another, refusals of the
// checkpoint and of entries. Blocking file reads; safe from any thread.
absl::Status AddLog(const ledger::Genesis& genesis, const std::string& folder, AuditReport& report);

}  // namespace entente::cli
