// A second reading of docs/policy.md for tests: decides by walking the parsed rules word by word,
// with sets of text and no tables. Slow and plain on purpose; shares no code with Decide() but the
// parsed files and the order of obligations.
#pragma once

#include <set>
#include <string>

#include "policy/decision.h"
#include "policy/labels.h"
#include "policy/snapshot.h"
#include "policy/vocabulary.h"

namespace entente::policy::testing {

// Everything of a Decision but the destination's contact. `met` gets what there was of consents:
// "yields" and "yields-to-several" (States); "covers" (some atom); and why a consent did not count
// for a forbid that could have yielded: "time", "words", "source", "instrument", "source-policy",
// "source-forbid", "source-together", "no-consent", "other-state" (one State agreed, another not).
// And of H3: "let-go". Of an override where a forbid stood that consents alone did not lift:
// "override-yields", "override-yields-for-several" (States), "override-shares" (with consents); and
// why it did not count: "override-time", "override-too-long", "override-other-rule",
// "override-inbound", "override-firm-rule" (without `unless`), "override-protected-rule",
// "override-protected", "override-words", "override-unknown-word", "override-nobody-asked".
Decision OracleDecide(const Vocabulary& vocabulary, const SnapshotParts& parts,
                      const RecordLabels& record, const RecipientLabels& recipient, Instant t,
                      std::set<std::string>* met = nullptr);

}  // namespace entente::policy::testing
