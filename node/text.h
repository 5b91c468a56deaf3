// Sentences put together from pieces: absl::StrCat does not take std::string_view in Debian's
// build. Stateless; safe from any thread.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace entente::node {

inline void AppendTo(std::string& text, std::string_view piece) { text.append(piece); }
template <std::integral T>
void AppendTo(std::string& text, T number) {
  text.append(std::to_string(number));
}

template <typename... Pieces>
std::string Text(const Pieces&... pieces) {
  std::string text;
  (AppendTo(text, pieces), ...);
  return text;
}

}  // namespace entente::node
