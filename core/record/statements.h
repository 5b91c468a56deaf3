// Signed statements: the one form for all that is signed outside records. The type follows from
// where the statement stands, never from the statement, so that what was signed for one purpose
// does not count for another. Pure; safe from any thread. Source: docs/formats.md, "Signed
// statements".
#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/bytes.h"
#include "core/crypto/keys.h"
#include "core/crypto/sign.h"
#include "core/record/strict.h"
#include "entente/v1/ledger.pb.h"
#include "entente/v1/record.pb.h"

namespace entente::record {

// The table: which type has which body.
template <class Body>
inline constexpr std::string_view kStatementType = "";
template <>
inline constexpr std::string_view kStatementType<v1::WithholdingNote> = "withholding";
template <>
inline constexpr std::string_view kStatementType<v1::Acknowledgement> = "acknowledgement";
template <>
inline constexpr std::string_view kStatementType<v1::GapNote> = "gap";
template <>
inline constexpr std::string_view kStatementType<v1::PairHead> = "pair-head";
template <>
inline constexpr std::string_view kStatementType<v1::RecallNote> = "recall";
template <>
inline constexpr std::string_view kStatementType<v1::ErasureNote> = "erasure";
template <>
inline constexpr std::string_view kStatementType<v1::FetchedNote> = "fetched";
template <>
inline constexpr std::string_view kStatementType<v1::RestrictionNote> = "restriction";
template <>
inline constexpr std::string_view kStatementType<v1::RestrictedNote> = "restricted";
template <>
inline constexpr std::string_view kStatementType<v1::ConsentNote> = "consent";
template <>
inline constexpr std::string_view kStatementType<v1::OverrideNote> = "override";
template <>
inline constexpr std::string_view kStatementType<v1::Receipt> = "receipt";
template <>
inline constexpr std::string_view kStatementType<v1::AgencyStatement> = "agency";
template <>
inline constexpr std::string_view kStatementType<v1::KeyStatement> = "keys";
template <>
inline constexpr std::string_view kStatementType<v1::Revocation> = "revocation";
template <>
inline constexpr std::string_view kStatementType<v1::PolicyStatement> = "policy";
template <>
inline constexpr std::string_view kStatementType<v1::FederationFileStatement> = "federation-file";
template <>
inline constexpr std::string_view kStatementType<v1::QuorumStatement> = "quorum";

// The bytes that are signed: PAE("application/vnd.entente.<type>.v1", LP16(F) || body).
std::string StatementMessage(std::string_view type, std::string_view federation,
                             std::string_view body);

struct StatementSigner {
  const crypto::SigningKey& key;
  crypto::KeyUse use;
};
// Signatures come out sorted by key id. Precondition: at least one signer, no key id twice.
v1::SignedStatement SignStatement(std::string_view type, std::string_view federation,
                                  std::string body, std::span<const StatementSigner> signers);
template <class Body>
v1::SignedStatement SignBody(std::string_view federation, const Body& body,
                             std::initializer_list<StatementSigner> signers) {
  static_assert(!kStatementType<Body>.empty());
  return SignStatement(kStatementType<Body>, federation, Encode(body),
                       {signers.begin(), signers.size()});
}

// The public key with this id, when it may sign the statement in question; a refusal when not
// (key-unknown, key-not-valid-then).
using KeyLookup = std::function<absl::StatusOr<crypto::PublicKey>(const KeyId&)>;
// Knows one key, under one use; key-unknown for all others.
KeyLookup OnlyKey(crypto::KeyUse use, const crypto::PublicKey& key);

// The form alone: no unknown field; at least one signature, sorted by key id, distinct; fixed
// lengths. Refusal unknown-field, not-canonical, malformed.
absl::Status CheckStatementForm(const v1::SignedStatement& statement);
// The form, and *every* signature, each by a key that `keys` gives. Refusals of CheckStatementForm;
// the lookup's; bad-signature. Whether these keys are enough is for the caller to say.
absl::Status VerifyStatement(std::string_view type, std::string_view federation,
                             const v1::SignedStatement& statement, const KeyLookup& keys);

// What every body of a kind is held to, beside strict reading: fixed lengths, agencies, sorted
// lists, times. Refusal malformed or not-canonical.
absl::Status CheckBody(const v1::WithholdingNote& body);
absl::Status CheckBody(const v1::Acknowledgement& body);
absl::Status CheckBody(const v1::GapNote& body);
absl::Status CheckBody(const v1::PairHead& body);
absl::Status CheckBody(const v1::RecallNote& body);
absl::Status CheckBody(const v1::ErasureNote& body);
absl::Status CheckBody(const v1::FetchedNote& body);
absl::Status CheckBody(const v1::RestrictionNote& body);
absl::Status CheckBody(const v1::RestrictedNote& body);
absl::Status CheckBody(const v1::ConsentNote& body);
absl::Status CheckBody(const v1::OverrideNote& body);
absl::Status CheckBody(const v1::Receipt& body);
absl::Status CheckBody(const v1::AgencyStatement& body);
absl::Status CheckBody(const v1::KeyStatement& body);
absl::Status CheckBody(const v1::Revocation& body);
absl::Status CheckBody(const v1::PolicyStatement& body);
absl::Status CheckBody(const v1::FederationFileStatement& body);
absl::Status CheckBody(const v1::QuorumStatement& body);

// The body, read strictly and checked, its signatures not asked: for those who must read it to know
// whose keys to ask for.
template <class Body>
absl::StatusOr<Body> ReadBody(std::string_view bytes) {
  static_assert(!kStatementType<Body>.empty());
  absl::StatusOr<Body> body = StrictParse<Body>(bytes);
  if (!body.ok()) return body;
  if (absl::Status status = CheckBody(*body); !status.ok()) return status;
  return body;
}

// Signatures first, then the body.
template <class Body>
absl::StatusOr<Body> ReadStatement(std::string_view federation,
                                   const v1::SignedStatement& statement, const KeyLookup& keys) {
  absl::Status status = VerifyStatement(kStatementType<Body>, federation, statement, keys);
  if (!status.ok()) return status;
  return ReadBody<Body>(statement.body());
}

// A withholding note, held to the recipient's part of the same delivery.
struct WithholdingExpected {
  std::string_view log_origin{};
  Digest record_hash{};
  std::string_view recipient{};
  uint64_t log_index = 0;
  std::span<const SectionId> withheld;  // of the part's decision, in any order
};
// Refusals of ReadStatement; proof-bad when it does not say what the part says.
absl::StatusOr<v1::WithholdingNote> ReadWithholdingNote(std::string_view federation,
                                                        const v1::SignedStatement& statement,
                                                        const KeyLookup& note_key,
                                                        const WithholdingExpected& expected);

}  // namespace entente::record
