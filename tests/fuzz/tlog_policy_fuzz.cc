#include "core/audit/tlog_policy.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace entente;
  const auto policy = audit::TlogPolicy::Parse("p", fuzz::Input(data, size));
  if (!policy.ok()) return 0;
  std::vector<size_t> all;
  for (size_t i = 0; i < policy->witnesses().size(); ++i) all.push_back(i);
  // Whoever has every cosignature has a quorum, and under the rule nobody has one with none.
  fuzz::Require(policy->Meets(all));
  fuzz::Require(!policy->CheckOneVoteEach().ok() || !policy->Meets({}));
  return 0;
}
