// Repeatable randomness for tests and simulations: xoshiro256** (Blackman and Vigna) seeded through
// SplitMix64. NOT FOR PRODUCTION: whoever knows the seed, or sees 32 bytes of output, knows every
// key drawn from it. It lives under tests/ so that no program for people can link it.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "absl/base/thread_annotations.h"
#include "core/base/clock.h"
#include "core/base/mutex.h"

namespace entente::testing {

// Thread-safe; the same seed and the same calls in the same order give the same bytes.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed);

  void Fill(std::span<uint8_t> out) override;
  // The next 64 bits.
  uint64_t Next();
  // Uniform in [0, bound); bound > 0.
  uint64_t Below(uint64_t bound);

 private:
  uint64_t NextLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Mutex mutex_;
  std::array<uint64_t, 4> state_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace entente::testing
