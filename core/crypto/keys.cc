#include "core/crypto/keys.h"

#include "core/crypto/digest.h"

namespace entente::crypto {
namespace {

// Indexed by the number less one.
constexpr std::array<std::string_view, 13> kWords = {
    "authority", "identity", "record-signing", "delivery",      "acknowledgement",
    "witness",   "matching", "officer",        "policy-author", "policy-protection",
    "receipt",   "note",     "checkpoint"};
static_assert(static_cast<size_t>(KeyUse::kCheckpoint) == kWords.size());

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

KeyId MakeKeyId(uint8_t type, const PublicKey& key) { return Sha256Concat({{&type, 1}, key}); }

}  // namespace entente::crypto
