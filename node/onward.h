// What another State gave, and where it goes on to. The labels of a draft say of which State it was
// obtained, not from which record: so while anything of that State is kept here that goes on with
// its consent alone, or never, and no consent of it goes along, a second person looks first.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "core/base/instant.h"
#include "entente/v1/desk.pb.h"
#include "node/ground.h"
#include "policy/decision.h"

namespace entente::node {

inline constexpr std::string_view kOnwardWithConsent = "onward:with-consent";
inline constexpr std::string_view kOnwardNever = "onward:never";

// The one of these that is among them; empty: what goes on is not bound so.
std::string OnwardOf(const std::vector<std::string>& obligations);

// Fills in onward and idle_consents, and adds to second_person "onward:STATE", for what `decision`
// lets the recipient of `preview` have. `preview` knows the consents that go along.
absl::Status NoteOnward(const Ground& ground, const v1::Draft& draft,
                        const policy::Decision& decision, v1::RecipientPreview& preview,
                        Instant now);

}  // namespace entente::node
