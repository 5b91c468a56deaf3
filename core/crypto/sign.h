// Ed25519 signatures (RFC 8032) and the DSSE pre-authentication encoding that keeps what is signed
// for one purpose from counting for another (https://github.com/secure-systems-lab/dsse).
// Functions are safe from any thread; a SigningKey may sign from several threads.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/crypto/keys.h"
#include "core/crypto/secret.h"

namespace entente::crypto {

using Signature64 = std::array<uint8_t, 64>;

// A private key with its public key. Move-only; wiped when it dies.
class SigningKey {
 public:
  static SigningKey FromSeed(const Secret<32>& seed);
  static SigningKey Create(Random& random);

  const PublicKey& public_key() const { return public_key_; }
  Signature64 Sign(ByteSpan message) const;
  Signature64 Sign(std::string_view message) const { return Sign(AsBytes(message)); }
  // What FromSeed() took, for key files.
  Secret<32> Seed() const;
  SigningKey Clone() const { return FromSeed(Seed()); }

 private:
  SigningKey() = default;
  Secret<64> secret_;  // seed || public key
  PublicKey public_key_;
};

// OK, or a refusal `bad-signature`: a wrong signature, one that is not 64 bytes, a non-canonical S,
// or a public key or R that is not canonical or of small order.
absl::Status Verify(const PublicKey& key, ByteSpan message, ByteSpan signature);
inline absl::Status Verify(const PublicKey& key, std::string_view message, ByteSpan signature) {
  return Verify(key, AsBytes(message), signature);
}

// "DSSEv1 " len(type) " " type " " len(body) " " body; lengths are decimal ASCII, in bytes.
std::string Pae(std::string_view type, std::string_view body);
inline std::string Pae(std::string_view type, ByteSpan body) { return Pae(type, AsText(body)); }

}  // namespace entente::crypto
