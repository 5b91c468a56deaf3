// The decision. Pure: snapshot and instant are arguments, nothing else is read, and the same
// arguments give the same decision. Safe from any thread. It cannot fail: what cannot be decided is
// refused, and says engine-failed. Steps and their reasons: docs/policy.md, "The decision".
#pragma once

#include <array>
#include <span>

#include "core/base/instant.h"
#include "policy/decision.h"
#include "policy/labels.h"
#include "policy/snapshot.h"

namespace entente::policy {

// Both sides and the instrument: what the broker commits to the log and the recipient decides
// again.
Decision Decide(const Snapshot& snapshot, const RecordLabels& record,
                const RecipientLabels& recipient, Instant t);

// The origin's side and the instrument alone, before sealing; that a State which consents may is
// taken as given, here and below. Never releases a section or record
// that Decide() would keep back for these two; the destination's rules and can_honour are not
// asked.
Decision DecideOutbound(const Snapshot& snapshot, const RecordLabels& record,
                        const RecipientLabels& recipient, Instant t);

// The destination's side and the instrument alone.
Decision DecideInbound(const Snapshot& snapshot, const RecordLabels& record,
                       const RecipientLabels& recipient, Instant t);

// What comes out, without the words that say why. Plain value.
struct Ruling {
  Verdict verdict = Verdict::kRefuse;
  uint32_t released = 0;  // bit i: section i; none unless the verdict releases
  // By family, numbers that only the snapshot understands; none unless the verdict releases.
  std::array<uint16_t, kObligationFamilies> obligations;
};

// Decide() in numbers, the same steps: for whoever decides many and puts few into words. Allocates
// nothing.
Ruling DecideInNumbers(const Snapshot& snapshot, const RecordLabels& record,
                       const RecipientLabels& recipient, Instant t);

// One record for one of its recipients, to be decided. Views: what it points to must outlive it.
struct Pending {
  const RecordLabels* record;
  const RecipientLabels* recipient;
};

// DecideInNumbers() of each, into the place of the same number of `out`, which holds at least as
// many. For a whole queue, whose labels no cache holds: while one is decided, those of the next are
// fetched from memory. Allocates nothing.
void DecideInNumbers(const Snapshot& snapshot, std::span<const Pending> queue, Instant t,
                     std::span<Ruling> out);

// The same verdict, sections and obligations. False for the numbers of another snapshot when a word
// of its obligations is written otherwise, be it no stricter.
bool SameOutcome(const Snapshot& snapshot_a, const Ruling& a, const Snapshot& snapshot_b,
                 const Ruling& b);

}  // namespace entente::policy
