// Applies one command: no clock, no randomness, no configuration, so that the same commands in the
// same order give the same r_ bytes on every broker, however they are grouped. The ledger's instant
// is the later of the last entry's and the command's. Not thread-safe (a transaction is not).
#pragma once

#include "absl/status/statusor.h"
#include "broker/command.h"
#include "broker/transaction.h"
#include "core/base/bytes.h"

namespace entente::broker {

struct Applied {
  uint64_t log_index = 0;
  Digest hash{};          // record hash, or the digest of a notice's statement; else zeros
  bool repeated = false;  // committed before: log_index is that of the first time
};

// A submission that was admitted under an older state is judged again under this one.
// Refusal: this command has no effect and the transaction is as before. snapshot-behind: a key or a
// lane that admission relied on has changed; admit again. Any other error: the transaction must be
// dropped.
absl::StatusOr<Applied> Apply(const Command& command, Transaction& transaction);

}  // namespace entente::broker
