// The commands of entente-policy, each in a source of its own. They print, and give an exit code.
// What they share stands in cli/policy_folder.h.
#pragma once

#include <cstdint>
#include <string>

#include "cli/policy_folder.h"
#include "core/base/sentences.h"

namespace entente::cli {

// Reads a folder strictly, runs its examples, and says what its authors can hardly have meant.
// `strict`: such a warning counts as a failure.
int CheckPolicies(Language language, const std::string& folder, bool strict);

// Every example of a folder with its answer.
int TestPolicies(Language language, const std::string& folder);

struct DiffQuestion {
  std::string before, after;  // folders
  std::string jurisdiction;   // empty: all that both have
  std::string at_before, at;  // instants; empty: the first day of the version
};
int DiffPolicies(Language language, const DiffQuestion& question);

// One office's signature under a policy: the first begins a statement, the second completes it.
struct SignQuestion {
  std::string file, federation, office, key, out;
  std::string in_force;   // for the first
  std::string statement;  // for the second: what the first wrote
};
int SignPolicyFile(Language language, const SignQuestion& question);

// Decisions that the log has, as `entente decisions` wrote them.
struct ShadowQuestion {
  std::string folder;
  std::string candidate;  // a policy, or a folder with one
  bool all = false;       // name each decision that changes
  bool json = false;
};
// Under the texts of their time, which must say what the log says, and under the candidate.
int ShadowPolicies(Language language, const ShadowQuestion& question);

struct ExplainQuestion {
  std::string folder;
  uint64_t index = 0;  // in the log
  std::string to;      // empty: every recipient
  bool json = false;
};
int ExplainDecision(Language language, const ExplainQuestion& question);

}  // namespace entente::cli
