// Turns one half of a policy into its tables. Internal to policy/.
#pragma once

#include <map>

#include "absl/status/statusor.h"
#include "policy/tables.h"

namespace entente::policy {

// Numbers for all obligations of a snapshot, by CompareObligations.
class ObligationNumbers {
 public:
  void Collect(const std::vector<Obligation>& obligations);
  // After the last Collect(). INVALID_ARGUMENT when there are more than numbers.
  absl::Status Assign(Tables& tables);
  ObligationSet SetOf(const std::vector<Obligation>& obligations) const;

 private:
  std::vector<Obligation> all_;
};

// What rules refer to, by name.
struct CompileContext {
  const Tables& tables;  // vocabulary, agencies and instruments are complete
  const std::map<std::string, uint16_t>& groups;
  const ObligationNumbers& obligations;
};

// INVALID_ARGUMENT: more rules than limits::kRulesPerSide; a word outside the vocabulary.
absl::StatusOr<SideTables> CompileSide(const std::vector<Rule>& rules, Direction direction,
                                       uint16_t own_state, const CompileContext& context);

}  // namespace entente::policy
