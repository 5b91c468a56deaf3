#include "node/recall.h"

#include <algorithm>
#include <optional>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "node/desk.h"
#include "node/erase.h"
#include "node/families.h"
#include "node/restrict.h"
#include "node/reviews.h"
#include "node/sent.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

bool IsAwaited(const state::SentRecipient& recipient) {
  return recipient.recall_number() != 0 && recipient.erased_ms() == 0 && MayHaveIt(recipient);
}

std::string OwedKey(std::string_view record_hash, std::string_view agency) {
  return Text(record_hash, agency);
}

// Each time with its own instant: the same statement twice would be one.
void Owe(Ground& ground, const state::SentRecord& sent, const state::SentRecipient& recipient,
         store::WriteBatch& batch, Instant now) {
  state::OwedNotice owed;
  v1::RecallNote& note = *owed.mutable_recall();
  note.set_log_origin(std::string(ground.log_origin()));
  note.set_origin(ground.agency.text());
  note.set_recipient(recipient.recipient());
  note.set_record_hash(sent.record_hash());
  note.set_ground(sent.recall_ground());
  note.set_number(recipient.recall_number());
  note.set_instant_ms(static_cast<uint64_t>(now.ms));
  Save(batch, kOwed, OwedKey(sent.record_hash(), recipient.recipient()), owed);
}

void OweErasure(Ground& ground, std::string_view record_hash, const std::string& origin,
                store::WriteBatch& batch, Instant now) {
  state::OwedNotice owed;
  v1::ErasureNote& erasure = *owed.mutable_erasure();
  erasure.set_log_origin(std::string(ground.log_origin()));
  erasure.set_origin(origin);
  erasure.set_recipient(ground.agency.text());
  erasure.set_record_hash(std::string(record_hash));
  erasure.set_instant_ms(static_cast<uint64_t>(now.ms));
  Save(batch, kOwed, OwedKey(record_hash, origin), owed);
}

void KeepMark(const v1::RecallNote& note, store::WriteBatch& batch, Instant now) {
  state::RecallMark mark;
  mark.set_ground(note.ground());
  mark.set_instant_ms(note.instant_ms());
  const std::string key = MarkKey(note.record_hash(), note.origin());
  Save(batch, kRecalled, key, mark);
  const auto until = static_cast<uint64_t>((now + kMarkKeptMs).ms);
  batch.Put(kExpiry, Text(U64Key(until), "m", key), "");
}

// What `sent` has yet to take the place of; nullopt when that stands no more.
absl::StatusOr<std::optional<state::SentRecord>> FindOld(Ground& ground,
                                                         const state::SentRecord& sent) {
  if (sent.replaces().empty()) return std::nullopt;
  absl::StatusOr<std::optional<state::SentRecord>> old = Sent(ground).Find(sent.replaces());
  if (!old.ok() || !*old) return old;
  const bool stands = (*old)->recalled_ms() == 0 && (*old)->stage() != state::STAGE_PURGED;
  if (!stands) return std::nullopt;
  return old;
}

std::string RecallSubject(const state::SentRecord& sent, std::string_view recipient) {
  return Text(HexOf(sent.record_id()), " ", recipient);
}

}  // namespace

std::string MarkKey(std::string_view record_hash, std::string_view origin) {
  return Text(record_hash, origin);
}

bool MayHaveIt(const state::SentRecipient& recipient) {
  return recipient.pair_seq() != 0 && recipient.state() != v1::RECIPIENT_STATE_REFUSED;
}

void LookAgain(const state::SentRecord& sent, std::string_view kind, Instant at, Instant now,
               store::WriteBatch& batch) {
  // Once more before the record itself is over.
  at.ms = std::min(at.ms, static_cast<int64_t>(sent.expires_ms()) - limits::kMinuteMs);
  if (at <= now) return;
  batch.Put(kExpiry, Text(U64Key(static_cast<uint64_t>(at.ms)), kind, sent.record_id()), "");
}

void MakeErasureDue(std::string_view name, store::WriteBatch& batch) {
  batch.Put(kExpiry, Text(U64Key(0), "x", name), "");
}

