// Which articles take something away from what another permits. Pure; safe from any thread.
#pragma once

#include <map>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "policy/party_prose.h"

namespace entente::policy {

// By the id of an allow, ids of the withholds, forbids and not-togethers of its half that match
// something which it would let go, under an instrument that carries it at the setting's instant.
// What such a rule excepts, with a consent say, stays excepted. Empty when the policy is not valid
// at that instant. INVALID_ARGUMENT when it does not compile; RESOURCE_EXHAUSTED: Space::Make().
using Cuts = std::map<std::string, std::set<std::string>>;
absl::StatusOr<Cuts> CutsOf(const RenderSetting& setting, const Policy& policy,
                            Direction direction);

}  // namespace entente::policy
