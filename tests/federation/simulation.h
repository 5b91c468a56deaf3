// One seed: a federation is founded, lives, is healed, and must converge. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "tests/federation/world.h"

namespace entente::testing {

struct SimulationResult {
  std::vector<std::string> wrong;  // promises that were broken, in order
  std::string tail;                // of the trace
  Digest trace{};                  // the hash over all of it
  uint64_t lines = 0;
  uint64_t events = 0;
  uint64_t leads = 0;
};

// `prepare` may make the world dishonest before it lives.
SimulationResult Simulate(uint64_t seed, int happenings,
                          const std::function<void(World&)>& prepare = {});

}  // namespace entente::testing
