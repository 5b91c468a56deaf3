#include "core/base/refusal.h"

#include <array>
#include <charconv>

#include "absl/strings/cord.h"

namespace entente {
namespace {

using absl::StatusCode;

struct Row {
  Reason reason;
  std::string_view word;
  StatusCode code;
  std::string_view advice;
};

constexpr std::array<Row, 28> kRows = {{
    {Reason::kNotAuthenticated, "not-authenticated", StatusCode::kUnauthenticated,
     "Present a certificate that your jurisdiction's authority issued and that is still valid."},
    {Reason::kNotAuthorised, "not-authorised", StatusCode::kPermissionDenied,
     "Ask your agency's administrator for the role that this needs."},
    {Reason::kWrongAgency, "wrong-agency", StatusCode::kPermissionDenied,
     "Send only what your own agency signed, through your own agency's node."},
    {Reason::kAgencySuspended, "agency-suspended", StatusCode::kPermissionDenied,
     "Ask your jurisdiction's authority why the agency is suspended."},
    {Reason::kPolicyRefused, "policy-refused", StatusCode::kPermissionDenied,
     "Read the reasons, narrow the record or its recipients, or ask the contact they name."},
    {Reason::kPolicyHeld, "policy-held", StatusCode::kPermissionDenied,
     "Nothing to do yet: it is decided again when what it waits for is there."},
    {Reason::kMalformed, "malformed", StatusCode::kInvalidArgument,
     "Update the sending software; if it is current, report this with the record id."},
    {Reason::kUnknownField, "unknown-field", StatusCode::kInvalidArgument,
     "Send in a format version that the receiver's key statement lists."},
    {Reason::kNotCanonical, "not-canonical", StatusCode::kInvalidArgument,
     "Update the sending software: it must encode each field once, in order, unpadded."},
    {Reason::kTooLarge, "too-large", StatusCode::kInvalidArgument,
     "Shorten the record, or split it or its audience into several."},
    {Reason::kDigestOrder, "digest-order", StatusCode::kInvalidArgument,
     "Update the sending software: digests are sorted, distinct, and padded to a listed count."},
    {Reason::kLabelMissing, "label-missing", StatusCode::kInvalidArgument,
     "Fill in the label and send again."},
    {Reason::kLabelUnknown, "label-unknown", StatusCode::kInvalidArgument,
     "Use a word of the vocabulary in force."},
    {Reason::kExpired, "expired", StatusCode::kInvalidArgument,
     "Compose it anew with a later expiry if it still holds."},
    {Reason::kFutureDated, "future-dated", StatusCode::kInvalidArgument,
     "Set this machine's clock by a time server and send again."},
    {Reason::kBadSignature, "bad-signature", StatusCode::kFailedPrecondition,
     "Do not trust the content; ask the origin by another channel whether it sent this."},
    {Reason::kKeyUnknown, "key-unknown", StatusCode::kFailedPrecondition,
     "Publish the key's statement first, or wait until the log has it."},
    {Reason::kKeyNotValidThen, "key-not-valid-then", StatusCode::kFailedPrecondition,
     "Sign with a key that is valid now and send again."},
    {Reason::kProofBad, "proof-bad", StatusCode::kFailedPrecondition,
     "Keep the evidence and alarm your data-protection officer: the broker may be lying."},
    {Reason::kSnapshotBehind, "snapshot-behind", StatusCode::kFailedPrecondition,
     "Nothing to do: it is tried again when the policies have caught up."},
    {Reason::kMembershipBehind, "membership-behind", StatusCode::kFailedPrecondition,
     "Fetch the case's newest membership and post again."},
    {Reason::kConsentMissing, "consent-missing", StatusCode::kFailedPrecondition,
     "Ask the source agency for its consent and attach it."},
    {Reason::kRecordIdReused, "record-id-reused", StatusCode::kAlreadyExists,
     "Nothing was replaced; if you did not send twice, alarm your administrator."},
    {Reason::kFork, "fork", StatusCode::kDataLoss,
     "Stop exchanging, keep the evidence file, and call the federation's other members."},
    {Reason::kQuota, "quota", StatusCode::kResourceExhausted,
     "Wait a moment and send again; the outbox does so by itself."},
    {Reason::kDiskFull, "disk-full", StatusCode::kResourceExhausted,
     "Free space on the data directory's disk; nothing already acknowledged is lost."},
    {Reason::kBelowQuorum, "below-quorum", StatusCode::kUnavailable,
     "Nothing to do: it goes on when enough witnesses have signed."},
    {Reason::kShuttingDown, "shutting-down", StatusCode::kUnavailable,
     "Nothing to do: the outbox sends again when the broker is back."},
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

std::string_view DefaultAdvice(Reason reason) { return RowOf(reason).advice; }

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
