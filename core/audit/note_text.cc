#include "core/audit/note_text.h"

#include <cstdint>
#include <optional>

namespace entente::audit {
namespace {

// How many bytes follow a first byte, and the bits it carries.
struct Lead {
  unsigned following;
  char32_t bits;
  char32_t least;  // the smallest code point that needs this length
};

std::optional<Lead> ReadLead(uint8_t byte) {
  if (byte < 0x80) return Lead{0, byte, 0};
  if ((byte & 0xe0) == 0xc0) return Lead{1, byte & 0x1fu, 0x80};
  if ((byte & 0xf0) == 0xe0) return Lead{2, byte & 0x0fu, 0x800};
  if ((byte & 0xf8) == 0xf0) return Lead{3, byte & 0x07u, 0x10000};
  return std::nullopt;
}

// Takes one code point off the front; nullopt when it is not well-formed.
std::optional<char32_t> TakeCodePoint(std::string_view& bytes) {
  auto lead = ReadLead(static_cast<uint8_t>(bytes.front()));
  if (!lead || bytes.size() <= lead->following) return std::nullopt;
  char32_t code = lead->bits;
  for (unsigned i = 1; i <= lead->following; ++i) {
    auto byte = static_cast<uint8_t>(bytes[i]);
    if ((byte & 0xc0) != 0x80) return std::nullopt;
    code = (code << 6) | (byte & 0x3fu);
  }
  bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < lead->least || code > 0x10ffff || surrogate) return std::nullopt;
  bytes.remove_prefix(lead->following + 1);
  return code;
}

// The Unicode property White_Space.
bool IsSpace(char32_t code) {
  return (code >= 0x09 && code <= 0x0d) || code == 0x20 || code == 0x85 || code == 0xa0 ||
         code == 0x1680 || (code >= 0x2000 && code <= 0x200a) || code == 0x2028 || code == 0x2029 ||
         code == 0x202f || code == 0x205f || code == 0x3000;
}

}  // namespace

bool IsNoteText(std::string_view bytes) {
  while (!bytes.empty()) {
    auto code = TakeCodePoint(bytes);
    if (!code || (*code < 0x20 && *code != '\n')) return false;
  }
  return true;
}

bool IsKeyName(std::string_view name) {
  if (name.empty() || !IsNoteText(name)) return false;
  while (!name.empty()) {
    char32_t code = *TakeCodePoint(name);
    if (code == '+' || IsSpace(code)) return false;
  }
  return true;
}

}  // namespace entente::audit
