// Receipts on their way to files. A file bears its record's id. An id that two records of different
// origins share, which no honest origin brings about, costs neither its receipt: the later one's
// file is named RECORDID-<first 32 hex of its record hash>. Not thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/ledger/receipt.h"
#include "core/store/store.h"
#include "node/engine.h"

namespace entente::node {

// What the file of this record's receipt is called, without its ending. What this agency sent has
// the id alone, whatever came before.
absl::StatusOr<std::string> ReceiptName(const store::Reader& reader, std::string_view record_id,
                                        std::string_view record_hash);
// Of what was decided again about it, at this place of the log; what such names begin with.
std::string AgainPrefix(std::string_view receipt_name);
std::string AgainName(std::string_view receipt_name, uint64_t log_index);
// What the receipt of that name tells. DATA_LOSS when it is not there or does not read.
absl::StatusOr<v1::Part> ReceiptPart(const store::Reader& reader, std::string_view name);
// Under a name of these, to be written to its files. The batch may hold one receipt an id.
void SaveReceipt(const ledger::ReceiptBundle& bundle, std::string_view name,
                 std::string_view record_hash, store::WriteBatch& batch);
// Of the record that bears the id alone; empty when there is none.
absl::StatusOr<std::string> FirstHashUnder(const store::Reader& reader, std::string_view record_id);

absl::StatusOr<std::vector<ReceiptFiles>> UnwrittenReceipts(const store::Reader& reader,
                                                            size_t max);
void MarkWritten(std::string_view name, store::WriteBatch& batch);

}  // namespace entente::node
