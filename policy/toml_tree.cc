#include "policy/toml_tree.h"

#include <algorithm>
#include <tuple>

#include "core/base/toml_text.h"

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
  value.offset_minutes = from.offset->minutes;
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

}  // namespace

absl::StatusOr<TomlValue> ParseToml(std::string_view text, std::string_view file) {
  const auto parsed = ParseTomlText(text);
  if (const auto* error = std::get_if<TomlError>(&parsed)) {
    return absl::InvalidArgumentError(ErrorAt(file, {error->line, error->column}, error->sentence));
  }
  return Convert(std::get<toml::table>(parsed));
}

}  // namespace entente::policy
