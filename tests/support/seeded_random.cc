#include "tests/support/seeded_random.h"

#include <bit>

namespace entente::testing {
namespace {

// SplitMix64: spreads a seed of few bits over the whole state.
uint64_t Spread(uint64_t& x) {
  x += 0x9e3779b97f4a7c15;
  uint64_t z = x;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

SeededRandom::SeededRandom(uint64_t seed) {
  for (uint64_t& word : state_) word = Spread(seed);
}

void SeededRandom::Fill(std::span<uint8_t> out) {
  const MutexLock lock(&mutex_);
  for (size_t i = 0; i < out.size();) {
    uint64_t word = NextLocked();
    for (size_t k = 0; k < sizeof word && i < out.size(); ++k, word >>= 8) {
      out[i++] = static_cast<uint8_t>(word);
    }
  }
}

uint64_t SeededRandom::Next() {
  const MutexLock lock(&mutex_);
  return NextLocked();
}

// The bias of the remainder is below bound / 2^64.
uint64_t SeededRandom::Below(uint64_t bound) { return Next() % bound; }

uint64_t SeededRandom::NextLocked() {
  const uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

}  // namespace entente::testing
