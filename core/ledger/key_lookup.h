// Keys and agencies of a state, as Registry answers for them. For the sources of core/ledger.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/ledger/registry.h"
#include "core/ledger/registry_state.h"

namespace entente::ledger {

// The log's end, for questions about now.
inline constexpr uint64_t kLogEnd = UINT64_MAX;

AgencyState StateAt(const State& state, std::string_view agency, uint64_t log_index, Instant t);
// As Registry::CheckAdmitted.
absl::Status CheckAdmitted(const State& state, std::string_view agency, uint64_t log_index,
                           Instant t);
// As Registry::FindKey.
absl::StatusOr<KeyInfo> FindKey(const State& state, std::string_view owner, const KeyId& id,
                                crypto::KeyUse use, uint64_t log_index, Instant t);
// As Registry::CurrentKey.
absl::StatusOr<KeyInfo> CurrentKey(const State& state, std::string_view owner, crypto::KeyUse use,
                                   Instant t);

}  // namespace entente::ledger
