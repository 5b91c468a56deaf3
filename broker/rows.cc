#include "broker/rows.h"

#include <utility>

#include "core/base/bytes.h"

namespace entente::broker {
namespace {

absl::StatusOr<std::string> GetRow(const store::Reader& store, store::Family family,
                                   const std::string& key, size_t at_least) {
  auto row = store.Get(family, key);
  if (!row.ok()) return row.status();
  if (!*row || (*row)->size() < at_least) return Damaged(family);
  return **std::move(row);
}

}  // namespace

absl::Status Damaged(store::Family family) {
  return absl::DataLossError(std::string(family.name()) +
                             " lacks a row or holds one that cannot be read: run "
                             "entente-broker fsck");
}

absl::StatusOr<MailboxItem> ReadMailboxItem(const store::Iterator& it) {
  auto ref = ParseMailboxKey(it.key());
  MailboxItem item;
  if (!ref || !item.row.ParseFromString(std::string(it.value()))) return Damaged(kMailbox);
  item.lane = std::move(ref->lane);
  item.seq = ref->seq;
  return item;
}

absl::StatusOr<std::string> ReadSaltedPart(const store::Reader& store, uint64_t log_index,
                                           uint32_t part) {
  return GetRow(store, kParts, PartKey(log_index, static_cast<uint16_t>(part)), sizeof(Salt32));
}

absl::StatusOr<v1::Part> ReadStoredPart(const store::Reader& store, uint64_t log_index,
                                        uint32_t part) {
  auto salted = ReadSaltedPart(store, log_index, part);
  if (!salted.ok()) return salted.status();
  v1::Part message;
  if (!message.ParseFromString(salted->substr(sizeof(Salt32)))) return Damaged(kParts);
  return message;
}

absl::StatusOr<std::string> ReadBodyBytes(const store::Reader& store, uint64_t log_index) {
  auto row = GetRow(store, kBodies, IndexKey(log_index), sizeof(Digest));
  if (!row.ok()) return row.status();
  row->erase(0, sizeof(Digest));
  return row;
}

}  // namespace entente::broker
