#include "core/crypto/keys.h"

#include <numeric>
#include <set>

#include "tests/support/vectors.h"

namespace entente::crypto {
namespace {

TEST(KeyUseTest, EveryNumberHasOneWordAndBack) {
  std::set<std::string_view> words;
  for (uint32_t number = 1; number <= 13; ++number) {
    const auto use = KeyUseFromNumber(number);
    ASSERT_TRUE(use.has_value()) << number;
    EXPECT_EQ(KeyUseFromWord(KeyUseWord(*use)), use);
    words.insert(KeyUseWord(*use));
  }
  EXPECT_EQ(words.size(), 13u);
}

// The numbers and words stand in statements and files for years.
TEST(KeyUseTest, WordsStandAtTheirNumbers) {
  EXPECT_EQ(KeyUseWord(KeyUse::kAuthority), "authority");
  EXPECT_EQ(KeyUseWord(KeyUse::kRecordSigning), "record-signing");
  EXPECT_EQ(KeyUseWord(KeyUse::kDelivery), "delivery");
  EXPECT_EQ(KeyUseWord(KeyUse::kPolicyProtection), "policy-protection");
  EXPECT_EQ(KeyUseWord(KeyUse::kCheckpoint), "checkpoint");
}

TEST(KeyUseTest, OthersAreUnknown) {
  for (uint32_t number : {0u, 14u, 255u, 259u, 0x80000001u}) {
    EXPECT_FALSE(KeyUseFromNumber(number).has_value()) << number;
  }
  for (std::string_view word : {"", "Authority", "authority ", "root"}) {
    EXPECT_FALSE(KeyUseFromWord(word).has_value()) << word;
  }
}

PublicKey Counting() {
  PublicKey key;
  std::iota(key.begin(), key.end(), uint8_t{0});
  return key;
}

TEST(KeyIdTest, KnownAnswer) {
  EXPECT_EQ(HexEncode(MakeKeyId(KeyUse::kRecordSigning, Counting())),
            "3cea1c8fb8815b13cc24bb320c9b7887ad2a0c76c96bb249720f7c550924d4e6");
}

TEST(KeyIdTest, UseAndEveryBitOfTheKeyCount) {
  std::set<KeyId> ids;
  for (uint8_t use = 1; use <= 13; ++use) ids.insert(MakeKeyId(use, Counting()));
  for (size_t bit = 0; bit < 256; ++bit) {
    PublicKey key = Counting();
    key[bit / 8] ^= static_cast<uint8_t>(1 << (bit % 8));
    ids.insert(MakeKeyId(KeyUse::kRecordSigning, key));
  }
  EXPECT_EQ(ids.size(), 13u + 256u);
}

}  // namespace
}  // namespace entente::crypto
