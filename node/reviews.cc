#include "node/reviews.h"

#include <algorithm>
#include <set>
#include <string>

#include "node/desk.h"
#include "node/families.h"
#include "node/recall.h"
#include "node/restrict.h"
#include "node/sent.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

constexpr char kRow = 'v';

Instant DateOf(const state::SentRecord& sent) {
  return {static_cast<int64_t>(sent.review_by_ms())};
}

void LookAt(const state::SentRecord& sent, Instant at, store::WriteBatch& batch) {
  batch.Put(kExpiry,
            Text(U64Key(static_cast<uint64_t>(at.ms)), std::string(1, kRow), sent.record_id()), "");
}

bool IsClosed(const state::SentRecord& sent) {
  return sent.recalled_ms() != 0 || sent.stage() == state::STAGE_PURGED;
}

// One alarm for a record and its copies.
void Tell(Ground& ground, std::string_view code, const state::SentRecord& sent,
          const std::string& what, Instant now) {
  if (!sent.copy_of().empty()) return;
  ground.alarms.Raise(code, HexOf(sent.record_id()),
                      Text("record ", ReferenceOf(sent.record_id()), " ", what), now);
}

std::string HowToKeep(const state::SentRecord& sent) {
  return Text("entente review ", ReferenceOf(sent.record_id()),
              " --keep --until P1Y --justification \"...\"");
}

// An officer keeps it for a court, say: erased it could not be given back.
bool IsRestrictedByHand(const state::SentRecord& sent) {
  return std::ranges::any_of(sent.recipients(), [](const state::SentRecipient& one) {
    return IsRestricted(one) && !IsRestrictedByReview(one);
  });
}

std::string NobodyLooked(const state::SentRecord& sent) {
  return Text("nobody reviewed it by ", FormatInstant(DateOf(sent)));
}

absl::Status Restrict(Ground& ground, state::SentRecord& sent, store::WriteBatch& batch,
                      Instant now) {
  const Restricting wish{
      .ground = v1::RESTRICTION_GROUND_LAW, .processing = true, .by_review = true};
  const absl::StatusOr<std::vector<std::string>> told =
      RestrictSent(ground, wish, sent, batch, now);
  if (!told.ok()) return told.status();
  ground.alarms.Clear(alarm::kStorageReviewNear, HexOf(sent.record_id()));
  Tell(ground, alarm::kStorageReviewMissed, sent,
       Text("was to be reviewed by ", FormatInstant(DateOf(sent)),
            ", and nobody has: its recipients keep it and do not use it, and it is recalled on ",
            FormatInstant(DateOf(sent) + kReviewMissedMs),
            " unless an officer restricts it; if the need for it stands: ", HowToKeep(sent)),
       now);
  LookAt(sent, DateOf(sent) + kReviewMissedMs, batch);
  if (told->empty()) return ground.Commit(batch);
  Sent(ground).Save(sent, batch);
  state::DiaryLine line = MakeLine("", operation::kAlteration, sent.record_id(), sent.purpose(),
                                   NobodyLooked(sent), now);
  line.set_detail("its use restricted");
  return ground.Commit(batch, {&line, 1});
}

void TellRecalled(Ground& ground, const state::SentRecord& sent, store::WriteBatch& batch,
                  Instant now) {
  Tell(ground, alarm::kStorageReviewRecalled, sent,
       Text("was recalled by this node: ", NobodyLooked(sent),
            "; if the need for it stands after all, send it anew"),
       now);
  LookAt(sent, DateOf(sent) + 2 * kReviewMissedMs, batch);
}

// Its copies have dates of their own, which are the same.
absl::Status Recall(Ground& ground, Outbox& outbox, state::SentRecord& sent,
                    store::WriteBatch& batch, Instant now) {
  // What it was to take the place of stands.
  sent.clear_replaces();
  const absl::Status told =
      RecallSent(ground, v1::RECALL_GROUND_WITHDRAWN, sent, batch, now).status();
  if (!told.ok()) return told;
  sent.set_review_withdrawn(true);
  Sent(ground).Save(sent, batch);
  TellRecalled(ground, sent, batch, now);
  const state::DiaryLine line =
      MakeLine("", operation::kErasure, sent.record_id(), sent.purpose(), NobodyLooked(sent), now);
  if (absl::Status status = ground.Commit(batch, {&line, 1}); !status.ok()) return status;
  outbox.Forget(sent);
  return absl::OkStatus();
}

