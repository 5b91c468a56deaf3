// The texts that a decision rests on, as the log named them at its instant and as far as this node
// holds them: the federation's files, its own State's policy, and those of others that are public.
// Pure; safe from any thread.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "core/base/bytes.h"
#include "core/base/instant.h"
#include "core/ledger/registry.h"
#include "entente/v1/decisions.pb.h"

namespace entente::node {

// `text` is left empty but for the agencies', which is made from the log (docs/policy.md, "A
// folder"). In the order vocabulary, groups, instruments, agencies, policies by name; of a policy
// the newer version first.
absl::StatusOr<std::vector<v1::DecisionText>> TextsInForce(const ledger::Registry& registry,
                                                           Instant instant);
// The same for the same texts, held alike.
Digest NameOf(const std::vector<v1::DecisionText>& texts);

}  // namespace entente::node
