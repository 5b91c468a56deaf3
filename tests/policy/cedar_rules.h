// Policies and records as Cedar (cedarpolicy.com) understands them, for a second oracle that shares
// neither code nor data structures with Decide(). A rule becomes one Cedar policy; what stands
// around the rules (intervals, agencies, instruments, labels) is handed over as it is, and
// cedar_decide.mjs works with it. Stateless.
//
// Cedar has no unknown values. Its way to say "missing" is an attribute that is not there, and a
// policy that reads one is an error, which without a schema is skipped: a forbid would be lost. So
// a label that is missing, or not in the vocabulary, is an optional attribute that is left out;
// each condition asks whether it is there first, and says what holds if not: for an allow, that it
// does not apply, for all others, that it does. A strict schema refuses a condition that forgets to
// ask, and a request with a word outside the vocabulary. An end that is no active agency is the
// entity Nobody. Cedar cannot say "all of these entities are in …" either: the States that data was
// obtained from are numbered attributes, and a condition on them is written out for each.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "policy/labels.h"
#include "policy/snapshot.h"
#include "policy/vocabulary.h"

namespace entente::policy::testing {

// {"schema", "vocabulary", "most_sources"}: the same for all worlds of a vocabulary.
nlohmann::json CedarHead(const Vocabulary& vocabulary);

// {"groups", "instruments", "agencies", "policies"}; under each half of a policy {"cedar": {rule
// id: text}, "rules": {rule id: {"kind", "about", "data", "unless", "sources", "obligations"}}}.
nlohmann::json CedarWorld(const SnapshotParts& parts);

// {"record", "recipient", "at"}, labels as they are.
nlohmann::json CedarCase(const RecordLabels& record, const RecipientLabels& recipient, Instant t);

}  // namespace entente::policy::testing
