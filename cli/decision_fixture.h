// For tests of `entente-policy shadow` and `explain`: an export as `entente decisions` writes it,
// of decisions between France and others by the policies of policy/examples. Not thread-safe.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "cli/decision_export.h"
#include "cli/decision_texts.h"
#include "policy/folder.h"

namespace entente::cli {

std::string ExamplesFolder();

class TestExport {
 public:
  // In the tests' own place; an older one of that name is taken away. `not_held`: States whose
  // policy this agency was not given.
  explicit TestExport(const std::string& name, std::set<std::string> not_held = {});

  const std::string& folder() const { return folder_; }
  // A lead of FR.tracfin-demo about a suspect's accounts and a victim's identity, unless `label`
  // changes it. As decided, unless `log` changes what is logged. Its index in the log.
  uint64_t Add(const std::string& to, const std::string& under,
               const std::function<void(DecisionLine&)>& log = {},
               const std::function<void(policy::LabelsFile&)>& label = {});
  void Finish();

 private:
  const std::string folder_;
  policy::Folder policies_;
  std::shared_ptr<const policy::Snapshot> snapshot_;
  std::vector<DecisionLine> lines_;
};

struct ProgramOutcome {
  int exit_code = -1;
  std::string output;  // both streams
};
ProgramOutcome RunPolicyProgram(const std::string& arguments);

}  // namespace entente::cli
