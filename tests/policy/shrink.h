// Makes a case on which something fails smaller, as long as it still fails: rules, conditions,
// sections, consents, an override, words, agencies and dates are taken away one after another until
// nothing more can go.
#pragma once

#include <functional>
#include <string>

#include "policy/labels.h"
#include "policy/snapshot.h"

namespace entente::policy::testing {

struct Case {
  SnapshotParts parts;
  RecordLabels record;
  RecipientLabels recipient;
  Instant t;
};

// `fails(c)` must hold to begin with, and still does for what is returned.
Case Shrink(Case c, const std::function<bool(const Case&)>& fails);

// How much stands in it: rules, conditions, sections, consents, an override, words, agencies,
// instruments, members.
size_t SizeOf(const Case& c);

// The case for a person to read.
std::string Describe(const Case& c);

}  // namespace entente::policy::testing
