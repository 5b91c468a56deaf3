// Sentences put together from pieces (absl::StrCat does not take std::string_view in Debian's
// build), and refusals that carry them. Stateless; safe from any thread.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "core/base/refusal.h"

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

// A refusal with better advice than the reason's default.
inline absl::Status RefuseAdvising(Reason reason, std::string subject, std::string text,
                                   std::string advice) {
  return Refuse(Refusal{reason, std::move(subject), std::move(text), std::move(advice), {}, {}});
}

}  // namespace entente::node
