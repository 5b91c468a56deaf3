#include "core/base/refusal.h"

#include <array>
#include <charconv>

#include "absl/strings/cord.h"
#include "core/base/sentences.h"

namespace entente {
namespace {

using absl::StatusCode;

struct Row {
  Reason reason;
  std::string_view word;
  StatusCode code;
};

constexpr std::array<Row, 30> kRows = {{
    {Reason::kNotAuthenticated, "not-authenticated", StatusCode::kUnauthenticated},
    {Reason::kNotAuthorised, "not-authorised", StatusCode::kPermissionDenied},
    {Reason::kWrongAgency, "wrong-agency", StatusCode::kPermissionDenied},
    {Reason::kAgencySuspended, "agency-suspended", StatusCode::kPermissionDenied},
    {Reason::kPolicyRefused, "policy-refused", StatusCode::kPermissionDenied},
    {Reason::kPolicyHeld, "policy-held", StatusCode::kPermissionDenied},
    {Reason::kMalformed, "malformed", StatusCode::kInvalidArgument},
    {Reason::kUnknownField, "unknown-field", StatusCode::kInvalidArgument},
    {Reason::kNotCanonical, "not-canonical", StatusCode::kInvalidArgument},
    {Reason::kTooLarge, "too-large", StatusCode::kInvalidArgument},
    {Reason::kDigestOrder, "digest-order", StatusCode::kInvalidArgument},
    {Reason::kLabelMissing, "label-missing", StatusCode::kInvalidArgument},
    {Reason::kLabelUnknown, "label-unknown", StatusCode::kInvalidArgument},
    {Reason::kExpired, "expired", StatusCode::kInvalidArgument},
    {Reason::kFutureDated, "future-dated", StatusCode::kInvalidArgument},
    {Reason::kBadSignature, "bad-signature", StatusCode::kFailedPrecondition},
    {Reason::kKeyUnknown, "key-unknown", StatusCode::kFailedPrecondition},
    {Reason::kKeyNotValidThen, "key-not-valid-then", StatusCode::kFailedPrecondition},
    {Reason::kProofBad, "proof-bad", StatusCode::kFailedPrecondition},
    {Reason::kSnapshotBehind, "snapshot-behind", StatusCode::kFailedPrecondition},
    {Reason::kMembershipBehind, "membership-behind", StatusCode::kFailedPrecondition},
    {Reason::kAttachmentMissing, "attachment-missing", StatusCode::kFailedPrecondition},
    {Reason::kConsentMissing, "consent-missing", StatusCode::kFailedPrecondition},
    {Reason::kRecordIdReused, "record-id-reused", StatusCode::kAlreadyExists},
    {Reason::kFork, "fork", StatusCode::kDataLoss},
    {Reason::kQuota, "quota", StatusCode::kResourceExhausted},
    {Reason::kDiskFull, "disk-full", StatusCode::kResourceExhausted},
    {Reason::kBelowQuorum, "below-quorum", StatusCode::kUnavailable},
    {Reason::kShuttingDown, "shutting-down", StatusCode::kUnavailable},
    {Reason::kSessionLocked, "session-locked", StatusCode::kPermissionDenied},
}};

constexpr std::string_view kPayload = "entente.v1.Refusal";

constexpr bool RowsInOrder() {
  for (size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<size_t>(kRows[i].reason) != i) return false;
  }
  return true;
}
static_assert(RowsInOrder());

const Row& RowOf(Reason reason) { return kRows[static_cast<size_t>(reason)]; }

void Put(std::string& out, std::string_view field) {
  out += std::to_string(field.size());
  out += ':';
  out += field;
}

std::optional<std::string> Take(std::string_view& in) {
  size_t length = 0;
  const auto [end, error] = std::from_chars(in.data(), in.data() + in.size(), length);
  const size_t head = static_cast<size_t>(end - in.data()) + 1;
  if (error != std::errc{} || head + length > in.size()) return std::nullopt;
  std::string field(in.substr(head, length));
  in.remove_prefix(head + length);
  return field;
}

}  // namespace

std::string_view ReasonWord(Reason reason) { return RowOf(reason).word; }

std::string ReasonText(const Refusal& refusal) {
  std::string out(ReasonWord(refusal.reason));
  if (!refusal.subject.empty()) out += ":" + refusal.subject;
  return out;
}

std::optional<Reason> ReasonFromWord(std::string_view word) {
  for (const Row& row : kRows) {
    if (row.word == word) return row.reason;
  }
  return std::nullopt;
}

StatusCode ReasonCode(Reason reason) { return RowOf(reason).code; }

std::string DefaultAdvice(Reason reason) { return AdviceSentence(Language::kEnglish, reason); }

absl::Status Refuse(Refusal refusal) {
  if (refusal.advice.empty()) refusal.advice = DefaultAdvice(refusal.reason);
  std::string payload;
  Put(payload, ReasonWord(refusal.reason));
  Put(payload, refusal.subject);
  Put(payload, refusal.text);
  Put(payload, refusal.advice);
  Put(payload, refusal.record_id);
  Put(payload, refusal.log_index ? std::to_string(*refusal.log_index) : "");
  absl::Status status(ReasonCode(refusal.reason), ReasonText(refusal) + ": " + refusal.text);
  status.SetPayload({kPayload.data(), kPayload.size()}, absl::Cord(payload));
  return status;
}

absl::Status Refuse(Reason reason, std::string text) {
  return Refuse(Refusal{reason, "", std::move(text), "", "", std::nullopt});
}

absl::Status Refuse(Reason reason, std::string subject, std::string text) {
  return Refuse(Refusal{reason, std::move(subject), std::move(text), "", "", std::nullopt});
}

absl::Status NamingRecord(const absl::Status& status, std::string record_id) {
  auto refusal = RefusalOf(status);
  if (!refusal || !refusal->record_id.empty()) return status;
  refusal->record_id = std::move(record_id);
  return Refuse(*std::move(refusal));
}

std::optional<Refusal> RefusalOf(const absl::Status& status) {
  const auto payload = status.GetPayload({kPayload.data(), kPayload.size()});
  if (!payload) return std::nullopt;
  const std::string bytes(*payload);
  std::string_view in = bytes;
  std::array<std::string, 6> fields;
  for (std::string& field : fields) {
    auto taken = Take(in);
    if (!taken) return std::nullopt;
    field = *std::move(taken);
  }
  const auto reason = ReasonFromWord(fields[0]);
  if (!reason) return std::nullopt;
  Refusal refusal{*reason, fields[1], fields[2], fields[3], fields[4], std::nullopt};
  if (!fields[5].empty()) refusal.log_index = std::stoull(fields[5]);
  return refusal;
}

bool IsRefusal(const absl::Status& status, Reason reason) {
  const auto refusal = RefusalOf(status);
  return refusal && refusal->reason == reason;
}

}  // namespace entente
