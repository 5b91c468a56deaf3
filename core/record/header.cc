#include "core/record/header.h"

#include <algorithm>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/record/checks.h"
#include "core/record/strict.h"
#include "core/record/words.h"

namespace entente::record {
namespace {

using internal::CheckInstant;
using internal::CheckSorted;
using internal::CopyFixed;
using internal::First;
using internal::Malformed;

absl::Status CheckTimes(const v1::RecordHeader& message) {
  absl::Status range = First(CheckInstant(message.created_ms(), "the creation"),
                             CheckInstant(message.expires_ms(), "the expiry"));
  if (!range.ok()) return range;
  if (message.created_ms() >= message.expires_ms()) {
    return Malformed("the record expires before it is created");
  }
  if (message.expires_ms() - message.created_ms() > static_cast<uint64_t>(limits::kRecordLifeMs)) {
    return Malformed("the record lives longer than five years");
  }
  return absl::OkStatus();
}

absl::Status CheckSources(const v1::RecordHeader& message, const AgencyId& origin) {
  for (const std::string& source : message.obtained_from()) {
    if (source == origin.jurisdiction()) return Malformed("obtained_from names the origin's own");
    if (source != "ORG" && !IsJurisdiction(source)) {
      return Malformed("obtained_from names no jurisdiction");
    }
  }
  return CheckSorted(message.obtained_from(), "the sources");
}

absl::Status CopyCase(const v1::RecordHeader& message, Header& header) {
  header.membership_number = message.membership_number();
  if (message.case_id().empty()) {
    return message.membership_number() == 0 ? absl::OkStatus()
                                            : Malformed("a membership number without a case");
  }
  if (message.membership_number() == 0) return Malformed("a case without a membership number");
  return CopyFixed(message.case_id(), "the case id", header.case_id.emplace());
}

absl::Status CopyDigests(const v1::RecordHeader& message, std::vector<Digest>& digests) {
  const auto count = static_cast<size_t>(message.digests_size());
  if (std::find(kDigestCounts.begin(), kDigestCounts.end(), count) == kDigestCounts.end()) {
    return Malformed("a number of digests that no header has");
  }
  digests.resize(count);
  for (size_t i = 0; i < count; ++i) {
    absl::Status status = CopyFixed(message.digests(static_cast<int>(i)), "a digest", digests[i]);
    if (!status.ok()) return status;
    if (i > 0 && digests[i - 1] >= digests[i]) {
      return Refuse(Reason::kDigestOrder, "the digests are not sorted, or one is twice");
    }
  }
  return absl::OkStatus();
}

absl::Status CopyLabels(const v1::RecordHeader& message, Header& header) {
  if (message.handling().empty()) return Malformed("the record has no handling code");
  header.handling.assign(message.handling().begin(), message.handling().end());
  header.obtained_from.assign(message.obtained_from().begin(), message.obtained_from().end());
  return First(CheckSorted(message.handling(), "the handling codes"),
               CheckSources(message, header.origin));
}

}  // namespace

Digest RecordHash(std::string_view header_bytes) { return crypto::Sha256(header_bytes); }

absl::StatusOr<Header> CheckHeader(const v1::RecordHeader& message) {
  if (message.format_version() < kFormatVersion || message.format_version() > kCheckpointVersion) {
    return Malformed("another format version");
  }
  absl::StatusOr<AgencyId> origin = AgencyId::Parse(message.origin());
  if (!origin.ok()) return Malformed("the origin is not the name of an agency");
  Header header{.format_version = message.format_version(),
                .kind = message.kind(),
                .origin = *std::move(origin),
                .created = {static_cast<int64_t>(message.created_ms())},
                .expires = {static_cast<int64_t>(message.expires_ms())},
                .purpose = message.purpose(),
                .evaluation = message.evaluation(),
                .urgency = message.urgency(),
                .policy_version = message.policy_version()};
  absl::Status status =
      First(CopyFixed(message.record_id(), "the record id", header.record_id),
            CopyFixed(message.signing_key_id(), "the signing key id", header.signing_key_id),
            CheckTimes(message), CopyLabels(message, header), CopyCase(message, header),
            CopyDigests(message, header.digests));
  if (!status.ok()) return status;
  return header;
}

absl::StatusOr<Header> ReadHeader(std::string_view bytes) {
  if (bytes.size() > limits::kHeaderBytes) {
    return Refuse(Reason::kTooLarge, "the header is larger than 16 KiB");
  }
  absl::StatusOr<v1::RecordHeader> message = StrictParse<v1::RecordHeader>(bytes);
  if (!message.ok()) return message.status();
  return CheckHeader(*message);
}

absl::Status CheckNotExpired(const Header& header, Instant now) {
  if (now - header.expires <= limits::kClockToleranceMs) return absl::OkStatus();
  return Refuse(Reason::kExpired, "the record expired at " + FormatInstant(header.expires));
}

absl::Status CheckNotFuture(const Header& header, Instant then) {
  if (header.created - then <= limits::kClockToleranceMs) return absl::OkStatus();
  return Refuse(Reason::kFutureDated, "the record says it was made at " +
                                          FormatInstant(header.created) + ", after it was sent");
}

absl::Status CheckHasMeaning(const Header& header) {
  switch (header.kind) {
    case v1::RECORD_KIND_CASE_ITEM:
    case v1::RECORD_KIND_MEMBERSHIP:
      return header.case_id ? absl::OkStatus() : Malformed("a record of a case that names none");
    case v1::RECORD_KIND_REQUEST:
      return absl::OkStatus();
    case v1::RECORD_KIND_ALERT:
    case v1::RECORD_KIND_LEAD:
    case v1::RECORD_KIND_ANSWER:
    case v1::RECORD_KIND_INFORMATION:
    case v1::RECORD_KIND_ADVISORY:
    case v1::RECORD_KIND_CONSENT:
    case v1::RECORD_KIND_OUTCOME:
      break;
    default:
      return Malformed("this version gives no meaning to a record of kind " +
                       std::string(KindWord(header.kind)));
  }
  if (!header.case_id) return absl::OkStatus();
  return Malformed("a record of kind " + std::string(KindWord(header.kind)) + " stands in no case");
}

}  // namespace entente::record