absl::StatusOr<std::vector<std::string>> RecallSent(Ground& ground, v1::RecallGround why,
                                                    state::SentRecord& sent,
                                                    store::WriteBatch& batch, Instant now) {
  ground.alarms.Clear(alarm::kOldStands, HexOf(sent.record_id()));
  EndReview(ground, sent);
  if (sent.recalled_ms() == 0) {
    sent.set_recalled_ms(static_cast<uint64_t>(now.ms));
    sent.set_recall_ground(why);
    ground.held.Remove(sent.record_id());
    MakeErasureDue(sent.record_id(), batch);
    LookAgain(sent, "c", now + limits::kAcknowledgedWithinMs, now, batch);
  }
  PairsOut pairs(ground.db);
  std::vector<std::string> told;
  for (state::SentRecipient& recipient : *sent.mutable_recipients()) {
    // It had not left.
    if (recipient.pair_seq() == 0 && (recipient.state() == v1::RECIPIENT_STATE_WAITING ||
                                      recipient.state() == v1::RECIPIENT_STATE_HELD)) {
      SetState(recipient, v1::RECIPIENT_STATE_RECALLED, now);
    }
    if (!MayHaveIt(recipient) || recipient.erased_ms() != 0) continue;
    if (recipient.recall_number() == 0) {
      absl::StatusOr<uint64_t> number = pairs.NextRecall(recipient.recipient());
      if (!number.ok()) return number.status();
      recipient.set_recall_number(*number);
      SetState(recipient, v1::RECIPIENT_STATE_RECALLED, now);
    }
    Owe(ground, sent, recipient, batch, now);
    told.push_back(recipient.recipient());
  }
  pairs.AddTo(batch);
  return told;
}

