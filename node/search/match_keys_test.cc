#include "node/search/match_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "core/base/encoding.h"

namespace entente::node::search {
namespace {

using ::testing::HasSubstr;

std::string Value(const absl::StatusOr<MatchKey>& key) {
  return key.ok() ? key->value : std::string(key.status().message());
}

TEST(MatchKeys, BytesBeginWithTableAndKind) {
  // 000c "match-keys/1" 0005 "phone" 000b "33123456789"
  EXPECT_EQ(HexEncode(AsBytes(KeyBytes({KeyKind::kPhone, "33123456789"}))),
            "000c6d617463682d6b6579732f31"
            "000570686f6e65"
            "000b3333313233343536373839");
}

TEST(MatchKeys, OneValueOfTwoKindsIsTwoKeys) {
  std::set<std::string> bytes;
  for (int kind = 0; kind <= static_cast<int>(KeyKind::kCryptoAddress); ++kind) {
    EXPECT_FALSE(KindWord(static_cast<KeyKind>(kind)).empty());
    bytes.insert(KeyBytes({static_cast<KeyKind>(kind), "12345678"}));
  }
  EXPECT_EQ(bytes.size(), 12u);
}

TEST(MatchKeys, ADocumentHasAKeyWithAndWithoutItsIssuer) {
  const auto keys = DocumentKeys("l-898902 c3", "FR");
  ASSERT_TRUE(keys.ok()) << keys.status();
  ASSERT_EQ(keys->size(), 2u);
  EXPECT_EQ((*keys)[0], (MatchKey{KeyKind::kDocument, "L898902C3"}));
  EXPECT_EQ((*keys)[1], (MatchKey{KeyKind::kDocumentIssuer, "FRA L898902C3"}));
  EXPECT_EQ(*DocumentKeys("L898902C3", "fra"), *keys);
  EXPECT_EQ(DocumentKeys("C01X00T47", "D")->back(), DocumentKeys("C01X00T47", "DE")->back());
  EXPECT_EQ(DocumentKeys("L898902C3", "")->size(), 1u);
  EXPECT_EQ(DocumentKeys("١٢٣٤٥", "")->front().value, "12345");
  EXPECT_FALSE(DocumentKeys("L898902C3", "Utopia").ok());
  EXPECT_FALSE(DocumentKeys("--1", "FR").ok());
  EXPECT_EQ(NationalNumberKeys("1-78-09", "CD")->back().value, "COD 17809");
}

TEST(MatchKeys, NamesMeetInAnySpellingOrderAndScript) {
  const auto keys = NameKeys("Mohamed BEN HUSSEIN, Dr.", "1971-04-21");
  ASSERT_TRUE(keys.ok()) << keys.status();
  ASSERT_EQ(keys->size(), 2u);
  EXPECT_EQ((*keys)[0].kind, KeyKind::kNameBirthDate);
  EXPECT_EQ((*keys)[1].kind, KeyKind::kNameBirthYear);
  EXPECT_EQ(*NameKeys("Husayn Muhammad", "1971-04-21"), *keys);
  EXPECT_EQ(*NameKeys("محمد حسين", "1971-04-21"), *keys);
  EXPECT_EQ(NameKeys("Husayn Muhammad", "1971")->front(), keys->back());
  EXPECT_NE(*NameKeys("Husayn Muhammad", "1971-04-22"), *keys);
  EXPECT_NE(*NameKeys("Karim Muhammad", "1971-04-21"), *keys);
  EXPECT_FALSE(NameKeys("...", "1971").ok());
  for (const char* date : {"", "71", "1971-13-01", "1971-02-30", "1971/02/03", "1971-2-3"}) {
    EXPECT_FALSE(NameKeys("Ali Omar", date).ok()) << date;
  }
}

TEST(MatchKeys, PlatesAreReadByTheirShapes) {
  EXPECT_EQ(Value(PlateKey("ab-123-cd")), "AB123CD");
  EXPECT_EQ(Value(PlateKey("В 123 НР 77")), "B123HP77");
  EXPECT_FALSE(PlateKey("-").ok());
}

TEST(MatchKeys, AVinHasSeventeenCharacters) {
  EXPECT_EQ(Value(VinKey("1hgcm82633a004352")), "1HGCM82633A004352");
  EXPECT_FALSE(VinKey("1HGCM82633A00435").ok());
  EXPECT_FALSE(VinKey("IHGCM82633A004352").ok());
}

TEST(MatchKeys, AnIbanIsChecked) {
  EXPECT_EQ(Value(IbanKey("gb82 west 1234 5698 7654 32")), "GB82WEST12345698765432");
  EXPECT_THAT(Value(IbanKey("GB82 WEST 1234 5698 7654 33")), HasSubstr("check digits"));
  EXPECT_FALSE(IbanKey("GB82").ok());
}

TEST(MatchKeys, APhoneNumberNeedsItsCountry) {
  EXPECT_EQ(Value(PhoneKey("+33 (1) 23-45.67 89")), "33123456789");
  EXPECT_EQ(Value(PhoneKey("0033 1 23 45 67 89")), "33123456789");
  EXPECT_THAT(Value(PhoneKey("01 23 45 67 89")), HasSubstr("country code"));
  EXPECT_FALSE(PhoneKey("+33 12a456789").ok());
  EXPECT_FALSE(PhoneKey("+1234567890123456").ok());
}

TEST(MatchKeys, AnEmailIsLowerCaseWithItsDomainInAscii) {
  EXPECT_EQ(Value(EmailKey(" Anna.Eriksson@Example.ORG ")), "anna.eriksson@example.org");
  EXPECT_EQ(Value(EmailKey("a@bücher.example")), "a@xn--bcher-kva.example");
  for (const char* bad : {"", "a", "@b.c", "a@b", "a@b@c.d", "a@"}) {
    EXPECT_FALSE(EmailKey(bad).ok()) << bad;
  }
}

TEST(MatchKeys, ACryptoAddressKeepsItsCaseWhereItCounts) {
  EXPECT_EQ(Value(CryptoAddressKey("bitcoin:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa?amount=1")),
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa");
  EXPECT_EQ(Value(CryptoAddressKey("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4")),
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4");
  EXPECT_EQ(Value(CryptoAddressKey("0x52908400098527886E0F7030069857D2E4169EE7")),
            "0x52908400098527886e0f7030069857d2e4169ee7");
  EXPECT_FALSE(CryptoAddressKey("0xzz").ok());
  EXPECT_FALSE(CryptoAddressKey("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfN0").ok());
}

}  // namespace
}  // namespace entente::node::search
