#include "broker/judge.h"

#include <algorithm>
#include <span>
#include <utility>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/ledger/consents.h"
#include "core/ledger/labels.h"
#include "policy/decide.h"

namespace entente::broker {
namespace {

using ledger::LabelsOf;

absl::Status CheckTimes(const record::Header& header, Instant instant) {
  if (auto status = record::CheckNotFuture(header, instant); !status.ok()) return status;
  if (header.expires <= instant) {
    return Refuse(Reason::kExpired, "The record expired at " + FormatInstant(header.expires) + ".");
  }
  return absl::OkStatus();
}

size_t BytesFor(policy::Reader reader, const ledger::DecidedRecipient& one,
                std::span<const SectionId> sections) {
  return ledger::DecisionFor(reader, one.recipient, one.decision, sections).ByteSizeLong();
}

// One answer and one delivery must fit a message, however much the States' rules have to say.
// `origin_bytes`: of the decisions before, in the origin's part.
absl::Status CheckPartBytes(const ledger::DecidedRecipient& one,
                            std::span<const SectionId> sections, size_t& origin_bytes) {
  constexpr size_t kMost = limits::kPartBytes - limits::kHeaderBytes;  // room for the rest
  origin_bytes += BytesFor(policy::Reader::kOrigin, one, sections);
  if (origin_bytes <= kMost && BytesFor(policy::Reader::kRecipient, one, sections) <= kMost) {
    return absl::OkStatus();
  }
  return Refuse(Refusal{
      .reason = Reason::kTooLarge,
      .subject = "",
      .text = "The decisions and the rules behind them are above 1 MiB, at " + one.recipient + ".",
      .advice = "Send to fewer recipients at once, or fewer sections.",
      .record_id = "",
      .log_index = std::nullopt});
}

absl::StatusOr<std::vector<ledger::DecidedRecipient>> DecideAll(const Candidate& record,
                                                                const View& view, Instant instant) {
  auto snapshot = view.registry.PolicySnapshot(instant);
  std::vector<ledger::DecidedRecipient> decided;
  size_t bytes = 0;
  for (const Candidate::Recipient& recipient : record.recipients) {
    auto to = ledger::ReadConsents(view.registry, record.header,
                                   {recipient.agency,
                                    recipient.instrument,
                                    {recipient.consents.begin(), recipient.consents.end()},
                                    recipient.emergency},
                                   view.next_index, instant);
    if (!to.ok()) return to.status();
    decided.push_back(
        {recipient.agency, snapshot.ok()
                               ? policy::Decide(**snapshot, record.labels, to->labels, instant)
                               : policy::EngineFailed(instant, view.registry.snapshot_number(),
                                                      view.registry.snapshot_hash())});
    if (auto fits = CheckPartBytes(decided.back(), record.sections, bytes); !fits.ok()) return fits;
  }
  return decided;
}

// Time ends one wait, and only a person at the origin the other.
absl::Status CheckNotHeld(const ledger::DecidedRecipient& one) {
  if (one.decision.verdict != policy::Verdict::kHold) return absl::OkStatus();
  const auto for_person = policy::PolicyReasonWord(policy::PolicyReason::kHandlingNeedsPerson);
  const bool person = std::ranges::any_of(
      one.decision.reasons, [&](const auto& reason) { return reason.text == for_person; });
  if (!person) {
    return Refuse(Reason::kPolicyHeld,
                  "The record was sent under a policy that is not yet in force here.");
  }
  return Refuse(
      Reason::kConsentMissing,
      "Handling code H3: no person at the origin has let it go to " + one.recipient + ".");
}

// Sections and accesses of a Record, or as the command describes them.
template <typename Sections, typename Accesses>
absl::StatusOr<Candidate> ReadCandidate(const std::string& header_bytes, const Sections& sections,
                                        const Accesses& accesses) {
  auto header = record::ReadHeader(header_bytes);
  if (!header.ok()) return absl::InternalError("a header that admission does not let in");
  policy::RecordLabels labels = LabelsOf(*header);
  Candidate out{*std::move(header), record::RecordHash(header_bytes), {}, labels, {}};
  for (const auto& section : sections) {
    auto id = FixedBytes<sizeof(SectionId)>(section.section_id());
    auto section_labels = record::ReadLabels(section.labels());
    if (!id || !section_labels.ok()) {
      return absl::InternalError("a section that admission does not let in");
    }
    out.sections.push_back(*id);
    out.labels.sections.push_back(LabelsOf(*section_labels));
  }
  for (const auto& access : accesses) {
    out.recipients.push_back({access.recipient(),
                              access.instrument(),
                              {access.consents().begin(), access.consents().end()},
                              access.override()});
  }
  return out;
}

}  // namespace

Candidate FromRecord(const record::ParsedRecord& record) {
  Candidate out{record.header, record.hash, {}, LabelsOf(record.header), {}};
  for (const record::Section& section : record.sections) {
    out.sections.push_back(section.id);
    out.labels.sections.push_back(LabelsOf(section.labels));
  }
  for (const record::Access& access : record.access) {
    out.recipients.push_back({access.recipient.text(),
                              std::string(access.instrument),
                              {access.consents.begin(), access.consents.end()},
                              std::string(access.emergency)});
  }
  return out;
}

absl::StatusOr<Candidate> FromCommand(const SubmissionCommand& submission) {
  return ReadCandidate(submission.header(), submission.sections(), submission.access());
}

absl::StatusOr<Candidate> FromStored(const v1::Record& record) {
  return ReadCandidate(record.header(), record.sections(), record.access());
}

absl::StatusOr<std::vector<ledger::ReaderPart>> Judge(const Candidate& record,
                                                      const ledger::Act& act, const View& view) {
  const record::Header& header = record.header;
  auto key = view.registry.FindKey(header.origin.text(), header.signing_key_id,
                                   crypto::KeyUse::kRecordSigning, view.next_index, act.instant);
  if (!key.ok()) return key.status();
  if (auto status = CheckTimes(header, act.instant); !status.ok()) return status;
  auto decided = DecideAll(record, view, act.instant);
  if (!decided.ok()) return decided.status();
  for (const ledger::DecidedRecipient& one : *decided) {
    if (auto status = CheckNotHeld(one); !status.ok()) return status;
  }
  ledger::SubmittedRecord submitted{.record_id = header.record_id,
                                    .record_hash = record.hash,
                                    .origin = header.origin.text(),
                                    .sections = record.sections,
                                    .snapshot_number = view.registry.snapshot_number(),
                                    .snapshot_hash = view.registry.snapshot_hash()};
  return ledger::SubmissionParts(act, submitted, *decided);
}

}  // namespace entente::broker
