// What a policy says that its author can hardly have meant. Nothing here refuses a policy: a
// warning names the rule and the reason, and a person decides. Whether a rule ever has an effect is
// found by going through every question there is (policy/space.h). Stateless; safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "policy/model.h"
#include "policy/position.h"
#include "policy/vocabulary.h"

namespace entente::policy {

enum class Lint : uint8_t {
  kDead,          // the rule matches nothing that an instrument in force lets pass
  kShadowed,      // an allow that matches, and without it every answer would be the same
  kGuard,         // a withhold or forbid of which that is true: it guards against later rules
  kWiderPurpose,  // no instrument of the allow covers this purpose: `detail`
  kWiderData,     // ... this category of data: `detail`
  kWiderParty,    // ... has this State or organisation as a party, on the policy's first day:
                  // `detail`
  kNeverEnds,     // the policy is valid for longer than kLongestValidityDays; `detail`: until when
  kMemberSince,   // a State joins a group after the policy's first day; `detail`: State and day
};
inline constexpr int kLongestValidityDays = 3 * 366;

// "dead", "shadowed", ...
std::string_view LintWord(Lint lint);

struct Warning {
  Lint lint = Lint::kDead;
  std::string rule;  // id; of kNeverEnds the jurisdiction, of kMemberSince the group
  std::string detail;
  Position at;
};

// In the order of the file. Judged on the policy's first day, alone: no other policy is asked.
// INVALID_ARGUMENT when the policy does not compile; else as Space::Make.
absl::StatusOr<std::vector<Warning>> FindWarnings(const Policy& policy,
                                                  const Vocabulary& vocabulary,
                                                  const Groups& groups,
                                                  const Instruments& instruments);

}  // namespace entente::policy
