#include "broker/admission.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker/judge.h"
#include "broker/notice.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/record/leaves.h"
#include "core/record/record.h"

namespace entente::broker {
namespace {

struct Asked {
  const v1::Submission& submission;
  const AgencyId& caller;
  const AdmissionState& state;
  Instant instant;                           // not before the ledger's
  absl::Status standing = absl::OkStatus();  // of the caller; not OK: repetitions alone
};

// ---- caller

bool EmptyOrDigest(const std::string& bytes) {
  return bytes.empty() || bytes.size() == sizeof(Digest);
}

absl::Status CheckCaller(const Asked& asked) {
  const View& view = asked.state.view;
  auto status = view.registry.CheckAdmitted(asked.caller.text(), view.next_index, asked.instant);
  if (!status.ok()) return status;
  if (!EmptyOrDigest(asked.submission.officer_pseudonym()) ||
      !EmptyOrDigest(asked.submission.justification_digest())) {
    return Refuse(Reason::kMalformed, "Pseudonym and justification digest are 32 bytes, or none.");
  }
  return absl::OkStatus();
}

Submitter SubmitterOf(const Asked& asked) {
  Submitter submitter;
  submitter.set_agency(asked.caller.text());
  submitter.set_number(asked.submission.number());
  submitter.set_officer_pseudonym(asked.submission.officer_pseudonym());
  submitter.set_justification_digest(asked.submission.justification_digest());
  return submitter;
}

absl::StatusOr<std::optional<Submitted>> Before(const Asked& asked, const Digest& hash,
                                                const std::optional<RecordId>& id) {
  return asked.state.submissions.Find(asked.caller.text(), asked.submission.number(), hash, id,
                                      Submissions::Among::kPublished);
}

// ---- signature

absl::Status CheckSignature(const Asked& asked, const record::Envelope& envelope) {
  const View& view = asked.state.view;
  const record::BatchSignature& signature = envelope.signature;
  if (signature.origin != asked.caller) {
    return Refuse(Reason::kWrongAgency, asked.caller.text() + " submits a record signed for " +
                                            signature.origin.text() + ".");
  }
  auto key = view.registry.FindKey(asked.caller.text(), signature.key_id,
                                   crypto::KeyUse::kRecordSigning, view.next_index, asked.instant);
  if (!key.ok()) return key.status();
  return record::VerifyBatch(view.registry.genesis()->federation, envelope.hash, signature,
                             key->public_key, &asked.state.verified);
}

// ---- accesses

// A record sealed to a key that its recipient never published, or has retired, would only be
// refused there. Whether the recipient is a member is for the decision to say.
absl::Status CheckDeliveryKey(const Asked& asked, const record::Header& header,
                              const record::Access& access) {
  const View& view = asked.state.view;
  auto key = view.registry.FindKey(access.recipient.text(), access.delivery_key_id,
                                   crypto::KeyUse::kDelivery, view.next_index, header.created);
  if (key.ok() || IsRefusal(key.status(), Reason::kWrongAgency) ||
      IsRefusal(key.status(), Reason::kAgencySuspended)) {
    return absl::OkStatus();
  }
  return key.status();
}

// One section, which everybody gets: else each member could be told something else.
absl::Status CheckMembership(const record::ParsedRecord& record) {
  if (record.header.kind != v1::RECORD_KIND_MEMBERSHIP) return absl::OkStatus();
  const bool all_get_it = std::ranges::all_of(
      record.access, [](const record::Access& access) { return access.wraps.size() == 1; });
  if (record.sections.size() == 1 && all_get_it) return absl::OkStatus();
  return Refuse(Reason::kMalformed, "A membership has one section, which every member gets.");
}

absl::Status CheckAccesses(const Asked& asked, const record::ParsedRecord& record) {
  for (const record::Access& access : record.access) {
    if (access.recipient == asked.caller) {
      return Refuse(Reason::kWrongAgency, "A record names its own origin as a recipient.");
    }
    if (auto status = CheckDeliveryKey(asked, record.header, access); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// ---- attachments

absl::StatusOr<std::vector<Hold>> HoldFiles(const Asked& asked,
                                            const record::ParsedRecord& record) {
  std::vector<Hold> holds;
  for (const record::Section& section : record.sections) {
    if (!section.file) continue;
    holds.push_back(asked.state.hold_file(asked.caller, *section.file, asked.instant));
    if (holds.back() == nullptr) {
      return Refuse(Reason::kAttachmentMissing, "An attachment is not whole at the broker.");
    }
  }
  return holds;
}

// ---- quota

absl::Status CheckQuota(const Asked& asked, std::span<const ledger::ReaderPart> parts) {
  std::vector<std::string> recipients;
  for (size_t i = 1; i < parts.size(); ++i) recipients.push_back(parts[i].reader);
  if (recipients.empty()) {
    return asked.state.usage.CheckRefused(asked.state.quotas, asked.caller.text(), asked.instant);
  }
  return asked.state.usage.Check(asked.state.quotas, asked.caller.text(), recipients,
                                 asked.submission.record().size());
}

// ---- command

void Describe(const record::ParsedRecord& record, SubmissionCommand& command) {
  command.set_header(record.wire->header());
  *command.mutable_signature() = record.wire->signature();
  for (const record::Section& section : record.sections) {
    SectionDescriptor& out = *command.add_sections();
    out.set_section_id(ToString(section.id));
    out.set_labels(std::string(section.labels_bytes));
    out.set_length(section.ciphertext.size());
    out.set_leaf(ToString(record::SectionLeaf(section)));
  }
  for (const record::Access& access : record.access) {
    AccessDescriptor& out = *command.add_access();
    out.set_recipient(access.recipient.text());
    out.set_instrument(std::string(access.instrument));
    for (const std::string_view consent : access.consents) out.add_consents(std::string(consent));
    out.set_override(std::string(access.emergency));
  }
}

absl::StatusOr<Admitted> RecordCommand(const Asked& asked, const record::ParsedRecord& record,
                                       std::span<const ledger::ReaderPart> parts, Random& random) {
  CommandBody body = NewCommandBody(asked.state.view, asked.instant, random);
  *body.mutable_submission()->mutable_submitter() = SubmitterOf(asked);
  Describe(record, *body.mutable_submission());
  PartList list;
  for (const ledger::ReaderPart& part : parts) {
    PartBytes& out = *list.add_parts();
    out.set_reader(part.reader);
    out.set_part(part.bytes);
  }
  return MakeCommand(std::move(body), {asked.submission.record(), list.SerializeAsString()});
}

// ---- the order

// Who was suspended after its record was committed must still learn that it was, and is told
// nothing new by the answer that it had before.
absl::StatusOr<Admitted> AdmitSound(const Asked& asked, Random& random) {
  auto envelope = record::ReadEnvelope(asked.submission.record());
  if (!envelope.ok()) return asked.standing.ok() ? envelope.status() : asked.standing;
  auto before = Before(asked, envelope->hash, std::nullopt);
  if (before.ok() && *before) return **before;
  if (!asked.standing.ok()) return asked.standing;
  if (!before.ok()) return before.status();
  if (auto status = CheckSignature(asked, *envelope); !status.ok()) return status;

  auto record = record::ReadRecord(*std::move(envelope));
  if (!record.ok()) return record.status();
  before = Before(asked, record->hash, record->header.record_id);
  if (!before.ok()) return before.status();
  if (*before) return **before;
  if (auto status = record::CheckHasMeaning(record->header); !status.ok()) return status;
  if (auto status = record::CheckSubmitted(*record); !status.ok()) return status;
  if (auto status = CheckMembership(*record); !status.ok()) return status;
  if (auto status = CheckAccesses(asked, *record); !status.ok()) return status;
  auto holds = HoldFiles(asked, *record);
  if (!holds.ok()) return holds.status();

  ledger::Act act{asked.instant, asked.caller.text(), asked.submission.officer_pseudonym(),
                  asked.submission.justification_digest()};
  auto parts = Judge(FromRecord(*record), act, asked.state.view);
  if (!parts.ok()) return parts.status();
  if (auto status = CheckQuota(asked, *parts); !status.ok()) return status;
  auto command = RecordCommand(asked, *record, *parts, random);
  if (command.ok()) std::get<Command>(*command).holds = *std::move(holds);
  return command;
}

// For the one who is refused: 32 hex, or nothing when the header cannot be read.
std::string RecordIdIn(const std::string& bytes) {
  v1::Record record;
  v1::RecordHeader header;
  bool read = bytes.size() <= limits::kRecordBytes && record.ParseFromString(bytes) &&
              header.ParseFromString(record.header());
  bool whole = read && header.record_id().size() == sizeof(RecordId);
  return whole ? HexEncode(AsBytes(header.record_id())) : "";
}

absl::StatusOr<Admitted> AdmitRecord(const Asked& asked, Random& random) {
  auto admitted = AdmitSound(asked, random);
  if (admitted.ok()) return admitted;
  return NamingRecord(admitted.status(), RecordIdIn(asked.submission.record()));
}

absl::StatusOr<Admitted> AdmitNotice(const Asked& asked, Random& random) {
  const v1::Notice& notice = asked.submission.notice();
  auto before = Before(asked, NoticeDigest(notice), std::nullopt);
  if (before.ok() && *before) return **before;
  if (!asked.standing.ok()) return asked.standing;
  if (!before.ok()) return before.status();
  auto made = MakeNotice(notice, SubmitterOf(asked), asked.state.view, asked.instant, random);
  if (!made.ok()) return made.status();
  auto status =
      asked.state.usage.CheckNotice(asked.state.quotas, asked.caller.text(), made->recipient);
  if (!status.ok()) return status;
  return std::move(made->command);
}

}  // namespace

absl::StatusOr<Admitted> Admit(const v1::Submission& submission, const AgencyId& caller,
                               const AdmissionState& state, Instant now, Random& random) {
  Asked asked{submission, caller, state, std::max(now, state.view.ledger_time), absl::OkStatus()};
  asked.standing = CheckCaller(asked);
  const bool suspended = IsRefusal(asked.standing, Reason::kAgencySuspended);
  if (!asked.standing.ok() && !suspended) return asked.standing;
  switch (submission.item_case()) {
    case v1::Submission::kRecord:
      return AdmitRecord(asked, random);
    case v1::Submission::kNotice:
      return AdmitNotice(asked, random);
    case v1::Submission::ITEM_NOT_SET:
      break;
  }
  return Refuse(Reason::kMalformed, "A submission carries a record or a notice.");
}

}  // namespace entente::broker
