#include "node/restrict.h"

#include <algorithm>
#include <optional>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "node/desk.h"
#include "node/families.h"
#include "node/labels.h"
#include "node/recall.h"
#include "node/sent.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

using Words = google::protobuf::RepeatedPtrField<std::string>;

Words JoinedWords(const Words& a, std::span<const std::string> b,
                  const policy::Vocabulary& vocabulary) {
  const std::vector<std::string> before(a.begin(), a.end());
  const std::vector<std::string> all = UnionOf(before, b, vocabulary);
  return {all.begin(), all.end()};
}

std::vector<std::string> ToVector(const Words& words) { return {words.begin(), words.end()}; }

// One restriction does not take the place of another, or of a recall, that has not left yet: each
// has a number, which would be a hole.
std::string OwedKey(std::string_view record_hash, std::string_view agency, uint64_t number) {
  return Text(record_hash, agency, std::string_view("\0", 1), U64Key(number));
}

// ---- at the origin

void Owe(const Ground& ground, const state::SentRecord& sent, const std::string& recipient,
         state::Restriction& restriction, store::WriteBatch& batch, Instant now) {
  state::OwedNotice owed;
  v1::RestrictionNote& note = *owed.mutable_restriction();
  note.set_log_origin(std::string(ground.log_origin()));
  note.set_origin(ground.agency.text());
  note.set_recipient(recipient);
  note.set_record_hash(sent.record_hash());
  note.set_ground(restriction.ground());
  note.set_processing(restriction.processing());
  *note.mutable_obligations() = restriction.obligations();
  note.set_number(restriction.number());
  note.set_instant_ms(static_cast<uint64_t>(now.ms));
  restriction.set_told_ms(note.instant_ms());
  Save(batch, kOwed, OwedKey(sent.record_hash(), recipient, restriction.number()), owed);
}

const state::Restriction* Newest(const state::SentRecipient& recipient) {
  return recipient.restrictions().empty() ? nullptr : &*recipient.restrictions().rbegin();
}

bool IsAwaited(const state::Restriction& restriction) {
  return restriction.number() != 0 && restriction.confirmed_ms() == 0;
}

state::Restriction NextOf(const state::SentRecipient& recipient, const Restricting& wish,
                          const policy::Vocabulary& vocabulary, Instant now) {
  const state::Restriction* const before = Newest(recipient);
  const bool lifts = wish.ground == v1::RESTRICTION_GROUND_LIFTED;
  state::Restriction next;
  next.set_ground(wish.ground);
  next.set_processing(!lifts && (wish.processing || IsRestricted(recipient)));
  // An obligation that an officer adds leaves it the node's; a restriction makes it theirs.
  const bool stays = IsRestrictedByReview(recipient) && !wish.processing;
  next.set_by_review(next.processing() && (wish.by_review || stays));
  *next.mutable_obligations() =
      JoinedWords(before ? before->obligations() : Words(), wish.obligations, vocabulary);
  next.set_instant_ms(static_cast<uint64_t>(now.ms));
  return next;
}

bool IsMeant(const Restricting& wish, const state::SentRecipient& recipient) {
  if (recipient.pair_seq() == 0 || recipient.erased_ms() != 0) return false;
  if (!wish.recipients.empty() && !wish.recipients.contains(recipient.recipient())) return false;
  const bool lifts = wish.ground == v1::RESTRICTION_GROUND_LIFTED;
  if (!wish.by_review) return !lifts || IsRestricted(recipient);
  return lifts ? IsRestrictedByReview(recipient) : !IsRestricted(recipient);
}

// A day after it was told last, and once more before the record itself is over.
bool IsDue(const state::SentRecord& sent, const state::Restriction& restriction, Instant now) {
  const bool last = now.ms + limits::kMinuteMs >= static_cast<int64_t>(sent.expires_ms());
  return last ||
         now.ms - static_cast<int64_t>(restriction.told_ms()) >= limits::kAcknowledgedWithinMs;
}

