#include "node/receipts.h"

#include "core/base/encoding.h"
#include "core/ledger/parts.h"
#include "node/families.h"
#include "node/state.pb.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {

absl::StatusOr<std::string> FirstHashUnder(const store::Reader& reader,
                                           std::string_view record_id) {
  absl::StatusOr<std::optional<state::SentRecord>> sent =
      Load<state::SentRecord>(reader, kSent, record_id);
  if (!sent.ok()) return sent.status();
  if (*sent) return (*sent)->record_hash();
  absl::StatusOr<std::optional<state::Receipt>> first =
      Load<state::Receipt>(reader, kReceipts, HexEncode(AsBytes(record_id)));
  if (!first.ok()) return first.status();
  return *first ? (*first)->record_hash() : "";
}

absl::StatusOr<std::string> ReceiptName(const store::Reader& reader, std::string_view record_id,
                                        std::string_view record_hash) {
  absl::StatusOr<std::string> first = FirstHashUnder(reader, record_id);
  if (!first.ok()) return first.status();
  std::string name = HexEncode(AsBytes(record_id));
  if (first->empty() || *first == record_hash) return name;
  return Text(name, "-", HexEncode(AsBytes(record_hash.substr(0, 16))));
}

std::string AgainPrefix(std::string_view receipt_name) { return Text(receipt_name, "-again-"); }

std::string AgainName(std::string_view receipt_name, uint64_t log_index) {
  return Text(AgainPrefix(receipt_name), log_index);
}

absl::StatusOr<v1::Part> ReceiptPart(const store::Reader& reader, std::string_view name) {
  absl::StatusOr<std::optional<state::Receipt>> receipt =
      Load<state::Receipt>(reader, kReceipts, name);
  if (!receipt.ok()) return receipt.status();
  if (!*receipt || (*receipt)->part().size() < ledger::kSaltBytes) {
    return absl::DataLossError("a receipt in the store is missing or damaged");
  }
  absl::StatusOr<v1::Part> part = ledger::ReadPart((*receipt)->part().substr(ledger::kSaltBytes));
  if (!part.ok()) return absl::DataLossError("a receipt in the store is damaged");
  return part;
}

void SaveReceipt(const ledger::ReceiptBundle& bundle, std::string_view name,
                 std::string_view record_hash, store::WriteBatch& batch) {
  state::Receipt receipt;
  receipt.set_proof(bundle.proof);
  receipt.set_entry(bundle.entry);
  receipt.set_part(bundle.part);
  receipt.set_record_hash(std::string(record_hash));
  Save(batch, kReceipts, name, receipt);
  batch.Put(kUnwritten, name, "");
}

absl::StatusOr<std::vector<ReceiptFiles>> UnwrittenReceipts(const store::Reader& reader,
                                                            size_t max) {
  std::vector<ReceiptFiles> receipts;
  absl::Status status =
      ForEachBytes(reader, kUnwritten, "", [&](std::string_view name, std::string_view) {
        if (receipts.size() == max) return absl::CancelledError();
        absl::StatusOr<std::optional<state::Receipt>> receipt =
            Load<state::Receipt>(reader, kReceipts, name);
        if (!receipt.ok()) return receipt.status();
        if (*receipt) {
          receipts.push_back(
              {std::string(name), (*receipt)->proof(), (*receipt)->entry(), (*receipt)->part()});
        }
        return absl::OkStatus();
      });
  if (!status.ok() && !absl::IsCancelled(status)) return status;
  return receipts;
}

void MarkWritten(std::string_view name, store::WriteBatch& batch) {
  batch.Delete(kUnwritten, name);
}

}  // namespace entente::node
