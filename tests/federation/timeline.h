// Simulated time: what is due runs in order of its instant, and of its making where instants are
// equal. Nothing here knows the real clock. And the trace: what happened, for people, and one hash
// over all of it. Not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/instant.h"

namespace entente::testing {

class Timeline {
 public:
  using Action = std::function<void()>;

  explicit Timeline(Instant start) : now_(start) {}

  Instant now() const { return now_; }
  // Runs after what is already due at the same instant.
  void After(int64_t delay_ms, Action action);
  // Runs what is due next, however far off; false when nothing waits.
  bool Step();
  // Runs everything that is due until `ms` have passed; the clock stands there then.
  void Run(int64_t ms);
  // Time passes at once: what was due meanwhile is late.
  void Jump(int64_t ms) { now_ = now_ + ms; }
  uint64_t steps() const { return steps_; }

 private:
  Instant now_;
  uint64_t made_ = 0;
  uint64_t steps_ = 0;
  std::map<std::pair<Instant, uint64_t>, Action> due_;
};

class Trace {
 public:
  explicit Trace(const Timeline& timeline) : timeline_(timeline), start_(timeline.now()) {}

  void Add(std::string_view who, std::string_view what);
  // Over every line so far.
  const Digest& hash() const { return hash_; }
  uint64_t lines() const { return lines_; }
  // The last lines, the oldest first.
  std::string Tail() const;

 private:
  const Timeline& timeline_;
  const Instant start_;
  Digest hash_{};
  uint64_t lines_ = 0;
  std::deque<std::string> tail_;
};

}  // namespace entente::testing
