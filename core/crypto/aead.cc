#include "core/crypto/aead.h"

#include "core/crypto/sodium_init.h"

namespace entente::crypto {
namespace {

static_assert(kAeadTagBytes == crypto_aead_xchacha20poly1305_ietf_ABYTES);
static_assert(kAeadTagBytes == crypto_aead_chacha20poly1305_ietf_ABYTES);

using EncryptFunction = decltype(crypto_aead_xchacha20poly1305_ietf_encrypt);
using DecryptFunction = decltype(crypto_aead_xchacha20poly1305_ietf_decrypt);

std::string SealWith(EncryptFunction encrypt, const Secret<32>& key, const uint8_t* nonce,
                     ByteSpan aad, ByteSpan plain) {
  internal::EnsureSodium();
  std::string sealed(plain.size() + kAeadTagBytes, '\0');
  encrypt(reinterpret_cast<uint8_t*>(sealed.data()), nullptr, plain.data(), plain.size(),
          aad.data(), aad.size(), nullptr, nonce, key.ExposeSecret().data());
  return sealed;
}

absl::StatusOr<SecretBytes> OpenWith(DecryptFunction decrypt, const Secret<32>& key,
                                     const uint8_t* nonce, ByteSpan aad, ByteSpan sealed) {
  internal::EnsureSodium();
  if (sealed.size() < kAeadTagBytes) {
    return absl::InvalidArgumentError("the sealed bytes are shorter than their tag");
  }
  SecretBytes plain(sealed.size() - kAeadTagBytes);
  if (decrypt(plain.Fill().data(), nullptr, nullptr, sealed.data(), sealed.size(), aad.data(),
              aad.size(), nonce, key.ExposeSecret().data()) != 0) {
    return absl::InvalidArgumentError("the sealed bytes do not open under this key and context");
  }
  return plain;
}

}  // namespace

std::string SealXChaCha20Poly1305(const Secret<32>& key, const XChaChaNonce& nonce, ByteSpan aad,
                                  ByteSpan plain) {
  return SealWith(crypto_aead_xchacha20poly1305_ietf_encrypt, key, nonce.data(), aad, plain);
}

absl::StatusOr<SecretBytes> OpenXChaCha20Poly1305(const Secret<32>& key, const XChaChaNonce& nonce,
                                                  ByteSpan aad, ByteSpan sealed) {
  return OpenWith(crypto_aead_xchacha20poly1305_ietf_decrypt, key, nonce.data(), aad, sealed);
}

std::string SealChaCha20Poly1305(const Secret<32>& key, const ChaChaNonce& nonce, ByteSpan aad,
                                 ByteSpan plain) {
  return SealWith(crypto_aead_chacha20poly1305_ietf_encrypt, key, nonce.data(), aad, plain);
}

absl::StatusOr<SecretBytes> OpenChaCha20Poly1305(const Secret<32>& key, const ChaChaNonce& nonce,
                                                 ByteSpan aad, ByteSpan sealed) {
  return OpenWith(crypto_aead_chacha20poly1305_ietf_decrypt, key, nonce.data(), aad, sealed);
}

}  // namespace entente::crypto
