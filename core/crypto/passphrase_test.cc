#include "core/crypto/passphrase.h"

#include <gtest/gtest.h>

#include "core/base/encoding.h"

namespace entente::crypto {
namespace {

PassphraseSalt SaltOf(uint8_t byte) {
  PassphraseSalt salt;
  salt.fill(byte);
  return salt;
}

std::string Hex(const absl::StatusOr<Secret<32>>& hash) {
  return hash.ok() ? HexEncode(hash->ExposeSecret()) : std::string(hash.status().message());
}

// Held against the program `argon2` (the reference implementation): -id -t 2 -k 65536 -p 1 -l 32.
TEST(Passphrase, IsArgon2id) {
  EXPECT_EQ(Hex(HashPassphrase("correct horse battery", *FixedBytes<16>("somesaltsomesalt"), {})),
            "d5473e9b0220bdf43699c1b4d763d45b2b54c30776b3aab8f00e122a765d4b3e");
}

TEST(Passphrase, DependsOnPassphraseAndSalt) {
  const std::string hash = Hex(HashPassphrase("correct horse battery", SaltOf(1), {}));
  EXPECT_EQ(Hex(HashPassphrase("correct horse battery", SaltOf(1), {})), hash);
  EXPECT_NE(Hex(HashPassphrase("correct horse batterz", SaltOf(1), {})), hash);
  EXPECT_NE(Hex(HashPassphrase("correct horse battery", SaltOf(2), {})), hash);
}

TEST(Passphrase, ACostThatIsTooLittleIsRefused) {
  const auto hash = HashPassphrase("correct horse battery", SaltOf(1), {1, 1024});
  EXPECT_TRUE(absl::IsUnavailable(hash.status())) << hash.status();
}

}  // namespace
}  // namespace entente::crypto
