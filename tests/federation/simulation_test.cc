// Random federations: whatever happens, they must converge. Seeds from ENTENTE_SIMULATION_FIRST
// (default 1), ENTENTE_SIMULATION_SEEDS of them (default 50). A failing seed prints itself and the
// tail of its trace: run it alone with ENTENTE_SIMULATION_FIRST=<seed> ENTENTE_SIMULATION_SEEDS=1,
// and ENTENTE_SIMULATION_TAIL=100000 for the whole of its trace.
#include "tests/federation/simulation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <optional>
#include <thread>
#include <vector>

#include "core/base/encoding.h"
#include "core/base/mutex.h"

namespace entente::testing {
namespace {

constexpr int kHappenings = 80;
constexpr size_t kEnoughFailures = 3;

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

// Each world lives in one thread; several worlds live at once, one on each processor.
class Seeds {
 public:
  Seeds(uint64_t first, uint64_t count) : next_(first), end_(first + count) {}

  void Run() {
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); ++i) {
      threads.emplace_back([this] {
        while (const auto seed = Take()) Add(*seed, Simulate(*seed, kHappenings));
      });
    }
    for (std::thread& thread : threads) thread.join();
  }

  std::map<uint64_t, std::string> failed;  // seed -> what is wrong; read after Run()
  uint64_t events = 0;
  uint64_t leads = 0;

 private:
  std::optional<uint64_t> Take() {
    const MutexLock lock(&mutex_);
    if (next_ == end_ || failed.size() >= kEnoughFailures) return std::nullopt;
    return next_++;
  }
  void Add(uint64_t seed, const SimulationResult& result) {
    const MutexLock lock(&mutex_);
    events += result.events;
    leads += result.leads;
    if (!result.wrong.empty()) failed[seed] = Describe(seed, result);
  }

  Mutex mutex_;
  uint64_t next_;
  const uint64_t end_;
};

TEST(Simulation, EveryFederationConverges) {
  const uint64_t count = FromEnvironment("ENTENTE_SIMULATION_SEEDS", 50);
  Seeds seeds(FromEnvironment("ENTENTE_SIMULATION_FIRST", 1), count);
  const auto start = std::chrono::steady_clock::now();
  seeds.Run();
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  for (const auto& [seed, what] : seeds.failed) ADD_FAILURE() << what;
  std::cout << count << " seeds, " << seeds.leads << " leads, " << seeds.events << " events, "
            << static_cast<int64_t>(took.count() / static_cast<double>(count)) << " ms a seed\n";
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
