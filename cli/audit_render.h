// What `entente-audit verify-receipt` prints. Pure.
#pragma once

#include <span>
#include <string>

#include "cli/audit_receipts.h"
#include "core/base/sentences.h"
#include "core/ledger/genesis.h"

namespace entente::cli {

struct AuditCounts {
  size_t verified = 0;
  size_t refused = 0;
  size_t unreadable = 0;
};
AuditCounts CountReceipts(std::span<const AuditedReceipt> receipts);

// The federation, each receipt, a summary when there are several, and what quorum stands behind it.
std::string RenderAudit(Language language, const ledger::Genesis& genesis,
                        std::span<const AuditedReceipt> receipts);

// One line: {"federation","log","genesis","quorum","verified","refused","unreadable",
// "receipts":[{"file","verified",…}]}. Bytes are hex, digests sha256:hex, instants RFC 3339.
std::string AuditJson(const ledger::Genesis& genesis, std::span<const AuditedReceipt> receipts);

}  // namespace entente::cli
