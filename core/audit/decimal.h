// Numbers as the transparency-log texts write them. Inside core/audit only.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace entente::audit {

// ASCII decimal without sign and leading zeros; nullopt for anything else or above 64 bits.
inline std::optional<uint64_t> ParseDecimal(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Takes one line off the front, without its newline; nullopt when no newline is left.
inline std::optional<std::string_view> TakeLine(std::string_view& text) {
  size_t end = text.find('\n');
  if (end == text.npos) return std::nullopt;
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace entente::audit
