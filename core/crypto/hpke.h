// HPKE (RFC 9180), mode Base, suite DHKEM(X25519, HKDF-SHA256) 0x0020, HKDF-SHA256 0x0001,
// ChaCha20Poly1305 0x0003. A context belongs to one thread at a time; move-only; its secrets are
// wiped when it dies. The info says what the context is for and who the two parties are: Base mode
// alone does not prove who sealed. Node side only: no broker links this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/crypto/aead.h"
#include "core/crypto/agree.h"
#include "core/crypto/digest.h"
#include "core/crypto/keys.h"
#include "core/crypto/secret.h"

namespace entente::crypto {

// RFC 9180 section 7.1.3; `ikm` has at least 32 bytes of entropy.
AgreementKey HpkeDeriveKeyPair(ByteSpan ikm);

// What both sides derive: key, nonces and exports. Used through the two contexts below.
class HpkeSchedule {
 public:
  HpkeSchedule(const Secret<32>& shared_secret, ByteSpan info);

  const Secret<32>& key() const { return key_; }
  // RFC 9180 section 5.2: base nonce XOR sequence number.
  ChaChaNonce NonceAt(uint64_t sequence) const;
  // RFC 9180 section 5.3. INVALID_ARGUMENT above kHkdfMaxBytes.
  absl::StatusOr<SecretBytes> Export(ByteSpan context, size_t length) const;

 private:
  Secret<32> key_;
  Secret<12> base_nonce_;
  Secret<32> exporter_;
};

class HpkeSenderContext {
 public:
  // Draws 32 bytes from `random` for the ephemeral key, so that seeded runs repeat.
  // INVALID_ARGUMENT when the recipient's public key gives a zero shared secret.
  static absl::StatusOr<HpkeSenderContext> Create(const PublicKey& recipient, ByteSpan info,
                                                  Random& random);

  // The encapsulated key, for the recipient.
  const PublicKey& enc() const { return enc_; }
  // Each call uses the next sequence number, from 0.
  std::string Seal(ByteSpan aad, ByteSpan plain);
  absl::StatusOr<SecretBytes> Export(ByteSpan context, size_t length) const {
    return schedule_.Export(context, length);
  }
  // 32 bytes, for keys; cannot fail.
  Secret<32> ExportKey(ByteSpan context) const;

 private:
  HpkeSenderContext(PublicKey enc, HpkeSchedule schedule);
  PublicKey enc_;
  HpkeSchedule schedule_;
  uint64_t sequence_ = 0;
};

class HpkeRecipientContext {
 public:
  // INVALID_ARGUMENT when `enc` gives a zero shared secret. A wrong `enc`, key or info is seen only
  // when Open() fails.
  static absl::StatusOr<HpkeRecipientContext> Create(const PublicKey& enc, const AgreementKey& key,
                                                     ByteSpan info);

  // Opens messages in the order they were sealed; a failure does not use up a sequence number.
  // INVALID_ARGUMENT when it does not open.
  absl::StatusOr<SecretBytes> Open(ByteSpan aad, ByteSpan sealed);
  absl::StatusOr<SecretBytes> Export(ByteSpan context, size_t length) const {
    return schedule_.Export(context, length);
  }
  // 32 bytes, for keys; cannot fail.
  Secret<32> ExportKey(ByteSpan context) const;

 private:
  explicit HpkeRecipientContext(HpkeSchedule schedule);
  HpkeSchedule schedule_;
  uint64_t sequence_ = 0;
};

}  // namespace entente::crypto
