// A range of one mailbox lane that its agency says it has taken, on its way into the log. Reads the
// rows of the range; safe from any thread.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "broker/command.h"
#include "broker/mailboxes.h"
#include "broker/view.h"
#include "core/base/agency.h"
#include "core/base/clock.h"
#include "core/store/store.h"
#include "entente/v1/broker.pb.h"

namespace entente::broker {

// `lane` as it is now. nullopt: all of it was acknowledged before. Of a range with more than
// limits::kAcknowledgedRows new rows the command takes the first ones: ask again for the rest.
// Acknowledgements of what was taken before are passed over. Refusals: wrong-agency,
// agency-suspended; malformed for a range beyond what the lane holds; too-large for more than
// limits::kBatchRecords acknowledgements; those of record::ReadStatement under the caller's
// acknowledgement keys; future-dated; proof-bad unless they are exactly those of the records
// delivered in the range (of one that expired meanwhile there may be none).
absl::StatusOr<std::optional<Command>> MakeAcknowledgement(const v1::PullAcknowledge& acknowledge,
                                                           const AgencyId& caller,
                                                           const LaneState& lane, const View& view,
                                                           const store::Reader& store,
                                                           Instant instant, Random& random);

}  // namespace entente::broker
