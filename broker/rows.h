// Reading rows back. What this broker wrote it can read: DATA_LOSS, naming the family, when not.
// Stateless; safe from any thread.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "broker/command.pb.h"
#include "broker/families.h"
#include "core/store/store.h"
#include "entente/v1/ledger.pb.h"

namespace entente::broker {

absl::Status Damaged(store::Family family);

struct MailboxItem {
  LaneKey lane;
  uint64_t seq = 0;
  MailboxRow row;
};
// The row of r_mailbox on which `it` stands.
absl::StatusOr<MailboxItem> ReadMailboxItem(const store::Iterator& it);

// salt32 || part
absl::StatusOr<std::string> ReadSaltedPart(const store::Reader& store, uint64_t log_index,
                                           uint32_t part);
absl::StatusOr<v1::Part> ReadStoredPart(const store::Reader& store, uint64_t log_index,
                                        uint32_t part);
// What is delivered, without the digest before it.
absl::StatusOr<std::string> ReadBodyBytes(const store::Reader& store, uint64_t log_index);

}  // namespace entente::broker
