#include "core/record/receive.h"

#include <algorithm>
#include <utility>

#include "core/base/refusal.h"

namespace entente::record {
namespace {

absl::Status CheckSigned(const Envelope& envelope, const DeliveryContext& context) {
  const absl::StatusOr<crypto::PublicKey> key =
      context.signing_key(envelope.signature.origin, envelope.signature.key_id);
  if (!key.ok()) return key.status();
  return VerifyBatch(context.federation, envelope.hash, envelope.signature, *key,
                     context.remembered);
}

// Precondition: CheckGranted.
absl::StatusOr<std::vector<OpenedSection>> OpenSections(const ParsedRecord& record,
                                                        const Access& own,
                                                        const OpenedAccess& opened) {
  std::vector<OpenedSection> sections;
  for (const Section& section : record.sections) {
    const auto wrap = std::find_if(own.wraps.begin(), own.wraps.end(), [&](const Wrap& candidate) {
      return candidate.section_id == section.id;
    });
    absl::StatusOr<OpenedSection> open = OpenSection(record, section, *wrap, opened);
    if (!open.ok()) return open.status();
    sections.push_back(*std::move(open));
  }
  return sections;
}

}  // namespace

absl::StatusOr<ParsedRecord> CheckDelivered(std::string_view bytes,
                                            const DeliveryContext& context) {
  absl::StatusOr<Envelope> envelope = ReadEnvelope(bytes);
  if (!envelope.ok()) return envelope.status();
  if (absl::Status status = CheckSigned(*envelope, context); !status.ok()) return status;
  absl::StatusOr<ParsedRecord> record = ReadRecord(*std::move(envelope));
  if (!record.ok()) return record;
  absl::Status status = CheckNotFuture(record->header, context.entry_instant);
  status.Update(CheckNotExpired(record->header, context.now));
  status.Update(CheckNotExpired(record->header, context.entry_instant));
  if (!status.ok()) return status;
  return record;
}

absl::StatusOr<const Access*> CheckOwnAccess(const ParsedRecord& record, const AgencyId& own) {
  if (record.access.size() != 1 || record.access.front().recipient != own) {
    return Refuse(Reason::kWrongAgency, "the record does not have one access, our own");
  }
  const Access& access = record.access.front();
  if (absl::Status status = CheckAccessLeaf(record, access); !status.ok()) return status;
  return &access;
}

absl::StatusOr<OpenedRecord> OpenDelivered(const ParsedRecord& record, std::string_view federation,
                                           const AgencyId& own, const DeliveryKeyLookup& keys,
                                           std::span<const SectionId> withheld) {
  const absl::StatusOr<const Access*> access = CheckOwnAccess(record, own);
  if (!access.ok()) return access.status();
  if (absl::Status status = CheckSectionLeaves(record); !status.ok()) return status;
  absl::StatusOr<OpenedAccess> opened = OpenAccess(federation, record, **access, keys);
  if (!opened.ok()) return opened.status();
  absl::Status status = CheckGranted(record, **access, opened->manifest, withheld);
  if (!status.ok()) return status;
  absl::StatusOr<std::vector<OpenedSection>> sections = OpenSections(record, **access, *opened);
  if (!sections.ok()) return sections.status();
  return OpenedRecord{std::move(opened->manifest), *std::move(sections)};
}

}  // namespace entente::record
