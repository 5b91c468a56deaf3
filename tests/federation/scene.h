// What all parties of one simulated world share: time, chance, the trace, and what went wrong. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/base/instant.h"
#include "tests/federation/timeline.h"
#include "tests/support/seeded_random.h"

namespace entente::testing {

struct Scene {
  Scene(uint64_t seed, Instant start)
      : chance(seed), random(seed + 1), timeline(start), trace(timeline) {}

  // In [least, most].
  int64_t Between(int64_t least, int64_t most) {
    return least + static_cast<int64_t>(chance.Below(static_cast<uint64_t>(most - least + 1)));
  }
  // True so many times in a thousand.
  bool Chance(uint64_t in_a_thousand) { return chance.Below(1000) < in_a_thousand; }
  // A promise was broken: the world is wrong from here on.
  void Wrong(const std::string& who, const std::string& what) {
    trace.Add(who, "WRONG: " + what);
    wrong.push_back(who + ": " + what);
  }

  SeededRandom chance;  // decides what happens
  SeededRandom random;  // what the parties draw keys, salts and nonces from
  Timeline timeline;
  Trace trace;
  std::vector<std::string> wrong;
};

}  // namespace entente::testing
