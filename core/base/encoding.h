// Text forms of bytes, and big-endian framing (docs/formats.md, "Notation").
// Stateless; safe from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/bytes.h"

namespace entente {

// Lower-case hex, two characters a byte.
std::string HexEncode(ByteSpan bytes);
// Accepts lower-case hex of even length only; nullopt otherwise.
std::optional<std::string> HexDecode(std::string_view hex);
// Standard base64 with padding (RFC 4648 section 4).
std::string Base64Encode(ByteSpan bytes);
// Canonical form only: padding present, unused bits zero; nullopt otherwise.
std::optional<std::string> Base64Decode(std::string_view text);

// Exactly N bytes as carried in a protobuf field; nullopt when the length differs.
template <size_t N>
std::optional<std::array<uint8_t, N>> FixedBytes(std::string_view bytes) {
  if (bytes.size() != N) return std::nullopt;
  std::array<uint8_t, N> out;
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}
// Exactly N bytes written as 2N lower-case hex characters.
template <size_t N>
std::optional<std::array<uint8_t, N>> FixedFromHex(std::string_view hex) {
  auto bytes = HexDecode(hex);
  return bytes ? FixedBytes<N>(*bytes) : std::nullopt;
}

// "sha256:<hex>"
std::string DigestText(const Digest& digest);

// Builds the byte strings that are hashed and signed: integers big-endian, LP16(x) = two-byte
// length and x. Not thread-safe; owns its bytes.
class Framing {
 public:
  Framing& Raw(std::string_view bytes);
  Framing& Raw(ByteSpan bytes);
  Framing& U8(uint8_t value);
  Framing& U16(uint16_t value);
  Framing& U32(uint32_t value);
  Framing& U64(uint64_t value);
  // Precondition: bytes.size() <= 65535 (checked, aborts: callers bound their input first).
  Framing& Lp16(std::string_view bytes);
  const std::string& str() const { return out_; }
  ByteSpan bytes() const { return AsBytes(out_); }

 private:
  std::string out_;
};

}  // namespace entente
