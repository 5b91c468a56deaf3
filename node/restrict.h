// Restricting what was delivered: the origin tells its recipients what they may still do with a
// record that they have, whatever policy says by then; each answers with its signed word that it
// holds (Directive (EU) 2016/680 art. 16(3) and (6); docs/life_of_a_record.md). Not thread-safe.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/instant.h"
#include "core/store/write_batch.h"
#include "entente/v1/desk_restrict.pb.h"
#include "entente/v1/record.pb.h"
#include "node/ground.h"
#include "node/pairs.h"
#include "node/state.pb.h"

namespace entente::node {

// ---- at the origin

struct Restricting {
  v1::RestrictionGround ground = v1::RESTRICTION_GROUND_UNSPECIFIED;
  bool processing = false;
  std::vector<std::string> obligations{};
  std::set<std::string> recipients{};  // none: all
  // By the node, of what nobody reviewed (reviews.h): nothing changes where the use is restricted
  // already, and it lifts what it restricted, and nothing else.
  bool by_review = false;
};

// Owes a note to everybody meant to whom it may have gone: the whole of what holds there from now
// on, with what was restricted before; LIFTED ends the restriction of processing alone. `sent` is
// changed, for the caller to save. Gives those who will be told.
absl::StatusOr<std::vector<std::string>> RestrictSent(Ground& ground, const Restricting& wish,
                                                      state::SentRecord& sent,
                                                      store::WriteBatch& batch, Instant now);
// Those who have not answered yet are told again, each restriction under its own number, so that no
// number stays a hole; an alarm for each.
absl::Status RemindOfRestriction(Ground& ground, state::SentRecord& sent, store::WriteBatch& batch,
                                 Instant now);
// Whom the broker's word kept out, and who acknowledged all the same, is told too. `numbers`: of
// the batch.
absl::Status RestrictFromLate(Ground& ground, state::SentRecord& sent, std::string_view recipient,
                              PairsOut& numbers, store::WriteBatch& batch, Instant now);
// Their statement, whose signature holds. Refusal proof-bad: it answers what was not told.
absl::Status OnRestricted(Ground& ground, const v1::RestrictedNote& note, store::WriteBatch& batch,
                          Instant now);
// They may keep it, and not use it.
bool IsRestricted(const state::SentRecipient& recipient);
// By the node, since nobody reviewed the record, and by no officer since.
bool IsRestrictedByReview(const state::SentRecipient& recipient);
// Everybody who has it may not use it: then our own copy is not used either.
bool IsRestricted(const state::SentRecord& sent);

// ---- at a recipient

// The origin's note, whose signature holds, as it stands in the log since `logged`. What this
// agency cannot honour closes the record as a recall does; an older note than the newest that came
// changes nothing; that of a record that has yet to come is remembered. Refusals not-authorised: of
// a record of another origin; malformed: a number that cannot be its next one. UNAVAILABLE: the
// text of our own policy is not here.
absl::Status OnRestriction(Ground& ground, const v1::RestrictionNote& note, Instant logged,
                           PairsIn& pairs, store::WriteBatch& batch, Instant now);
// What was told of this record, which has just come, before it came.
absl::Status RestrictArrived(const Ground& ground, state::ReceivedRecord& received);
// The time of a mark is over, unless a newer note renewed it.
absl::Status ForgetRestriction(const Ground& ground, std::string_view key, store::WriteBatch& batch,
                               Instant now);
// What closed the record was a restriction, and its content is erased: that is answered.
void OweClosed(Ground& ground, const state::ReceivedRecord& received, store::WriteBatch& batch,
               Instant now);
// Refusal policy-refused while it is kept, and not used.
absl::Status CheckUse(const state::ReceivedRecord& received);
// Those that came with it, with those that were added since.
void AddObligations(const Ground& ground, const state::ReceivedRecord& received, Instant now,
                    state::ReceivedContent& content);

// ---- at both, for the desk

v1::Restriction ShownRestriction(std::string recipient, const state::Restriction& restriction);
google::protobuf::RepeatedPtrField<v1::Restriction> ShownRestrictions(
    const state::SentRecord& sent);

}  // namespace entente::node