std::string SubjectOf(const state::SentRecord& sent, std::string_view recipient) {
  return Text(HexOf(sent.record_id()), " ", recipient);
}

// ---- at a recipient

void OweRestricted(const Ground& ground, std::string_view record_hash, const std::string& origin,
                   uint64_t number, bool closed, store::WriteBatch& batch, Instant now) {
  state::OwedNotice owed;
  v1::RestrictedNote& note = *owed.mutable_restricted();
  note.set_log_origin(std::string(ground.log_origin()));
  note.set_origin(origin);
  note.set_recipient(ground.agency.text());
  note.set_record_hash(std::string(record_hash));
  note.set_number(number);
  note.set_closed(closed);
  note.set_instant_ms(static_cast<uint64_t>(now.ms));
  Save(batch, kOwed, OwedKey(record_hash, origin, number), owed);
}

bool CanHonour(const Ground& ground, const v1::RestrictionNote& note, Instant instant) {
  const ledger::Registry& registry = ground.federation.registry();
  std::vector<std::string> honoured;
  if (const auto own = PolicyAt(registry, ground.agency.jurisdiction(), instant)) {
    for (const policy::Obligation& one : own->can_honour) honoured.push_back(one.text);
  }
  return !FirstNotCovered(honoured, ToVector(note.obligations()), *VocabularyAt(registry, instant));
}

// Obligations are only ever added, whatever a note leaves out.
state::Restriction Taken(const Ground& ground, const state::Restriction& before,
                         const v1::RestrictionNote& note, bool closes, Instant now) {
  state::Restriction taken;
  taken.set_ground(note.ground());
  taken.set_processing(note.processing());
  *taken.mutable_obligations() = JoinedWords(before.obligations(), ToVector(note.obligations()),
                                             *VocabularyAt(ground.federation.registry(), now));
  taken.set_number(note.number());
  taken.set_instant_ms(note.instant_ms());
  taken.set_confirmed_ms(static_cast<uint64_t>(now.ms));
  taken.set_closed(before.closed() || closes);
  return taken;
}

// By an obligation to delete that was added; when that changes it, the end before.
std::optional<uint64_t> Shorten(state::ReceivedRecord& received) {
  const uint64_t before = received.purge_ms();
  const Instant end =
      PurgeTime(ToVector(received.restriction().obligations()),
                {static_cast<int64_t>(received.received_ms())}, {static_cast<int64_t>(before)});
  received.set_purge_ms(static_cast<uint64_t>(end.ms));
  return received.purge_ms() == before ? std::nullopt : std::optional(before);
}

std::string ExpiryKey(uint64_t at, std::string_view kind, std::string_view name) {
  return Text(U64Key(at), kind, name);
}

// What is restricted is found no more, what was lifted again. Whoever asks reads the row too.
absl::Status Reindex(Ground& ground, const state::ReceivedRecord& received) {
  ground.held.Remove(received.record_hash());
  ground.measures_changed = true;
  if (received.restriction().processing()) return absl::OkStatus();
  const absl::StatusOr<std::string> plain = ground.vault.Get(received.record_hash());
  if (absl::IsInternal(plain.status())) return plain.status();
  const auto content = plain.ok() ? ParseStored<state::ReceivedContent>(*plain) : plain.status();
  // What is damaged says so where it is read.
  if (content.ok()) ground.held.AddReceived(received, *content);
  return absl::OkStatus();
}

absl::Status TakeOn(Ground& ground, const v1::RestrictionNote& note, bool closes,
                    state::ReceivedRecord& received, store::WriteBatch& batch, Instant now) {
  *received.mutable_restriction() = Taken(ground, received.restriction(), note, closes, now);
  if (closes) {
    received.set_recalled_ms(note.instant_ms());
    ground.held.Remove(received.record_hash());
    MakeErasureDue(received.record_hash(), batch);
  } else if (const auto before = Shorten(received)) {
    batch.Delete(kExpiry, ExpiryKey(*before, "r", received.record_hash()));
    batch.Put(kExpiry, ExpiryKey(received.purge_ms(), "r", received.record_hash()), "");
  }
  Save(batch, kReceived, received.record_hash(), received);
  return closes ? absl::OkStatus() : Reindex(ground, received);
}

