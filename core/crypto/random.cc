#include "core/crypto/random.h"

#include "core/crypto/sodium_init.h"

namespace entente::crypto {

void SystemRandom::Fill(std::span<uint8_t> out) {
  if (out.empty()) return;
  internal::EnsureSodium();
  randombytes_buf(out.data(), out.size());
}

}  // namespace entente::crypto
