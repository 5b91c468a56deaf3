// A whole record, read strictly, in the two steps of docs/formats.md: first what its signature
// needs, then all the rest. Pure; safe from any thread. Nothing here opens anything.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/agency.h"
#include "core/base/bytes.h"
#include "core/crypto/keys.h"
#include "core/record/batch.h"
#include "core/record/chunks.h"
#include "core/record/format.h"
#include "core/record/header.h"
#include "entente/v1/record.pb.h"

namespace entente::record {

// Step one: size, and the outer message. `hash` and `signature` are what VerifyBatch wants.
struct Envelope {
  std::unique_ptr<const v1::Record> wire{};  // owns all bytes
  Digest hash{};                             // of the header as carried
  BatchSignature signature;
};
// Refusal too-large (record above limits::kRecordBytes, header above limits::kHeaderBytes), those
// of StrictParse and CheckSignature.
absl::StatusOr<Envelope> ReadEnvelope(std::string_view bytes);

// Views point into the record that holds them.
struct Section {
  SectionId id{};
  std::string_view labels_bytes{};
  v1::SectionLabels labels{};
  Digest key_commitment{};
  std::string_view ciphertext{};
  std::optional<FileShape> file{};
};
struct Wrap {
  SectionId section_id{};
  std::array<uint8_t, kSealedKeyBytes> sealed_key{};
};
// Attached to a record, for all its recipients: each costs its reader a signature.
inline constexpr size_t kMostConsents = 32;

struct Access {
  AgencyId recipient;
  KeyId delivery_key_id{};
  std::string_view instrument{};
  std::vector<std::string_view> consents{};  // SignedStatement each
  std::string_view emergency{};              // the override, a SignedStatement; empty: none
  crypto::PublicKey enc{};
  std::array<uint8_t, 16> salt{};
  std::string_view manifest{};  // sealed
  std::vector<Wrap> wraps{};    // sorted by section id, distinct
};

// Move-only; views into it stay valid when it is moved.
struct ParsedRecord {
  std::unique_ptr<const v1::Record> wire{};
  Digest hash{};
  BatchSignature signature;
  Header header;
  std::vector<Section> sections{};
  std::vector<Access> access{};

  // nullptr when there is none.
  const Access* FindAccess(const AgencyId& recipient) const;
  const Section* FindSection(const SectionId& id) const;
};

// Step two. Refusals of StrictParse and CheckHeader for header, labels and consents; bad-signature:
// the header's origin or key id is not the signature's; malformed: fixed lengths, counts above
// limits, a section id or recipient twice; not-canonical: lists out of order.
absl::StatusOr<ParsedRecord> ReadRecord(Envelope envelope);
// Both steps. Not asked: the signature.
absl::StatusOr<ParsedRecord> ReadRecord(std::string_view bytes);

// Refusal proof-bad when a leaf is not in the header's digests.
absl::Status CheckSectionLeaves(const ParsedRecord& record);
absl::Status CheckAccessLeaf(const ParsedRecord& record, const Access& access);
// What only a record as submitted, with everything in it, can be held to: at least one section and
// one access, every leaf in the digests (proof-bad), as many digests as that number of leaves
// demands, wraps of sections that are there, and the format version of what is in it (malformed).
absl::Status CheckSubmitted(const ParsedRecord& record);

// Labels of a section: Refusals of StrictParse; malformed for an empty `about` or `data`;
// not-canonical when not sorted and distinct.
absl::StatusOr<v1::SectionLabels> ReadLabels(std::string_view bytes);

}  // namespace entente::record
