// Why something was refused: one closed list for wire, log and desk. A refusal travels inside an
// absl::Status as a payload, so that there is one error channel; core/net maps it to gRPC status
// details in one place. Values; safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace entente {

enum class Reason : uint8_t {
  kNotAuthenticated,
  kNotAuthorised,
  kWrongAgency,
  kAgencySuspended,
  kPolicyRefused,
  kPolicyHeld,
  kMalformed,
  kUnknownField,
  kNotCanonical,
  kTooLarge,
  kDigestOrder,
  kLabelMissing,  // carries the label: "label-missing:purpose"
  kLabelUnknown,
  kExpired,
  kFutureDated,
  kBadSignature,
  kKeyUnknown,
  kKeyNotValidThen,
  kProofBad,
  kSnapshotBehind,
  kMembershipBehind,
  kAttachmentMissing,
  kConsentMissing,
  kRecordIdReused,
  kFork,
  kQuota,
  kDiskFull,
  kBelowQuorum,
  kShuttingDown,
  kSessionLocked,  // of a desk alone
};

struct Refusal {
  Reason reason;
  std::string subject;                // the x of label-missing:x, else empty
  std::string text;                   // what happened, one sentence
  std::string advice;                 // what to do now, one sentence
  std::string record_id;              // 32 hex, or empty
  std::optional<uint64_t> log_index;  // of the entry that it is about, if there is one
};

// "bad-signature", "label-missing:purpose".
std::string ReasonText(const Refusal& refusal);
std::string_view ReasonWord(Reason reason);
std::optional<Reason> ReasonFromWord(std::string_view word);
absl::StatusCode ReasonCode(Reason reason);
// The advice given when the place of refusal has no better one.
std::string DefaultAdvice(Reason reason);

// A status with this refusal as payload. An empty advice becomes the default one.
absl::Status Refuse(Refusal refusal);
absl::Status Refuse(Reason reason, std::string text);
absl::Status Refuse(Reason reason, std::string subject, std::string text);
// The same refusal, naming the record (32 hex) when it named none. Any other status as it is.
absl::Status NamingRecord(const absl::Status& status, std::string record_id);
// The refusal inside a status; nullopt for OK and for errors that are not refusals (local faults).
std::optional<Refusal> RefusalOf(const absl::Status& status);
// True when `status` is a refusal for `reason`.
bool IsRefusal(const absl::Status& status, Reason reason);

}  // namespace entente
