// One policy compiled by itself, with every agency that its rules name taken as registered: for
// statements about all that it can be asked (policy/space.h). Pure; safe from any thread.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "core/base/instant.h"
#include "policy/model.h"
#include "policy/snapshot.h"
#include "policy/space.h"
#include "policy/vocabulary.h"

namespace entente::policy {

class Alone {
 public:
  // INVALID_ARGUMENT when the policy does not compile.
  static absl::StatusOr<Alone> Compile(const Policy& policy, const Vocabulary& vocabulary,
                                       const Groups& groups, const Instruments& instruments);

  // Null when the policy is not valid at that instant.
  const SideTables* RulesAt(Direction direction, Instant at) const;
  // Precondition: RulesAt() has them. The space must not outlive this, nor the policy. Errors:
  // those of Space::Make().
  absl::StatusOr<Space> SpaceAt(Direction direction, Instant at) const;

 private:
  Alone(const Policy& policy, std::shared_ptr<const Snapshot> snapshot)
      : policy_(&policy), snapshot_(std::move(snapshot)) {}

  const Policy* policy_;
  std::shared_ptr<const Snapshot> snapshot_;
};

}  // namespace entente::policy
