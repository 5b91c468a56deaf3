// Random federations: whatever happens, they must converge. Seeds from ENTENTE_SIMULATION_FIRST
// (default 1), ENTENTE_SIMULATION_SEEDS of them (default 50). A failing seed prints itself and the
// tail of its trace: run it alone with ENTENTE_SIMULATION_FIRST=<seed> ENTENTE_SIMULATION_SEEDS=1,
// and ENTENTE_SIMULATION_TAIL=100000 for the whole of its trace.
#include "tests/federation/simulation.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <iostream>

#include "core/base/encoding.h"

namespace entente::testing {
namespace {

constexpr int kHappenings = 60;

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::string Describe(uint64_t seed, const SimulationResult& result) {
  std::string out = "seed " + std::to_string(seed) + "\n" + result.tail + "\n";
  for (const std::string& wrong : result.wrong) out += "WRONG " + wrong + "\n";
  return out + "again: ENTENTE_SIMULATION_FIRST=" + std::to_string(seed) +
         " ENTENTE_SIMULATION_SEEDS=1\n";
}

TEST(Simulation, EveryFederationConverges) {
  const uint64_t first = FromEnvironment("ENTENTE_SIMULATION_FIRST", 1);
  const uint64_t seeds = FromEnvironment("ENTENTE_SIMULATION_SEEDS", 50);
  uint64_t events = 0, leads = 0, failed = 0;
  const auto start = std::chrono::steady_clock::now();
  for (uint64_t seed = first; seed < first + seeds; ++seed) {
    const SimulationResult result = Simulate(seed, kHappenings);
    events += result.events;
    leads += result.leads;
    if (result.wrong.empty()) continue;
    ADD_FAILURE() << Describe(seed, result);
    if (++failed == 5) break;
  }
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  std::cout << seeds << " seeds, " << leads << " leads, " << events << " events, "
            << static_cast<int64_t>(took.count() / static_cast<double>(seeds)) << " ms a seed\n";
}

TEST(Simulation, TheSameSeedGivesTheSameTrace) {
  const SimulationResult once = Simulate(7, kHappenings);
  const SimulationResult again = Simulate(7, kHappenings);
  EXPECT_EQ(HexEncode(once.trace), HexEncode(again.trace));
  EXPECT_EQ(once.lines, again.lines);
  EXPECT_NE(HexEncode(once.trace), HexEncode(Simulate(8, kHappenings).trace));
}

}  // namespace
}  // namespace entente::testing
