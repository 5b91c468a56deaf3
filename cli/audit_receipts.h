// Receipts on file and what comes of verifying them, without a broker. Blocking file reads; safe
// from any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/ledger/receipt.h"

namespace entente::cli {

// Exactly one of: `facts`; `why_not` a refusal (it does not prove what it should); `why_not`
// another error (a file of it cannot be read).
struct AuditedReceipt {
  std::string path;  // of the .tlog-proof
  absl::Status why_not;
  std::optional<ledger::ReceiptFacts> facts;

  bool verified() const { return facts.has_value(); }
  bool readable() const;
};

// NOT_FOUND, or INVALID_ARGUMENT with the place in the file.
absl::StatusOr<ledger::Genesis> ReadGenesis(const std::string& path);

// Reads RECORDID.tlog-proof with .entry and .part beside it. A file named after a record id must
// prove that record.
AuditedReceipt AuditReceipt(const ledger::Genesis& genesis, const std::string& path);
// Of files as they are; of a folder, every *.tlog-proof in it, sorted. NOT_FOUND for a folder that
// cannot be read or has none.
absl::StatusOr<std::vector<AuditedReceipt>> AuditReceipts(const ledger::Genesis& genesis,
                                                          const std::vector<std::string>& paths);

// The record a part tells of: id and hash, empty where the event has none.
struct ProvenRecord {
  std::string id;
  std::string hash;
};
ProvenRecord RecordOf(const v1::Part& part);

}  // namespace entente::cli
