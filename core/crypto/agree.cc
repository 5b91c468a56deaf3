#include "core/crypto/agree.h"

#include "core/crypto/sodium_init.h"

namespace entente::crypto {

AgreementKey AgreementKey::FromPrivate(const Secret<32>& private_key) {
  internal::EnsureSodium();
  AgreementKey key;
  key.private_key_ = private_key.Clone();
  crypto_scalarmult_curve25519_base(key.public_key_.data(), private_key.ExposeSecret().data());
  return key;
}

AgreementKey AgreementKey::Create(Random& random) {
  return FromPrivate(Secret<32>::Create(random));
}

absl::StatusOr<Secret<32>> AgreementKey::Agree(const PublicKey& peer) const {
  Secret<32> shared;
  if (crypto_scalarmult_curve25519(shared.Fill().data(), private_key_.ExposeSecret().data(),
                                   peer.data()) != 0) {
    return absl::InvalidArgumentError("the peer's X25519 key gives a zero shared secret");
  }
  return shared;
}

}  // namespace entente::crypto
