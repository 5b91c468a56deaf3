// A record's reference that can be spoken: 80 bits of its id in Crockford base 32 with a check
// character, "ABCD-EFGH-JKMN-PQRS-T". Stateless; safe from any thread. Source: docs/formats.md,
// "Notation".
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/bytes.h"

namespace entente::record {

// The first bytes of a record id. Made for finding, never for identity.
using ReferencePrefix = std::array<uint8_t, 10>;

std::string SpokenReference(const RecordId& id);
// Folds case, O to 0, I and L to 1; ignores hyphens and spaces. INVALID_ARGUMENT when it is no
// reference or the check character does not fit: something was misheard.
absl::StatusOr<ReferencePrefix> ParseReference(std::string_view text);
bool Matches(const ReferencePrefix& prefix, const RecordId& id);

}  // namespace entente::record
