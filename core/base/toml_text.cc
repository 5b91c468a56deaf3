#include "core/base/toml_text.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace entente {
namespace {

bool IsAscii(char c) { return static_cast<unsigned char>(c) < 0x80; }
bool ContinuesCharacter(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// How a text or a comment that begins here ends: the quotes, or the end of the line for "#".
std::string_view OpenedBy(std::string_view rest) {
  if (rest[0] != '"' && rest[0] != '\'' && rest[0] != '#') return {};
  const bool three = rest[0] != '#' && rest.size() > 2 && rest[1] == rest[0] && rest[2] == rest[0];
  return rest.substr(0, three ? 3 : 1);
}

std::optional<size_t> StrayCharacter(std::string_view text) {
  std::string_view open;  // what ends the text we are in
  size_t taken = 1;
  for (size_t i = 0; i < text.size(); i += taken) {
    const std::string_view rest = text.substr(i);
    taken = 1;
    if (rest[0] == '\n') {
      if (open.size() == 1) open = {};
    } else if (open.empty()) {
      if (!IsAscii(rest[0])) return i;
      open = OpenedBy(rest);
      taken = std::max<size_t>(open.size(), 1);
    } else if (rest[0] == '\\' && open[0] == '"') {
      taken = 2;
    } else if (open != "#" && rest.starts_with(open)) {
      taken = std::exchange(open, {}).size();
    }
  }
  return std::nullopt;
}

TomlError StrayAt(std::string_view before) {
  TomlError error{1, 1, "only ASCII letters may stand outside of texts and comments"};
  for (const char c : before) {
    if (c == '\n') {
      error = {error.line + 1, 1, std::move(error.sentence)};
    } else if (!ContinuesCharacter(c)) {
      ++error.column;
    }
  }
  return error;
}

// A letter for each character that is not ASCII, so that places stay.
std::string InAscii(std::string_view text) {
  std::string ascii;
  for (const char c : text) {
    if (!ContinuesCharacter(c)) ascii += IsAscii(c) ? c : 'x';
  }
  return ascii;
}

TomlError Refused(const toml::parse_error& error) {
  const toml::source_position at = error.source().begin;
  return {static_cast<uint32_t>(at.line), static_cast<uint32_t>(at.column),
          std::string(error.description())};
}

}  // namespace

std::variant<toml::table, TomlError> ParseTomlText(std::string_view text) {
  if (const auto stray = StrayCharacter(text)) return StrayAt(text.substr(0, *stray));
  // The library's way to an error leads through what undoes it: the shape comes first, in ASCII.
  const toml::parse_result shape = toml::parse(InAscii(text));
  if (!shape) return Refused(shape.error());
  toml::parse_result result = toml::parse(text);
  if (!result) return Refused(result.error());
  return std::move(result).table();
}

}  // namespace entente
