// Short texts as numbers, for the lookups that every decision makes many of. Internal to policy/.
// Plain values.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace entente::policy {

// A text of at most kWhole bytes by its length and its first and last eight: equal keys are equal
// texts. A longer one is mixed; of equal keys the texts have to be compared too.
struct WordKey {
  static constexpr size_t kWhole = 16;
  static constexpr uint64_t kMixer = 0x9e3779b97f4a7c15;  // 2^64 by the golden ratio

  uint64_t first = 0;
  uint64_t last = 0;
  uint64_t length = 0;

  WordKey() = default;
  explicit WordKey(std::string_view text) : length(text.size()) {
    const char* const at = text.data();
    const char* const end = at + length;
    if (length >= 8) {
      first = Load<uint64_t>(at);
      last = Load<uint64_t>(end - 8);
      for (size_t i = 8; length > kWhole && i + 8 <= length; i += 8) {
        first = std::rotl(first * kMixer, 29) ^ Load<uint64_t>(at + i);
      }
    } else if (length >= 4) {
      first = Load<uint32_t>(at);
      last = Load<uint32_t>(end - 4);
    } else if (length > 0) {
      first = Load<uint8_t>(at);
      last = uint64_t{Load<uint8_t>(at + length / 2)} << 8 | Load<uint8_t>(end - 1);
    }
  }
  friend bool operator==(const WordKey& a, const WordKey& b) {
    return ((a.first ^ b.first) | (a.last ^ b.last) | (a.length ^ b.length)) == 0;
  }
  // The upper bits are the better ones.
  uint64_t Hash(uint64_t multiplier = kMixer) const {
    return (first ^ std::rotl(last, 23) ^ length) * multiplier;
  }

 private:
  template <typename Number>
  static Number Load(const char* from) {
    Number out;
    std::memcpy(&out, from, sizeof(out));
    return out;
  }
};

}  // namespace entente::policy