absl::Status Remember(const Ground& ground, const v1::RestrictionNote& note, bool closes,
                      store::WriteBatch& batch, Instant now) {
  const std::string key = MarkKey(note.record_hash(), note.origin());
  absl::StatusOr<std::optional<state::Restriction>> stored =
      Load<state::Restriction>(ground.db, kRestricted, key);
  if (!stored.ok()) return stored.status();
  state::Restriction mark = stored->value_or(state::Restriction());
  if (mark.number() < note.number()) {
    mark = Taken(ground, mark, note, closes, now);
    mark.set_told_ms(static_cast<uint64_t>(now.ms));
    Save(batch, kRestricted, key, mark);
    batch.Put(kExpiry, ExpiryKey(static_cast<uint64_t>((now + kMarkKeptMs).ms), "n", key), "");
  }
  OweRestricted(ground, note.record_hash(), note.origin(), note.number(), mark.closed(), batch,
                now);
  return absl::OkStatus();
}

std::string_view WhyRestricted(v1::RestrictionGround ground) {
  switch (ground) {
    case v1::RESTRICTION_GROUND_CONTESTED:
      return "its accuracy is contested";
    case v1::RESTRICTION_GROUND_EVIDENCE:
      return "it is kept for purposes of evidence alone";
    case v1::RESTRICTION_GROUND_SOURCE:
      return "whoever gave the data restricts it";
    case v1::RESTRICTION_GROUND_SAFETY:
      return "a person would be in danger";
    default:
      return "the law, or an order, restricts it";
  }
}

}  // namespace

absl::StatusOr<std::vector<std::string>> RestrictSent(Ground& ground, const Restricting& wish,
                                                      state::SentRecord& sent,
                                                      store::WriteBatch& batch, Instant now) {
  const auto vocabulary = VocabularyAt(ground.federation.registry(), now);
  PairsOut pairs(ground.db);
  std::vector<std::string> told;
  for (state::SentRecipient& recipient : *sent.mutable_recipients()) {
    if (!IsMeant(wish, recipient)) continue;
    state::Restriction next = NextOf(recipient, wish, *vocabulary, now);
    if (MayHaveIt(recipient)) {
      absl::StatusOr<uint64_t> number = pairs.NextRecall(recipient.recipient());
      if (!number.ok()) return number.status();
      next.set_number(*number);
      Owe(ground, sent, recipient.recipient(), next, batch, now);
      told.push_back(recipient.recipient());
    }
    *recipient.add_restrictions() = std::move(next);
  }
  if (!told.empty()) LookAgain(sent, "t", now + limits::kAcknowledgedWithinMs, now, batch);
  pairs.AddTo(batch);
  return told;
}

absl::Status RemindOfRestriction(Ground& ground, state::SentRecord& sent, store::WriteBatch& batch,
                                 Instant now) {
  bool any = false;
  for (state::SentRecipient& recipient : *sent.mutable_recipients()) {
    for (state::Restriction& one : *recipient.mutable_restrictions()) {
      if (!MayHaveIt(recipient) || !IsAwaited(one) || !IsDue(sent, one, now)) continue;
      any = true;
      Owe(ground, sent, recipient.recipient(), one, batch, now);
      if (sent.recalled_ms() != 0) continue;  // of that there is an alarm of its own
      ground.alarms.Raise(alarm::kRestrictionOverdue, SubjectOf(sent, recipient.recipient()),
                          Text(recipient.recipient(), " has not said that it holds to the ",
                               "restriction of record ", HexOf(sent.record_id()), "; ask them"),
                          now);
    }
  }
  if (!any) return absl::OkStatus();
  LookAgain(sent, "t", now + limits::kRecallAgainMs, now, batch);
  Sent(ground).Save(sent, batch);
  return absl::OkStatus();
}