absl::Status KeepRestricted(Ground& ground, const state::SentRecord& sent, store::WriteBatch& batch,
                            Instant sure, Instant now) {
  // Told otherwise once, and then it stands.
  if (sure < DateOf(sent) + 2 * kReviewMissedMs) {
    ground.alarms.Clear(alarm::kStorageReviewMissed, HexOf(sent.record_id()));
  }
  Tell(
      ground, alarm::kStorageReviewMissed, sent,
      Text("was to be reviewed by ", FormatInstant(DateOf(sent)),
           ", and nobody has: an officer restricts it, so it is not recalled; recall it, or if the "
           "need for it stands: ",
           HowToKeep(sent)),
      now);
  LookAt(sent, sure + kReviewMissedMs, batch);
  return ground.Commit(batch);
}

// Nothing is left to review; that the node itself took it back is told for a while.
absl::Status AfterItsEnd(Ground& ground, const state::SentRecord& sent, store::WriteBatch& batch,
                         Instant sure, Instant now) {
  if (sent.review_withdrawn() && sure < DateOf(sent) + 2 * kReviewMissedMs) {
    TellRecalled(ground, sent, batch, now);
  } else {
    ground.alarms.Clear(alarm::kStorageReviewRecalled, HexOf(sent.record_id()));
  }
  return ground.Commit(batch);
}

}  // namespace

void PlanReview(const state::SentRecord& sent, store::WriteBatch& batch) {
  if (sent.review_by_ms() == 0) return;
  LookAt(sent, {std::max<int64_t>(0, (DateOf(sent) + -kReviewNearMs).ms)}, batch);
}

absl::Status FollowReview(Ground& ground, Outbox& outbox, std::string_view record_id,
                          store::WriteBatch& batch, Instant sure, Instant now) {
  absl::StatusOr<std::optional<state::SentRecord>> found = Sent(ground).Find(record_id);
  if (!found.ok()) return found.status();
  if (!*found || (*found)->review_by_ms() == 0) return ground.Commit(batch);
  state::SentRecord& sent = **found;
  const Instant by = DateOf(sent);
  if (IsClosed(sent)) return AfterItsEnd(ground, sent, batch, sure, now);
  // A row of a date that a review has moved since.
  if (sure < by + -kReviewNearMs) {
    PlanReview(sent, batch);
    return ground.Commit(batch);
  }
  if (sure < by) {
    Tell(ground, alarm::kStorageReviewNear, sent,
         Text("is to be reviewed by ", FormatInstant(by),
              ", or its recipients may not use it any more; if the need for it stands: ",
              HowToKeep(sent)),
         now);
    LookAt(sent, by, batch);
    return ground.Commit(batch);
  }
  // What nobody has yet does not leave unreviewed.
  if (!HasLeft(sent)) return Recall(ground, outbox, sent, batch, now);
  if (sure < by + kReviewMissedMs) return Restrict(ground, sent, batch, now);
  if (IsRestrictedByHand(sent)) return KeepRestricted(ground, sent, batch, sure, now);
  return Recall(ground, outbox, sent, batch, now);
}

void EndReview(Ground& ground, const state::SentRecord& sent) {
  for (const auto code : {alarm::kStorageReviewNear, alarm::kStorageReviewMissed}) {
    ground.alarms.Clear(code, HexOf(sent.record_id()));
  }
}

bool IsReviewMissed(const state::SentRecord& sent, Instant now) {
  return sent.review_by_ms() != 0 && DateOf(sent) <= now;
}

absl::StatusOr<std::vector<state::SentRecord>> DueForReview(const Ground& ground, Instant now) {
  const auto until = static_cast<uint64_t>((now + kReviewNearMs).ms);
  // One whose date was moved may have two rows.
  std::set<std::string> ids;
  absl::Status status =
      ForEachBytes(ground.db, kExpiry, "", [&](std::string_view key, std::string_view) {
        if (U64FromKey(key) > until) return absl::CancelledError();
        if (key[8] == kRow) ids.emplace(key.substr(9));
        return absl::OkStatus();
      });
  if (!status.ok() && !absl::IsCancelled(status)) return status;
  std::vector<state::SentRecord> due;
  for (const std::string& id : ids) {
    absl::StatusOr<std::optional<state::SentRecord>> sent =
        Load<state::SentRecord>(ground.db, kSent, id);
    if (!sent.ok()) return sent.status();
    const bool asked = *sent && !IsClosed(**sent) && (*sent)->copy_of().empty() &&
                       (*sent)->review_by_ms() != 0 && (*sent)->review_by_ms() <= until;
    if (asked) due.push_back(**std::move(sent));
  }
  return due;
}

}  // namespace entente::node
