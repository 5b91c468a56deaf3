#include "core/record/reference.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/seeded_random.h"

namespace entente::record {
namespace {

constexpr RecordId kId = {0x43, 0x1a, 0xd7, 0xc8, 0xfb, 0x35, 0x16, 0x41,
                          0x6b, 0xe1, 0xf6, 0x46, 0x20, 0x49, 0x71, 0x0b};
constexpr std::string_view kText = "8CDD-FJ7V-6MB4-2TZ1-5";

TEST(ReferenceTest, KnownForm) {
  EXPECT_EQ(SpokenReference(kId), kText);
  EXPECT_EQ(SpokenReference(RecordId{}), "0000-0000-0000-0000-0");
}

TEST(ReferenceTest, ComesBack) {
  testing::SeededRandom random(5);
  for (int i = 0; i < 200; ++i) {
    const RecordId id = random.Bytes<16>();
    const auto prefix = ParseReference(SpokenReference(id));
    ASSERT_TRUE(prefix.ok()) << prefix.status();
    EXPECT_TRUE(Matches(*prefix, id));
    EXPECT_TRUE(std::equal(prefix->begin(), prefix->end(), id.begin()));
  }
}

TEST(ReferenceTest, ReadsWhatPeopleWrite) {
  for (const std::string_view text : {"8cdd-fj7v-6mb4-2tz1-5", "8CDDFJ7V6MB42TZ15",
                                      " 8CDD FJ7V 6MB4 2TZl-5", "8CDD-FJ7V-6MB4-2TZI-5"}) {
    const auto prefix = ParseReference(text);
    ASSERT_TRUE(prefix.ok()) << text;
    EXPECT_TRUE(Matches(*prefix, kId)) << text;
  }
  EXPECT_TRUE(ParseReference("oooo-OOOO-0000-0000-0").ok());
}

TEST(ReferenceTest, HearsWhenTwoNeighboursAreSwapped) {
  std::string text = "8CDDFJ7V6MB42TZ15";
  for (size_t i = 0; i + 2 < text.size(); ++i) {
    if (text[i] == text[i + 1]) continue;
    std::string swapped = text;
    std::swap(swapped[i], swapped[i + 1]);
    EXPECT_FALSE(ParseReference(swapped).ok()) << swapped;
  }
}

TEST(ReferenceTest, HearsOneWrongCharacter) {
  const std::string text = "8CDDFJ7V6MB42TZ15";
  for (size_t i = 0; i < text.size(); ++i) {
    std::string wrong = text;
    wrong[i] = wrong[i] == '3' ? '4' : '3';
    EXPECT_FALSE(ParseReference(wrong).ok()) << wrong;
  }
}

TEST(ReferenceTest, RefusesWhatIsNone) {
  for (const std::string_view text : {"", "8CDD-FJ7V-6MB4-2TZ1", "8CDD-FJ7V-6MB4-2TZ1-55",
                                      "8CDD-FJ7V-6MB4-2TU1-5", "8CDD_FJ7V-6MB4-2TZ1-5"}) {
    EXPECT_FALSE(ParseReference(text).ok()) << text;
  }
}

TEST(ReferenceTest, MatchesByThePrefixAlone) {
  RecordId other = kId;
  other[15] ^= 1;
  EXPECT_TRUE(Matches(*ParseReference(kText), other));
  other[9] ^= 1;
  EXPECT_FALSE(Matches(*ParseReference(kText), other));
}

}  // namespace
}  // namespace entente::record
