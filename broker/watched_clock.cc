#include "broker/watched_clock.h"

#include <time.h>

#include <cstdlib>
#include <utility>

#include "core/base/limits.h"
#include "core/base/refusal.h"

namespace entente::broker {

SteadyClock SystemSteadyClock() {
  return [] {
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return now.tv_sec * int64_t{1000} + now.tv_nsec / 1'000'000;
  };
}

WatchedClock::WatchedClock(Clock& wall, SteadyClock steady,
                           std::function<void(const std::string&)> moved)
    : wall_(wall),
      steady_(std::move(steady)),
      moved_(std::move(moved)),
      apart_(wall_.Now().ms - steady_()) {}

absl::StatusOr<Instant> WatchedClock::Now() {
  const Instant now = wall_.Now();
  const int64_t by = now.ms - steady_() - apart_;
  bool first = false;
  {
    MutexLock lock(&mutex_);
    const bool moves = std::abs(by) > limits::kClockToleranceMs;
    first = moves && !has_moved_;
    has_moved_ = has_moved_ || moves;
    if (!has_moved_) return now;
  }
  if (first) {
    moved_("the clock was moved by " + std::to_string(by / limits::kSecondMs) +
           " s while the broker ran, and now says " + FormatInstant(now) +
           ": set it right before the broker is started again, for the log's time never goes back");
  }
  return Refuse(Reason::kShuttingDown, "the broker's clock was moved, and the broker stops");
}

std::optional<std::string> LongSilence(Instant last, Instant now) {
  if (now - last <= limits::kLongSilenceMs) return std::nullopt;
  return "the log's last entry is of " + FormatInstant(last) + ", the clock says " +
         FormatInstant(now) +
         ": if the broker did not stand still that long, stop it and set the clock";
}

}  // namespace entente::broker
