// The header of a record, checked: what every recipient may see and the policy decides on. Values;
// safe to copy between threads. Source: docs/formats.md, "The record".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/agency.h"
#include "core/base/bytes.h"
#include "core/base/instant.h"
#include "entente/v1/record.pb.h"

namespace entente::record {

using CaseId = std::array<uint8_t, 16>;

// Whether the words of the labels are in the vocabulary, and whether purpose and evaluation are
// there at all, is for the policy to say.
struct Header {
  uint32_t format_version = 1;  // 2: with an attachment; 3: with an override; 4: see format.h
  RecordId record_id{};
  v1::RecordKind kind = v1::RECORD_KIND_UNSPECIFIED;
  AgencyId origin;
  KeyId signing_key_id{};
  Instant created{};
  Instant expires{};
  std::string purpose{};
  std::vector<std::string> handling{};  // sorted, distinct, at least one
  std::string evaluation{};             // "B2"
  v1::Urgency urgency = v1::URGENCY_UNSPECIFIED;
  std::vector<std::string>
      obtained_from{};  // jurisdictions or ORG; sorted, distinct, not the origin's
  std::optional<CaseId> case_id{};
  uint64_t membership_number = 0;  // 0 without a case, and only then
  uint64_t policy_version = 0;
  std::vector<Digest> digests{};  // sorted, distinct
};

// SHA-256 of the header as carried: what receipts, replay checks and references use.
Digest RecordHash(std::string_view header_bytes);

// Refusal malformed: a fixed length, format version, count, agency, jurisdiction or time that
// cannot be; not-canonical: a list out of order; digest-order: the digests out of order.
absl::StatusOr<Header> CheckHeader(const v1::RecordHeader& message);
// Strictly, from the bytes carried. Refusal too-large above limits::kHeaderBytes; those of
// StrictParse and CheckHeader.
absl::StatusOr<Header> ReadHeader(std::string_view bytes);

// Refusal expired when it expired more than limits::kClockToleranceMs before `now`.
absl::Status CheckNotExpired(const Header& header, Instant now);
// Refusal future-dated when it was created more than limits::kClockToleranceMs after `then`.
absl::Status CheckNotFuture(const Header& header, Instant then);
// Refusal malformed for what this version has a number, but no meaning for: kinds correction,
// recall, consent-request, erasure-statement, pair-head. So too for a case item or
// membership without a case, and for a case in any other kind but request.
absl::Status CheckHasMeaning(const Header& header);

}  // namespace entente::record
