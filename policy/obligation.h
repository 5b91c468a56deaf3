// Obligations: what a recipient takes on with a record. An obligation is a word alone
// (`second-person`), a word with a duration (`delete-after:P1Y`), or a word with one of a closed
// list of choices (`onward:never`). Of one word the strictest value wins: the shorter duration, or
// the choice that the vocabulary lists first. Values; safe from any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/instant.h"

namespace entente::policy {

// One word of the vocabulary and the values it takes.
struct ObligationForm {
  enum class Value : uint8_t { kNone, kDuration, kChoice };
  std::string word;
  Value value = Value::kNone;
  std::vector<std::string> choices;  // strictest first
};

struct Obligation {
  uint8_t family = 0;  // index of its form in the vocabulary
  uint8_t choice = 0;  // index in `choices`; 0 otherwise
  Duration duration;   // zero unless the form takes one
  std::string text;    // canonical, "delete-after:P1Y"

  friend bool operator==(const Obligation&, const Obligation&) = default;
};

// INVALID_ARGUMENT with a sentence that names the forms: an unknown word, a value that is missing,
// not wanted, unreadable or zero.
absl::StatusOr<Obligation> ParseObligation(std::string_view text,
                                           const std::vector<ObligationForm>& forms);

// Less = first by family, then the stricter first. Equal durations written differently (P12M and
// P1Y) are one; the order is total, so that results do not depend on the order of rules.
std::strong_ordering CompareObligations(const Obligation& a, const Obligation& b);

// Whether taking on `given` does all that `wanted` asks. What no form reads is given only by
// itself.
bool IsAsStrict(std::string_view given, std::string_view wanted,
                const std::vector<ObligationForm>& forms);

}  // namespace entente::policy
