// Names of column families. A family says in its name whether its bytes are the same on every
// broker that applied the same commands (`r_`, replicated) or belong to this process alone (`l_`:
// signatures, sessions, high-water marks). Values; safe from any thread.
#pragma once

#include <compare>
#include <string_view>

namespace entente::store {

// Made from string literals only, so that a name lives as long as the program and a wrong prefix
// does not compile.
class Family {
 public:
  template <size_t N>
  consteval Family(const char (&literal)[N])  // NOLINT(google-explicit-constructor)
      : name_(literal, N - 1) {
    if (N < 4 || (literal[0] != 'r' && literal[0] != 'l') || literal[1] != '_') {
      throw "a family's name begins with r_ or l_";
    }
  }

  constexpr std::string_view name() const { return name_; }
  constexpr bool replicated() const { return name_[0] == 'r'; }

  friend constexpr auto operator<=>(Family a, Family b) { return a.name_ <=> b.name_; }
  friend constexpr bool operator==(Family a, Family b) { return a.name_ == b.name_; }

 private:
  std::string_view name_;
};

}  // namespace entente::store
