// Policies and federation files put in force: core/ledger/registry_change.h.
#include <array>
#include <utility>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/ledger/registry_change.h"
#include "core/ledger/signer.h"
#include "core/record/calendar_type.h"

namespace entente::ledger {
namespace {

using crypto::KeyUse;

// Common to both bodies: version, digest, in_force_ms.
template <typename Body>
absl::StatusOr<FileInForce> ReadFile(const Body& body, Place place,
                                     const NameMap<std::vector<FileInForce>>& files,
                                     const std::string& name) {
  const auto last = files.find(name);
  if (last != files.end() && body.version() <= last->second.back().version) {
    return Refuse(
        {Reason::kSnapshotBehind, "", "This version or a later one was put in force before.",
         "Nothing was published. Sign it as a later version, and publish that.", "", std::nullopt});
  }
  return FileInForce{.version = body.version(),
                     .digest = *FixedBytes<32>(body.digest()),
                     .in_force = InstantOf(body.in_force_ms()),
                     .log_index = place.index};
}

// Two offices, two keys: that one person holds both roles with one key is what this excludes.
absl::Status VerifyPolicySigners(const State& state, Place place, const std::string& jurisdiction,
                                 const v1::SignedStatement& statement) {
  if (statement.signatures_size() != 2) {
    return Refuse({Reason::kBadSignature, "",
                   "A policy takes two signatures: author and protection.",
                   "Have the other office sign it as well, and publish that.", "", std::nullopt});
  }
  const std::array signers = {Signer{jurisdiction, KeyUse::kPolicyAuthor},
                              Signer{jurisdiction, KeyUse::kPolicyProtection}};
  const auto keys = VerifySigners(state, place, "policy", statement, signers);
  if (!keys.ok()) return keys.status();
  const KeyInfo& first = keys->front();
  const KeyInfo& second = keys->back();
  if (first.use == second.use || first.public_key == second.public_key) {
    return Refuse(Reason::kBadSignature, "A policy is signed by two keys of two offices.");
  }
  return absl::OkStatus();
}

// A State's calendar binds nobody else.
absl::Status VerifyCalendarSigner(const State& state, Place place, const std::string& jurisdiction,
                                  const v1::SignedStatement& statement) {
  if (!state.genesis->FindAuthority(jurisdiction)) {
    return Refuse(Reason::kWrongAgency, "This jurisdiction has no authority in this federation.");
  }
  const std::array signers = {Signer{jurisdiction, KeyUse::kAuthority}};
  return VerifyOne(state, place, "federation-file", statement, signers);
}

// Each authority counts once: genesis gives it one key, and a key signs a statement once.
absl::Status VerifyAuthorities(const State& state, Place place, std::string_view type,
                               const v1::SignedStatement& statement) {
  std::vector<Signer> signers;
  for (const auto& [jurisdiction, key] : state.genesis->fields().authorities) {
    signers.push_back({jurisdiction, KeyUse::kAuthority});
  }
  const auto keys = VerifySigners(state, place, type, statement, signers);
  if (!keys.ok()) return keys.status();
  if (3 * keys->size() > 2 * signers.size()) return absl::OkStatus();
  return Refuse({Reason::kBadSignature, "",
                 "This takes the signatures of more than two thirds of the authorities.",
                 "Have more authorities sign it, and publish that.", "", std::nullopt});
}

}  // namespace

absl::StatusOr<Change> JudgePolicy(const State& state, Place place, std::string_view bytes) {
  auto read = ReadSigned<v1::PolicyStatement>(bytes);
  if (!read.ok()) return read.status();
  const std::string& jurisdiction = read->body.jurisdiction();
  if (!state.genesis->FindAuthority(jurisdiction)) {
    return Refuse(Reason::kWrongAgency, "This jurisdiction has no authority in this federation.");
  }
  absl::Status status = VerifyPolicySigners(state, place, jurisdiction, read->statement);
  if (!status.ok()) return status;
  const auto file = ReadFile(read->body, place, state.policies, jurisdiction);
  if (!file.ok()) return file.status();
  return FileChange{v1::ENTRY_KIND_POLICY, jurisdiction, *file};
}

absl::StatusOr<Change> JudgeFederationFile(const State& state, Place place,
                                           std::string_view bytes) {
  auto read = ReadSigned<v1::FederationFileStatement>(bytes);
  if (!read.ok()) return read.status();
  const std::string& type = read->body.type();
  const std::string calendar(record::CalendarOf(type));
  absl::Status status = calendar.empty()
                            ? VerifyAuthorities(state, place, "federation-file", read->statement)
                            : VerifyCalendarSigner(state, place, calendar, read->statement);
  if (!status.ok()) return status;
  const auto file = ReadFile(read->body, place, state.files, type);
  if (!file.ok()) return file.status();
  return FileChange{v1::ENTRY_KIND_FEDERATION_FILE, type, *file};
}

// The number stands in for a version: what was signed once is not put in force again later.
absl::StatusOr<Change> JudgeQuorum(const State& state, Place place, std::string_view bytes) {
  auto read = ReadSigned<v1::QuorumStatement>(bytes);
  if (!read.ok()) return read.status();
  const v1::QuorumStatement& body = read->body;
  absl::Status status = VerifyAuthorities(state, place, "quorum", read->statement);
  if (status.ok()) status = CheckNotFuture(InstantOf(body.instant_ms()), place);
  if (!status.ok()) return status;
  if (body.number() != state.quorum_number + 1) {
    return Refuse(Reason::kSnapshotBehind, "Statements on the quorum have numbers without gaps.");
  }
  if (body.policy() == kQuorumNone) return QuorumChange{body.number(), nullptr};
  auto policy = ReadQuorum("quorum", body.policy(), state.genesis->fields().checkpoint);
  if (!policy.ok()) return Refuse(Reason::kMalformed, std::string(policy.status().message()));
  return QuorumChange{body.number(), std::make_shared<const audit::TlogPolicy>(*std::move(policy))};
}

}  // namespace entente::ledger
