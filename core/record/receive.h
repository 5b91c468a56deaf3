// What a recipient checks of a delivered record, in the order of docs/formats.md, "What a recipient
// checks": those checks that the record itself answers. Between the two functions the node asks
// check 6 (seen before), and beside them 2, 12 and 13 (evidence, policy, obligations); pair_seq is
// known, and can be asked for, only when OpenDelivered has given the manifest.
// Node side only: no broker links this. Pure; safe from any thread.
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/agency.h"
#include "core/base/bytes.h"
#include "core/base/instant.h"
#include "core/crypto/keys.h"
#include "core/record/batch.h"
#include "core/record/open.h"
#include "core/record/record.h"

namespace entente::record {

// The record-signing key of `origin` with this id, valid at the log index and the instant of the
// entry; refusal key-unknown or key-not-valid-then when there is none.
using SigningKeyLookup =
    std::function<absl::StatusOr<crypto::PublicKey>(const AgencyId& origin, const KeyId&)>;

// What the verified evidence and the clock say. The referents outlive the call.
struct DeliveryContext {
  std::string_view federation;
  Instant now;
  Instant entry_instant;
  const SigningKeyLookup& signing_key;
  VerifiedRoots* remembered;  // may be null
};

// Checks 1 (size), 3 (signature), 4 (strict reading) and 5 (neither future-dated nor expired).
absl::StatusOr<ParsedRecord> CheckDelivered(std::string_view bytes, const DeliveryContext& context);

// Refusal wrong-agency unless there is exactly one access, our own; proof-bad when its leaf is not
// in the digests. Check 7.
absl::StatusOr<const Access*> CheckOwnAccess(const ParsedRecord& record, const AgencyId& own);

struct OpenedRecord {
  v1::AccessManifest manifest{};
  std::vector<OpenedSection> sections{};  // in the record's order
};

// Checks 7 to 11. `withheld`: the section ids of a valid withholding note, empty without one.
absl::StatusOr<OpenedRecord> OpenDelivered(const ParsedRecord& record, std::string_view federation,
                                           const AgencyId& own, const DeliveryKeyLookup& keys,
                                           std::span<const SectionId> withheld);

}  // namespace entente::record
