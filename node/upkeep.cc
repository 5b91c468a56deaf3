#include "node/upkeep.h"

#include <set>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "node/desk.h"
#include "node/endings.h"
#include "node/erase.h"
#include "node/families.h"
#include "node/lapses.h"
#include "node/recall.h"
#include "node/restrict.h"
#include "node/reviews.h"
#include "node/sent.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

constexpr size_t kPurgedAtOnce = 256;
constexpr int64_t kTextMissedAfterMs = 5 * limits::kMinuteMs;
constexpr int64_t kSilentAfterMs = 10 * limits::kMinuteMs;
constexpr int64_t kBehindAfterMs = limits::kMinuteMs;
constexpr int64_t kUnwitnessedAfterMs = 10 * limits::kMinuteMs;

// The graver of two errors, with the text of both: a fault of the disk, then any that is no
// refusal.
absl::Status Joined(absl::Status one, const absl::Status& other) {
  if (one.ok() || other.ok()) return one.ok() ? other : one;
  const auto rank = [](const absl::Status& status) {
    return absl::IsInternal(status) ? 2 : RefusalOf(status) ? 0 : 1;
  };
  const bool first = rank(one) >= rank(other);
  const absl::Status& graver = first ? one : other;
  absl::Status joined(graver.code(), Text(std::string(graver.message()), "; ",
                                          std::string((first ? other : one).message())));
  graver.ForEachPayload(
      [&](auto url, const absl::Cord& payload) { joined.SetPayload(url, payload); });
  return joined;
}

}  // namespace

// A row of kExpiry.
struct Upkeep::Due {
  std::string row;
  // 's' sent, 'r' received, 'a' to be acknowledged by now, 'c' to be erased everywhere by now, 't'
  // to be restricted there by now, 'm' mark of a recall, 'n' of a restriction, 'p' in the log in
  // place of another, 'v' review, 'x' recalled
  char kind;
  std::string name;
};

absl::Status Upkeep::Tick(Instant now) {
  ground_->time.Note(now, ground_->federation.last_entry());
  absl::Status work;
  for (const auto step : {&Upkeep::Keys, &Upkeep::Purge, &Upkeep::SayHeads, &Upkeep::DropFiles}) {
    work = Joined(std::move(work), (this->*step)(now));
    if (absl::IsInternal(work)) return work;
  }
  Keep(!work.ok() && !RefusalOf(work), alarm::kLocalFault, "upkeep",
       Text("this node's daily work fails: ", std::string(work.message())), now);
  return Joined(work, Watch(now));
}

absl::Status Upkeep::Keys(Instant now) {
  const int64_t since = now - keys_looked_at_;
  const ledger::Registry& registry = ground_->federation.registry();
  const bool seen =
      since >= 0 && since < limits::kHourMs && keys_looked_under_ == registry.snapshot_number();
  if (seen || !ground_->IsSure(now)) return rotated_;
  store::WriteBatch batch;
  absl::Status status = ground_->keyring.Renew(registry, now, batch);
  if (status.ok()) status = ground_->keyring.DestroyOld(now, batch);
  if (status.ok() && batch.count() != 0) status = ground_->Commit(batch);
  if (!status.ok()) return status;
  // A full disk is tried again at once; a damaged slot, which costs all the others a writing,
  // hourly.
  status = RotateStoreKey(now);
  if (RefusalOf(status) || absl::IsInternal(status)) return status;
  keys_looked_at_ = now;
  keys_looked_under_ = registry.snapshot_number();
  rotated_ = status;
  return status;
}

absl::Status Upkeep::RotateStoreKey(Instant now) {
  const int64_t age = now - ground_->keys.rotated();
  if (age >= 0 && age < limits::kDayMs) return absl::OkStatus();
  if (absl::Status status = ground_->keys.Rotate(now); !status.ok()) return status;
  // Every slot was read: a damaged one is known from now on.
  return ground_->CheckKeys(now);
}

