#include "node/outbox.h"

#include <algorithm>
#include <utility>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/record/batch.h"
#include "core/record/notice_forms.h"
#include "core/record/statements.h"
#include "node/attachments.h"
#include "node/compose.h"
#include "node/families.h"
#include "node/recall.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

constexpr std::string_view kNumberKey = "last-number";
// Room for what a message has beside its records.
constexpr size_t kRequestBytes = limits::kMessageBytes - 64 * 1024;

// Of a record, in an alarm.
std::string NameOf(std::string_view record_id) {
  return Text("record ", HexEncode(AsBytes(record_id)));
}

// Of what is owed: after the record hash, and before the number of a restriction.
std::string_view AddresseeIn(std::string_view key) {
  key.remove_prefix(std::min(key.size(), sizeof(Digest)));
  return key.substr(0, key.find('\0'));
}

}  // namespace

Outbox::DraftKey Outbox::KeyOf(const state::SentRecord& sent) {
  return {-static_cast<int>(sent.urgency()), sent.created_ms(), sent.record_id()};
}

absl::StatusOr<Outbox> Outbox::Open(Ground& ground) {
  Outbox outbox(ground);
  absl::Status status = ForEach<state::SentRecord>(
      ground.db, kSent, [&](std::string_view, const state::SentRecord& sent) {
        if (sent.stage() == state::STAGE_DRAFT) outbox.AddDraft(sent);
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  status = ForEachBytes(ground.db, kOutbox, "", [&](std::string_view key, auto) {
    outbox.in_doubt_.insert(U64FromKey(key));
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  absl::StatusOr<std::optional<std::string>> number = ground.db.Get(kNode, kNumberKey);
  if (!number.ok()) return number.status();
  if (*number) outbox.last_number_ = U64FromKey(**number);
  return outbox;
}

void Outbox::AddDraft(const state::SentRecord& sent) { drafts_.insert(KeyOf(sent)); }

void Outbox::Forget(const state::SentRecord& sent) { drafts_.erase(KeyOf(sent)); }

void Outbox::OnLoss() {
  if (!under_way_.empty()) batch_ = std::max<size_t>(1, std::min(batch_, under_way_.size()) / 2);
  Doubt(std::exchange(under_way_, {}));
}

void Outbox::Doubt(std::set<uint64_t> numbers) {
  MarkAnswered();
  for (const uint64_t number : under_way_) numbers.erase(number);
  in_doubt_.merge(numbers);
}

// What has its answer, waiting to be settled, is not offered again meanwhile: a refusal would end
// what a second offer may bring into the log.
void Outbox::MarkAnswered() {
  for (const v1::SubmitResponse& one : responses_) {
    for (const v1::SubmissionResult& result : one.results()) under_way_.insert(result.number());
  }
}

std::optional<Instant> Outbox::Unanswered(Instant from) const {
  if (offered_.empty()) return std::nullopt;
  Instant oldest = offered_.begin()->second;
  for (const auto& [number, instant] : offered_) oldest = std::min(oldest, instant);
  return std::max(oldest, from);
}

absl::StatusOr<std::optional<v1::SubmitRequest>> Outbox::Next(Instant now) {
  const absl::Status fresh = ground_->federation.CheckFresh(now);
  if (!fresh.ok()) {
    if (absl::Status status = KeepWaiting(fresh, now); !status.ok()) return status;
    return std::nullopt;
  }
  if (absl::Status status = SealWaiting(now); !status.ok()) return status;
  if (absl::Status status = AddGapNotes(now); !status.ok()) return status;
  if (absl::Status status = AddOwed(now); !status.ok()) return status;
  v1::SubmitRequest request;
  store::WriteBatch anew;
  size_t bytes = 0;
  std::vector<uint64_t> chosen;
  absl::Status status =
      ForEachBytes(ground_->db, kOutbox, "", [&](std::string_view key, std::string_view value) {
        const uint64_t number = U64FromKey(key);
        const auto pause = not_before_.find(number);
        if (under_way_.contains(number) || (pause != not_before_.end() && now < pause->second)) {
          return absl::OkStatus();
        }
        absl::StatusOr<bool> ready = FilesAreThere(value);
        if (!ready.ok()) return ready.status();
        if (!*ready) return absl::OkStatus();
        bytes += value.size();
        if (chosen.size() == batch_ || (!chosen.empty() && bytes > kRequestBytes)) {
          return absl::CancelledError();
        }
        const absl::StatusOr<state::OutboxItem> item = ParseStored<state::OutboxItem>(value);
        v1::Submission submission;
        if (!item.ok() || !submission.ParseFromString(item->submission())) {
          ReportStuck(Text("submission ", number), item.status(), now);
          return absl::OkStatus();
        }
        const absl::Status refreshed = RefreshNotice(*item, submission, anew, now);
        *request.add_submissions() = std::move(submission);
        chosen.push_back(number);
        return refreshed;
      });
  if (!status.ok() && !absl::IsCancelled(status)) return status;
  if (anew.count() != 0) {
    if (status = ground_->Commit(anew); !status.ok()) return status;
  }
  if (status = ground_->CommitChanges(); !status.ok()) return status;
  if (chosen.empty()) return std::nullopt;
  under_way_.insert(chosen.begin(), chosen.end());
  for (const uint64_t number : chosen) offered_.try_emplace(number, now);
  return request;
}

// What does not parse is for the caller to report.
absl::StatusOr<bool> Outbox::FilesAreThere(std::string_view stored) const {
  const absl::StatusOr<state::OutboxItem> item = ParseStored<state::OutboxItem>(stored);
  if (!item.ok() || item->files().empty()) return true;
  return AllUploaded(*ground_, item->files());
}

void Outbox::ReportStuck(const std::string& what, const absl::Status& why, Instant now) {
  const bool damaged = why.ok() || absl::IsDataLoss(why);
  std::string text =
      damaged ? Text(what, " is damaged in this node's store and does not leave; restore it")
              : Text(what, " does not leave: ", why.ToString());
  ground_->alarms.Raise(alarm::kLocalFault, what, std::move(text), now);
}

// A notice that waited until its key had ended. Its number and its body stay.
absl::Status Outbox::RefreshNotice(state::OutboxItem item, v1::Submission& submission,
                                   store::WriteBatch& batch, Instant now) const {
  if (!submission.has_notice()) return absl::OkStatus();
  v1::Notice& notice = *submission.mutable_notice();
  const record::NoticeForm* const form = record::FindNoticeForm(notice.type());
  if (form == nullptr) return absl::OkStatus();
  const absl::StatusOr<bool> anew = ground_->keyring.Refresh(
      ground_->federation.registry(), form->word, form->use, now, *notice.mutable_statement());
  // Without a new key it goes as it is: the broker says what it thinks of it.
  if (!anew.ok() || !*anew) return absl::OkStatus();
  item.set_submission(submission.SerializeAsString());
  Save(batch, kOutbox, U64Key(item.number()), item);
  return absl::OkStatus();
}

bool Outbox::MarkWaiting(state::SentRecord& sent, const std::string& reason, Instant now) {
  if (sent.waiting_for() == reason) return false;
  sent.set_waiting_for(reason);
  for (state::SentRecipient& recipient : *sent.mutable_recipients()) {
    if (recipient.state() != v1::RECIPIENT_STATE_WAITING) continue;
    recipient.set_reason(reason);
    recipient.set_changed_ms(static_cast<uint64_t>(now.ms));
  }
  return true;
}

// The reason stands at each draft, for the desk.
absl::Status Outbox::KeepWaiting(const absl::Status& why, Instant now) {
  const std::optional<Refusal> refusal = RefusalOf(why);
  if (!refusal) return why;
  store::WriteBatch batch;
  for (const DraftKey& key : drafts_) {
    absl::StatusOr<std::optional<state::SentRecord>> sent = sent_.Find(std::get<2>(key));
    if (absl::IsInternal(sent.status())) return sent.status();
    if (!sent.ok()) ReportStuck(NameOf(std::get<2>(key)), sent.status(), now);
    if (!sent.ok() || !*sent || !MarkWaiting(**sent, ReasonText(*refusal), now)) continue;
    sent_.Save(**sent, batch);
  }
  return batch.count() == 0 ? absl::OkStatus() : ground_->Commit(batch);
}

absl::Status Outbox::SealWaiting(Instant now) {
  if (drafts_.empty()) return absl::OkStatus();
  absl::StatusOr<crypto::SigningKey> signing =
      ground_->keyring.Signing(ground_->federation.registry(), crypto::KeyUse::kRecordSigning, now);
  if (!signing.ok()) return KeepWaiting(signing.status(), now);
  store::WriteBatch batch;
  PairsOut pairs(ground_->db);
  std::vector<Sealed> sealed;
  std::vector<DraftKey> settled;
  for (const DraftKey& key : drafts_) {
    if (sealed.size() == limits::kBatchRecords) break;
    absl::StatusOr<std::optional<Sealed>> one =
        SealOne(std::get<2>(key), *signing, pairs, batch, now);
    if (IsRefusal(one.status(), Reason::kSnapshotBehind)) {
      ground_->federation.LacksTexts(ground_->federation.registry(), ground_->agency.jurisdiction(),
                                     now, now);
      return KeepWaiting(one.status(), now);
    }
    if (RefusalOf(one.status())) continue;
    if (absl::IsInternal(one.status())) return one.status();
    const std::string name = NameOf(std::get<2>(key));
    if (!one.ok()) {
      ReportStuck(name, one.status(), now);
      continue;
    }
    ground_->alarms.Clear(alarm::kLocalFault, name);
    settled.push_back(key);
    if (*one) sealed.push_back(**std::move(one));
  }
  if (settled.empty()) return batch.count() == 0 ? absl::OkStatus() : ground_->Commit(batch);
  if (!sealed.empty()) {
    if (absl::Status status = SignAndQueue(sealed, *signing, batch); !status.ok()) return status;
  }
  pairs.AddTo(batch);
  if (absl::Status status = ground_->Commit(batch); !status.ok()) return status;
  for (const DraftKey& key : settled) drafts_.erase(key);
  return absl::OkStatus();
}

void Outbox::CloseUnsent(state::SentRecord& sent, const std::string& reason,
                         store::WriteBatch& batch, Instant now) {
  for (state::SentRecipient& recipient : *sent.mutable_recipients()) {
    recipient.set_reason(reason);
    SetState(recipient, v1::RECIPIENT_STATE_NOT_SENT, now);
  }
  sent.set_stage(state::STAGE_CLOSED);
  RaiseIfAnswerLost(*ground_, sent, now);
  RaiseIfOldStands(*ground_, sent, now);
  sent_.Save(sent, batch);
}

// A refusal means that it waits (the reason is kept); nullopt that nothing of it will leave.
absl::StatusOr<std::optional<Outbox::Sealed>> Outbox::SealOne(const std::string& record_id,
                                                              const crypto::SigningKey& signing,
                                                              PairsOut& pairs,
                                                              store::WriteBatch& batch,
                                                              Instant now) {
  absl::StatusOr<std::optional<state::SentRecord>> found = sent_.Find(record_id);
  if (!found.ok()) return found.status();
  if (!*found) return std::nullopt;
  Sealed one{**std::move(found), {}, {}, {}};
  absl::StatusOr<state::SentContent> content = sent_.Content(one.sent);
  if (IsRefusal(content.status(), Reason::kExpired)) return std::nullopt;
  if (!content.ok()) return content.status();
  one.content = *std::move(content);
  absl::StatusOr<std::optional<record::SealedRecord>> sealed = std::nullopt;
  const absl::Status uploaded = AwaitUploads(*ground_, one.sent, batch);
  if (!uploaded.ok()) sealed = uploaded;
  if (uploaded.ok()) sealed = SealDraft(*ground_, signing, one.sent, one.content, pairs, now);
  const std::optional<Refusal> refusal = RefusalOf(sealed.status());
  if (refusal &&
      (refusal->reason == Reason::kKeyUnknown || refusal->reason == Reason::kAgencySuspended ||
       refusal->reason == Reason::kMembershipBehind ||
       refusal->reason == Reason::kAttachmentMissing)) {
    if (MarkWaiting(one.sent, ReasonText(*refusal), now)) sent_.Save(one.sent, batch);
    return sealed.status();
  }
  if (!sealed.ok() && !refusal) return sealed.status();
  if (refusal && refusal->reason == Reason::kSnapshotBehind) return sealed.status();
  if (refusal && refusal->reason == Reason::kPolicyHeld) {
    Hold(one.sent, ReasonText(*refusal), now);
    sent_.Save(one.sent, batch);
    return std::nullopt;
  }
  if (refusal) {
    CloseUnsent(one.sent, ReasonText(*refusal), batch, now);
    return std::nullopt;
  }
  if (!*sealed) {
    RaiseIfAnswerLost(*ground_, one.sent, now);
    RaiseIfOldStands(*ground_, one.sent, now);
    sent_.Save(one.sent, batch);
    return std::nullopt;
  }
  one.record = std::move((*sealed)->record);
  one.hash = (*sealed)->hash;
  return one;
}

uint64_t Outbox::TakeNumber(store::WriteBatch& batch) {
  batch.Put(kNode, kNumberKey, U64Key(++last_number_));
  return last_number_;
}

absl::Status Outbox::SignAndQueue(std::vector<Sealed>& sealed, const crypto::SigningKey& signing,
                                  store::WriteBatch& batch) {
  std::vector<Digest> hashes;
  for (const Sealed& one : sealed) hashes.push_back(one.hash);
  absl::StatusOr<std::vector<v1::Signature>> signatures = record::SignBatch(
      ground_->federation_name(), ground_->agency, hashes, signing, ground_->random);
  if (!signatures.ok()) return signatures.status();
  for (size_t i = 0; i < sealed.size(); ++i) {
    Sealed& one = sealed[i];
    *one.record.mutable_signature() = std::move((*signatures)[i]);
    v1::Submission submission;
    submission.set_number(TakeNumber(batch));
    submission.set_officer_pseudonym(one.sent.officer_pseudonym());
    submission.set_justification_digest(one.sent.justification_digest());
    submission.set_record(record::Encode(one.record));
    one.sent.set_number(submission.number());
    state::OutboxItem item;
    item.set_number(submission.number());
    item.set_submission(submission.SerializeAsString());
    item.set_record_id(one.sent.record_id());
    item.set_digest(ToString(one.hash));
    *item.mutable_files() = one.sent.files();
    Save(batch, kOutbox, U64Key(item.number()), item);
    if (absl::Status status = sent_.Save(one.sent, one.content, batch); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

void Outbox::QueueNotice(v1::NoticeType type, v1::SignedStatement statement,
                         store::WriteBatch& batch) {
  state::OutboxItem item;
  item.set_number(TakeNumber(batch));
  item.set_digest(ToString(crypto::Sha256(statement.body())));
  v1::Submission submission;
  submission.set_number(item.number());
  submission.mutable_notice()->set_type(type);
  *submission.mutable_notice()->mutable_statement() = std::move(statement);
  item.set_submission(submission.SerializeAsString());
  Save(batch, kOutbox, U64Key(item.number()), item);
}

absl::Status Outbox::AddGapNotes(Instant now) {
  absl::StatusOr<std::vector<ClosedNumber>> all = AllClosed(ground_->db);
  if (!all.ok() || all->empty()) return all.status();
  const absl::StatusOr<crypto::SigningKey> signing =
      ground_->keyring.Signing(ground_->federation.registry(), crypto::KeyUse::kRecordSigning, now);
  if (!signing.ok()) return absl::OkStatus();
  store::WriteBatch batch;
  for (const ClosedNumber& closed : *all) {
    v1::GapNote note;
    note.set_log_origin(std::string(ground_->log_origin()));
    note.set_origin(ground_->agency.text());
    note.set_recipient(closed.recipient);
    note.set_lane(closed.lane);
    note.set_pair_seq(closed.number);
    note.set_log_index(closed.log_index);
    QueueNotice(v1::NOTICE_TYPE_GAP,
                record::SignBody(ground_->federation_name(), note,
                                 {{*signing, crypto::KeyUse::kRecordSigning}}),
                batch);
    RemoveClosed(closed, batch);
  }
  return ground_->Commit(batch);
}

void Outbox::QueueOwed(const state::OwedNotice& owed, const record::StatementSigner& signer,
                       store::WriteBatch& batch) {
  const std::string_view federation = ground_->federation_name();
  switch (owed.body_case()) {
    case state::OwedNotice::kRecall:
      return QueueNotice(v1::NOTICE_TYPE_RECALL,
                         record::SignBody(federation, owed.recall(), {signer}), batch);
    case state::OwedNotice::kErasure:
      return QueueNotice(v1::NOTICE_TYPE_ERASURE,
                         record::SignBody(federation, owed.erasure(), {signer}), batch);
    case state::OwedNotice::kFetched:
      return QueueNotice(v1::NOTICE_TYPE_FETCHED,
                         record::SignBody(federation, owed.fetched(), {signer}), batch);
    case state::OwedNotice::kRestriction:
      return QueueNotice(v1::NOTICE_TYPE_RESTRICTION,
                         record::SignBody(federation, owed.restriction(), {signer}), batch);
    case state::OwedNotice::kRestricted:
      return QueueNotice(v1::NOTICE_TYPE_RESTRICTED,
                         record::SignBody(federation, owed.restricted(), {signer}), batch);
    case state::OwedNotice::BODY_NOT_SET:
      return;
  }
}

absl::Status Outbox::AddOwed(Instant now) {
  store::WriteBatch batch;
  const ledger::Registry& registry = ground_->federation.registry();
  const auto signs = [&](crypto::KeyUse use) {
    return ground_->keyring.Signing(registry, use, now);
  };
  absl::Status status =
      ForEachBytes(ground_->db, kOwed, "", [&](std::string_view key, std::string_view value) {
        const absl::StatusOr<state::OwedNotice> read = ParseStored<state::OwedNotice>(value);
        if (!read.ok() || read->body_case() == state::OwedNotice::BODY_NOT_SET) {
          ReportStuck(Text("a recall, a restriction or an answer to one for ", AddresseeIn(key)),
                      absl::DataLossError("damaged"), now);
          return absl::OkStatus();
        }
        const state::OwedNotice& owed = *read;
        const crypto::KeyUse use = owed.has_recall() || owed.has_restriction()
                                       ? crypto::KeyUse::kRecordSigning
                                       : crypto::KeyUse::kAcknowledgement;
        const absl::StatusOr<crypto::SigningKey> signing = signs(use);
        if (!signing.ok()) return absl::OkStatus();
        QueueOwed(owed, {*signing, use}, batch);
        batch.Delete(kOwed, key);
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return batch.count() == 0 ? absl::OkStatus() : ground_->Commit(batch);
}

absl::Status Outbox::AddPairHeads(Instant now) {
  if (!ground_->federation.CheckFresh(now).ok()) return absl::OkStatus();
  const absl::StatusOr<crypto::SigningKey> signing =
      ground_->keyring.Signing(ground_->federation.registry(), crypto::KeyUse::kRecordSigning, now);
  if (!signing.ok()) return absl::OkStatus();
  absl::StatusOr<std::vector<std::pair<std::string, state::PairOut>>> pairs =
      AllPairsOut(ground_->db);
  if (!pairs.ok()) return pairs.status();
  store::WriteBatch batch;
  PairsOut changed(ground_->db);
  for (const auto& [recipient, pair] : *pairs) {
    const int64_t age = now.ms - static_cast<int64_t>(pair.last_head_ms());
    if (age >= 0 && age < limits::kPairHeadPeriodMs) continue;
    if (ground_->federation.registry().StateOf(recipient, now) == ledger::AgencyState::kRemoved) {
      continue;
    }
    v1::PairHead head;
    head.set_log_origin(std::string(ground_->log_origin()));
    head.set_origin(ground_->agency.text());
    head.set_recipient(recipient);
    head.set_urgent_seq(pair.urgent_seq());
    head.set_bulk_seq(pair.bulk_seq());
    head.set_recalls(pair.recalls());
    head.set_instant_ms(static_cast<uint64_t>(now.ms));
    QueueNotice(v1::NOTICE_TYPE_PAIR_HEAD,
                record::SignBody(ground_->federation_name(), head,
                                 {{*signing, crypto::KeyUse::kRecordSigning}}),
                batch);
    absl::StatusOr<state::PairOut*> row = changed.Of(recipient);
    if (!row.ok()) return row.status();
    (*row)->set_last_head_ms(static_cast<uint64_t>(now.ms));
  }
  changed.AddTo(batch);
  return batch.count() == 0 ? absl::OkStatus() : ground_->Commit(batch);
}

absl::StatusOr<uint64_t> Outbox::Waiting() const {
  uint64_t waiting = drafts_.size();
  absl::Status status = ForEachBytes(ground_->db, kOutbox, "", [&](std::string_view, auto) {
    ++waiting;
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return waiting;
}

}  // namespace entente::node
