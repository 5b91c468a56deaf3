// What a signed note may be made of: UTF-8 without control characters but newline, and key names
// without spaces and plus signs (https://c2sp.org/signed-note). Inside core/audit only.
#pragma once

#include <string_view>

namespace entente::audit {

// Well-formed UTF-8 (no surrogates, no overlong forms) without ASCII control characters other than
// newline.
bool IsNoteText(std::string_view bytes);
// Not empty, IsNoteText, and without any Unicode space or U+002B.
bool IsKeyName(std::string_view name);

}  // namespace entente::audit
