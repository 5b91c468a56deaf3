#include "core/crypto/keys.h"

#include <algorithm>

#include "core/crypto/digest.h"
#include "core/crypto/sodium_init.h"

namespace entente::crypto {
namespace {

// Indexed by the number less one.
constexpr std::array<std::string_view, 13> kWords = {
    "authority", "identity", "record-signing", "delivery",      "acknowledgement",
    "witness",   "matching", "officer",        "policy-author", "policy-protection",
    "receipt",   "note",     "checkpoint"};
static_assert(static_cast<size_t>(KeyUse::kCheckpoint) == kWords.size());

// The u-coordinates below p at which X25519 gives zeros, little-endian (RFC 7748, section 6.1;
// https://cr.yp.to/ecdh.html#validate). A table, since the broker must hold no code that agrees.
constexpr PublicKey kPrime = {0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                              0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                              0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f};
constexpr PublicKey PrimeLessOne() {
  PublicKey out = kPrime;
  --out[0];
  return out;
}
constexpr std::array<PublicKey, 5> kSmallOrder = {
    PublicKey{0},
    {1},
    {0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3,
     0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32,
     0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00},
    {0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1,
     0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c,
     0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57},
    PrimeLessOne()};

bool IsSoundAgreementKey(const PublicKey& key) {
  const bool below_prime =
      std::lexicographical_compare(key.rbegin(), key.rend(), kPrime.rbegin(), kPrime.rend());
  return below_prime && std::ranges::find(kSmallOrder, key) == kSmallOrder.end();
}

}  // namespace

std::string_view KeyUseWord(KeyUse use) { return kWords[static_cast<size_t>(use) - 1]; }

std::optional<KeyUse> KeyUseFromWord(std::string_view word) {
  for (uint32_t number = 1; number <= kWords.size(); ++number) {
    if (kWords[number - 1] == word) return KeyUseFromNumber(number);
  }
  return std::nullopt;
}

std::optional<KeyUse> KeyUseFromNumber(uint32_t number) {
  if (number == 0 || number > kWords.size()) return std::nullopt;
  return static_cast<KeyUse>(number);
}

bool IsSoundKey(KeyUse use, const PublicKey& key) {
  if (use == KeyUse::kMatching) return true;
  if (use == KeyUse::kDelivery) return IsSoundAgreementKey(key);
  internal::EnsureSodium();
  return crypto_core_ed25519_is_valid_point(key.data()) == 1;
}

KeyId MakeKeyId(uint8_t type, const PublicKey& key) { return Sha256Concat({{&type, 1}, key}); }

}  // namespace entente::crypto
