#include "core/ledger/ceremony.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/base/encoding.h"
#include "core/crypto/digest.h"
#include "core/record/format.h"
#include "core/record/statements.h"

namespace entente::ledger {
namespace {

constexpr std::string_view kEnrolmentForm = "entente-enrolment/1";
constexpr std::string_view kEnrolmentType = "enrolment";

absl::Status NotTheForm() {
  return absl::InvalidArgumentError(
      "not an enrolment request: it has six lines, entente-enrolment/1, agency, kind, name, "
      "identity and signature");
}

bool IsOneLine(std::string_view text) {
  return !text.empty() &&
         std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

// Takes "word value\n" from the front.
std::optional<std::string> TakeLine(std::string_view& text, std::string_view word) {
  const size_t end = text.find('\n');
  if (end == std::string_view::npos || text.substr(0, word.size()) != word ||
      end <= word.size() + 1 || text[word.size()] != ' ') {
    return std::nullopt;
  }
  std::string value(text.substr(word.size() + 1, end - word.size() - 1));
  text.remove_prefix(end + 1);
  return value;
}

v1::KeyEntry MakeKeyEntry(crypto::KeyUse use, const crypto::PublicKey& key, Period period) {
  v1::KeyEntry entry;
  entry.set_use(static_cast<uint32_t>(use));
  entry.set_public_key(ToString(key));
  entry.set_from_ms(static_cast<uint64_t>(period.from.ms));
  entry.set_until_ms(static_cast<uint64_t>(period.until.ms));
  return entry;
}

template <class Body>
Publication ByAuthority(v1::EntryKind kind, std::string_view federation, const Body& body,
                        const crypto::SigningKey& authority) {
  return {kind, record::SignBody(federation, body, {{authority, crypto::KeyUse::kAuthority}}), ""};
}

template <class Body>
v1::SignedStatement SignByAll(std::string_view federation, const Body& body,
                              std::span<const crypto::SigningKey> authorities) {
  std::vector<record::StatementSigner> signers;
  for (const crypto::SigningKey& key : authorities) {
    signers.push_back({key, crypto::KeyUse::kAuthority});
  }
  return record::SignStatement(record::kStatementType<Body>, federation, record::Encode(body),
                               signers);
}

}  // namespace

absl::StatusOr<std::string> FormatEnrolment(std::string_view federation, AgencyId agency,
                                            std::string_view kind, std::string_view name,
                                            const crypto::SigningKey& identity) {
  if (!IsOneLine(kind) || !IsOneLine(name)) {
    return absl::InvalidArgumentError("kind and name are one line of text each");
  }
  std::string text(kEnrolmentForm);
  text.append("\nagency ").append(agency.text());
  text.append("\nkind ").append(kind).append("\nname ").append(name);
  text.append("\nidentity ").append(HexEncode(identity.public_key())).append("\n");
  const crypto::Signature64 signature =
      identity.Sign(record::StatementMessage(kEnrolmentType, federation, text));
  return text.append("signature ").append(Base64Encode(signature)).append("\n");
}

absl::StatusOr<EnrolmentRequest> ParseEnrolment(std::string_view federation,
                                                std::string_view text) {
  std::string_view rest = text;
  if (rest.substr(0, kEnrolmentForm.size()) != kEnrolmentForm) return NotTheForm();
  rest.remove_prefix(kEnrolmentForm.size());
  if (rest.empty() || rest.front() != '\n') return NotTheForm();
  rest.remove_prefix(1);
  const std::optional<std::string> agency = TakeLine(rest, "agency");
  const std::optional<std::string> kind = TakeLine(rest, "kind");
  const std::optional<std::string> name = TakeLine(rest, "name");
  const std::optional<std::string> identity = TakeLine(rest, "identity");
  const std::string_view covered = text.substr(0, text.size() - rest.size());
  const std::optional<std::string> signature = TakeLine(rest, "signature");
  if (!agency || !kind || !name || !identity || !signature || !rest.empty() || !IsOneLine(*kind) ||
      !IsOneLine(*name)) {
    return NotTheForm();
  }
  const std::optional<crypto::PublicKey> key = FixedFromHex<32>(*identity);
  const std::optional<std::string> signed_bytes = Base64Decode(*signature);
  if (!key || !signed_bytes) return NotTheForm();
  absl::Status status = crypto::Verify(
      *key, record::StatementMessage(kEnrolmentType, federation, covered), AsBytes(*signed_bytes));
  if (!status.ok()) return status;
  absl::StatusOr<AgencyId> id = AgencyId::Parse(*agency);
  if (!id.ok()) return id.status();
  return EnrolmentRequest{*std::move(id), *kind, *name, *key};
}

std::vector<Publication> SignAdmission(std::string_view federation, const EnrolmentRequest& request,
                                       uint64_t number, Period period, Instant now,
                                       const crypto::SigningKey& authority) {
  v1::AgencyStatement agency;
  agency.set_agency(request.agency.text());
  agency.set_state(v1::AgencyStatement::ADMITTED);
  agency.set_kind(request.kind);
  agency.set_name(request.name);
  agency.set_from_ms(static_cast<uint64_t>(period.from.ms));
  agency.set_number(number);
  std::vector<Publication> both;
  both.push_back(SignAgencyState(federation, agency, authority));
  both.push_back(SignRenewal(federation, request, period, now, authority));
  return both;
}

Publication SignRenewal(std::string_view federation, const EnrolmentRequest& request, Period period,
                        Instant now, const crypto::SigningKey& authority) {
  v1::KeyStatement keys;
  keys.set_owner(request.agency.text());
  *keys.add_keys() = MakeKeyEntry(crypto::KeyUse::kIdentity, request.identity, period);
  keys.mutable_format_versions()->Assign(record::kFormatVersions.begin(),
                                         record::kFormatVersions.end());
  keys.set_instant_ms(static_cast<uint64_t>(now.ms));
  return ByAuthority(v1::ENTRY_KIND_KEYS, federation, keys, authority);
}

Publication SignAgencyState(std::string_view federation, const v1::AgencyStatement& statement,
                            const crypto::SigningKey& authority) {
  return ByAuthority(v1::ENTRY_KIND_AGENCY, federation, statement, authority);
}

Publication SignPolicyKeys(std::string_view federation, std::string_view jurisdiction,
                           const crypto::PublicKey& author, const crypto::PublicKey& protection,
                           Period period, Instant now, const crypto::SigningKey& authority) {
  v1::KeyStatement keys;
  keys.set_owner(std::string(jurisdiction));
  *keys.add_keys() = MakeKeyEntry(crypto::KeyUse::kPolicyAuthor, author, period);
  *keys.add_keys() = MakeKeyEntry(crypto::KeyUse::kPolicyProtection, protection, period);
  keys.mutable_format_versions()->Assign(record::kFormatVersions.begin(),
                                         record::kFormatVersions.end());
  keys.set_instant_ms(static_cast<uint64_t>(now.ms));
  return ByAuthority(v1::ENTRY_KIND_KEYS, federation, keys, authority);
}

namespace {

v1::PolicyStatement PolicyBody(std::string_view jurisdiction, uint64_t version,
                               std::string_view text, Instant in_force) {
  v1::PolicyStatement body;
  body.set_jurisdiction(std::string(jurisdiction));
  body.set_version(version);
  body.set_digest(ToString(crypto::Sha256(text)));
  body.set_in_force_ms(static_cast<uint64_t>(in_force.ms));
  return body;
}

}  // namespace

Publication SignPolicy(std::string_view federation, std::string_view jurisdiction, uint64_t version,
                       std::string text, Instant in_force, const crypto::SigningKey& author,
                       const crypto::SigningKey& protection) {
  const v1::PolicyStatement body = PolicyBody(jurisdiction, version, text, in_force);
  return {v1::ENTRY_KIND_POLICY,
          record::SignBody(federation, body,
                           {{author, crypto::KeyUse::kPolicyAuthor},
                            {protection, crypto::KeyUse::kPolicyProtection}}),
          std::move(text)};
}

Publication BeginPolicy(std::string_view federation, std::string_view jurisdiction,
                        uint64_t version, std::string text, Instant in_force,
                        const crypto::SigningKey& key, crypto::KeyUse use) {
  const v1::PolicyStatement body = PolicyBody(jurisdiction, version, text, in_force);
  return {v1::ENTRY_KIND_POLICY, record::SignBody(federation, body, {{key, use}}), std::move(text)};
}

absl::StatusOr<Publication> CosignPolicy(std::string_view federation, std::string_view jurisdiction,
                                         uint64_t version, std::string_view text,
                                         const Publication& begun, const crypto::SigningKey& key,
                                         crypto::KeyUse use) {
  if (begun.statement.signatures_size() != 1) {
    return absl::InvalidArgumentError("the statement does not bear exactly one signature");
  }
  // Nobody signs a statement about another text than the one they were shown.
  v1::PolicyStatement body;
  if (begun.kind != v1::ENTRY_KIND_POLICY || !body.ParseFromString(begun.statement.body()) ||
      record::Encode(body) != begun.statement.body() || body.jurisdiction() != jurisdiction ||
      body.version() != version || body.digest() != ToString(crypto::Sha256(text)) ||
      begun.text != text) {
    return absl::InvalidArgumentError(
        "the statement was signed for another text, version or jurisdiction: compare the two files "
        "before you sign");
  }
  const std::string first = begun.statement.signatures(0).key_id();
  for (const crypto::KeyUse office :
       {crypto::KeyUse::kPolicyAuthor, crypto::KeyUse::kPolicyProtection}) {
    if (first != ToString(crypto::MakeKeyId(office, key.public_key()))) continue;
    return absl::InvalidArgumentError("this key has signed already: the other office's is wanted");
  }
  Publication out = begun;
  const std::array signers = {record::StatementSigner{key, use}};
  const v1::SignedStatement second = record::SignStatement(
      record::kStatementType<v1::PolicyStatement>, federation, begun.statement.body(), signers);
  auto& signatures = *out.statement.mutable_signatures();
  *signatures.Add() = second.signatures(0);
  std::sort(signatures.begin(), signatures.end(),
            [](const auto& a, const auto& b) { return a.key_id() < b.key_id(); });
  return out;
}

std::optional<Instant> InForceOf(const Publication& policy) {
  v1::PolicyStatement body;
  if (policy.kind != v1::ENTRY_KIND_POLICY || !body.ParseFromString(policy.statement.body())) {
    return std::nullopt;
  }
  return Instant{static_cast<int64_t>(body.in_force_ms())};
}

Publication SignFederationFile(std::string_view federation, std::string_view type, uint64_t version,
                               std::string text, Instant in_force,
                               std::span<const crypto::SigningKey> authorities) {
  v1::FederationFileStatement body;
  body.set_type(std::string(type));
  body.set_version(version);
  body.set_digest(ToString(crypto::Sha256(text)));
  body.set_in_force_ms(static_cast<uint64_t>(in_force.ms));
  return {v1::ENTRY_KIND_FEDERATION_FILE, SignByAll(federation, body, authorities),
          std::move(text)};
}

Publication SignQuorum(std::string_view federation, uint64_t number, std::string_view policy,
                       Instant now, std::span<const crypto::SigningKey> authorities) {
  v1::QuorumStatement body;
  body.set_number(number);
  body.set_policy(std::string(policy));
  body.set_instant_ms(static_cast<uint64_t>(now.ms));
  return {v1::ENTRY_KIND_QUORUM, SignByAll(federation, body, authorities), ""};
}

Publication SignRevocation(std::string_view federation, std::string_view owner, const KeyId& key,
                           std::string_view reason, Instant now, const crypto::SigningKey& signer,
                           crypto::KeyUse use, std::optional<uint64_t> doubted_from) {
  v1::Revocation body;
  body.set_owner(std::string(owner));
  body.set_key_id(ToString(key));
  body.set_reason(std::string(reason));
  body.set_instant_ms(static_cast<uint64_t>(now.ms));
  if (doubted_from) body.set_doubted_from(*doubted_from);
  return {v1::ENTRY_KIND_REVOCATION, record::SignBody(federation, body, {{signer, use}}), ""};
}

}  // namespace entente::ledger
