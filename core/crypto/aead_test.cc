#include "core/crypto/aead.h"

#include "tests/support/vectors.h"

namespace entente::crypto {
namespace {

using ::entente::testing::FromHex;
using ::entente::testing::IsValid;
using ::entente::testing::Json;
using ::entente::testing::RunWycheproof;
using ::entente::testing::SecretFromHex;

constexpr uint8_t kNoBytes[1] = {};

// The two constructions differ in nonce size alone.
template <typename Nonce, auto kSeal, auto kOpen>
void CheckVector(const Json& test) {
  const auto nonce = FixedBytes<std::tuple_size_v<Nonce>>(FromHex(test, "iv"));
  if (!nonce) {  // the type refuses a nonce of another size
    EXPECT_FALSE(IsValid(test));
    return;
  }
  const auto key = SecretFromHex<32>(test.at("key").get<std::string>());
  const std::string aad = FromHex(test, "aad");
  const std::string plain = FromHex(test, "msg");
  const std::string sealed = FromHex(test, "ct") + FromHex(test, "tag");
  const auto opened = kOpen(key, *nonce, AsBytes(aad), AsBytes(sealed));
  EXPECT_EQ(opened.ok(), IsValid(test));
  if (!opened.ok()) return;
  EXPECT_EQ(AsText(opened->ExposeSecret()), plain);
  EXPECT_EQ(kSeal(key, *nonce, AsBytes(aad), AsBytes(plain)), sealed);
}

TEST(Aead, WycheproofXChaCha20Poly1305) {
  RunWycheproof("xchacha20_poly1305_test.json", [](const Json&, const Json& test) {
    CheckVector<XChaChaNonce, SealXChaCha20Poly1305, OpenXChaCha20Poly1305>(test);
  });
}

TEST(Aead, WycheproofChaCha20Poly1305) {
  RunWycheproof("chacha20_poly1305_test.json", [](const Json&, const Json& test) {
    CheckVector<ChaChaNonce, SealChaCha20Poly1305, OpenChaCha20Poly1305>(test);
  });
}

class SealedOnce : public ::testing::Test {
 protected:
  const Secret<32> key_ = SecretFromHex<32>(std::string(64, '7'));
  const XChaChaNonce nonce_{1, 2, 3};
  const std::string sealed_ =
      SealXChaCha20Poly1305(key_, nonce_, AsBytes("context"), AsBytes("account 17"));

  bool Opens(ByteSpan sealed, std::string_view aad = "context") const {
    return OpenXChaCha20Poly1305(key_, nonce_, AsBytes(aad), sealed).ok();
  }
};

TEST_F(SealedOnce, OpensToWhatWasSealed) {
  auto opened = OpenXChaCha20Poly1305(key_, nonce_, AsBytes("context"), AsBytes(sealed_));
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(AsText(opened->ExposeSecret()), "account 17");
  EXPECT_EQ(sealed_.size(), 10 + kAeadTagBytes);
}

TEST_F(SealedOnce, AnyFlippedBitRefuses) {
  for (size_t bit = 0; bit < sealed_.size() * 8; ++bit) {
    std::string altered = sealed_;
    altered[bit / 8] = static_cast<char>(altered[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(Opens(AsBytes(altered))) << bit;
  }
}

TEST_F(SealedOnce, AnyTruncationRefuses) {
  for (size_t size = 0; size < sealed_.size(); ++size) {
    EXPECT_FALSE(Opens(AsBytes(sealed_).first(size))) << size;
  }
}

TEST_F(SealedOnce, TrailingByteRefuses) { EXPECT_FALSE(Opens(AsBytes(sealed_ + '\0'))); }

TEST_F(SealedOnce, OtherContextKeyOrNonceRefuses) {
  EXPECT_FALSE(Opens(AsBytes(sealed_), "contexT"));
  EXPECT_FALSE(Opens(AsBytes(sealed_), ""));
  const auto other = SecretFromHex<32>(std::string(64, '8'));
  const auto opened = OpenXChaCha20Poly1305(other, nonce_, AsBytes("context"), AsBytes(sealed_));
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(OpenXChaCha20Poly1305(key_, {9}, AsBytes("context"), AsBytes(sealed_)).ok());
}

TEST_F(SealedOnce, EmptyContentAndContext) {
  const std::string sealed = SealXChaCha20Poly1305(key_, nonce_, {}, {});
  auto opened = OpenXChaCha20Poly1305(key_, nonce_, ByteSpan(kNoBytes, 0), AsBytes(sealed));
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->size(), 0u);
}

}  // namespace
}  // namespace entente::crypto
