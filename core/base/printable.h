// A text from elsewhere, made fit to be shown to a person. Pure.
#pragma once

#include <string>
#include <string_view>

namespace entente {

// On one line, with everything that could steer a terminal, break the line or reorder what is read
// made visible as <U+XXXX> or <byte XX>. Printing twice changes nothing more.
std::string Printable(std::string_view text);

}  // namespace entente
