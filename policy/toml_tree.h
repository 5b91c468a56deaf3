// TOML 1.0 (toml.io) as a plain tree with positions. Stateless; the tree owns its text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/instant.h"
#include "policy/position.h"

namespace entente::policy {

struct TomlEntry;

struct TomlValue {
  enum class Kind : uint8_t {
    kText,
    kInteger,
    kBoolean,
    kInstant,
    kTimeWithoutOffset,  // a date, a time, or both without an offset
    kTimeOutOfRange,     // before 1970, finer than a millisecond, or no such time
    kFloat,
    kArray,
    kTable,
  };
  Kind kind = Kind::kTable;
  Position at;
  std::string text;
  int64_t integer = 0;
  bool boolean = false;
  Instant instant;
  int offset_minutes = 0;  // as the instant was written
  std::vector<TomlValue> items;
  std::vector<TomlEntry> entries;  // in the order in which the keys stand in the file
};

struct TomlEntry {
  std::string key;
  Position at;
  TomlValue value;
};

// INVALID_ARGUMENT `FILE:LINE:COL: sentence` for what is not TOML, a key given twice included.
absl::StatusOr<TomlValue> ParseToml(std::string_view text, std::string_view file);

}  // namespace entente::policy
