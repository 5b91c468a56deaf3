// A second reading of docs/policy.md for tests: decides by walking the parsed rules word by word,
// with sets of text and no tables. Slow and plain on purpose; shares no code with Decide() but the
// parsed files and the order of obligations.
#pragma once

#include "policy/decision.h"
#include "policy/labels.h"
#include "policy/snapshot.h"
#include "policy/vocabulary.h"

namespace entente::policy::testing {

// Everything of a Decision but the destination's contact.
Decision OracleDecide(const Vocabulary& vocabulary, const SnapshotParts& parts,
                      const RecordLabels& record, const RecipientLabels& recipient, Instant t);

}  // namespace entente::policy::testing
