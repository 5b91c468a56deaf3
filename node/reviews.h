// Whether the need that others store what was sent still stands (Directive (EU) 2016/680 art. 5): a
// sent record may have a date by which somebody at its origin looks again. What nobody looked at by
// then is restricted at every recipient, and recalled 30 days later, by the notes that an officer's
// restriction and recall are told by (restrict.h, recall.h; docs/life_of_a_record.md). Not
// thread-safe. Errors: those of the store.
#pragma once

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/instant.h"
#include "core/base/limits.h"
#include "core/store/write_batch.h"
#include "node/ground.h"
#include "node/outbox.h"
#include "node/state.pb.h"

namespace entente::node {

// Before the date: an alarm, and in the list.
inline constexpr int64_t kReviewNearMs = 30 * limits::kDayMs;
// After the date: restricted; then recalled.
inline constexpr int64_t kReviewMissedMs = 30 * limits::kDayMs;

// When its review is looked at first, from a date that was just set. Nothing for a record without.
void PlanReview(const state::SentRecord& sent, store::WriteBatch& batch);
// What is due of it by `sure`, an instant that is sure, carried out and committed with `batch`;
// done again it changes nothing. Told, or restricted, or recalled, and planned on.
absl::Status FollowReview(Ground& ground, Outbox& outbox, std::string_view record_id,
                          store::WriteBatch& batch, Instant sure, Instant now);
// It is reviewed, recalled, or over: no alarm asks for its review.
void EndReview(Ground& ground, const state::SentRecord& sent);
// Its date has passed.
bool IsReviewMissed(const state::SentRecord& sent, Instant now);
// Those whose date is near or has passed; without the copies, which are reviewed with what they are
// copies of. In no order.
absl::StatusOr<std::vector<state::SentRecord>> DueForReview(const Ground& ground, Instant now);

}  // namespace entente::node