absl::Status RestrictFromLate(Ground& ground, state::SentRecord& sent, std::string_view recipient,
                              PairsOut& numbers, store::WriteBatch& batch, Instant now) {
  state::SentRecipient* const late = FindRecipient(sent, recipient);
  // A recall says more, and is told.
  if (late == nullptr || sent.recalled_ms() != 0) return absl::OkStatus();
  bool any = false;
  for (state::Restriction& one : *late->mutable_restrictions()) {
    if (one.number() != 0) continue;
    absl::StatusOr<uint64_t> number = numbers.NextRecall(recipient);
    if (!number.ok()) return number.status();
    one.set_number(*number);
    Owe(ground, sent, late->recipient(), one, batch, now);
    any = true;
  }
  if (any) LookAgain(sent, "t", now + limits::kAcknowledgedWithinMs, now, batch);
  return absl::OkStatus();
}

absl::Status OnRestricted(Ground& ground, const v1::RestrictedNote& note, store::WriteBatch& batch,
                          Instant now) {
  const Sent sent_records(ground);
  absl::StatusOr<std::optional<state::SentRecord>> sent =
      sent_records.FindByHash(note.record_hash());
  if (!sent.ok()) return sent.status();
  state::SentRecipient* const recipient = *sent ? FindRecipient(**sent, note.recipient()) : nullptr;
  state::Restriction* told = nullptr;
  if (recipient != nullptr) {
    for (state::Restriction& one : *recipient->mutable_restrictions()) {
      if (one.number() == note.number()) told = &one;
    }
  }
  if (told == nullptr) return Refuse(Reason::kProofBad, "it answers a restriction of nobody");
  if (told->confirmed_ms() == 0) told->set_confirmed_ms(note.instant_ms());
  if (note.closed()) told->set_closed(true);
  if (note.closed() && recipient->erased_ms() == 0) {
    recipient->set_erased_ms(note.instant_ms());
    if (MayHaveIt(*recipient)) SetState(*recipient, v1::RECIPIENT_STATE_ERASED, now);
  }
  if (std::ranges::none_of(recipient->restrictions(), IsAwaited)) {
    ground.alarms.Clear(alarm::kRestrictionOverdue, SubjectOf(**sent, note.recipient()));
  }
  sent_records.Save(**sent, batch);
  return absl::OkStatus();
}

bool IsRestricted(const state::SentRecipient& recipient) {
  const state::Restriction* const newest = Newest(recipient);
  return newest != nullptr && newest->processing();
}

bool IsRestrictedByReview(const state::SentRecipient& recipient) {
  return IsRestricted(recipient) && Newest(recipient)->by_review();
}

bool IsRestricted(const state::SentRecord& sent) {
  const auto has = [](const state::SentRecipient& one) {
    return MayHaveIt(one) && one.erased_ms() == 0;
  };
  return std::ranges::any_of(sent.recipients(), has) &&
         std::ranges::all_of(sent.recipients(), [&](const state::SentRecipient& one) {
           return !has(one) || IsRestricted(one);
         });
}

absl::Status OnRestriction(Ground& ground, const v1::RestrictionNote& note, Instant logged,
                           PairsIn& pairs, store::WriteBatch& batch, Instant now) {
  absl::StatusOr<std::optional<state::ReceivedRecord>> received =
      Load<state::ReceivedRecord>(ground.db, kReceived, note.record_hash());
  if (!received.ok()) return received.status();
  if (*received && (*received)->origin() != note.origin()) {
    return Refuse(Reason::kNotAuthorised,
                  Text(note.origin(), " restricts a record of ", (*received)->origin()));
  }
  if (ground.federation.LacksTexts(ground.federation.registry(), ground.agency.jurisdiction(),
                                   logged, now)) {
    return absl::UnavailableError("texts of our policy are not here");
  }
  absl::Status status = pairs.MarkRecall(note.origin(), note.number());
  if (!status.ok()) return status;
  const bool closes = !CanHonour(ground, note, logged);
  const bool opened = *received && (*received)->refusal().empty();
  if (!opened) return Remember(ground, note, closes, batch, now);
  const bool stands = !(*received)->purged() && (*received)->recalled_ms() == 0;
  if (stands && (*received)->restriction().number() < note.number()) {
    status = TakeOn(ground, note, closes, **received, batch, now);
    if (!status.ok()) return status;
  }
  const bool closed = (*received)->restriction().closed();
  // It is answered when the content is erased.
  if (closed && !(*received)->purged()) return absl::OkStatus();
  OweRestricted(ground, note.record_hash(), note.origin(), note.number(), closed, batch, now);
  return absl::OkStatus();
}

