// Pass phrases from the keyboard, never from the command line, which others on the machine can see.
// Not thread-safe.
#pragma once

#include <optional>
#include <string>

namespace entente::cli {

// Asks on standard error and reads one line of standard input; what is typed at a terminal is not
// shown. nullopt: the input is over.
std::optional<std::string> AskPassphrase(const std::string& prompt);

}  // namespace entente::cli
