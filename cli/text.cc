#include <algorithm>
#include <cstdio>

#include "cli/render.h"
#include "core/base/instant.h"

namespace entente::cli {
namespace {

size_t CodePoints(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

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
  uint32_t code = length == 1 ? first : first & (0x7f >> length);
  for (size_t i = 1; i < length; ++i) {
    const auto next = static_cast<uint8_t>(text[i]);
    if (next >> 6 != 2) return {};
    code = code << 6 | (next & 0x3f);
  }
  return {code, length, true};
}

bool Steers(uint32_t code) {
  return (code < 0x20 && code != '\n' && code != '\t') || (code >= 0x7f && code < 0xa0) ||
         (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2060 && code <= 0x2069) || code == 0xfeff || code == 0x061c;
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

std::string Table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], CodePoints(row[i]));
  }
  std::string out;
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      out += row[i];
      if (i + 1 < row.size()) out.append(widths[i] - CodePoints(row[i]) + 2, ' ');
    }
    out += '\n';
  }
  return out;
}

std::string InstantText(uint64_t ms) {
  return ms == 0 ? "-" : FormatInstant(Instant{static_cast<int64_t>(ms)});
}

}  // namespace entente::cli