absl::StatusOr<std::vector<Upkeep::Due>> Upkeep::FindDue(Instant until) const {
  std::vector<Due> due;
  absl::Status status =
      ForEachBytes(ground_->db, kExpiry, "", [&](std::string_view key, std::string_view) {
        if (U64FromKey(key) > static_cast<uint64_t>(until.ms) || due.size() == kPurgedAtOnce) {
          return absl::CancelledError();
        }
        due.push_back({std::string(key), key[8], std::string(key.substr(9))});
        return absl::OkStatus();
      });
  if (!status.ok() && !absl::IsCancelled(status)) return status;
  return due;
}

// Erasing cannot be taken back: only what is over by an instant that is sure.
absl::Status Upkeep::Purge(Instant now) {
  const Instant sure = ground_->time.Sure(now, ground_->federation.last_entry());
  absl::StatusOr<std::vector<Due>> due = FindDue(sure);
  if (!due.ok()) return due.status();
  absl::Status all;
  for (const Due& one : *due) {
    all = Joined(std::move(all), PurgeOne(one, sure, now));
    if (absl::IsInternal(all)) return all;
  }
  return all;
}

absl::Status Upkeep::PurgeOne(const Due& due, Instant sure, Instant now) {
  store::WriteBatch batch;
  batch.Delete(kExpiry, due.row);
  if (due.kind == 's') return PurgeSent(due.name, now, batch);
  if (due.kind == 'r') return PurgeReceived(due.name, now, batch);
  if (due.kind == 'c' || due.kind == 't') return MissAnswers(due, now, batch);
  if (due.kind == 'x') return PurgeRecalled(due.name, now, batch);
  if (due.kind == 'v') return FollowReview(*ground_, *outbox_, due.name, batch, sure, now);
  if (due.kind == 'p') return TakeBackReplaced(*ground_, *outbox_, due.name, batch, now);
  if (due.kind == 'm') {
    batch.Delete(kRecalled, due.name);
    return ground_->Commit(batch);
  }
  if (due.kind == 'n') {
    const absl::Status forgotten = ForgetRestriction(*ground_, due.name, batch, now);
    return forgotten.ok() ? ground_->Commit(batch) : forgotten;
  }
  return MissAcknowledgements(due.name, now, batch);
}

absl::Status Upkeep::MissAcknowledgements(std::string_view record_id, Instant now,
                                          store::WriteBatch& batch) {
  absl::StatusOr<std::optional<state::SentRecord>> sent = Sent(*ground_).Find(record_id);
  if (!sent.ok()) return sent.status();
  if (*sent) RaiseUnacknowledged(*ground_, **sent, now);
  return ground_->Commit(batch);
}

absl::Status Upkeep::PurgeRecalled(std::string_view name, Instant now, store::WriteBatch& batch) {
  std::vector<state::DiaryLine> lines;
  absl::Status status = EraseRecalled(*ground_, name, batch, lines, now);
  return status.ok() ? ground_->Commit(batch, lines) : status;
}

// To a recall, or to a restriction.
absl::Status Upkeep::MissAnswers(const Due& due, Instant now, store::WriteBatch& batch) {
  absl::StatusOr<std::optional<state::SentRecord>> sent = Sent(*ground_).Find(due.name);
  if (!sent.ok()) return sent.status();
  if (*sent) {
    absl::Status status = due.kind == 'c' ? RemindOfRecall(*ground_, **sent, batch, now)
                                          : RemindOfRestriction(*ground_, **sent, batch, now);
    if (!status.ok()) return status;
  }
  return ground_->Commit(batch);
}

