#include "core/crypto/sign.h"

#include "core/base/refusal.h"
#include "core/crypto/random.h"
#include "tests/support/seeded_random.h"
#include "tests/support/vectors.h"

namespace entente::crypto {
namespace {

using ::entente::testing::ArrayFromHex;
using ::entente::testing::FromHex;
using ::entente::testing::IsValid;
using ::entente::testing::Json;
using ::entente::testing::RunWycheproof;
using ::entente::testing::SecretFromHex;

TEST(Ed25519, Wycheproof) {
  RunWycheproof("ed25519_test.json", [](const Json& group, const Json& test) {
    const auto key = ArrayFromHex<32>(group.at("publicKey").at("pk").get<std::string>());
    const absl::Status status = Verify(key, FromHex(test, "msg"), AsBytes(FromHex(test, "sig")));
    EXPECT_EQ(status.ok(), IsValid(test));
    if (!status.ok()) {
      EXPECT_TRUE(IsRefusal(status, Reason::kBadSignature));
    }
  });
}

// RFC 8032 section 7.1, tests 1 and 2.
TEST(Ed25519, SignsAsPublished) {
  const auto first = SigningKey::FromSeed(
      SecretFromHex<32>("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
  EXPECT_EQ(HexEncode(first.public_key()),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  EXPECT_EQ(HexEncode(first.Sign("")),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e"
            "39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
  const auto second = SigningKey::FromSeed(
      SecretFromHex<32>("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  EXPECT_EQ(HexEncode(second.Sign("\x72")),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f"
            "3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

class Signed : public ::testing::Test {
 protected:
  SystemRandom random_;
  const SigningKey key_ = SigningKey::Create(random_);
  const Signature64 signature_ = key_.Sign("message");
};

TEST_F(Signed, VerifiesForItsKeyAndMessageOnly) {
  EXPECT_TRUE(Verify(key_.public_key(), "message", signature_).ok());
  EXPECT_FALSE(Verify(key_.public_key(), "messagE", signature_).ok());
  EXPECT_FALSE(Verify(key_.public_key(), "", signature_).ok());
  EXPECT_FALSE(Verify(SigningKey::Create(random_).public_key(), "message", signature_).ok());
}

TEST_F(Signed, AnyFlippedBitRefuses) {
  for (size_t bit = 0; bit < 512; ++bit) {
    Signature64 altered = signature_;
    altered[bit / 8] ^= static_cast<uint8_t>(1 << (bit % 8));
    EXPECT_FALSE(Verify(key_.public_key(), "message", altered).ok()) << bit;
  }
}

TEST_F(Signed, OtherLengthsRefuse) {
  EXPECT_FALSE(Verify(key_.public_key(), "message", {}).ok());
  EXPECT_FALSE(Verify(key_.public_key(), "message", ByteSpan(signature_).first(63)).ok());
  const std::string longer = ToString(signature_) + '\0';
  EXPECT_FALSE(Verify(key_.public_key(), "message", AsBytes(longer)).ok());
}

// With the neutral element as key and R, and S = 0, the bare equation holds for every message.
TEST(Ed25519, SmallOrderKeyIsRefused) {
  const PublicKey neutral{1};
  Signature64 signature{1};
  EXPECT_TRUE(IsRefusal(Verify(neutral, "anything", signature), Reason::kBadSignature));
}

// S + L satisfies the equation as well as S: only the range check refuses it.
TEST_F(Signed, NonCanonicalSIsRefused) {
  const auto order =
      ArrayFromHex<32>("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  Signature64 altered = signature_;
  unsigned carry = 0;
  for (size_t i = 0; i < 32; ++i) {
    carry += altered[32 + i] + order[i];
    altered[32 + i] = static_cast<uint8_t>(carry);
    carry >>= 8;
  }
  EXPECT_FALSE(Verify(key_.public_key(), "message", altered).ok());
}

TEST(SigningKeyTest, SeedAndCloneGiveTheSameKey) {
  testing::SeededRandom random(5), again(5);
  const SigningKey key = SigningKey::Create(random);
  EXPECT_EQ(SigningKey::Create(again).public_key(), key.public_key());
  EXPECT_EQ(SigningKey::FromSeed(key.Seed()).Sign("x"), key.Sign("x"));
  EXPECT_EQ(key.Clone().Sign("x"), key.Sign("x"));
  EXPECT_NE(SigningKey::Create(random).public_key(), key.public_key());
}

// The example of the DSSE specification, and lengths that count bytes.
TEST(PaeTest, KnownAnswers) {
  EXPECT_EQ(Pae("http://example.com/HelloWorld", "hello world"),
            "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  EXPECT_EQ(Pae("", ""), "DSSEv1 0  0 ");
  EXPECT_EQ(Pae("t", "é"), "DSSEv1 1 t 2 é");
  EXPECT_EQ(Pae("t", AsBytes(std::string_view("\0x", 2))), std::string("DSSEv1 1 t 2 \0x", 15));
}

// What moves between type and body changes the encoding.
TEST(PaeTest, BordersCount) {
  EXPECT_NE(Pae("a", "b 1 c"), Pae("a 5 b", "c"));
  EXPECT_NE(Pae("ab", "c"), Pae("a", "bc"));
}

}  // namespace
}  // namespace entente::crypto
