#include "core/crypto/passphrase.h"

#include "core/crypto/sodium_init.h"

namespace entente::crypto {

static_assert(crypto_pwhash_SALTBYTES == sizeof(PassphraseSalt));
static_assert(crypto_pwhash_OPSLIMIT_INTERACTIVE == PassphraseCost{}.passes);
static_assert(crypto_pwhash_MEMLIMIT_INTERACTIVE == PassphraseCost{}.memory_bytes);

absl::StatusOr<Secret<32>> HashPassphrase(std::string_view passphrase, const PassphraseSalt& salt,
                                          const PassphraseCost& cost) {
  internal::EnsureSodium();
  Secret<32> hash;
  const int failed =
      crypto_pwhash(hash.Fill().data(), hash.Fill().size(), passphrase.data(), passphrase.size(),
                    salt.data(), cost.passes, cost.memory_bytes, crypto_pwhash_ALG_ARGON2ID13);
  if (failed == 0) return hash;
  return absl::UnavailableError("a pass phrase cannot be checked: this machine is out of memory");
}

}  // namespace entente::crypto