absl::Status Upkeep::PurgeSent(std::string_view record_id, Instant now, store::WriteBatch& batch) {
  const Sent sent_records(*ground_);
  absl::StatusOr<std::optional<state::SentRecord>> found = sent_records.Find(record_id);
  if (!found.ok()) return found.status();
  if (!*found) return ground_->Commit(batch);
  state::SentRecord sent = **std::move(found);
  const state::SentRecord before = sent;
  absl::Status status = EraseSent(*ground_, sent, batch);
  if (!status.ok()) return status;
  if (sent.has_log_index()) CloseNumbers(sent, Unopened(sent), sent.log_index(), batch);
  OnExpired(sent, now);
  RaiseUnacknowledged(*ground_, sent, now);
  RaiseIfAnswerLost(*ground_, sent, now);
  RaiseIfOldStands(*ground_, sent, now);
  ground_->alarms.Clear(alarm::kOldStands, HexOf(record_id));
  EndReview(*ground_, sent);
  sent_records.Save(sent, batch);
  const state::DiaryLine line =
      MakeLine("", operation::kErasure, record_id, before.purpose(), "its time was over", now);
  if (status = ground_->Commit(batch, {&line, 1}); !status.ok()) return status;
  outbox_->Forget(before);
  return absl::OkStatus();
}

absl::Status Upkeep::PurgeReceived(std::string_view record_hash, Instant now,
                                   store::WriteBatch& batch) {
  absl::StatusOr<std::optional<state::ReceivedRecord>> received =
      Load<state::ReceivedRecord>(ground_->db, kReceived, record_hash);
  if (!received.ok()) return received.status();
  if (!*received) return ground_->Commit(batch);
  absl::Status status = EraseReceived(*ground_, **received, batch);
  if (!status.ok()) return status;
  Save(batch, kReceived, record_hash, **received);
  const state::DiaryLine line = MakeLine("", operation::kErasure, (*received)->record_id(),
                                         (*received)->purpose(), "its time was over", now);
  return ground_->Commit(batch, {&line, 1});
}

// ---- what a person must look at

void Upkeep::Keep(bool wrong, std::string_view code, std::string_view subject, std::string text,
                  Instant now) {
  if (wrong) {
    ground_->alarms.Raise(code, subject, std::move(text), now);
  } else {
    ground_->alarms.Clear(code, subject);
  }
}

absl::Status Upkeep::Watch(Instant now) {
  WatchLog(now);
  WatchClock(now);
  WatchTexts(now);
  WatchEndings(now);
  absl::Status watched = Joined(WatchPairs(now), WatchMeasures(now));
  watched = Joined(std::move(watched), WatchOverrides(now));
  return Joined(std::move(watched), ground_->CommitChanges());
}

void Upkeep::WatchLog(Instant now) {
  const bool fresh = ground_->federation.CheckFresh(now).ok();
  if (!fresh) not_fresh_ = now;
  if (fresh || now - started_ > limits::kQuorumFreshnessMs) {
    Keep(!fresh, alarm::kLogNotFresh, "",
         ground_->federation.QuorumWords() == ledger::kQuorumNone
             ? "the log has not been seen for 15 minutes; records wait in the outbox"
             : "no quorum of witnesses has cosigned the log for 15 minutes; records wait in the "
               "outbox",
         now);
  }
  const std::optional<Instant> unwitnessed = ground_->federation.UnwitnessedSince();
  Keep(unwitnessed && now - *unwitnessed >= kUnwitnessedAfterMs, alarm::kNotWitnessed, "",
       "for ten minutes too few witnesses have cosigned what the log shows: what came since is "
       "marked, and what changes keys, agencies or policies does not act; ask other members what "
       "they see",
       now);
  const auto beyond = ground_->federation.BeyondUs();
  Keep(beyond && now - beyond->since >= kBehindAfterMs, alarm::kLogBehind, "",
       beyond ? Text(beyond->origin, " has seen ", beyond->size,
                     " entries of the log; the broker shows us ", ground_->federation.size())
              : "",
       now);
  const std::optional<Instant> unanswered = outbox_->Unanswered(not_fresh_);
  Keep(fresh && unanswered && now - *unanswered >= kSilentAfterMs, alarm::kBrokerSilent, "",
       "the broker shows its log, and has not answered a submission for 10 minutes", now);
  const bool in_log =
      ground_->keyring.Signing(ground_->federation.registry(), crypto::KeyUse::kRecordSigning, now)
          .ok();
  Keep(!in_log, alarm::kKeysNotInLog, "",
       "the log does not have this agency's keys: nothing can be sent or acknowledged", now);
}

