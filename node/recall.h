// Taking back what was sent: the origin's recall reaches every recipient whatever policy says by
// then, closes and erases their copies, and each answers with its signed word that it did
// (docs/life_of_a_record.md). Not thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "core/base/instant.h"
#include "core/base/limits.h"
#include "core/store/write_batch.h"
#include "entente/v1/record.pb.h"
#include "node/ground.h"
#include "node/outbox.h"
#include "node/pairs.h"
#include "node/state.pb.h"

namespace entente::node {

// ---- at the origin

// Closes the record, owes a recall note to everybody to whom it may have gone, and makes its
// erasure due: what is committed with the batch is carried out even when all stops right after.
// `sent` is changed, for the caller to save. Gives those who will be told. One that was recalled
// before is told again to those who have not erased it.
absl::StatusOr<std::vector<std::string>> RecallSent(Ground& ground, v1::RecallGround why,
                                                    state::SentRecord& sent,
                                                    store::WriteBatch& batch, Instant now);
// The record, and of a post the copies that went to those who came later.
absl::StatusOr<std::vector<state::SentRecord>> WithCopies(const Ground& ground,
                                                          const state::SentRecord& sent);
// And of an alert the notes on persons who are others: nobody needs their papers then.
absl::StatusOr<std::vector<state::SentRecord>> WithNotes(Ground& ground,
                                                         const state::SentRecord& sent);
// By whom, and why.
struct TakingBack {
  std::string_view officer;
  v1::RecallGround why;
  std::string_view justification;
};
// All of WithNotes(), and what `sent` has yet to take the place of; each committed by itself: done
// again after a crash it does no harm. Gives those who are told, notes and copies left out.
absl::StatusOr<std::vector<std::string>> TakeBack(Ground& ground, Outbox& outbox,
                                                  const state::SentRecord& sent,
                                                  const TakingBack& act, Instant now);
// The log lets somebody have the new record: what it takes the place of goes with the next Purge().
void MakeReplacementDue(const state::SentRecord& sent, store::WriteBatch& batch);
// Somebody may have it by now, or may yet get it.
bool MayBeHad(const state::SentRecord& sent);
// What became due so. `batch` is committed at the end.
absl::Status TakeBackReplaced(Ground& ground, Outbox& outbox, std::string_view record_id,
                              store::WriteBatch& batch, Instant now);
// An alarm when nobody gets the new one: then the old one stands.
void RaiseIfOldStands(Ground& ground, const state::SentRecord& sent, Instant now);
// Those who have not said yet that they erased it: an alarm for each, told again from time to time
// until the record itself is over.
absl::Status RemindOfRecall(Ground& ground, state::SentRecord& sent, store::WriteBatch& batch,
                            Instant now);
// Their statement, whose signature holds. Refusal proof-bad: it is of no record that went there.
// Whom the broker's word kept out, and who acknowledged all the same, is told too. `numbers`: of
// the batch.
absl::Status RecallFromLate(Ground& ground, state::SentRecord& sent, std::string_view recipient,
                            PairsOut& numbers, store::WriteBatch& batch, Instant now);
absl::Status OnErased(Ground& ground, const v1::ErasureNote& note, store::WriteBatch& batch,
                      Instant now);

// ---- at a recipient

// The origin's note, whose signature holds. Closes what is here and makes its erasure due, or
// remembers it for what has yet to come. Refusals not-authorised: of a record of another origin;
// malformed: a number that cannot be its next one.
absl::Status OnRecall(Ground& ground, const v1::RecallNote& note, PairsIn& pairs,
                      store::WriteBatch& batch, Instant now);
// Whether this record, which has just come, was recalled before it came; then `received` says so.
absl::StatusOr<bool> WasRecalled(const Ground& ground, state::ReceivedRecord& received);

// ---- at both

// What a recall closed, or a restriction that could not be honoured: content and key go, and of
// what was received the statement that they went is owed. `name`: as in the vault. Adds the line
// for the log.
absl::Status EraseRecalled(Ground& ground, std::string_view name, store::WriteBatch& batch,
                           std::vector<state::DiaryLine>& lines, Instant now);

// ---- what restrictions do alike (restrict.h)

// What waits in a mailbox, or is offered again, comes within this time or not at all.
inline constexpr int64_t kMarkKeptMs = 2 * limits::kQueueMs;
// What is remembered of a record that is not here, apart for each who may call it its own.
std::string MarkKey(std::string_view record_hash, std::string_view origin);
// A number was given to them, and no decision is known that kept it from them.
bool MayHaveIt(const state::SentRecipient& recipient);
// Who has not answered by then is told again; `kind`: of the row in kExpiry.
void LookAgain(const state::SentRecord& sent, std::string_view kind, Instant at, Instant now,
               store::WriteBatch& batch);
// Before all else that is due. `name`: as in the vault.
void MakeErasureDue(std::string_view name, store::WriteBatch& batch);

}  // namespace entente::node
