// A place in a text file and the one form of every parse error: `FILE:LINE:COL: sentence`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace entente::policy {

// Both count from 1.
struct Position {
  uint32_t line = 1;
  uint32_t column = 1;
};

inline std::string ErrorAt(std::string_view file, Position at, std::string_view sentence) {
  return std::string(file) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) +
         ": " + std::string(sentence);
}

}  // namespace entente::policy
