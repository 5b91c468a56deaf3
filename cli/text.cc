#include "cli/text.h"

#include <algorithm>
#include <array>
#include <cstdio>

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

std::string PrintableBlock(std::string_view text) {
  std::string out;
  for (;;) {
    const size_t end = text.find('\n');
    out += "  " + Printable(text.substr(0, end)) + "\n";
    if (end == text.npos) return out;
    text.remove_prefix(end + 1);
  }
}

std::string Table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::vector<std::string>> shown = rows;
  std::vector<size_t> widths;
  for (auto& row : shown) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) {
      row[i] = Printable(row[i]);
      widths[i] = std::max(widths[i], CodePoints(row[i]));
    }
  }
  std::string out;
  for (const auto& row : shown) {
    for (size_t i = 0; i < row.size(); ++i) {
      out += row[i];
      if (i + 1 < row.size()) out.append(widths[i] - CodePoints(row[i]) + 2, ' ');
    }
    out += '\n';
  }
  return out;
}

std::string Say(Language language, std::string_view key,
                std::initializer_list<std::string_view> arguments) {
  std::vector<std::string> shown;
  for (const std::string_view argument : arguments) shown.push_back(Printable(argument));
  return Sentence(language, key, shown);
}

std::string Word(Language language, std::string_view group, std::string_view code) {
  const std::string key = std::string(group) + "." + std::string(code);
  return HasSentence(key) ? Sentence(language, key) : std::string(code);
}

std::string ReasonWords(Language language, std::string_view code) {
  const size_t colon = code.find(':');
  const std::string word(code.substr(0, colon));
  const std::string_view subject = colon == code.npos ? "" : code.substr(colon + 1);
  for (const std::string_view group : {"policy-reason.", "reason."}) {
    const std::string key = std::string(group) + word;
    if (HasSentence(key)) return std::string(code) + " (" + Say(language, key, {subject}) + ")";
  }
  return std::string(code);
}

std::string AlarmWords(Language language, std::string_view code, std::string_view text) {
  const std::string key = "alarm." + std::string(code);
  if (!HasSentence(key)) return std::string(text);
  return Say(language, key) + " (" + std::string(text) + ")";
}

std::string InstantText(uint64_t ms) {
  return ms == 0 ? "-" : FormatInstant(Instant{static_cast<int64_t>(ms)});
}

}  // namespace entente::cli
