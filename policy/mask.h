// A set of rules of one side: bit i is rule i. As wide as limits::kRulesPerSide; a side with more
// rules does not compile. Plain value.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "core/base/limits.h"

namespace entente::policy {

class Mask {
 public:
  static constexpr size_t kWords = limits::kRulesPerSide / 64;
  static_assert(kWords * 64 == limits::kRulesPerSide);

  void Set(size_t bit) { pairs_[bit / 128][bit / 64 % 2] |= uint64_t{1} << (bit % 64); }
  void Clear(size_t bit) { pairs_[bit / 128][bit / 64 % 2] &= ~(uint64_t{1} << (bit % 64)); }
  bool Has(size_t bit) const { return (pairs_[bit / 128][bit / 64 % 2] >> (bit % 64) & 1u) != 0; }
  bool any() const {
    const Pair all = pairs_[0] | pairs_[1];
    return (all[0] | all[1]) != 0;
  }

  size_t count() const {
    size_t out = 0;
    for (size_t i = 0; i < kWords; ++i) {
      out += static_cast<size_t>(std::popcount(pairs_[i / 2][i % 2]));
    }
    return out;
  }

  Mask& operator|=(const Mask& o) {
    for (size_t i = 0; i < kPairs; ++i) pairs_[i] |= o.pairs_[i];
    return *this;
  }
  Mask& operator&=(const Mask& o) {
    for (size_t i = 0; i < kPairs; ++i) pairs_[i] &= o.pairs_[i];
    return *this;
  }
  Mask& operator^=(const Mask& o) {
    for (size_t i = 0; i < kPairs; ++i) pairs_[i] ^= o.pairs_[i];
    return *this;
  }
  friend Mask operator^(Mask a, const Mask& b) { return a ^= b; }
  friend bool operator==(const Mask& a, const Mask& b) { return !(a ^ b).any(); }
  friend Mask operator|(Mask a, const Mask& b) { return a |= b; }
  friend Mask operator&(Mask a, const Mask& b) { return a &= b; }
  friend Mask operator~(Mask a) {
    for (Pair& pair : a.pairs_) pair = ~pair;
    return a;
  }

  // Calls visit(bit) for each set bit, ascending.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (size_t i = 0; i < kWords; ++i) {
      for (uint64_t word = pairs_[i / 2][i % 2]; word != 0; word &= word - 1) {
        visit(i * 64 + static_cast<size_t>(std::countr_zero(word)));
      }
    }
  }

 private:
  // As wide as a register of every 64-bit processor: the compiler does not see it by itself.
  using Pair = uint64_t __attribute__((vector_size(16)));
  static constexpr size_t kPairs = kWords / 2;
  static_assert(kPairs == 2);
  Pair pairs_[kPairs] = {};
};

}  // namespace entente::policy
