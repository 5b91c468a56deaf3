#include "core/record/record.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/record/checks.h"
#include "core/record/leaves.h"
#include "core/record/statements.h"
#include "core/record/strict.h"

namespace entente::record {
namespace {

using internal::CopyFixed;
using internal::First;
using internal::Malformed;

absl::Status CheckOrigin(const Header& header, const BatchSignature& signature) {
  if (header.origin == signature.origin && header.signing_key_id == signature.key_id) {
    return absl::OkStatus();
  }
  return Refuse(Reason::kBadSignature, "header and signature name different signers");
}

absl::Status CheckCounts(const v1::Record& wire) {
  if (static_cast<size_t>(wire.sections_size()) > limits::kSections) {
    return Malformed("more sections than a record may have");
  }
  if (static_cast<size_t>(wire.access_size()) > limits::kRecipients) {
    return Malformed("more recipients than a record may have");
  }
  return absl::OkStatus();
}

absl::Status ReadFile(const v1::Section& wire, const Header& header, Section& section) {
  if (!wire.has_file()) return absl::OkStatus();
  if (header.format_version < kAttachmentVersion) {
    return Malformed("an attachment in a record of a version that has none");
  }
  FileShape& file = section.file.emplace();
  file.size = wire.file().size();
  if (!IsSealedFileSize(file.size)) return Malformed("a size that no attachment has");
  return CopyFixed(wire.file().root(), "the root of an attachment", file.root);
}

absl::StatusOr<Section> ReadSection(const v1::Section& wire, const Header& header) {
  Section section{.labels_bytes = wire.labels(), .ciphertext = wire.ciphertext()};
  absl::Status status =
      First(CopyFixed(wire.section_id(), "a section id", section.id),
            CopyFixed(wire.key_commitment(), "a key commitment", section.key_commitment),
            ReadFile(wire, header, section));
  if (!status.ok()) return status;
  absl::StatusOr<v1::SectionLabels> labels = ReadLabels(wire.labels());
  if (!labels.ok()) return labels.status();
  section.labels = *std::move(labels);
  return section;
}

absl::Status ReadWraps(const v1::Access& wire, std::vector<Wrap>& wraps) {
  for (const v1::Wrap& message : wire.wraps()) {
    Wrap& wrap = wraps.emplace_back();
    absl::Status status =
        First(CopyFixed(message.section_id(), "a wrap's section", wrap.section_id),
              CopyFixed(message.sealed_key(), "a wrap", wrap.sealed_key));
    if (!status.ok()) return status;
    if (wraps.size() > 1 && wraps[wraps.size() - 2].section_id >= wrap.section_id) {
      return Refuse(Reason::kNotCanonical, "the wraps are not sorted, or one is twice");
    }
  }
  return absl::OkStatus();
}

absl::Status ReadConsents(const v1::Access& wire, std::vector<std::string_view>& consents) {
  if (static_cast<size_t>(wire.consents_size()) > limits::kConsents) {
    return Malformed("too many consents for one recipient");
  }
  for (const std::string& bytes : wire.consents()) {
    const absl::StatusOr<v1::SignedStatement> consent = StrictParse<v1::SignedStatement>(bytes);
    if (!consent.ok()) return consent.status();
    if (absl::Status status = CheckStatementForm(*consent); !status.ok()) return status;
    consents.push_back(bytes);
  }
  return absl::OkStatus();
}

absl::Status CheckOverride(const v1::Access& wire, const Header& header) {
  if (wire.override().empty()) return absl::OkStatus();
  if (header.format_version < kOverrideVersion) {
    return Malformed("an override in a record of a version that has none");
  }
  const absl::StatusOr<v1::SignedStatement> statement =
      StrictParse<v1::SignedStatement>(wire.override());
  return statement.ok() ? CheckStatementForm(*statement) : statement.status();
}

absl::StatusOr<Access> ReadAccess(const v1::Access& wire, const Header& header) {
  absl::StatusOr<AgencyId> recipient = AgencyId::Parse(wire.recipient());
  if (!recipient.ok()) return Malformed("a recipient is not the name of an agency");
  if (wire.instrument().size() > kLp16Bytes) return Malformed("an instrument's name is too long");
  Access access{.recipient = *std::move(recipient),
                .instrument = wire.instrument(),
                .emergency = wire.override(),
                .manifest = wire.manifest()};
  absl::Status status = First(
      CopyFixed(wire.delivery_key_id(), "a delivery key id", access.delivery_key_id),
      CopyFixed(wire.enc(), "an encapsulated key", access.enc),
      CopyFixed(wire.salt(), "an access's salt", access.salt), ReadConsents(wire, access.consents),
      CheckOverride(wire, header), ReadWraps(wire, access.wraps));
  if (!status.ok()) return status;
  return access;
}

absl::Status ReadSections(ParsedRecord& record) {
  std::set<SectionId> seen;
  for (const v1::Section& wire : record.wire->sections()) {
    absl::StatusOr<Section> section = ReadSection(wire, record.header);
    if (!section.ok()) return section.status();
    if (!seen.insert(section->id).second) return Malformed("a section id is there twice");
    record.sections.push_back(*std::move(section));
  }
  return absl::OkStatus();
}

absl::Status ReadAccesses(ParsedRecord& record) {
  std::set<AgencyId> seen;
  size_t consents = 0;
  for (const v1::Access& wire : record.wire->access()) {
    absl::StatusOr<Access> access = ReadAccess(wire, record.header);
    if (!access.ok()) return access.status();
    if (!seen.insert(access->recipient).second) return Malformed("a recipient is there twice");
    consents += access->consents.size();
    record.access.push_back(*std::move(access));
  }
  if (consents > kMostConsents) return Malformed("too many consents in a record");
  return absl::OkStatus();
}

// The version follows from what is in the record: there is one encoding of it. Of the last one what
// it adds is sealed, and looked at by who opens it.
absl::Status CheckVersion(const ParsedRecord& record) {
  const auto files = static_cast<size_t>(std::ranges::count_if(
      record.sections, [](const Section& one) { return one.file.has_value(); }));
  if (files > limits::kAttachments) return Malformed("more attachments than a record may have");
  const auto overrides = static_cast<size_t>(std::ranges::count_if(
      record.access, [](const Access& one) { return !one.emergency.empty(); }));
  if (overrides > kMostOverrides) return Malformed("more overrides than a record may have");
  const uint32_t version = record.header.format_version;
  if (version == kCheckpointVersion || version == VersionFor(files > 0, overrides > 0)) {
    return absl::OkStatus();
  }
  return Malformed("a record whose version is not that of what is in it");
}

absl::Status CheckWrapped(const ParsedRecord& record) {
  for (const Access& access : record.access) {
    for (const Wrap& wrap : access.wraps) {
      if (record.FindSection(wrap.section_id) == nullptr) {
        return Malformed("a wrap of a section that is not there");
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Envelope> ReadEnvelope(std::string_view bytes) {
  if (bytes.size() > limits::kRecordBytes) {
    return Refuse(Reason::kTooLarge, "the record is larger than 1 MiB");
  }
  auto wire = std::make_unique<v1::Record>();
  if (absl::Status status = StrictParseInto(bytes, *wire); !status.ok()) return status;
  if (wire->header().size() > limits::kHeaderBytes) {
    return Refuse(Reason::kTooLarge, "the header is larger than 16 KiB");
  }
  absl::StatusOr<BatchSignature> signature = CheckSignature(wire->signature());
  if (!signature.ok()) return signature.status();
  const Digest hash = RecordHash(wire->header());
  return Envelope{.wire = std::move(wire), .hash = hash, .signature = *std::move(signature)};
}

absl::StatusOr<ParsedRecord> ReadRecord(Envelope envelope) {
  absl::StatusOr<Header> header = ReadHeader(envelope.wire->header());
  if (!header.ok()) return header.status();
  ParsedRecord record{.wire = std::move(envelope.wire),
                      .hash = envelope.hash,
                      .signature = std::move(envelope.signature),
                      .header = *std::move(header)};
  absl::Status status = CheckOrigin(record.header, record.signature);
  if (status.ok()) status = CheckCounts(*record.wire);
  if (status.ok()) status = ReadSections(record);
  if (status.ok()) status = ReadAccesses(record);
  if (!status.ok()) return status;
  return record;
}

absl::StatusOr<ParsedRecord> ReadRecord(std::string_view bytes) {
  absl::StatusOr<Envelope> envelope = ReadEnvelope(bytes);
  if (!envelope.ok()) return envelope.status();
  return ReadRecord(*std::move(envelope));
}

const Access* ParsedRecord::FindAccess(const AgencyId& recipient) const {
  const auto found = std::find_if(access.begin(), access.end(), [&](const Access& candidate) {
    return candidate.recipient == recipient;
  });
  return found == access.end() ? nullptr : &*found;
}

const Section* ParsedRecord::FindSection(const SectionId& id) const {
  const auto found = std::find_if(sections.begin(), sections.end(),
                                  [&](const Section& candidate) { return candidate.id == id; });
  return found == sections.end() ? nullptr : &*found;
}

absl::Status CheckSectionLeaves(const ParsedRecord& record) {
  for (const Section& section : record.sections) {
    if (!HoldsDigest(record.header.digests, SectionLeaf(section))) {
      return Refuse(Reason::kProofBad, "a section is not the one that was signed");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckAccessLeaf(const ParsedRecord& record, const Access& access) {
  if (HoldsDigest(record.header.digests, AccessLeaf(access))) return absl::OkStatus();
  return Refuse(Reason::kProofBad,
                "the access for " + access.recipient.text() + " is not the one that was signed");
}

absl::Status CheckSubmitted(const ParsedRecord& record) {
  if (record.sections.empty()) return Malformed("a record without a section");
  if (record.access.empty()) return Malformed("a record without a recipient");
  const size_t leaves = record.sections.size() + record.access.size();
  if (record.header.digests.size() != DigestCount(leaves)) {
    return Malformed("the digests are not as many as sections and recipients demand");
  }
  absl::Status status =
      First(CheckVersion(record), CheckWrapped(record), CheckSectionLeaves(record));
  for (const Access& access : record.access) status.Update(CheckAccessLeaf(record, access));
  return status;
}

absl::StatusOr<v1::SectionLabels> ReadLabels(std::string_view bytes) {
  if (bytes.size() > kLp16Bytes) return Malformed("a section's labels are too long");
  absl::StatusOr<v1::SectionLabels> labels = StrictParse<v1::SectionLabels>(bytes);
  if (!labels.ok()) return labels;
  if (labels->about().empty() || labels->data().empty()) {
    return Malformed("a section that says of nobody, or nothing");
  }
  absl::Status status = First(internal::CheckSorted(labels->about(), "the categories of person"),
                              internal::CheckSorted(labels->data(), "the categories of data"));
  if (!status.ok()) return status;
  return labels;
}

}  // namespace entente::record
