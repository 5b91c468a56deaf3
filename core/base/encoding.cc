#include "core/base/encoding.h"

#include <cstdlib>

namespace entente {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string HexEncode(ByteSpan bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (uint8_t b : bytes) {
    out.push_back(kHex[b >> 4]);
    out.push_back(kHex[b & 15]);
  }
  return out;
}

std::optional<std::string> HexDecode(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(hex.size() / 2);
  for (size_t i = 0; i < hex.size(); i += 2) {
    const size_t high = kHex.find(hex[i]);
    const size_t low = kHex.find(hex[i + 1]);
    if (high == kHex.npos || low == kHex.npos) return std::nullopt;
    out.push_back(static_cast<char>(high << 4 | low));
  }
  return out;
}

std::string Base64Encode(ByteSpan bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t left = bytes.size() - i;
    const uint32_t group =
        bytes[i] << 16 | (left > 1 ? bytes[i + 1] << 8 : 0) | (left > 2 ? bytes[i + 2] : 0);
    out.push_back(kBase64[group >> 18]);
    out.push_back(kBase64[group >> 12 & 63]);
    out.push_back(left > 1 ? kBase64[group >> 6 & 63] : '=');
    out.push_back(left > 2 ? kBase64[group & 63] : '=');
  }
  return out;
}

std::optional<std::string> Base64Decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string out;
  for (size_t i = 0; i < text.size(); i += 4) {
    const bool last = i + 4 == text.size();
    const size_t pad = !last ? 0 : text[i + 2] == '=' ? 2 : text[i + 3] == '=' ? 1 : 0;
    uint32_t group = 0;
    for (size_t k = 0; k < 4; ++k) {
      const size_t value = k >= 4 - pad ? 0 : kBase64.find(text[i + k]);
      if (value == kBase64.npos || (k >= 4 - pad && text[i + k] != '=')) return std::nullopt;
      group = group << 6 | static_cast<uint32_t>(value);
    }
    if ((pad == 1 && (group & 0xff) != 0) || (pad == 2 && (group & 0xffff) != 0)) {
      return std::nullopt;
    }
    out.push_back(static_cast<char>(group >> 16));
    if (pad < 2) out.push_back(static_cast<char>(group >> 8));
    if (pad < 1) out.push_back(static_cast<char>(group));
  }
  return out;
}

std::string DigestText(const Digest& digest) { return "sha256:" + HexEncode(digest); }

Framing& Framing::Raw(std::string_view bytes) {
  out_.append(bytes);
  return *this;
}

Framing& Framing::Raw(ByteSpan bytes) { return Raw(AsText(bytes)); }

Framing& Framing::U8(uint8_t value) {
  out_.push_back(static_cast<char>(value));
  return *this;
}

Framing& Framing::U16(uint16_t value) { return U8(value >> 8).U8(value & 0xff); }

Framing& Framing::U32(uint32_t value) { return U16(value >> 16).U16(value & 0xffff); }

Framing& Framing::U64(uint64_t value) {
  return U32(static_cast<uint32_t>(value >> 32)).U32(static_cast<uint32_t>(value));
}

Framing& Framing::Lp16(std::string_view bytes) {
  if (bytes.size() > 0xffff) std::abort();
  return U16(static_cast<uint16_t>(bytes.size())).Raw(bytes);
}

}  // namespace entente
