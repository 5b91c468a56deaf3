#include "core/base/printable.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace entente {
namespace {

struct Decoded {
  uint32_t code = 0xfffd;
  size_t length = 1;
  bool valid = false;
};

Decoded DecodeUtf8(std::string_view text) {
  const auto first = static_cast<uint8_t>(text[0]);
  const size_t length = first < 0x80       ? 1
                        : first >> 5 == 6  ? 2
                        : first >> 4 == 14 ? 3
                        : first >> 3 == 30 ? 4
                                           : 0;
  if (length == 0 || length > text.size()) return {};
  constexpr std::array<uint32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  uint32_t code = length == 1 ? first : first & (0x7f >> length);
  for (size_t i = 1; i < length; ++i) {
    const auto next = static_cast<uint8_t>(text[i]);
    if (next >> 6 != 2) return {};
    code = code << 6 | (next & 0x3f);
  }
  // A longer form than needed, half of a surrogate pair: terminals differ in what they make of it.
  if (code < kLeast[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return {};
  return {code, length, true};
}

struct Range {
  uint32_t first, last;
};
// Control characters; what is invisible, breaks lines or changes the direction of writing.
constexpr Range kSteering[] = {{0x00, 0x1f},     {0x7f, 0x9f},      {0xad, 0xad},
                               {0x61c, 0x61c},   {0x180e, 0x180e},  {0x200b, 0x200f},
                               {0x2028, 0x202e}, {0x2060, 0x206f},  {0xfeff, 0xfeff},
                               {0xfff9, 0xfffb}, {0xe0000, 0xe007f}};

bool Steers(uint32_t code) {
  return std::ranges::any_of(
      kSteering, [code](const Range& range) { return code >= range.first && code <= range.last; });
}

}  // namespace

std::string Printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Decoded next = DecodeUtf8(text);
    if (!next.valid || Steers(next.code)) {
      char shown[16];
      const uint32_t code = next.valid ? next.code : static_cast<uint8_t>(text[0]);
      std::snprintf(shown, sizeof shown, next.valid ? "<U+%04X>" : "<byte %02X>", code);
      out += shown;
    } else {
      out += text.substr(0, next.length);
    }
    text.remove_prefix(next.length);
  }
  return out;
}

}  // namespace entente
