// The decision. Pure: snapshot and instant are arguments, nothing else is read, and the same
// arguments give the same decision. Safe from any thread. It cannot fail: what cannot be decided is
// refused, and says engine-failed. Steps and their reasons: docs/policy.md, "The decision".
#pragma once

#include "core/base/instant.h"
#include "policy/decision.h"
#include "policy/labels.h"
#include "policy/snapshot.h"

namespace entente::policy {

// Both sides and the instrument: what the broker commits to the log and the recipient decides
// again.
Decision Decide(const Snapshot& snapshot, const RecordLabels& record,
                const RecipientLabels& recipient, Instant t);

// The origin's side and the instrument alone, before sealing. Never releases a section or record
// that Decide() would keep back for these two; the destination's rules and can_honour are not
// asked.
Decision DecideOutbound(const Snapshot& snapshot, const RecordLabels& record,
                        const RecipientLabels& recipient, Instant t);

// The destination's side and the instrument alone.
Decision DecideInbound(const Snapshot& snapshot, const RecordLabels& record,
                       const RecipientLabels& recipient, Instant t);

}  // namespace entente::policy
