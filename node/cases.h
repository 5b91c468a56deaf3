// The cases this agency owns or is in: who else is, by the memberships that their owners declared
// (docs/formats.md, "Cases"). Reads the store each time; changes go into the caller's batch. Not
// thread-safe. Errors: the store's, and DATA_LOSS.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/record/open.h"
#include "node/ground.h"
#include "node/state.pb.h"

namespace entente::node {

// Of our own the last may not be in the log yet: then its log index is 0. One that the broker
// refused, or that never left, is left out.
absl::StatusOr<std::optional<state::CaseBook>> FindCase(const Ground& ground,
                                                        std::string_view case_id);
// The newest that stands in the log; nullptr before the first does.
const state::HeldMembership* InForce(const state::CaseBook& book);
// Ours, not in the log yet.
const state::HeldMembership* OnItsWay(const state::CaseBook& book);

// nullptr for one who is not in it. The owner counts as an investigator.
bool IsInCase(const state::CaseBook& book, const state::HeldMembership& membership,
              std::string_view agency);
bool MayPost(const state::CaseBook& book, const state::HeldMembership& membership,
             std::string_view agency);

// The number under which this agency may post now. Refusals malformed: no such case here;
// membership-behind: a membership of ours is not in the log yet; expired: the time of the newest is
// over; wrong-agency:removed: we are not in it any more; not-authorised: we are not in it, or
// observe.
absl::StatusOr<uint64_t> NumberToPostUnder(const Ground& ground, std::string_view case_id,
                                           Instant now);

// The log took nothing of ours under the newest membership that is here: whoever is removed learns
// it by nothing else.
bool IsTurnedAway(const state::CaseBook& book);
// The broker refused our post under membership `number` as that of no member.
absl::Status NoteTurnedAway(const Ground& ground, std::string_view case_id, uint64_t number,
                            store::WriteBatch& batch);

// Check 14 of what a recipient, `own`, checks, knowing `book` of the case. Refusals as there; OK
// for what is in no case. Pure.
absl::Status CheckInCase(const AgencyId& own, const std::optional<state::CaseBook>& book,
                         const record::Header& header,
                         const std::vector<record::OpenedSection>& sections, uint64_t log_index);
// A membership that passed it.
absl::Status KeepMembership(const Ground& ground, const state::ReceivedRecord& received,
                            const v1::Membership& membership, store::WriteBatch& batch);
// One of our own, to be sent as `sent`.
absl::Status KeepOwnMembership(const Ground& ground, const v1::Membership& membership,
                               const state::SentRecord& sent, store::WriteBatch& batch);

}  // namespace entente::node
