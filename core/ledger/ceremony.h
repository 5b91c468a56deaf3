// What people sign with keys that are kept offline: admissions, policy keys, policies, federation
// files, revocations; and the request with which an agency asks to be admitted. Each function gives
// what Directory.Publish carries. Pure; safe from any thread. Formats: docs/formats.md, "Signed
// statements". Not promised: that the registry will accept it (a wrong authority, a number that
// does not follow); the broker says so when it is published.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/agency.h"
#include "core/base/instant.h"
#include "core/crypto/sign.h"
#include "entente/v1/ledger.pb.h"

namespace entente::ledger {

// One Directory.Publish.
struct Publication {
  v1::EntryKind kind = v1::ENTRY_KIND_UNSPECIFIED;
  v1::SignedStatement statement;
  std::string text;  // the policy or federation file, else empty
};

// An agency's wish to be admitted, with its identity key and proof that it holds it.
struct EnrolmentRequest {
  AgencyId agency;
  std::string kind;  // vocabulary word: "fiu"
  std::string name;  // for people
  crypto::PublicKey identity{};
};
// A text of six lines for a file, `entente-enrolment/1` first, signed by the identity key for this
// federation alone. INVALID_ARGUMENT for a kind or name with a control character.
absl::StatusOr<std::string> FormatEnrolment(std::string_view federation, AgencyId agency,
                                            std::string_view kind, std::string_view name,
                                            const crypto::SigningKey& identity);
// INVALID_ARGUMENT: not that form; refusal bad-signature: not signed by that key for `federation`.
absl::StatusOr<EnrolmentRequest> ParseEnrolment(std::string_view federation, std::string_view text);

struct Period {
  Instant from;
  Instant until;
};

// The authority admits the agency (statement `number`, 1 for the first) without end, and vouches
// for its identity key for `period`. To be published in this order.
std::vector<Publication> SignAdmission(std::string_view federation, const EnrolmentRequest& request,
                                       uint64_t number, Period period, Instant now,
                                       const crypto::SigningKey& authority);
// A second identity key, before the first one ends: the authority vouches for it as for the first.
// Nothing else changes, and both count until their ends.
Publication SignRenewal(std::string_view federation, const EnrolmentRequest& request, Period period,
                        Instant now, const crypto::SigningKey& authority);
// Admitted, suspended or removed; `kind` as in the first statement.
Publication SignAgencyState(std::string_view federation, const v1::AgencyStatement& statement,
                            const crypto::SigningKey& authority);
// The two keys with which a jurisdiction signs its policies.
Publication SignPolicyKeys(std::string_view federation, std::string_view jurisdiction,
                           const crypto::PublicKey& author, const crypto::PublicKey& protection,
                           Period period, Instant now, const crypto::SigningKey& authority);
// `text`: the policy file as it will be read.
Publication SignPolicy(std::string_view federation, std::string_view jurisdiction, uint64_t version,
                       std::string text, Instant in_force, const crypto::SigningKey& author,
                       const crypto::SigningKey& protection);
// The same by two offices that do not share a machine: the one begins, the other adds its signature
// to the same bytes. `use`: kPolicyAuthor or kPolicyProtection. INVALID_ARGUMENT: that office, or
// that key, has signed already, or what it signed is not about this text, version and jurisdiction.
Publication BeginPolicy(std::string_view federation, std::string_view jurisdiction,
                        uint64_t version, std::string text, Instant in_force,
                        const crypto::SigningKey& key, crypto::KeyUse use);
absl::StatusOr<Publication> CosignPolicy(std::string_view federation, std::string_view jurisdiction,
                                         uint64_t version, std::string_view text,
                                         const Publication& begun, const crypto::SigningKey& key,
                                         crypto::KeyUse use);
// From when the policy of a publication is in force; nullopt when it is not one of a policy.
std::optional<Instant> InForceOf(const Publication& policy);
// `type`: "vocabulary", "groups" or "instruments", by more than two thirds of the authorities; or
// "calendar-FR", by that of FR alone.
Publication SignFederationFile(std::string_view federation, std::string_view type, uint64_t version,
                               std::string text, Instant in_force,
                               std::span<const crypto::SigningKey> authorities);
// The quorum from now on, by more than two thirds of the authorities: "none", or a text that
// ReadQuorum takes. `number`: 1 for the first of a log.
Publication SignQuorum(std::string_view federation, uint64_t number, std::string_view policy,
                       Instant now, std::span<const crypto::SigningKey> authorities);
// By the owner's identity key or its jurisdiction's authority key; `use` is the signer's.
// `doubted_from`: the key was in other hands, and what it signed from that log index on is doubted.
Publication SignRevocation(std::string_view federation, std::string_view owner, const KeyId& key,
                           std::string_view reason, Instant now, const crypto::SigningKey& signer,
                           crypto::KeyUse use, std::optional<uint64_t> doubted_from = std::nullopt);

}  // namespace entente::ledger
