// The system's randomness. Thread-safe, owns nothing, cannot fail (the process ends when the kernel
// has no randomness to give). Simulations and tests use tests/support/seeded_random.h instead.
#pragma once

#include <cstdint>
#include <span>

#include "core/base/clock.h"

namespace entente::crypto {

class SystemRandom final : public Random {
 public:
  void Fill(std::span<uint8_t> out) override;
};

}  // namespace entente::crypto
