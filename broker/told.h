// Who is told that a record went by an override: each source that the statement names, by a notice
// of the broker's own making, logged and delivered in the batch of the record. So there is none
// without the other. Not thread-safe (a transaction is not).
#pragma once

#include <span>

#include "absl/status/status.h"
#include "broker/command.pb.h"
#include "broker/transaction.h"
#include "core/base/bytes.h"
#include "core/ledger/parts.h"

namespace entente::broker {

// For each access with an override whose recipient has a part, right after the record's entry. No
// mailbox is too full for it. Whom policy refused all the same got nothing, and nobody is told.
// INTERNAL for a command that admission does not make.
absl::Status StageTold(const SubmissionCommand& submission, const ledger::Act& act,
                       std::span<const ledger::ReaderPart> parts, const Salt32& seed,
                       Transaction& tx);

}  // namespace entente::broker
