#include "core/crypto/sign.h"

#include "core/base/refusal.h"
#include "core/crypto/sodium_init.h"

namespace entente::crypto {

SigningKey SigningKey::FromSeed(const Secret<32>& seed) {
  internal::EnsureSodium();
  SigningKey key;
  crypto_sign_seed_keypair(key.public_key_.data(), key.secret_.Fill().data(),
                           seed.ExposeSecret().data());
  return key;
}

SigningKey SigningKey::Create(Random& random) { return FromSeed(Secret<32>::Create(random)); }

Signature64 SigningKey::Sign(ByteSpan message) const {
  Signature64 signature;
  crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(),
                       secret_.ExposeSecret().data());
  return signature;
}

Secret<32> SigningKey::Seed() const {
  return *Secret<32>::FromBytes(secret_.ExposeSecret().first<32>());
}

absl::Status Verify(const PublicKey& key, ByteSpan message, ByteSpan signature) {
  internal::EnsureSodium();
  if (signature.size() != sizeof(Signature64)) {
    return Refuse(Reason::kBadSignature, "The signature is not 64 bytes long.");
  }
  if (crypto_sign_verify_detached(signature.data(), message.data(), message.size(), key.data())) {
    return Refuse(Reason::kBadSignature, "The signature does not verify.");
  }
  return absl::OkStatus();
}

std::string Pae(std::string_view type, std::string_view body) {
  std::string out = "DSSEv1 " + std::to_string(type.size()) + ' ';
  out.append(type).append(1, ' ').append(std::to_string(body.size())).append(1, ' ').append(body);
  return out;
}

}  // namespace entente::crypto
