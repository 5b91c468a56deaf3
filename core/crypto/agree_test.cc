#include "core/crypto/agree.h"

#include "core/crypto/random.h"
#include "tests/support/seeded_random.h"
#include "tests/support/vectors.h"

namespace entente::crypto {
namespace {

using ::entente::testing::ArrayFromHex;
using ::entente::testing::Json;
using ::entente::testing::RunWycheproof;
using ::entente::testing::SecretFromHex;

bool HasFlag(const Json& test, std::string_view flag) {
  const Json& flags = test.at("flags");
  return std::find(flags.begin(), flags.end(), flag) != flags.end();
}

TEST(Agree, WycheproofX25519) {
  size_t refused = 0;
  RunWycheproof("x25519_test.json", [&](const Json&, const Json& test) {
    const auto key =
        AgreementKey::FromPrivate(SecretFromHex<32>(test.at("private").get<std::string>()));
    const auto shared = key.Agree(ArrayFromHex<32>(test.at("public").get<std::string>()));
    EXPECT_EQ(shared.ok(), !HasFlag(test, "ZeroSharedSecret"));
    if (shared.ok()) {
      EXPECT_EQ(HexEncode(shared->ExposeSecret()), test.at("shared").get<std::string>());
    } else {
      ++refused;
    }
  });
  if (!::testing::Test::IsSkipped()) {
    EXPECT_EQ(refused, 31u);
  }
}

// RFC 7748 section 6.1: Bob's keys, Alice's public key, and what they share.
TEST(Agree, PublishedExchange) {
  const auto bob = AgreementKey::FromPrivate(
      SecretFromHex<32>("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
  EXPECT_EQ(HexEncode(bob.public_key()),
            "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  const auto shared = bob.Agree(
      ArrayFromHex<32>("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"));
  ASSERT_TRUE(shared.ok());
  EXPECT_EQ(HexEncode(shared->ExposeSecret()),
            "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
}

TEST(Agree, ZeroSharedSecretIsRefused) {
  SystemRandom random;
  const auto refused = AgreementKey::Create(random).Agree(PublicKey{});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Agree, SeededKeysRepeatAndClonesAreEqual) {
  testing::SeededRandom first(7), second(7);
  const auto key = AgreementKey::Create(first);
  EXPECT_EQ(key.public_key(), AgreementKey::Create(second).public_key());
  EXPECT_EQ(key.Clone().private_key(), key.private_key());
  EXPECT_EQ(key.Clone().public_key(), key.public_key());
  EXPECT_NE(key.public_key(), AgreementKey::Create(first).public_key());
}

}  // namespace
}  // namespace entente::crypto
