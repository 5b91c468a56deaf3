// A federation of the size that policy/ is made for, with records that its States exchange, for the
// measurements of the decision: sixty States with 256 rules a side, made up, the same for the same
// seed.
#pragma once

#include <vector>

#include "policy/labels.h"
#include "policy/snapshot.h"

namespace entente::bench {

struct DecideCase {
  policy::RecordLabels record;
  policy::RecipientLabels recipient;
};

inline constexpr size_t kDecideSections = 8;

// `version`: of every policy. One State in ten has other rules under another version.
policy::SnapshotParts DecideParts(uint64_t version);
// One person, two in every fourth, and one or two data in each of the eight sections.
std::vector<DecideCase> DecideCases(const policy::SnapshotParts& parts, size_t count);
// All parts are in force, and all records younger than an hour.
Instant DecideInstant();

}  // namespace entente::bench
