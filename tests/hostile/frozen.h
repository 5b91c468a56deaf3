// The log as it was when the note in the file HOSTILE_FROZEN was cosigned: what a frozen broker
// goes on showing. Safe to call from any thread.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "entente/v1/broker.pb.h"

namespace entente::hostile {

// That note.
const std::string& FrozenNote();
// The answer without what came later. `from`: of its first entry.
absl::StatusOr<v1::GetEntriesResponse> Freeze(absl::StatusOr<v1::GetEntriesResponse> response,
                                              uint64_t from);

}  // namespace entente::hostile
