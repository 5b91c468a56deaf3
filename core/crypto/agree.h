// X25519 key agreement (RFC 7748). Safe from any thread for const use.
#pragma once

#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/crypto/keys.h"
#include "core/crypto/secret.h"

namespace entente::crypto {

// A private key with its public key. Move-only; wiped when it dies.
class AgreementKey {
 public:
  static AgreementKey FromPrivate(const Secret<32>& private_key);
  static AgreementKey Create(Random& random);

  const PublicKey& public_key() const { return public_key_; }
  // What FromPrivate() took, for key stores.
  const Secret<32>& private_key() const { return private_key_; }
  // The raw shared secret, to be fed to a key derivation only. INVALID_ARGUMENT when it is all
  // zeros: the peer's point has small order.
  absl::StatusOr<Secret<32>> Agree(const PublicKey& peer) const;
  AgreementKey Clone() const { return FromPrivate(private_key_); }

 private:
  AgreementKey() = default;
  Secret<32> private_key_;
  PublicKey public_key_;
};

}  // namespace entente::crypto
