#include "core/crypto/secret.h"

#include <sodium.h>

namespace entente::crypto {

void Wipe(std::span<uint8_t> bytes) { sodium_memzero(bytes.data(), bytes.size()); }

void Wipe(std::string& text) {
  sodium_memzero(text.data(), text.size());
  text.clear();
}

bool ConstantTimeEqual(ByteSpan a, ByteSpan b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

SecretBytes::SecretBytes(size_t size) : bytes_(std::make_unique<uint8_t[]>(size)), size_(size) {}

SecretBytes::~SecretBytes() { Wipe(Fill()); }

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    Wipe(Fill());
    bytes_ = std::move(other.bytes_);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

SecretBytes SecretBytes::FromBytes(ByteSpan bytes) {
  SecretBytes out(bytes.size());
  std::copy(bytes.begin(), bytes.end(), out.bytes_.get());
  return out;
}

}  // namespace entente::crypto
