#include "core/crypto/digest.h"

#include <thread>

#include "tests/support/vectors.h"

namespace entente::crypto {
namespace {

using ::entente::testing::FromHex;
using ::entente::testing::IsValid;
using ::entente::testing::Json;
using ::entente::testing::RunWycheproof;

constexpr std::string_view kEmpty =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr std::string_view kAbc =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Sha256Test, KnownAnswers) {
  EXPECT_EQ(HexEncode(Sha256("")), kEmpty);
  EXPECT_EQ(HexEncode(Sha256("abc")), kAbc);
  EXPECT_EQ(HexEncode(Sha256(AsBytes("abc"))), kAbc);
  EXPECT_EQ(HexEncode(Sha256(std::string(1000000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256Test, ConcatenationIsOfAllParts) {
  EXPECT_EQ(Sha256Concat({AsBytes("a"), {}, AsBytes("bc")}), Sha256("abc"));
  EXPECT_EQ(HexEncode(Sha256Concat({})), kEmpty);
}

TEST(Sha256Test, HasherBeginsAnewAfterFinish) {
  Sha256Hasher hasher;
  EXPECT_EQ(HexEncode(hasher.Update("ab").Update("c").Finish()), kAbc);
  EXPECT_EQ(HexEncode(hasher.Finish()), kEmpty);
  EXPECT_EQ(HexEncode(hasher.Update(AsBytes("abc")).Finish()), kAbc);
}

// A one-shot digest between two updates must not disturb either.
TEST(Sha256Test, HasherAndFunctionsAreApart) {
  Sha256Hasher hasher;
  hasher.Update("ab");
  EXPECT_EQ(HexEncode(Sha256("")), kEmpty);
  Sha256Hasher moved = std::move(hasher);
  EXPECT_EQ(HexEncode(moved.Update("c").Finish()), kAbc);
}

TEST(Sha256Test, ThreadsDoNotShareTheirContext) {
  std::vector<std::thread> threads;
  std::array<int, 4> wrong{};
  for (int& count : wrong) {
    threads.emplace_back([&count] {
      for (int i = 0; i < 2000; ++i) count += HexEncode(Sha256("abc")) != kAbc;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, (std::array<int, 4>{}));
}

TEST(HmacTest, Wycheproof) {
  RunWycheproof("hmac_sha256_test.json", [](const Json& group, const Json& test) {
    const auto tag = HmacSha256(AsBytes(FromHex(test, "key")), AsBytes(FromHex(test, "msg")));
    const size_t size = group.at("tagSize").get<size_t>() / 8;
    const std::string truncated = HexEncode(tag.ExposeSecret().first(size));
    EXPECT_EQ(truncated == test.at("tag").get<std::string>(), IsValid(test));
  });
}

TEST(HmacTest, EmptyKey) {
  EXPECT_EQ(HexEncode(HmacSha256({}, {}).ExposeSecret()),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(HkdfTest, Wycheproof) {
  RunWycheproof("hkdf_sha256_test.json", [](const Json&, const Json& test) {
    const auto okm = HkdfSha256(AsBytes(FromHex(test, "ikm")), AsBytes(FromHex(test, "salt")),
                                AsBytes(FromHex(test, "info")), test.at("size").get<size_t>());
    EXPECT_EQ(okm.ok(), IsValid(test));
    if (okm.ok()) {
      EXPECT_EQ(HexEncode(okm->ExposeSecret()), test.at("okm").get<std::string>());
    }
  });
}

TEST(HkdfTest, LongestOutputAndOneMore) {
  const Digest prk = Sha256("prk");
  EXPECT_EQ(HkdfSha256Expand(prk, {}, kHkdfMaxBytes)->size(), 8160u);
  EXPECT_EQ(HkdfSha256Expand(prk, {}, kHkdfMaxBytes + 1).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(HkdfSha256Expand(prk, {}, 0)->size(), 0u);
}

TEST(HkdfTest, FixedAndVariableFormsAgree) {
  const ByteSpan ikm = AsBytes("ikm"), salt = AsBytes("salt"), info = AsBytes("info");
  const Secret<64> fixed = HkdfSha256<64>(ikm, salt, info);
  EXPECT_TRUE(
      ConstantTimeEqual(fixed.ExposeSecret(), HkdfSha256(ikm, salt, info, 64)->ExposeSecret()));
  const Secret<32> prk = HkdfSha256Extract(salt, ikm);
  EXPECT_EQ(HkdfSha256Expand<64>(prk.ExposeSecret(), info), fixed);
}

// RFC 5869 section 2.2.
TEST(HkdfTest, AbsentSaltIsZeros) {
  EXPECT_EQ(HkdfSha256Extract({}, AsBytes("ikm")),
            HkdfSha256Extract(std::array<uint8_t, 32>{}, AsBytes("ikm")));
}

}  // namespace
}  // namespace entente::crypto
