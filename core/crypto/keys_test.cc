#include "core/crypto/keys.h"

#include <numeric>
#include <set>

#include "core/crypto/agree.h"
#include "core/crypto/random.h"
#include "core/crypto/sign.h"
#include "tests/support/vectors.h"

namespace entente::crypto {
namespace {

using testing::ArrayFromHex;

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

// Exactly the keys whose agreement ends in zeros, and the second spellings of others.
TEST(SoundKeyTest, AgreementKeysOfSmallOrderAndNonCanonicalOnes) {
  const std::string ff(60, 'f');
  const std::string zeros(62, '0');
  const std::vector<std::string> small = {
      "00" + zeros, "01" + zeros, "ec" + ff + "7f",
      "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
      "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"};
  SystemRandom random;
  const auto own = AgreementKey::Create(random);
  for (const std::string& hex : small) {
    EXPECT_FALSE(own.Agree(ArrayFromHex<32>(hex)).ok()) << hex;
    EXPECT_FALSE(IsSoundKey(KeyUse::kDelivery, ArrayFromHex<32>(hex))) << hex;
  }
  for (const std::string& hex : {"ed" + ff + "7f", "ee" + ff + "7f", "ff" + ff + "7f",
                                 "09" + zeros.substr(2) + "80", "ff" + ff + "ff"}) {
    EXPECT_FALSE(IsSoundKey(KeyUse::kDelivery, ArrayFromHex<32>(hex))) << hex;
  }
  EXPECT_TRUE(IsSoundKey(KeyUse::kDelivery, ArrayFromHex<32>("09" + zeros)));
  EXPECT_TRUE(IsSoundKey(KeyUse::kDelivery, ArrayFromHex<32>("eb" + ff + "7f")));
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(IsSoundKey(KeyUse::kDelivery, AgreementKey::Create(random).public_key()));
  }
}

TEST(SoundKeyTest, SigningKeysAreCanonicalPointsOfTheMainSubgroup) {
  SystemRandom random;
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(IsSoundKey(KeyUse::kIdentity, SigningKey::Create(random).public_key()));
  }
  const std::string zeros(62, '0');
  for (const std::string& hex :
       {"00" + zeros, "01" + zeros, "02" + zeros, "ee" + std::string(60, 'f') + "7f",
        std::string("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")}) {
    EXPECT_FALSE(IsSoundKey(KeyUse::kIdentity, ArrayFromHex<32>(hex))) << hex;
  }
}

}  // namespace
}  // namespace entente::crypto
