#include "policy/toml_tree.h"

#include <algorithm>
#include <tuple>

#define TOML_EXCEPTIONS 0
// It asserts what bad input can break (as "[@" does), and then refuses it all the same.
#define TOML_ASSERT(condition) static_assert(true)
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

namespace entente::policy {
namespace {

using Kind = TomlValue::Kind;

Position PositionOf(const toml::source_region& source) {
  return {static_cast<uint32_t>(source.begin.line), static_cast<uint32_t>(source.begin.column)};
}

void ReadDateTime(const toml::date_time& from, TomlValue& value) {
  if (!from.offset) {
    value.kind = Kind::kTimeWithoutOffset;
    return;
  }
  value.kind = Kind::kTimeOutOfRange;
  if (from.time.nanosecond % 1'000'000 != 0) return;
  const auto instant = CivilInstant(
      from.date.year, from.date.month, from.date.day, from.time.hour, from.time.minute,
      from.time.second, static_cast<int>(from.time.nanosecond / 1'000'000), from.offset->minutes);
  if (!instant.ok()) return;
  value.kind = Kind::kInstant;
  value.instant = *instant;
}

TomlValue Convert(const toml::node& node);

void ReadTable(const toml::table& from, TomlValue& value) {
  value.kind = Kind::kTable;
  for (const auto& [key, child] : from) {
    value.entries.push_back({std::string(key.str()), PositionOf(key.source()), Convert(child)});
  }
  std::sort(value.entries.begin(), value.entries.end(), [](const auto& a, const auto& b) {
    return std::tie(a.at.line, a.at.column) < std::tie(b.at.line, b.at.column);
  });
}

TomlValue Convert(const toml::node& node) {
  TomlValue value;
  value.at = PositionOf(node.source());
  if (const auto* table = node.as_table()) {
    ReadTable(*table, value);
  } else if (const auto* array = node.as_array()) {
    value.kind = Kind::kArray;
    for (const toml::node& item : *array) value.items.push_back(Convert(item));
  } else if (const auto* text = node.as_string()) {
    value.kind = Kind::kText;
    value.text = text->get();
  } else if (const auto* integer = node.as_integer()) {
    value.kind = Kind::kInteger;
    value.integer = integer->get();
  } else if (const auto* boolean = node.as_boolean()) {
    value.kind = Kind::kBoolean;
    value.boolean = boolean->get();
  } else if (const auto* when = node.as_date_time()) {
    ReadDateTime(when->get(), value);
  } else {
    value.kind = node.is_floating_point() ? Kind::kFloat : Kind::kTimeWithoutOffset;
  }
  return value;
}

// toml++ 3.3 takes for granted that what stands outside of texts and comments is sound Unicode, and
// is undone by some of what is not. No file of ours needs more than ASCII there.
std::optional<Position> StrayCharacter(std::string_view text) {
  Position at{1, 1};
  std::string_view quote;  // that ends the text we are in; "#" in a comment
  for (size_t i = 0; i < text.size(); ++i, ++at.column) {
    const std::string_view rest = text.substr(i);
    if (text[i] == '\n') {
      at = {at.line + 1, 0};
      if (quote.size() == 1) quote = {};
    } else if (quote == "#") {
      continue;
    } else if (!quote.empty()) {
      if (text[i] == '\\' && quote[0] == '"') {
        ++i, ++at.column;
      } else if (rest.starts_with(quote)) {
        i += quote.size() - 1;
        quote = {};
      }
    } else if (text[i] == '"' || text[i] == '\'' || text[i] == '#') {
      const bool three =
          text[i] != '#' && rest.size() > 2 && rest[1] == rest[0] && rest[2] == rest[0];
      quote = rest.substr(0, three ? 3 : 1);
      i += quote.size() - 1;
    } else if (static_cast<unsigned char>(text[i]) > 0x7e) {
      return at;
    }
  }
  return std::nullopt;
}

// A letter for each character that is not ASCII, so that places stay.
std::string InAscii(std::string_view text) {
  std::string ascii;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) ascii += c;
    if (byte >= 0xc0) ascii += 'x';
  }
  return ascii;
}

absl::Status Refused(const toml::parse_error& error, std::string_view file) {
  return absl::InvalidArgumentError(ErrorAt(file, PositionOf(error.source()), error.description()));
}

}  // namespace

absl::StatusOr<TomlValue> ParseToml(std::string_view text, std::string_view file) {
  if (const auto at = StrayCharacter(text)) {
    return absl::InvalidArgumentError(
        ErrorAt(file, *at, "only ASCII letters may stand outside of texts and comments"));
  }
  // Its way to an error leads through what undoes it: the shape comes first, in ASCII.
  const toml::parse_result shape = toml::parse(InAscii(text));
  if (!shape) return Refused(shape.error(), file);
  const toml::parse_result result = toml::parse(text);
  if (!result) return Refused(result.error(), file);
  return Convert(result.table());
}

}  // namespace entente::policy
