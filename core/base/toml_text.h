// TOML 1.0 (toml.io) as the TOML library's own table: the one place that knows how to keep that
// library from what undoes it. toml++ 3.3 takes for granted that what stands outside of texts and
// comments is sound Unicode. Stateless.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#define TOML_EXCEPTIONS 0
// It asserts what bad input can break (as "[@" does), and then refuses it all the same.
#define TOML_ASSERT(condition) static_assert(true)
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

namespace entente {

// Both count from 1; columns count characters, not bytes.
struct TomlError {
  uint32_t line = 1;
  uint32_t column = 1;
  std::string sentence;
};

// What is not TOML, a key given twice included, is an error at its place. So is a character beyond
// ASCII outside of texts and comments.
std::variant<toml::table, TomlError> ParseTomlText(std::string_view text);

}  // namespace entente
