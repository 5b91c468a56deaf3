// What a sender keeps back by hand: from a State, a kind of agency, or an agency, the whole record
// or one section. It only ever takes away from what policy released. Pure but for CheckNeverTo.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "entente/v1/desk.pb.h"
#include "policy/decision.h"

namespace entente::node {

// Shown among the reasons of a decision; no words of policy's own.
inline constexpr std::string_view kNarrowed = "narrowed-by-sender";
inline constexpr std::string_view kNobodyToFind = "nobody-to-find";

// Each word of the draft and its sections: "CH", "ORG", "kind:police", "CH.fiu". Refusal malformed.
absl::Status CheckNeverTo(const v1::Draft& draft);
// `kind`: of the agency, as its authority says. A section that is essential takes the record with
// it.
void Narrow(const v1::Draft& draft, std::string_view agency, std::string_view kind,
            policy::Decision& decision);

// Says whom or what to find.
bool Describes(const v1::DraftSection& section);
// An alert of which no section that describes anything would go is refused: its recipient could
// never find by it.
void RefuseWithNobodyToFind(const v1::Draft& draft, policy::Decision& decision);

}  // namespace entente::node