absl::StatusOr<std::vector<state::SentRecord>> WithCopies(const Ground& ground,
                                                          const state::SentRecord& sent) {
  std::vector<state::SentRecord> all = {sent};
  if (sent.case_id().empty()) return all;
  absl::Status status = ForEach<state::SentRecord>(
      ground.db, kSent, [&](std::string_view, const state::SentRecord& copy) {
        if (copy.copy_of() == sent.record_id()) all.push_back(copy);
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return all;
}

absl::StatusOr<std::vector<state::SentRecord>> WithNotes(Ground& ground,
                                                         const state::SentRecord& sent) {
  absl::StatusOr<std::vector<state::SentRecord>> copies = WithCopies(ground, sent);
  if (!copies.ok() || sent.kind() != v1::RECORD_KIND_ALERT) return copies;
  std::vector<state::SentRecord> all = *std::move(copies);
  const Sent sent_records(ground);
  for (const std::string& name : ground.held.NotesOn(ground.agency.text(), sent.record_id())) {
    absl::StatusOr<std::optional<state::SentRecord>> note = sent_records.Find(name);
    if (!note.ok()) return note.status();
    if (*note) all.push_back(**std::move(note));
  }
  return all;
}

absl::StatusOr<std::vector<std::string>> TakeBack(Ground& ground, Outbox& outbox,
                                                  const state::SentRecord& sent,
                                                  const TakingBack& act, Instant now) {
  absl::StatusOr<std::vector<state::SentRecord>> all = WithNotes(ground, sent);
  if (!all.ok()) return all.status();
  std::vector<std::string> told;
  for (state::SentRecord& one : *all) {
    store::WriteBatch batch;
    absl::StatusOr<std::vector<std::string>> these = RecallSent(ground, act.why, one, batch, now);
    if (!these.ok()) return these.status();
    Sent(ground).Save(one, batch);
    const state::DiaryLine line = MakeLine(act.officer, operation::kErasure, one.record_id(),
                                           one.purpose(), act.justification, now);
    if (absl::Status status = ground.Commit(batch, {&line, 1}); !status.ok()) return status;
    outbox.Forget(one);
    if (&one == &all->front()) told = *std::move(these);
  }
  absl::StatusOr<std::optional<state::SentRecord>> old = FindOld(ground, sent);
  if (!old.ok()) return old.status();
  if (!*old) return told;
  absl::StatusOr<std::vector<std::string>> more = TakeBack(ground, outbox, **old, act, now);
  if (!more.ok()) return more.status();
  told.insert(told.end(), more->begin(), more->end());
  std::ranges::sort(told);
  told.erase(std::unique(told.begin(), told.end()), told.end());
  return told;
}

bool MayBeHad(const state::SentRecord& sent) {
  const auto gets_it = [](const state::SentRecipient& recipient) {
    return recipient.state() != v1::RECIPIENT_STATE_REFUSED &&
           recipient.state() != v1::RECIPIENT_STATE_NOT_SENT;
  };
  return sent.stage() != state::STAGE_HELD && sent.stage() != state::STAGE_CLOSED &&
         std::ranges::any_of(sent.recipients(), gets_it);
}

void MakeReplacementDue(const state::SentRecord& sent, store::WriteBatch& batch) {
  batch.Put(kExpiry, Text(U64Key(0), "p", sent.record_id()), "");
}

absl::Status TakeBackReplaced(Ground& ground, Outbox& outbox, std::string_view record_id,
                              store::WriteBatch& batch, Instant now) {
  const Sent sent_records(ground);
  absl::StatusOr<std::optional<state::SentRecord>> fresh = sent_records.Find(record_id);
  if (!fresh.ok()) return fresh.status();
  if (!*fresh) return ground.Commit(batch);
  absl::StatusOr<std::optional<state::SentRecord>> old = FindOld(ground, **fresh);
  if (!old.ok()) return old.status();
  if (*old) {
    const std::string why = Text(HexOf(record_id), " takes its place");
    const absl::Status told =
        TakeBack(ground, outbox, **old, {(*fresh)->officer(), v1::RECALL_GROUND_REPLACED, why}, now)
            .status();
    if (!told.ok()) return told;
  }
  (*fresh)->clear_replaces();
  sent_records.Save(**fresh, batch);
  return ground.Commit(batch);
}

void RaiseIfOldStands(Ground& ground, const state::SentRecord& sent, Instant now) {
  const bool nobody = std::ranges::all_of(sent.recipients(), [](const auto& recipient) {
    return recipient.state() == v1::RECIPIENT_STATE_NOT_SENT ||
           recipient.state() == v1::RECIPIENT_STATE_REFUSED ||
           recipient.state() == v1::RECIPIENT_STATE_UNDELIVERED;
  });
  if (sent.replaces().empty() || sent.recalled_ms() != 0 || !nobody) return;
  const std::string old = HexOf(sent.replaces());
  ground.alarms.Raise(alarm::kOldStands, old,
                      Text("nobody gets record ", HexOf(sent.record_id()),
                           ", which was to take "
                           "the place of ",
                           old, ": that one stands as before"),
                      now);
}

absl::Status RemindOfRecall(Ground& ground, state::SentRecord& sent, store::WriteBatch& batch,
                            Instant now) {
  bool any = false;
  for (const state::SentRecipient& recipient : sent.recipients()) {
    if (!IsAwaited(recipient)) continue;
    any = true;
    Owe(ground, sent, recipient, batch, now);
    ground.alarms.Raise(alarm::kRecallOverdue, RecallSubject(sent, recipient.recipient()),
                        Text(recipient.recipient(), " has not said that it erased record ",
                             HexOf(sent.record_id()), ", which was recalled; ask them"),
                        now);
  }
  if (any) LookAgain(sent, "c", now + limits::kRecallAgainMs, now, batch);
  return absl::OkStatus();
}

absl::Status RecallFromLate(Ground& ground, state::SentRecord& sent, std::string_view recipient,
                            PairsOut& numbers, store::WriteBatch& batch, Instant now) {
  state::SentRecipient* const late = FindRecipient(sent, recipient);
  if (sent.recalled_ms() == 0 || late == nullptr || late->recall_number() != 0) {
    return absl::OkStatus();
  }
  absl::StatusOr<uint64_t> number = numbers.NextRecall(recipient);
  if (!number.ok()) return number.status();
  late->set_recall_number(*number);
  SetState(*late, v1::RECIPIENT_STATE_RECALLED, now);
  Owe(ground, sent, *late, batch, now);
  return absl::OkStatus();
}

absl::Status OnErased(Ground& ground, const v1::ErasureNote& note, store::WriteBatch& batch,
                      Instant now) {
  const Sent sent_records(ground);
  absl::StatusOr<std::optional<state::SentRecord>> sent =
      sent_records.FindByHash(note.record_hash());
  if (!sent.ok()) return sent.status();
  state::SentRecipient* const recipient = *sent ? FindRecipient(**sent, note.recipient()) : nullptr;
  if (recipient == nullptr || recipient->recall_number() == 0) {
    return Refuse(Reason::kProofBad, "it says that something was erased that was not recalled");
  }
  ground.alarms.Clear(alarm::kRecallOverdue, RecallSubject(**sent, note.recipient()));
  if (recipient->erased_ms() != 0) return absl::OkStatus();
  recipient->set_erased_ms(note.instant_ms());
  if (MayHaveIt(*recipient)) SetState(*recipient, v1::RECIPIENT_STATE_ERASED, now);
  sent_records.Save(**sent, batch);
  return absl::OkStatus();
}

absl::Status OnRecall(Ground& ground, const v1::RecallNote& note, PairsIn& pairs,
                      store::WriteBatch& batch, Instant now) {
  absl::StatusOr<std::optional<state::ReceivedRecord>> received =
      Load<state::ReceivedRecord>(ground.db, kReceived, note.record_hash());
  if (!received.ok()) return received.status();
  if (*received && (*received)->origin() != note.origin()) {
    return Refuse(Reason::kNotAuthorised,
                  Text(note.origin(), " recalls a record of ", (*received)->origin()));
  }
  absl::Status status = pairs.MarkRecall(note.origin(), note.number());
  if (!status.ok()) return status;
  const bool opened = *received && (*received)->refusal().empty();
  if (!opened) KeepMark(note, batch, now);
  const bool recalled = opened && (*received)->recalled_ms() != 0;
  // It is said when it is true: its erasure is due.
  if (recalled && !(*received)->purged()) return absl::OkStatus();
  if (!opened || recalled) {
    // Nothing of it is here, or it was said before.
    OweErasure(ground, note.record_hash(), note.origin(), batch, now);
    return absl::OkStatus();
  }
  (*received)->set_recalled_ms(note.instant_ms());
  (*received)->set_recall_ground(note.ground());
  Save(batch, kReceived, note.record_hash(), **received);
  ground.held.Remove(note.record_hash());
  MakeErasureDue(note.record_hash(), batch);
  return absl::OkStatus();
}

absl::StatusOr<bool> WasRecalled(const Ground& ground, state::ReceivedRecord& received) {
  absl::StatusOr<std::optional<state::RecallMark>> mark = Load<state::RecallMark>(
      ground.db, kRecalled, MarkKey(received.record_hash(), received.origin()));
  if (!mark.ok()) return mark.status();
  if (!*mark) return false;
  received.set_purged(true);
  received.set_recalled_ms((*mark)->instant_ms());
  received.set_recall_ground((*mark)->ground());
  return true;
}

namespace {

absl::Status EraseRecalledSent(Ground& ground, std::string_view record_id, store::WriteBatch& batch,
                               std::vector<state::DiaryLine>& lines, Instant now) {
  const Sent sent_records(ground);
  absl::StatusOr<std::optional<state::SentRecord>> sent = sent_records.Find(record_id);
  if (!sent.ok() || !*sent) return sent.status();
  if (absl::Status status = EraseSent(ground, **sent, batch); !status.ok()) return status;
  sent_records.Save(**sent, batch);
  lines.push_back(
      MakeLine("", operation::kErasure, record_id, (*sent)->purpose(), "it was recalled", now));
  return absl::OkStatus();
}

absl::Status EraseRecalledReceived(Ground& ground, std::string_view record_hash,
                                   store::WriteBatch& batch, std::vector<state::DiaryLine>& lines,
                                   Instant now) {
  absl::StatusOr<std::optional<state::ReceivedRecord>> received =
      Load<state::ReceivedRecord>(ground.db, kReceived, record_hash);
  if (!received.ok() || !*received) return received.status();
  if (absl::Status status = EraseReceived(ground, **received, batch); !status.ok()) return status;
  Save(batch, kReceived, record_hash, **received);
  const std::string& origin = (*received)->origin();
  const bool restricted = (*received)->restriction().closed();
  if (restricted) {
    OweClosed(ground, **received, batch, now);
  } else {
    OweErasure(ground, record_hash, origin, batch, now);
  }
  const std::string why = restricted
                              ? Text(origin, " restricted it by what this agency cannot honour")
                              : Text("recalled by ", origin);
  lines.push_back(MakeLine("", operation::kErasure, (*received)->record_id(),
                           (*received)->purpose(), why, now));
  return absl::OkStatus();
}

}  // namespace

absl::Status EraseRecalled(Ground& ground, std::string_view name, store::WriteBatch& batch,
                           std::vector<state::DiaryLine>& lines, Instant now) {
  return name.size() == sizeof(RecordId) ? EraseRecalledSent(ground, name, batch, lines, now)
                                         : EraseRecalledReceived(ground, name, batch, lines, now);
}

}  // namespace entente::node
