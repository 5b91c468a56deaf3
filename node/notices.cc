#include "node/notices.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/ledger/receipt.h"
#include "core/record/statements.h"
#include "node/attachments.h"
#include "node/overrides.h"
#include "node/recall.h"
#include "node/restrict.h"
#include "node/sent.h"
#include "node/text.h"

namespace entente::node {
namespace {

using crypto::KeyUse;

// Keys of one agency that were valid where the statement stands.
record::KeyLookup KeysOf(const Ground& ground, const std::string& agency, KeyUse use,
                         const ledger::VerifiedPart& part) {
  return [&ground, agency, use, index = part.log_index,
          instant = part.entry.instant](const KeyId& id) -> absl::StatusOr<crypto::PublicKey> {
    absl::StatusOr<ledger::KeyInfo> key =
        ground.federation.registry().FindKey(agency, id, use, index, instant);
    if (!key.ok()) return key.status();
    return key->public_key;
  };
}

absl::Status Bad(std::string text) { return Refuse(Reason::kProofBad, std::move(text)); }

// ---- gap notes and pair heads

template <class Body>
absl::StatusOr<Body> ReadFromPartner(const Ground& ground, const v1::SignedStatement& statement,
                                     const ledger::VerifiedPart& part) {
  absl::StatusOr<Body> claimed = record::ReadBody<Body>(statement.body());
  if (!claimed.ok()) return claimed.status();
  absl::StatusOr<Body> body =
      record::ReadStatement<Body>(ground.federation_name(), statement,
                                  KeysOf(ground, claimed->origin(), KeyUse::kRecordSigning, part));
  if (!body.ok()) return body.status();
  const v1::NoticePart& told = part.part.notice();
  if (body->log_origin() != ground.log_origin() || body->recipient() != ground.agency.text() ||
      told.type() != record::kStatementType<Body> || told.from() != body->origin() ||
      told.statement_digest() != AsText(crypto::Sha256(statement.body()))) {
    return Bad("the notice is not the one that the log tells of");
  }
  return body;
}

// The origin's word on a number against what came here and what the log says was released to us.
absl::Status CompareGap(Ground& ground, const v1::GapNote& note, PairsIn& pairs, Instant now) {
  absl::StatusOr<bool> seen = pairs.Seen(note.origin(), note.lane(), note.pair_seq());
  if (!seen.ok()) return seen.status();
  absl::StatusOr<bool> refused = pairs.WasRefused(note.log_index());
  if (!refused.ok()) return refused.status();
  if (*seen && note.log_index() == 0) {
    ground.alarms.Count(alarm::kDeliveredThoughRefused, note.origin(),
                        Text("a record that ", note.origin(), " was told had been refused (number ",
                             note.pair_seq(), ") came here all the same; tell them"),
                        now);
  } else if (!*seen && note.log_index() != 0 && !*refused) {
    ground.alarms.Count(
        alarm::kExpiredOnTheWay, note.origin(),
        Text("a record of ", note.origin(), " that the log shows was released to us, at ",
             note.log_index(), ", expired before it came here; ask them for it"),
        now);
  }
  return absl::OkStatus();
}

absl::Status TakeGap(Ground& ground, const v1::SignedStatement& statement,
                     const ledger::VerifiedPart& part, PairsIn& pairs, Instant now) {
  absl::StatusOr<v1::GapNote> note = ReadFromPartner<v1::GapNote>(ground, statement, part);
  if (!note.ok()) return note.status();
  absl::StatusOr<bool> first = pairs.TakeGap(crypto::Sha256(statement.body()));
  if (!first.ok() || !*first) return first.status();
  absl::Status status = CompareGap(ground, *note, pairs, now);
  if (status.ok()) status = pairs.Mark(note->origin(), note->lane(), note->pair_seq(), now);
  if (!RefusalOf(status)) return status;
  // It is what the partner signed: no fault of the broker, and one alarm however many come.
  ground.alarms.Raise(alarm::kNoticeBad, note->origin(),
                      Text(note->origin(), " closes numbers that cannot be its next ones: ",
                           std::string(status.message())),
                      now);
  return absl::OkStatus();
}

absl::Status TakeHead(const Ground& ground, const v1::SignedStatement& statement,
                      const ledger::VerifiedPart& part, PairsIn& pairs, Instant now) {
  absl::StatusOr<v1::PairHead> head = ReadFromPartner<v1::PairHead>(ground, statement, part);
  if (!head.ok()) return head.status();
  // One from a clock far ahead must not outlive all that follow it.
  head->set_instant_ms(std::min(head->instant_ms(), static_cast<uint64_t>(part.entry.instant.ms)));
  return pairs.OnHead(*head, now);
}

// ---- recalls and restrictions

absl::Status TakeRecall(Ground& ground, const v1::SignedStatement& statement,
                        const ledger::VerifiedPart& part, PairsIn& pairs, store::WriteBatch& batch,
                        Instant now) {
  absl::StatusOr<v1::RecallNote> note = ReadFromPartner<v1::RecallNote>(ground, statement, part);
  if (!note.ok()) return note.status();
  absl::Status status = OnRecall(ground, *note, pairs, batch, now);
  if (!RefusalOf(status)) return status;
  // As with a gap note: the partner signed it.
  ground.alarms.Count(alarm::kNoticeBad, note->origin(),
                      Text("a recall does not hold: ", std::string(status.message())), now);
  return absl::OkStatus();
}

absl::Status TakeRestriction(Ground& ground, const v1::SignedStatement& statement,
                             const ledger::VerifiedPart& part, PairsIn& pairs,
                             store::WriteBatch& batch, Instant now) {
  absl::StatusOr<v1::RestrictionNote> note =
      ReadFromPartner<v1::RestrictionNote>(ground, statement, part);
  if (!note.ok()) return note.status();
  absl::Status status = OnRestriction(ground, *note, part.entry.instant, pairs, batch, now);
  if (!RefusalOf(status)) return status;
  ground.alarms.Count(alarm::kNoticeBad, note->origin(),
                      Text("a restriction does not hold: ", std::string(status.message())), now);
  return absl::OkStatus();
}

// What a recipient says of a record of ours, as the log tells of it.
template <class Body>
absl::StatusOr<Body> ReadWord(const Ground& ground, const v1::SignedStatement& statement,
                              const ledger::VerifiedPart& part) {
  absl::StatusOr<Body> claimed = record::ReadBody<Body>(statement.body());
  if (!claimed.ok()) return claimed.status();
  absl::StatusOr<Body> note = record::ReadStatement<Body>(
      ground.federation_name(), statement,
      KeysOf(ground, claimed->recipient(), KeyUse::kAcknowledgement, part));
  if (!note.ok()) return note.status();
  const v1::NoticePart& told = part.part.notice();
  if (note->log_origin() != ground.log_origin() || note->origin() != ground.agency.text() ||
      told.type() != record::kStatementType<Body> || told.from() != note->recipient() ||
      told.statement_digest() != AsText(crypto::Sha256(statement.body()))) {
    return Bad("the notice is not the one that the log tells of");
  }
  return note;
}

absl::Status TakeErasure(Ground& ground, const v1::SignedStatement& statement,
                         const ledger::VerifiedPart& part, store::WriteBatch& batch, Instant now) {
  const absl::StatusOr<v1::ErasureNote> note = ReadWord<v1::ErasureNote>(ground, statement, part);
  return note.ok() ? OnErased(ground, *note, batch, now) : note.status();
}

absl::Status TakeFetched(Ground& ground, const v1::SignedStatement& statement,
                         const ledger::VerifiedPart& part, store::WriteBatch& batch) {
  const absl::StatusOr<v1::FetchedNote> note = ReadWord<v1::FetchedNote>(ground, statement, part);
  return note.ok() ? OnFetchedNote(ground, *note, batch) : note.status();
}

absl::Status TakeRestricted(Ground& ground, const v1::SignedStatement& statement,
                            const ledger::VerifiedPart& part, store::WriteBatch& batch,
                            Instant now) {
  const absl::StatusOr<v1::RestrictedNote> note =
      ReadWord<v1::RestrictedNote>(ground, statement, part);
  return note.ok() ? OnRestricted(ground, *note, batch, now) : note.status();
}

// ---- acknowledgements

absl::Status CheckAcknowledgement(const Ground& ground, const v1::Acknowledgement& body,
                                  const ledger::VerifiedPart& part, const state::SentRecord& sent) {
  const auto recipient =
      std::ranges::find(sent.recipients(), body.recipient(), &state::SentRecipient::recipient);
  if (body.log_origin() != ground.log_origin() || body.origin() != ground.agency.text() ||
      recipient == sent.recipients().end() || recipient->pair_seq() == 0) {
    return Bad("it acknowledges what was not sent");
  }
  const bool numbers =
      body.pair_seq() == recipient->pair_seq() || (!body.opened() && body.pair_seq() == 0);
  if (!numbers || (sent.has_log_index() && sent.log_index() != body.log_index())) {
    return Bad("it names another number or place in the log");
  }
  const v1::AcknowledgementPart& told = part.part.acknowledgement();
  if (told.recipient() != body.recipient() ||
      std::ranges::find(told.record_hashes(), body.record_hash()) == told.record_hashes().end()) {
    return Bad("the log tells of another acknowledgement");
  }
  return absl::OkStatus();
}

// The broker told us, or the log, that they were given nothing. What was refused at release may
// have reached them on a connection before.
bool WasRefused(const state::SentRecord& sent, const state::SentRecipient& before) {
  return sent.refused() ||
         (before.state() == v1::RECIPIENT_STATE_REFUSED && before.again_index() == 0);
}

absl::Status TakeAcknowledgement(Ground& ground, const v1::SignedStatement& statement,
                                 const ledger::VerifiedPart& part, PairsOut& numbers,
                                 store::WriteBatch& batch, Instant now) {
  absl::StatusOr<v1::Acknowledgement> claimed =
      record::ReadBody<v1::Acknowledgement>(statement.body());
  if (!claimed.ok()) return claimed.status();
  absl::StatusOr<v1::Acknowledgement> body = record::ReadStatement<v1::Acknowledgement>(
      ground.federation_name(), statement,
      KeysOf(ground, claimed->recipient(), KeyUse::kAcknowledgement, part));
  if (!body.ok()) return body.status();
  const Sent sent_records(ground);
  absl::StatusOr<std::optional<state::SentRecord>> sent =
      sent_records.FindByHash(body->record_hash());
  if (!sent.ok()) return sent.status();
  if (!*sent) return Bad("it acknowledges a record that we never sent");
  if (absl::Status status = CheckAcknowledgement(ground, *body, part, **sent); !status.ok()) {
    return status;
  }
  const state::SentRecipient before = *FindRecipient(**sent, body->recipient());
  OnAcknowledged(**sent, *body, now);
  const std::string subject = AcknowledgementSubject(**sent, body->recipient());
  ground.alarms.Clear(alarm::kNotAcknowledged, subject);
  if (body->opened()) ground.alarms.Clear(alarm::kAnswerNotDelivered, subject);
  if (body->opened()) {
    absl::Status told = RecallFromLate(ground, **sent, body->recipient(), numbers, batch, now);
    if (told.ok()) told = RestrictFromLate(ground, **sent, body->recipient(), numbers, batch, now);
    if (!told.ok()) return told;
  }
  if (WasRefused(**sent, before)) {
    RaiseIfDelivered(ground, **sent, {FindRecipient(**sent, body->recipient()), 1}, now);
  } else if (!body->opened() && !before.acknowledged()) {
    CloseNumbers(**sent, {&before, 1}, body->log_index(), batch);
  }
  return sent_records.SaveSettled(**sent, batch);
}

absl::Status Take(Ground& ground, const v1::Notice& notice, const ledger::VerifiedPart& part,
                  PairsIn& pairs, PairsOut& numbers, store::WriteBatch& batch, Instant now) {
  switch (notice.type()) {
    case v1::NOTICE_TYPE_ACKNOWLEDGEMENT:
      return TakeAcknowledgement(ground, notice.statement(), part, numbers, batch, now);
    case v1::NOTICE_TYPE_GAP:
      return TakeGap(ground, notice.statement(), part, pairs, now);
    case v1::NOTICE_TYPE_PAIR_HEAD:
      return TakeHead(ground, notice.statement(), part, pairs, now);
    case v1::NOTICE_TYPE_RECALL:
      return TakeRecall(ground, notice.statement(), part, pairs, batch, now);
    case v1::NOTICE_TYPE_ERASURE:
      return TakeErasure(ground, notice.statement(), part, batch, now);
    case v1::NOTICE_TYPE_FETCHED:
      return TakeFetched(ground, notice.statement(), part, batch);
    case v1::NOTICE_TYPE_OVERRIDE:
      return TakeOverride(ground, notice.statement(), part, batch);
    case v1::NOTICE_TYPE_RESTRICTION:
      return TakeRestriction(ground, notice.statement(), part, pairs, batch, now);
    case v1::NOTICE_TYPE_RESTRICTED:
      return TakeRestricted(ground, notice.statement(), part, batch, now);
    default:
      return Refuse(Reason::kMalformed, "a notice of no known type");
  }
}

template <class Body>
std::string HashIn(const std::string& bytes) {
  Body body;
  return body.ParseFromString(bytes) ? body.record_hash() : "";
}

}  // namespace

absl::Status TakeNotice(Ground& ground, const v1::Delivery& delivery,
                        const audit::Checkpoint& checkpoint, PairsIn& pairs, PairsOut& numbers,
                        store::WriteBatch& batch, Instant now) {
  const v1::Notice& notice = delivery.notice();
  absl::StatusOr<ledger::VerifiedPart> part =
      ledger::VerifyEvidence(delivery.evidence(), checkpoint);
  absl::Status status = part.status();
  if (status.ok() && part->part.reader() != ground.agency.text()) {
    status = Bad("the evidence is of another reader");
  }
  if (status.ok()) status = Take(ground, notice, *part, pairs, numbers, batch, now);
  if (!RefusalOf(status)) return status;
  const bool forged = notice.type() == v1::NOTICE_TYPE_ACKNOWLEDGEMENT;
  ground.alarms.Count(forged ? alarm::kAcknowledgementForged : alarm::kNoticeBad, "",
                      Text(forged ? "the broker delivered an acknowledgement that does not hold: "
                                  : "the broker delivered a notice that does not hold: ",
                           std::string(status.message())),
                      now);
  return status;
}

std::string AffectedHash(const v1::Notice& notice) {
  const std::string& body = notice.statement().body();
  switch (notice.type()) {
    case v1::NOTICE_TYPE_ACKNOWLEDGEMENT:
      return HashIn<v1::Acknowledgement>(body);
    case v1::NOTICE_TYPE_RECALL:
      return HashIn<v1::RecallNote>(body);
    case v1::NOTICE_TYPE_ERASURE:
      return HashIn<v1::ErasureNote>(body);
    case v1::NOTICE_TYPE_FETCHED:
      return HashIn<v1::FetchedNote>(body);
    case v1::NOTICE_TYPE_RESTRICTION:
      return HashIn<v1::RestrictionNote>(body);
    case v1::NOTICE_TYPE_RESTRICTED:
      return HashIn<v1::RestrictedNote>(body);
    default:
      return "";
  }
}

}  // namespace entente::node
