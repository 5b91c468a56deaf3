// The wall clock as the log may use it: held against a steady one, which nobody can set. The log's
// time never goes back, so one leap of the wall clock would move it ahead for good. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/base/mutex.h"

namespace entente::broker {

// Milliseconds since some start; it goes on while the machine sleeps.
using SteadyClock = std::function<int64_t()>;
SteadyClock SystemSteadyClock();

class WatchedClock {
 public:
  // `wall` outlives this. `moved` is called once, on the thread that finds it, with a sentence.
  WatchedClock(Clock& wall, SteadyClock steady, std::function<void(const std::string&)> moved);

  // Refusal shutting-down, from then on, once the two have gone apart by more than
  // limits::kClockToleranceMs since this was made.
  absl::StatusOr<Instant> Now();

 private:
  Clock& wall_;
  const SteadyClock steady_;
  const std::function<void(const std::string&)> moved_;
  const int64_t apart_;  // wall minus steady, at the start
  Mutex mutex_;
  bool has_moved_ ABSL_GUARDED_BY(mutex_) = false;
};

// What a person should know when a broker starts at `now` and its log ends at `last`: nullopt, or a
// sentence when that is more than limits::kLongSilenceMs before.
std::optional<std::string> LongSilence(Instant last, Instant now);

}  // namespace entente::broker
