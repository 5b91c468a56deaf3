// What a key is for, and its identifier (docs/formats.md, "Key ids and uses"). Values; safe from
// any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/bytes.h"

namespace entente::crypto {

using PublicKey = std::array<uint8_t, 32>;  // its algorithm follows from its use

// The number is the type byte in a key id and in statements; it never changes its meaning. Keys are
// Ed25519 where nothing else is said.
enum class KeyUse : uint8_t {
  kAuthority = 1,
  kIdentity = 2,
  kRecordSigning = 3,
  kDelivery = 4,  // X25519
  kAcknowledgement = 5,
  kWitness = 6,
  kMatching = 7,  // ristretto255
  kOfficer = 8,
  kPolicyAuthor = 9,
  kPolicyProtection = 10,  // the data-protection officer's signature under a policy
  kReceipt = 11,
  kNote = 12,  // withholding notes
  kCheckpoint = 13,
};

// "record-signing". Every KeyUse has a word.
std::string_view KeyUseWord(KeyUse use);
// nullopt for a word or number that no use has.
std::optional<KeyUse> KeyUseFromWord(std::string_view word);
std::optional<KeyUse> KeyUseFromNumber(uint32_t number);

// The bytes are a key with which its use can be carried out. Ed25519: a point that libsodium
// accepts, canonical and of the main subgroup. X25519: canonical and not of small order, so that
// an agreement never ends in zeros. Of a ristretto255 key nothing is asked: no program uses one,
// and the broker may not hold code that does.
bool IsSoundKey(KeyUse use, const PublicKey& key);

// SHA-256(u8 type || public key). Two uses of one public key have two ids.
KeyId MakeKeyId(uint8_t type, const PublicKey& key);
inline KeyId MakeKeyId(KeyUse use, const PublicKey& key) {
  return MakeKeyId(static_cast<uint8_t>(use), key);
}

}  // namespace entente::crypto
