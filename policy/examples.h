// Runs the examples that stand in a policy file. Stateless; safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "policy/decision.h"
#include "policy/model.h"
#include "policy/vocabulary.h"

namespace entente::policy {

// What a policy's examples are decided with.
struct ExampleSetting {
  const Vocabulary& vocabulary;
  const Groups& groups;
  const Instruments& instruments;
  const std::vector<Agency>& agencies;
};

// The record of an example goes between an agency of the file's State and one of the other side,
// both made up for it unless it names one; this file is in force at the example's instant, and the
// other side is taken to release everything. INVALID_ARGUMENT when the policy does not compile.
absl::StatusOr<Decision> DecideExample(const Policy& policy, const Example& example,
                                       const ExampleSetting& setting);

// One line `FILE:LINE:COL: sentence` for each example whose verdict or causes differ; empty when
// all are as expected.
absl::StatusOr<std::vector<std::string>> RunExamples(const Policy& policy,
                                                     const ExampleSetting& setting);

}  // namespace entente::policy
