// Times of single calls that take less than a microsecond: the processor's own counter, read so
// that no instruction of the call is counted outside of it, less what reading it costs. Safe from
// any thread; a thread that moves to another core meanwhile is one wrong sample.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/bench/stopwatch.h"

#ifdef __x86_64__
#include <x86intrin.h>
#endif

namespace entente::bench {

class Ticks {
 public:
  // Takes a tenth of a second.
  Ticks() {
    const Stopwatch watch;
    const uint64_t begun = Now();
    while (watch.Seconds() < 0.1) continue;
    us_ = watch.Seconds() * 1e6 / static_cast<double>(Now() - begun);
    std::vector<double> empty;
    for (int i = 0; i < 10'000; ++i) {
      const uint64_t from = Now();
      empty.push_back(static_cast<double>(Now() - from));
    }
    reading_ = Quantile(empty, 0.5);
  }

  static uint64_t Now() {
#ifdef __x86_64__
    unsigned core;
    _mm_lfence();
    const uint64_t now = __rdtscp(&core);
    _mm_lfence();
    return now;
#else
    return static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
#endif
  }

  // Of one call.
  template <typename Call>
  double Us(Call call) const {
    const uint64_t begun = Now();
    call();
    return std::max(0.0, static_cast<double>(Now() - begun) - reading_) * us_;
  }

  double reading_us() const { return reading_ * us_; }

 private:
  double us_ = 0;       // of one tick
  double reading_ = 0;  // ticks between two readings
};

}  // namespace entente::bench
