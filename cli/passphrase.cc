#include "cli/passphrase.h"

#include <termios.h>
#include <unistd.h>

#include <iostream>

namespace entente::cli {
namespace {

// While it lives, a terminal does not show what is typed.
class Silence {
 public:
  Silence() : at_terminal_(tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!at_terminal_) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~Silence() {
    if (!at_terminal_) return;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    std::cerr << "\n";
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  termios before_{};
  const bool at_terminal_;
};

}  // namespace

std::optional<std::string> AskPassphrase(const std::string& prompt) {
  std::cerr << prompt << " " << std::flush;
  const Silence silence;
  std::string line;
  if (!std::getline(std::cin, line)) return std::nullopt;
  return line;
}

}  // namespace entente::cli
