// Time and randomness as arguments. Engines never read either by themselves: a shell hands them
// the system's, a simulation hands them its own.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <span>

#include "core/base/instant.h"

namespace entente {

// Implementations are thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant Now() = 0;
};

class SystemClock final : public Clock {
 public:
  Instant Now() override {
    return {std::chrono::duration_cast<std::chrono::milliseconds>(
                std::chrono::system_clock::now().time_since_epoch())
                .count()};
  }
};

// Cryptographically strong in production (crypto::SystemRandom), seeded in simulations.
class Random {
 public:
  virtual ~Random() = default;
  virtual void Fill(std::span<uint8_t> out) = 0;

  template <size_t N>
  std::array<uint8_t, N> Bytes() {
    std::array<uint8_t, N> out;
    Fill(out);
    return out;
  }
};

}  // namespace entente
