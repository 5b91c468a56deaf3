#include "broker/apply.h"

#include <algorithm>
#include <utility>

#include "broker/cases.h"
#include "broker/decide_again.h"
#include "broker/grants.h"
#include "broker/judge.h"
#include "broker/publication.h"
#include "broker/told.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/ledger/parts.h"
#include "core/record/format.h"
#include "core/record/notice_forms.h"
#include "core/record/words.h"

namespace entente::broker {
namespace {

absl::Status Behind(std::string text) { return Refuse(Reason::kSnapshotBehind, std::move(text)); }

Digest DigestOf(std::string_view bytes) {
  return FixedBytes<sizeof(Digest)>(bytes).value_or(Digest{});
}

Salt32 SeedOf(const CommandBody& body) {
  return FixedBytes<sizeof(Salt32)>(body.seed()).value_or(Salt32{});
}

Instant CommandInstant(const CommandBody& body) {
  return {static_cast<int64_t>(body.instant_ms())};
}

ledger::Act ActOf(const Submitter& submitter, Instant instant) {
  return {instant, submitter.agency(), submitter.officer_pseudonym(),
          submitter.justification_digest()};
}

bool SameSnapshot(const CommandBody& body, const View& view) {
  return body.snapshot_number() == view.registry.snapshot_number() &&
         DigestOf(body.snapshot_hash()) == view.registry.snapshot_hash();
}

// A key that admission found to be valid at the command's instant may not be so at the ledger's.
absl::Status CheckKeyStill(const View& view, std::string_view owner, std::string_view key_id,
                           crypto::KeyUse use, Instant instant) {
  auto key = view.registry.FindKey(owner, DigestOf(key_id), use, view.next_index, instant);
  return key.ok() ? absl::OkStatus() : Behind("A key's time has ended since this was judged.");
}

// One command on its way into the transaction.
struct Step {
  const Command& command;
  const CommandBody& body;
  Transaction& tx;
  Instant instant;  // the ledger's
};

Digest AttachmentDigest(const Step& step, int i) {
  return DigestOf(step.body.attachment_digests(i));
}

// ---- submission

// As judged at admission, or judged anew when the ledger has moved past that instant or state. A
// refusal here instead would let whoever publishes in every commit keep all others out.
absl::StatusOr<std::vector<ledger::ReaderPart>> PartsOf(const Step& step, const PartList& list) {
  const SubmissionCommand& submission = step.body.submission();
  if (step.instant != CommandInstant(step.body) || !SameSnapshot(step.body, step.tx.view())) {
    auto record = FromCommand(submission);
    if (!record.ok()) return record.status();
    return Judge(*record, ActOf(submission.submitter(), step.instant), step.tx.view());
  }
  std::vector<ledger::ReaderPart> parts;
  for (const PartBytes& part : list.parts()) parts.push_back({part.reader(), part.part()});
  return parts;
}

// Body, submission row, mailboxes and grants of a record whose entry is staged at `index`.
absl::Status StageRecord(const Step& step, const v1::RecordHeader& header,
                         const Submitted& submitted, std::span<const ledger::ReaderPart> parts) {
  const SubmissionCommand& submission = step.body.submission();
  step.tx.PutSubmission(submission.submitter(), submitted);
  if (parts.size() == 1) {
    step.tx.CountRefused(submission.submitter().agency());
    return absl::OkStatus();
  }
  const std::string& record = step.command.attachments[0];
  MailboxRow row;
  row.set_log_index(submitted.log_index);
  row.set_origin(submission.submitter().agency());
  row.set_bytes(record.size());
  row.set_expires_ms(
      std::min(header.expires_ms(), static_cast<uint64_t>((step.instant + limits::kQueueMs).ms)));
  step.tx.PutBody(submitted.log_index, AttachmentDigest(step, 0), record,
                  {row.origin(), row.bytes(), parts.size() - 1});
  for (uint32_t i = 1; i < parts.size(); ++i) {
    row.set_part(i);
    step.tx.Deliver({parts[i].reader, record::LaneOf(header.urgency())}, row);
  }
  if (header.format_version() < record::kAttachmentVersion) return absl::OkStatus();
  return StageGrants(record, parts, submitted.log_index, row.expires_ms(), step.tx);
}

CaseRow RowOf(const SubmissionCommand& submission, uint64_t log_index) {
  CaseRow row;
  row.set_header(submission.header());
  for (const AccessDescriptor& access : submission.access()) row.add_members(access.recipient());
  row.set_log_index(log_index);
  return row;
}

// Whoever was let in a moment ago may be out by now: this is asked where the order is fixed.
absl::StatusOr<record::Header> CheckInCase(const Step& step) {
  const SubmissionCommand& submission = step.body.submission();
  auto header = record::ReadHeader(submission.header());
  if (!header.ok()) return absl::InternalError("a header that admission does not let in");
  const CaseRow row = RowOf(submission, 0);
  const std::vector<std::string> recipients(row.members().begin(), row.members().end());
  if (auto status = CheckCase(step.tx, *header, recipients); !status.ok()) return status;
  return header;
}

absl::StatusOr<Applied> CommitSubmission(const Step& step, const v1::RecordHeader& header,
                                         const PartList& list) {
  const SubmissionCommand& submission = step.body.submission();
  auto record_id = FixedBytes<sizeof(RecordId)>(header.record_id()).value_or(RecordId{});
  Submitted submitted{crypto::Sha256(submission.header()), record_id, 0};
  auto before =
      step.tx.submissions().Find(submission.submitter().agency(), submission.submitter().number(),
                                 submitted.hash, submitted.record_id, Submissions::Among::kAll);
  if (!before.ok()) return before.status();
  if (*before) return Applied{(*before)->log_index, (*before)->hash, true};
  auto checked = CheckInCase(step);
  if (!checked.ok()) return checked.status();
  auto parts = PartsOf(step, list);
  if (!parts.ok()) return parts.status();
  auto index =
      step.tx.AppendSealed(v1::ENTRY_KIND_SUBMISSION, step.instant, *parts, SeedOf(step.body));
  if (!index.ok()) return index.status();
  submitted.log_index = *index;
  auto staged = StageRecord(step, header, submitted, *parts);
  if (!staged.ok()) return staged;
  KeepCase(*checked, RowOf(submission, *index), step.tx);
  auto told = StageTold(submission, ActOf(submission.submitter(), step.instant), *parts,
                        SeedOf(step.body), step.tx);
  if (!told.ok()) return told;
  return Applied{*index, submitted.hash, false};
}

absl::StatusOr<Applied> ApplySubmission(const Step& step) {
  v1::RecordHeader header;
  PartList list;
  if (!header.ParseFromString(step.body.submission().header()) ||
      step.command.attachments.size() != 2 || !list.ParseFromString(step.command.attachments[1])) {
    return absl::InternalError("a submission command cannot be read");
  }
  auto applied = CommitSubmission(step, header, list);
  if (applied.ok()) return applied;
  return NamingRecord(applied.status(), HexEncode(AsBytes(header.record_id())));
}

// ---- notice

absl::StatusOr<Applied> ApplyNotice(const Step& step) {
  const NoticeCommand& notice = step.body.notice();
  const Submitter& submitter = notice.submitter();
  Submitted submitted{DigestOf(notice.statement_digest()), RecordId{}, 0};
  auto before = step.tx.submissions().Find(submitter.agency(), submitter.number(), submitted.hash,
                                           std::nullopt, Submissions::Among::kAll);
  if (!before.ok()) return before.status();
  if (*before) return Applied{(*before)->log_index, (*before)->hash, true};
  const record::NoticeForm* form = record::FindNoticeForm(notice.type());
  if (form == nullptr) return absl::InternalError("a notice command of no known type");
  auto still =
      CheckKeyStill(step.tx.view(), submitter.agency(), notice.key_id(), form->use, step.instant);
  if (!still.ok()) return still;

  auto parts = ledger::NoticeParts(ActOf(submitter, step.instant), notice.type(),
                                   notice.recipient(), submitted.hash);
  auto index = step.tx.AppendSealed(v1::ENTRY_KIND_NOTICE, step.instant, parts, SeedOf(step.body));
  if (!index.ok()) return index.status();
  submitted.log_index = *index;
  step.tx.PutSubmission(submitter, submitted);
  step.tx.PutBody(*index, AttachmentDigest(step, 0), step.command.attachments[0], {"", 0, 1});
  MailboxRow row;
  row.set_log_index(*index);
  row.set_part(1);
  row.set_from(submitter.agency());
  row.set_expires_ms(static_cast<uint64_t>((step.instant + limits::kQueueMs).ms));
  step.tx.Deliver({notice.recipient(), notice.lane()}, row);
  auto ended = EndGrants(notice.type(), submitter.agency(), step.command.attachments[0], step.tx);
  if (!ended.ok()) return ended;
  return Applied{*index, submitted.hash, false};
}

// ---- acknowledgement

absl::Status CheckAcknowledgement(const Step& step, const AcknowledgementCommand& range,
                                  const LaneState& lane) {
  if (range.from_seq() != lane.acknowledged + 1 || range.through_seq() > lane.last) {
    return Behind("The lane was acknowledged further since this was judged.");
  }
  const View& view = step.tx.view();
  if (!view.registry.CheckAdmitted(range.agency(), view.next_index, step.instant).ok()) {
    return Behind("The agency is no longer admitted since this was judged.");
  }
  for (const std::string& key : range.key_ids()) {
    auto status =
        CheckKeyStill(view, range.agency(), key, crypto::KeyUse::kAcknowledgement, step.instant);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// Each origin gets the acknowledgements of its records, in the lane in which it sent them.
void ForwardAcknowledgements(const Step& step, uint64_t index,
                             std::span<const ledger::ReaderPart> parts) {
  const AcknowledgementCommand& range = step.body.acknowledgement();
  auto count = static_cast<uint64_t>(range.items_size());
  if (count == 0) return;
  step.tx.PutBody(index, AttachmentDigest(step, 0), step.command.attachments[0], {"", 0, count});
  for (int i = 0; i < range.items_size(); ++i) {
    const std::string& origin = range.items(i).origin();
    auto part = std::find_if(parts.begin(), parts.end(),
                             [&](const auto& one) { return one.reader == origin; });
    MailboxRow row;
    row.set_log_index(index);
    row.set_part(static_cast<uint32_t>(part - parts.begin()));
    row.set_item(static_cast<uint32_t>(i));
    step.tx.Deliver({origin, range.lane()}, row);
  }
}

absl::StatusOr<Applied> ApplyAcknowledgement(const Step& step) {
  const AcknowledgementCommand& range = step.body.acknowledgement();
  const LaneKey key{range.agency(), range.lane()};
  LaneState lane = step.tx.Lane(key);
  if (range.through_seq() <= lane.acknowledged) return Applied{0, Digest{}, true};
  if (auto status = CheckAcknowledgement(step, range, lane); !status.ok()) return status;

  std::vector<ledger::AcknowledgedRecord> records;
  for (const AcknowledgedItem& item : range.items()) {
    records.push_back({item.origin(), DigestOf(item.record_hash())});
  }
  auto parts = ledger::AcknowledgementParts({step.instant, range.agency(), "", ""}, range.lane(),
                                            range.from_seq(), range.through_seq(), records);
  auto index =
      step.tx.AppendSealed(v1::ENTRY_KIND_ACKNOWLEDGEMENT, step.instant, parts, SeedOf(step.body));
  if (!index.ok()) return index.status();
  if (auto status = step.tx.Take(key, range.through_seq()); !status.ok()) return status;
  ForwardAcknowledgements(step, *index, parts);
  return Applied{*index, Digest{}, false};
}

// ---- publication, expiry

absl::StatusOr<Applied> ApplyPublication(const Step& step) {
  if (step.command.attachments.size() != 2) {
    return absl::InternalError("a publication command cannot be read");
  }
  v1::EntryKind kind = step.body.publication().kind();
  const std::string& statement = step.command.attachments[0];
  const std::string& text = step.command.attachments[1];
  if (auto before = step.tx.PublishedAt(statement)) {
    return Applied{*before, AttachmentDigest(step, 0), true};
  }
  auto status = CheckPublication(step.tx.view(), kind, statement, text, step.instant);
  if (!status.ok()) return status;
  auto index = step.tx.AppendOpen(kind, step.instant, statement, text);
  if (!index.ok()) return index.status();
  return Applied{*index, AttachmentDigest(step, 0), false};
}

absl::StatusOr<Applied> ApplyExpiry(const Step& step) {
  const ExpiryCommand& expiry = step.body.expiry();
  const LaneKey key{expiry.recipient(), expiry.lane()};
  auto row = step.tx.Row(key, expiry.mailbox_seq());
  if (!row.ok()) return row.status();
  bool gone = !*row || (*row)->expired();
  if (gone) return Applied{0, Digest{}, true};
  if ((*row)->expires_ms() == 0 || (*row)->expires_ms() > static_cast<uint64_t>(step.instant.ms)) {
    return absl::InternalError("an expiry command for a record whose time is not over");
  }
  auto record_id = FixedBytes<sizeof(RecordId)>(expiry.record_id()).value_or(RecordId{});
  Digest hash = DigestOf(expiry.record_hash());
  std::string origin = WaitingOf(**row, expiry.recipient()).origin;
  auto parts =
      ledger::ExpiryParts({step.instant, origin, "", ""}, record_id, hash, expiry.recipient());
  auto index = step.tx.AppendSealed(v1::ENTRY_KIND_EXPIRY, step.instant, parts, SeedOf(step.body));
  if (!index.ok()) return index.status();
  step.tx.MarkExpired(key, expiry.mailbox_seq(), **std::move(row));
  return Applied{*index, hash, false};
}

// ---- decided again

struct WaitingParts {
  v1::Part for_origin, for_recipient;
};

absl::StatusOr<WaitingRecord> ReadWaiting(const Step& step, WaitingParts& parts) {
  const DecisionAgainCommand& again = step.body.again();
  v1::Record record;
  if (step.command.attachments.size() != 3 ||
      !record.ParseFromString(step.command.attachments[0]) ||
      !parts.for_origin.ParseFromString(step.command.attachments[1]) ||
      !parts.for_recipient.ParseFromString(step.command.attachments[2])) {
    return absl::InternalError("a command to decide again cannot be read");
  }
  auto candidate = FromStored(record);
  if (!candidate.ok()) return candidate.status();
  return WaitingRecord{*std::move(candidate),
                       again.recipient(),
                       again.first_index(),
                       {static_cast<int64_t>(again.first_instant_ms())}};
}

// The origin is told, in the lane of the record: the evidence is all there is to deliver.
void TellOrigin(const Step& step, uint64_t index, const std::string& origin) {
  const std::string nothing = NoticeList().SerializeAsString();
  step.tx.PutBody(index, crypto::Sha256(nothing), nothing, {"", 0, 1});
  MailboxRow row;
  row.set_log_index(index);
  step.tx.Deliver({origin, step.body.again().lane()}, row);
}

absl::Status StageDecided(const Step& step, MailboxRow row, uint64_t index,
                          const ledger::ReaderPart& part) {
  v1::Part message;
  if (!message.ParseFromString(part.bytes) || message.again().decided().decisions_size() != 1) {
    return absl::InternalError("a part that deciding again does not make");
  }
  const v1::SubmissionPart& decided = message.again().decided();
  const v1::RecipientDecision& decision = decided.decisions(0);
  const DecisionAgainCommand& again = step.body.again();
  row.set_again_index(index);
  row.set_refused(!ledger::Releases(decision.verdict()));
  step.tx.PutDecided({again.recipient(), again.lane()}, again.mailbox_seq(), row);
  return EndWithheld(again.recipient(), decided.record_hash(), decision, step.tx);
}

absl::StatusOr<Applied> ApplyDecisionAgain(const Step& step) {
  const DecisionAgainCommand& again = step.body.again();
  auto row = step.tx.Row({again.recipient(), again.lane()}, again.mailbox_seq());
  if (!row.ok()) return row.status();
  const bool gone = !*row || (*row)->expired() || (*row)->log_index() != again.first_index();
  const uint64_t decided =
      gone ? 0 : std::max((*row)->log_index(), (*row)->again_index());  // again is above the first
  if (gone || decided != again.decided_index()) return Applied{0, Digest{}, true};
  WaitingParts before;
  auto waiting = ReadWaiting(step, before);
  if (!waiting.ok()) return waiting.status();
  const auto parts =
      JudgeAgain(*waiting, before.for_origin, before.for_recipient, step.tx.view(), step.instant);
  if (parts.empty()) return Applied{0, Digest{}, true};
  auto index =
      step.tx.AppendSealed(v1::ENTRY_KIND_DECISION_AGAIN, step.instant, parts, SeedOf(step.body));
  if (!index.ok()) return index.status();
  auto staged = StageDecided(step, **std::move(row), *index, parts[1]);
  if (!staged.ok()) return staged;
  TellOrigin(step, *index, parts[0].reader);
  return Applied{*index, waiting->record.hash, false};
}

}  // namespace

absl::StatusOr<Applied> Apply(const Command& command, Transaction& transaction) {
  auto body = ParseCommand(command);
  if (!body.ok()) return body.status();
  Step step{command, *body, transaction,
            std::max(transaction.view().ledger_time, CommandInstant(*body))};
  switch (body->kind_case()) {
    case CommandBody::kSubmission:
      return ApplySubmission(step);
    case CommandBody::kNotice:
      return ApplyNotice(step);
    case CommandBody::kAcknowledgement:
      return ApplyAcknowledgement(step);
    case CommandBody::kPublication:
      return ApplyPublication(step);
    case CommandBody::kExpiry:
      return ApplyExpiry(step);
    case CommandBody::kAgain:
      return ApplyDecisionAgain(step);
    case CommandBody::KIND_NOT_SET:
      break;
  }
  return absl::InternalError("a command of no kind");
}

}  // namespace entente::broker
