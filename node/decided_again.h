// What the broker decided again before it let a record go (docs/policy.md, "Decided at release"):
// held against the first decision by the recipient, and against our own policy by the origin, who
// is told. Not thread-safe.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/audit/checkpoint.h"
#include "core/base/instant.h"
#include "core/ledger/receipt.h"
#include "core/store/write_batch.h"
#include "entente/v1/broker.pb.h"
#include "node/ground.h"
#include "node/pairs.h"

namespace entente::node {

// That the log has a decision of this kind about what `first` released to us, in the tree of the
// checkpoint, under a state that it had there. Refusal proof-bad, or snapshot-behind.
absl::StatusOr<ledger::VerifiedPart> ReadAgain(const Ground& ground, const v1::Evidence& evidence,
                                               const ledger::VerifiedPart& first,
                                               const audit::Checkpoint& checkpoint);

// A record that was released to us and refused before it left: its number will be closed. What the
// delivery says of it is noted in `pairs`. False when it was taken before. A refusal says that no
// honest broker gave it.
absl::StatusOr<bool> TakeWithdrawn(const Ground& ground, const v1::Delivery& delivery,
                                   const audit::Checkpoint& checkpoint, PairsIn& pairs);

// What was decided again about a record of ours. `note`: the checkpoint as signed, for the receipt.
// A refusal says that no honest broker gave it; an alarm stands then. UNAVAILABLE: ask again later.
absl::Status TakeDecidedAgain(Ground& ground, const v1::Delivery& delivery,
                              const audit::Checkpoint& checkpoint, std::string_view note,
                              store::WriteBatch& batch, Instant now);

// Refusal proof-bad or snapshot-behind unless this decision, which stands at `log_index`, rests on
// a state that the log had there and then.
absl::Status CheckState(const Federation& federation, const v1::SubmissionPart& decided,
                        uint64_t log_index, Instant instant);

}  // namespace entente::node
