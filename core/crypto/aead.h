// Authenticated encryption: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) and
// ChaCha20-Poly1305 (RFC 8439). Sealed bytes are ciphertext || tag16. Stateless; safe from any
// thread. The caller guarantees that no nonce is used twice under one key. Not promised: that a
// ciphertext opens under one key only (commit to the key beside it). Node side only: no broker
// links this.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "core/base/bytes.h"
#include "core/crypto/secret.h"

namespace entente::crypto {

inline constexpr size_t kAeadTagBytes = 16;

using XChaChaNonce = std::array<uint8_t, 24>;  // long enough to be drawn at random
using ChaChaNonce = std::array<uint8_t, 12>;   // must be counted

std::string SealXChaCha20Poly1305(const Secret<32>& key, const XChaChaNonce& nonce, ByteSpan aad,
                                  ByteSpan plain);
// INVALID_ARGUMENT when it does not open: nothing of the content is given.
absl::StatusOr<SecretBytes> OpenXChaCha20Poly1305(const Secret<32>& key, const XChaChaNonce& nonce,
                                                  ByteSpan aad, ByteSpan sealed);

std::string SealChaCha20Poly1305(const Secret<32>& key, const ChaChaNonce& nonce, ByteSpan aad,
                                 ByteSpan plain);
// INVALID_ARGUMENT when it does not open: nothing of the content is given.
absl::StatusOr<SecretBytes> OpenChaCha20Poly1305(const Secret<32>& key, const ChaChaNonce& nonce,
                                                 ByteSpan aad, ByteSpan sealed);

}  // namespace entente::crypto
