// Overrides that stand in the log, ours and those of which we are told, and their review by the
// data-protection officer. Reads the store each time; changes go into the caller's batch. Not
// thread-safe.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/audit/checkpoint.h"
#include "core/base/instant.h"
#include "core/base/limits.h"
#include "core/ledger/receipt.h"
#include "core/store/write_batch.h"
#include "entente/v1/broker.pb.h"
#include "node/ground.h"
#include "node/state.pb.h"

namespace entente::node {

// From where it stands in the log until somebody answers for it.
inline constexpr int64_t kOverrideReviewMs = 14 * limits::kDayMs;

// A record of ours was logged at `part`: every source of each override that let it go was told, by
// the entries that the broker shows with the answer. Keeps each for review. Refusal proof-bad: one
// was not told, or another was.
absl::Status TakeTold(const Ground& ground, const state::SentRecord& sent,
                      const state::SentContent& content, const ledger::VerifiedPart& part,
                      const google::protobuf::RepeatedPtrField<v1::Evidence>& told,
                      const audit::Checkpoint& checkpoint, store::WriteBatch& batch);
// We are told: verified against the log. The same again changes nothing.
absl::Status TakeOverride(const Ground& ground, const v1::SignedStatement& statement,
                          const ledger::VerifiedPart& part, store::WriteBatch& batch);

struct KeptOverride {
  std::string key;
  state::OverrideRow row;
  v1::OverrideNote note;
};
// In the order of the log.
absl::StatusOr<std::vector<KeptOverride>> AllOverrides(const store::Reader& store);
v1::OverrideSummary SummaryOf(const KeptOverride& kept, Instant now);
inline bool WaitsForReview(const state::OverrideRow& row) { return row.reviewed_ms() == 0; }
// An alarm for each whose review is overdue, and for no other.
absl::Status WatchReviews(Ground& ground, Instant now);

}  // namespace entente::node
