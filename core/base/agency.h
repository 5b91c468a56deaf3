// Names: agencies `CC.name`, CC = ISO 3166-1 alpha-2, XK, or ORG for international organisations;
// officers; the federation and its broker. Values; safe from any thread. Form: docs/formats.md,
// "Names" and "Genesis file".
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace entente {

// A valid agency identifier. Invariant: an AgencyId that exists is well-formed.
class AgencyId {
 public:
  // INVALID_ARGUMENT with a sentence that says what to write instead (EL -> GR, UK -> GB).
  static absl::StatusOr<AgencyId> Parse(std::string_view text);

  const std::string& text() const { return text_; }
  // "FR", or "ORG" for an international organisation.
  std::string_view jurisdiction() const;
  // The part after the dot.
  std::string_view name() const;
  bool international() const { return jurisdiction() == "ORG"; }

  friend auto operator<=>(const AgencyId&, const AgencyId&) = default;

 private:
  explicit AgencyId(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// True for an assigned ISO 3166-1 alpha-2 code or XK. EL and UK are not.
bool IsJurisdiction(std::string_view code);
// OK, or INVALID_ARGUMENT with the code to write instead. ORG is not a jurisdiction code.
absl::Status CheckJurisdiction(std::string_view code);
// ^[a-z0-9][a-z0-9.-]{1,40}$
bool IsOfficerId(std::string_view text);
// A host name in lower case, at most limits::kHostNameBytes.
bool IsFederationName(std::string_view text);
// One label of such.
bool IsBrokerName(std::string_view text);

}  // namespace entente
