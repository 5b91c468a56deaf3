// Byte words that every layer shares. Values, safe to copy between threads.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace entente {

using ByteSpan = std::span<const uint8_t>;
using Digest = std::array<uint8_t, 32>;    // SHA-256
using RecordId = std::array<uint8_t, 16>;  // random
using SectionId = std::array<uint8_t, 16>;
using KeyId = std::array<uint8_t, 32>;  // SHA-256(u8 type || public key), never truncated
using Salt32 = std::array<uint8_t, 32>;

// Views of the same memory; the caller keeps the owner alive.
inline ByteSpan AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
inline std::string_view AsText(ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline std::string ToString(ByteSpan bytes) { return std::string(AsText(bytes)); }

}  // namespace entente
