#include "tests/federation/simulation.h"

#include "core/base/limits.h"
#include "tests/federation/invariants.h"
#include "tests/federation/life.h"

namespace entente::testing {
namespace {

void Settle(World& world, int64_t most_ms) {
  if (!world.Settle(most_ms)) {
    world.scene.Wrong("world", "does not come to rest: " + world.OnItsWay());
  }
}

void Converge(World& world) {
  world.Heal();
  // Whoever's clock was an hour ahead has signed what others take an hour later.
  Settle(world, 3 * limits::kHourMs);
  // A day later all say how much they sent; an hour after that, what is missing is missed.
  for (const int64_t ms : {limits::kDayMs, 2 * limits::kHourMs}) {
    world.Jump(ms);
    // Where next to nothing was sent the log would not show that so much time has passed.
    if (ms == limits::kDayMs) world.RenewPolicy("FR");
    Settle(world, limits::kHourMs);
  }
}

}  // namespace

SimulationResult Simulate(uint64_t seed, int happenings,
                          const std::function<void(World&)>& prepare) {
  World world(seed);
  world.Found();
  if (prepare) prepare(world);
  Life life(world);  // what it has planned may come after it stopped
  life.Live(happenings);
  Converge(world);
  if (world.scene.wrong.empty()) CheckConverged(world);
  if (world.scene.wrong.empty()) {
    world.Jump(81 * limits::kDayMs);
    // Nobody erases on the word of a clock that leaps so far: an entry of the log confirms it.
    world.RenewPolicy("FR");
    Settle(world, limits::kHourMs);
    CheckErased(world);
  }
  return {.wrong = world.scene.wrong,
          .tail = world.scene.trace.Tail(),
          .trace = world.scene.trace.hash(),
          .lines = world.scene.trace.lines(),
          .events = world.scene.timeline.steps(),
          .leads = world.records.size()};
}

}  // namespace entente::testing