absl::Status RestrictArrived(const Ground& ground, state::ReceivedRecord& received) {
  absl::StatusOr<std::optional<state::Restriction>> mark = Load<state::Restriction>(
      ground.db, kRestricted, MarkKey(received.record_hash(), received.origin()));
  if (!mark.ok() || !*mark) return mark.status();
  *received.mutable_restriction() = **mark;
  received.mutable_restriction()->clear_told_ms();
  Shorten(received);
  if (!(*mark)->closed()) return absl::OkStatus();
  received.set_purged(true);
  received.set_recalled_ms((*mark)->instant_ms());
  return absl::OkStatus();
}

absl::Status ForgetRestriction(const Ground& ground, std::string_view key, store::WriteBatch& batch,
                               Instant now) {
  absl::StatusOr<std::optional<state::Restriction>> mark =
      Load<state::Restriction>(ground.db, kRestricted, key);
  if (!mark.ok() || !*mark) return mark.status();
  const Instant kept{static_cast<int64_t>((*mark)->told_ms())};
  if (kept + kMarkKeptMs <= now) batch.Delete(kRestricted, key);
  return absl::OkStatus();
}

void OweClosed(Ground& ground, const state::ReceivedRecord& received, store::WriteBatch& batch,
               Instant now) {
  OweRestricted(ground, received.record_hash(), received.origin(), received.restriction().number(),
                true, batch, now);
}

absl::Status CheckUse(const state::ReceivedRecord& received) {
  const state::Restriction& restriction = received.restriction();
  if (!restriction.processing()) return absl::OkStatus();
  return RefuseAdvising(
      Reason::kPolicyRefused, "",
      Text(received.origin(), " restricts this record since ",
           FormatInstant({static_cast<int64_t>(restriction.instant_ms())}), ": ",
           WhyRestricted(restriction.ground()), "; it is kept, and not used"),
      Text("ask ", received.origin(), "; it can still be read with entente show"));
}

void AddObligations(const Ground& ground, const state::ReceivedRecord& received, Instant now,
                    state::ReceivedContent& content) {
  if (received.restriction().obligations().empty()) return;
  *content.mutable_obligations() =
      JoinedWords(content.obligations(), ToVector(received.restriction().obligations()),
                  *VocabularyAt(ground.federation.registry(), now));
}

v1::Restriction ShownRestriction(std::string recipient, const state::Restriction& restriction) {
  v1::Restriction shown;
  shown.set_recipient(std::move(recipient));
  shown.set_ground(restriction.ground());
  shown.set_processing(restriction.processing());
  *shown.mutable_obligations() = restriction.obligations();
  shown.set_since_ms(restriction.instant_ms());
  shown.set_confirmed_ms(restriction.confirmed_ms());
  shown.set_closed(restriction.closed());
  shown.set_by_review(restriction.by_review());
  return shown;
}

google::protobuf::RepeatedPtrField<v1::Restriction> ShownRestrictions(
    const state::SentRecord& sent) {
  google::protobuf::RepeatedPtrField<v1::Restriction> shown;
  for (const state::SentRecipient& recipient : sent.recipients()) {
    const state::Restriction* const newest = Newest(recipient);
    if (newest == nullptr || newest->number() == 0) continue;
    *shown.Add() = ShownRestriction(recipient.recipient(), *newest);
  }
  return shown;
}

}  // namespace entente::node
