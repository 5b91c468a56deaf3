// The sets of States that a record's data may have been obtained from, cut into those that some
// rule of some version tells apart: for policy/space.h. Internal to policy/; stateless.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "policy/space.h"

namespace entente::policy {

struct ObtainedSet {
  // "own-data" (nothing is said), "origin" (its State is named), States that are not the origin, or
  // several of these, "BR+DE"; all of them do the same to the rules.
  std::vector<std::string> names;
  // By origin and version. No rule at all where the set cannot be: its one State is the origin.
  std::vector<std::vector<Mask>> rows;
  // The same when each of these States but the origin lets it go on.
  std::vector<std::vector<Mask>> consented;
};

// `origins`: codes of the States that a record may come from. RESOURCE_EXHAUSTED above 4,096 sets.
absl::StatusOr<std::vector<ObtainedSet>> ObtainedSets(const std::vector<HalfVersion>& versions,
                                                      const std::vector<std::string>& origins);

// By version, the rules whose `obtained_from` holds of these States for a record from `origin`; an
// empty origin is none of them.
std::vector<Mask> ObtainedRows(const std::vector<HalfVersion>& versions,
                               const std::vector<std::string>& states, const std::string& origin);

// Every State that has a code, by its code.
std::vector<std::string> AllStates();
// For use as a key.
std::string BytesOf(const std::vector<Mask>& rows);

}  // namespace entente::policy