void Upkeep::WatchClock(Instant now) {
  Keep(
      !ground_->IsSure(now), alarm::kErasureHeld, "",
      "this node's clock is more than a day beyond what it and the log have shown; what is over by "
      "it is not shown, and is erased once the log confirms the time; check the clock",
      now);
}

void Upkeep::WatchTexts(Instant now) {
  std::set<std::string> missed;
  const bool fresh = ground_->federation.CheckFresh(now).ok();
  for (const auto& [digest, awaited] : ground_->federation.awaited()) {
    if (!fresh || !awaited.Stands(now) || now - awaited.since < kTextMissedAfterMs) continue;
    const bool policy = awaited.text.kind == v1::ENTRY_KIND_POLICY;
    ground_->alarms.Raise(
        alarm::kTextWithheld, HexEncode(digest),
        Text("the broker does not give the text of ", policy ? "the policy of " : "the file ",
             awaited.text.name, ", version ", awaited.text.file.version,
             ", which is in force: records wait for it"),
        now);
    missed.insert(HexEncode(digest));
  }
  ground_->alarms.ClearOthers(alarm::kTextWithheld, missed);
}

void Upkeep::WatchEndings(Instant now) {
  const int64_t since = now - endings_looked_at_;
  if (since >= 0 && since < limits::kHourMs) return;
  // What is not here yet is asked for, and looked at in the next round.
  if (ground_->federation.LacksTexts(ground_->federation.registry(), ground_->agency.jurisdiction(),
                                     now, now)) {
    return;
  }
  endings_looked_at_ = now;
  std::set<std::string> told;
  for (const Ending& ending : EndingsOf(ground_->federation.registry(), ground_->agency,
                                        ground_->certificate_until, now)) {
    const std::optional<int> days = DaysToTell(ending.end, now);
    if (!days) continue;
    // Each of the three is an alarm of its own: it stands from the day on which it is to be told.
    const std::string subject = Text(ending.what, ", ", *days);
    ground_->alarms.Raise(alarm::kEndsSoon, subject,
                          *days == 0 ? Text(ending.what, " ended on ", FormatInstant(ending.end))
                                     : Text(ending.what, " ends on ", FormatInstant(ending.end),
                                            ", in less than ", *days, " days"),
                          now);
    told.insert(subject);
  }
  ground_->alarms.ClearOthers(alarm::kEndsSoon, told);
}

absl::Status Upkeep::WatchMeasures(Instant now) {
  const int64_t since = now - measures_looked_at_;
  if (!ground_->measures_changed && since >= 0 && since < limits::kHourMs) return absl::OkStatus();
  if (absl::Status status = WatchLapses(*ground_, now); !status.ok()) return status;
  measures_looked_at_ = now;
  ground_->measures_changed = false;
  return absl::OkStatus();
}

absl::Status Upkeep::WatchPairs(Instant now) {
  absl::StatusOr<std::vector<PairTrouble>> pairs = CheckPairs(ground_->db, now);
  if (!pairs.ok()) return pairs.status();
  for (const PairTrouble& pair : *pairs) {
    if (pair.numbers_missing || pair.complete) {
      Keep(pair.numbers_missing, alarm::kNumbersMissing, pair.origin,
           Text("records that ", pair.origin, " sent have not arrived; ask them"), now);
    }
    Keep(pair.head_overdue, alarm::kPairHeadOverdue, pair.origin,
         Text(pair.origin, " has not said for two days how much it sent; ask them"), now);
  }
  return absl::OkStatus();
}

}  // namespace entente::node
