// What ends by itself and is renewed by people alone: this State's policy, the instruments that
// bind it, its identity key, the node's certificate. Told 90, 30 and 7 days before. Pure;
// thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/agency.h"
#include "core/base/instant.h"
#include "core/ledger/registry.h"

namespace entente::node {

struct Ending {
  std::string what;  // "policy 3 of FR"
  Instant end;
};

// By the files in force at `now`; what ended more than 90 days ago is left out. A text that is not
// here yet, or cannot be read, has no ending.
std::vector<Ending> EndingsOf(const ledger::Registry& registry, const AgencyId& own,
                              std::optional<Instant> certificate_until, Instant now);
// 90, 30 or 7: ends within so many days; 0: has ended; nullopt: not yet to be told.
std::optional<int> DaysToTell(Instant end, Instant now);

}  // namespace entente::node
