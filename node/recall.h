// Taking back what was sent: the origin's recall reaches every recipient whatever policy says by
// then, closes and erases their copies, and each answers with its signed word that it did
// (docs/life_of_a_record.md). Not thread-safe.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/base/instant.h"
#include "core/store/write_batch.h"
#include "entente/v1/record.pb.h"
#include "node/ground.h"
#include "node/pairs.h"
#include "node/state.pb.h"

namespace entente::node {

// ---- at the origin

// Erases our own content, and owes a recall note to everybody to whom it may have gone. `sent` is
// changed, for the caller to save. Gives those who will be told. One that was recalled before is
// told again to those who have not erased it.
absl::StatusOr<std::vector<std::string>> RecallSent(Ground& ground, v1::RecallGround why,
                                                    state::SentRecord& sent,
                                                    store::WriteBatch& batch, Instant now);
// Those who have not said yet that they erased it: an alarm for each, told again from time to time
// until the record itself is over.
absl::Status RemindOfRecall(Ground& ground, state::SentRecord& sent, store::WriteBatch& batch,
                            Instant now);
// Their statement, whose signature holds. Refusal proof-bad: it is of no record that went there.
absl::Status OnErased(Ground& ground, const v1::ErasureNote& note, store::WriteBatch& batch,
                      Instant now);

// ---- at a recipient

// The origin's note, whose signature holds. Erases what is here, or remembers it for what has yet
// to come, and owes the erasure statement. Refusal not-authorised: of a record of another origin.
absl::Status OnRecall(Ground& ground, const v1::RecallNote& note, PairsIn& pairs,
                      store::WriteBatch& batch, std::vector<state::DiaryLine>& lines, Instant now);
// Whether this record, which has just come, was recalled before it came; then `received` says so.
absl::StatusOr<bool> WasRecalled(const Ground& ground, state::ReceivedRecord& received);

}  // namespace entente::node
