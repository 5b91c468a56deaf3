// What every fuzzer shares: a property that does not hold is a crash. Each source here is one
// libFuzzer target over one reader of bytes that a peer or a person chooses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/base/bytes.h"

namespace entente::fuzz {

inline void Require(bool holds) {
  if (!holds) std::abort();
}

inline std::string_view Input(const uint8_t* data, size_t size) {
  return AsText(ByteSpan(data, size));
}

}  // namespace entente::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
