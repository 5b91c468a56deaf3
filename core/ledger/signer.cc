#include "core/ledger/signer.h"

#include "core/base/limits.h"
#include "core/base/refusal.h"

namespace entente::ledger {
namespace {

// The first answer that is more than "no such key".
absl::StatusOr<KeyInfo> FindSigner(const State& state, Place place, const KeyId& id,
                                   std::span<const Signer> signers) {
  for (const Signer& signer : signers) {
    auto key = FindKey(state, signer.owner, id, signer.use, place.index, place.instant);
    if (key.ok() || !IsRefusal(key.status(), Reason::kKeyUnknown)) return key;
  }
  return Refuse(Reason::kKeyUnknown, "The signature is by a key that may not sign this.");
}

}  // namespace

absl::StatusOr<std::vector<KeyInfo>> VerifySigners(const State& state, Place place,
                                                   std::string_view type,
                                                   const v1::SignedStatement& statement,
                                                   std::span<const Signer> signers) {
  std::vector<KeyInfo> signed_by;
  const auto lookup = [&](const KeyId& id) -> absl::StatusOr<crypto::PublicKey> {
    auto key = FindSigner(state, place, id, signers);
    if (!key.ok()) return key.status();
    signed_by.push_back(*std::move(key));
    return signed_by.back().public_key;
  };
  const absl::Status status =
      record::VerifyStatement(type, state.genesis->fields().federation, statement, lookup);
  if (!status.ok()) return status;
  return signed_by;
}

absl::Status VerifyOne(const State& state, Place place, std::string_view type,
                       const v1::SignedStatement& statement, std::span<const Signer> signers) {
  if (statement.signatures_size() != 1) {
    return Refuse(Reason::kBadSignature, "This statement takes one signature, no more, no less.");
  }
  return VerifySigners(state, place, type, statement, signers).status();
}

absl::Status CheckNotFuture(Instant instant, Place place) {
  if (instant <= place.instant + limits::kClockToleranceMs) return absl::OkStatus();
  return Refuse(Reason::kFutureDated, "The statement was made after it was logged.");
}

}  // namespace entente::ledger
