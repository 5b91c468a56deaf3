#include "core/ledger/parts.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/record/strict.h"

namespace entente::ledger {
namespace {

v1::Part NewPart(v1::EntryKind kind, const Act& act, std::string_view reader) {
  v1::Part part;
  part.set_kind(kind);
  part.set_instant_ms(static_cast<uint64_t>(act.instant.ms));
  part.set_reader(std::string(reader));
  part.set_acting_agency(act.acting_agency);
  part.set_officer_pseudonym(act.officer_pseudonym);
  part.set_justification_digest(act.justification_digest);
  return part;
}

ReaderPart Finish(const v1::Part& part) { return {part.reader(), record::Encode(part)}; }

// The same event for the one who acted and for another.
std::vector<ReaderPart> ForBoth(v1::Part part, std::string_view other) {
  std::vector<ReaderPart> out = {Finish(part)};
  if (other == part.reader()) return out;
  part.set_reader(std::string(other));
  out.push_back(Finish(part));
  return out;
}

void FillSubmitted(const SubmittedRecord& record, v1::SubmissionPart& submission) {
  submission.set_record_id(ToString(record.record_id));
  submission.set_record_hash(ToString(record.record_hash));
  submission.set_origin(record.origin);
  submission.set_snapshot_number(record.snapshot_number);
  submission.set_snapshot_hash(ToString(record.snapshot_hash));
}

v1::Part SubmissionPartFor(const Act& act, const SubmittedRecord& record, std::string_view reader) {
  v1::Part part = NewPart(v1::ENTRY_KIND_SUBMISSION, act, reader);
  FillSubmitted(record, *part.mutable_submission());
  return part;
}

ReaderPart DecisionAgainPartFor(const Act& act, uint64_t first_index, const SubmittedRecord& record,
                                const v1::RecipientDecision& decision, std::string_view reader) {
  v1::Part part = NewPart(v1::ENTRY_KIND_DECISION_AGAIN, act, reader);
  part.mutable_again()->set_first_index(first_index);
  FillSubmitted(record, *part.mutable_again()->mutable_decided());
  *part.mutable_again()->mutable_decided()->add_decisions() = decision;
  return Finish(part);
}

v1::Part AcknowledgementPartFor(const Act& act, v1::Lane lane, uint64_t from_seq,
                                uint64_t through_seq, std::string_view reader) {
  v1::Part part = NewPart(v1::ENTRY_KIND_ACKNOWLEDGEMENT, act, reader);
  v1::AcknowledgementPart& range = *part.mutable_acknowledgement();
  range.set_recipient(act.acting_agency);
  range.set_lane(lane);
  range.set_from_seq(from_seq);
  range.set_through_seq(through_seq);
  return part;
}

}  // namespace

std::vector<ReaderPart> SubmissionParts(const Act& act, const SubmittedRecord& record,
                                        std::span<const DecidedRecipient> decided) {
  std::vector<const DecidedRecipient*> sorted;
  for (const DecidedRecipient& one : decided) sorted.push_back(&one);
  std::sort(sorted.begin(), sorted.end(),
            [](const auto* a, const auto* b) { return a->recipient < b->recipient; });
  v1::Part whole = SubmissionPartFor(act, record, record.origin);
  std::vector<ReaderPart> out(1);
  for (const DecidedRecipient* one : sorted) {
    *whole.mutable_submission()->add_decisions() =
        DecisionFor(policy::Reader::kOrigin, one->recipient, one->decision, record.sections);
    if (!one->decision.releases() || one->recipient == record.origin) continue;
    v1::Part own = SubmissionPartFor(act, record, one->recipient);
    *own.mutable_submission()->add_decisions() =
        DecisionFor(policy::Reader::kRecipient, one->recipient, one->decision, record.sections);
    out.push_back(Finish(own));
  }
  out[0] = Finish(whole);
  return out;
}

std::vector<ReaderPart> DecisionAgainParts(const Act& act, uint64_t first_index,
                                           const SubmittedRecord& record,
                                           const v1::RecipientDecision& for_origin,
                                           const v1::RecipientDecision& for_recipient) {
  return {DecisionAgainPartFor(act, first_index, record, for_origin, record.origin),
          DecisionAgainPartFor(act, first_index, record, for_recipient, for_recipient.recipient())};
}

std::vector<ReaderPart> AcknowledgementParts(const Act& act, v1::Lane lane, uint64_t from_seq,
                                             uint64_t through_seq,
                                             std::span<const AcknowledgedRecord> records) {
  v1::Part whole = AcknowledgementPartFor(act, lane, from_seq, through_seq, act.acting_agency);
  std::map<std::string, v1::Part> origins;
  for (const AcknowledgedRecord& record : records) {
    whole.mutable_acknowledgement()->add_record_hashes(ToString(record.record_hash));
    if (record.origin == act.acting_agency) continue;
    const auto [found, is_new] = origins.try_emplace(record.origin);
    // An origin learns that its records arrived, not how much else the recipient gets.
    if (is_new) found->second = AcknowledgementPartFor(act, lane, 0, 0, record.origin);
    found->second.mutable_acknowledgement()->add_record_hashes(ToString(record.record_hash));
  }
  std::vector<ReaderPart> out = {Finish(whole)};
  for (const auto& [origin, part] : origins) out.push_back(Finish(part));
  return out;
}

std::vector<ReaderPart> NoticeParts(const Act& act, std::string_view type, std::string_view to,
                                    const Digest& statement_digest) {
  v1::Part part = NewPart(v1::ENTRY_KIND_NOTICE, act, act.acting_agency);
  v1::NoticePart& notice = *part.mutable_notice();
  notice.set_type(std::string(type));
  notice.set_from(act.acting_agency);
  notice.set_to(std::string(to));
  notice.set_statement_digest(ToString(statement_digest));
  return ForBoth(std::move(part), to);
}

std::vector<ReaderPart> ExpiryParts(const Act& act, const RecordId& record_id,
                                    const Digest& record_hash, std::string_view recipient) {
  v1::Part part = NewPart(v1::ENTRY_KIND_EXPIRY, act, act.acting_agency);
  v1::ExpiryPart& expiry = *part.mutable_expiry();
  expiry.set_record_id(ToString(record_id));
  expiry.set_record_hash(ToString(record_hash));
  expiry.set_recipient(std::string(recipient));
  return ForBoth(std::move(part), recipient);
}

}  // namespace entente::ledger
