// Checks a broker's whole store: the log rebuilt from its entries (core/audit/fsck.h), the state
// replayed from the open ones, and every row of every family held against the entries. Reads
// everything once and changes nothing; nothing else may have the store open for writing.
//
// That a row of r_submissions, r_cases or l_grants is missing, or an older one, only its sum tells
// (row_sums.h): numbers leave the window, headers of memberships are not kept, and a grant may have
// ended by a notice that is not kept. Whoever alters such a row and the sum is not found by that
// (nodes hold the owner's signed memberships against each post). Not promised: that a row of
// l_witnessed is missing (witnesses are asked again), or that a lane was given the right one of two
// deliveries which left no trace of their lane (fsck_deliveries.h).
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "core/audit/fsck.h"
#include "core/store/store.h"

namespace entente::broker {

// Findings are differences; empty = nothing is wrong. An error is what keeps it from looking:
// INVALID_ARGUMENT for a genesis file that is refused.
absl::StatusOr<audit::FsckReport> Fsck(const store::Store& store, std::string_view genesis_file);

}  // namespace entente::broker
