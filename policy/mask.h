// A set of rules of one side: bit i is rule i. As wide as limits::kRulesPerSide; a side with more
// rules does not compile. Plain value.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "core/base/limits.h"

namespace entente::policy {

class Mask {
 public:
  static constexpr size_t kWords = limits::kRulesPerSide / 64;
  static_assert(kWords * 64 == limits::kRulesPerSide);

  void Set(size_t bit) { words_[bit / 64] |= uint64_t{1} << (bit % 64); }
  void Clear(size_t bit) { words_[bit / 64] &= ~(uint64_t{1} << (bit % 64)); }
  bool any() const { return (words_[0] | words_[1] | words_[2] | words_[3]) != 0; }

  Mask& operator|=(const Mask& o) {
    for (size_t i = 0; i < kWords; ++i) words_[i] |= o.words_[i];
    return *this;
  }
  Mask& operator&=(const Mask& o) {
    for (size_t i = 0; i < kWords; ++i) words_[i] &= o.words_[i];
    return *this;
  }
  friend bool operator==(const Mask&, const Mask&) = default;
  friend Mask operator|(Mask a, const Mask& b) { return a |= b; }
  friend Mask operator&(Mask a, const Mask& b) { return a &= b; }
  friend Mask operator~(Mask a) {
    for (uint64_t& word : a.words_) word = ~word;
    return a;
  }

  // Calls visit(bit) for each set bit, ascending.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (size_t i = 0; i < kWords; ++i) {
      for (uint64_t word = words_[i]; word != 0; word &= word - 1) {
        visit(i * 64 + static_cast<size_t>(std::countr_zero(word)));
      }
    }
  }

 private:
  static_assert(kWords == 4);
  std::array<uint64_t, kWords> words_{};
};

}  // namespace entente::policy
