#include "node/labels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/limits.h"

namespace entente::node {
namespace {

using ::testing::ElementsAre;
using Words = std::vector<std::string>;

const policy::Vocabulary& V() { return policy::PublishedVocabulary(); }

TEST(ObligationsTest, AStricterWordCoversALaxerOneButNotTheOtherWay) {
  EXPECT_FALSE(FirstNotCovered(Words{"delete-after:P30D"}, Words{"delete-after:P1Y"}, V()));
  EXPECT_EQ(FirstNotCovered(Words{"delete-after:P1Y"}, Words{"delete-after:P30D"}, V()),
            "delete-after:P30D");
  EXPECT_FALSE(FirstNotCovered(Words{"onward:never"}, Words{"onward:with-consent"}, V()));
  EXPECT_EQ(FirstNotCovered(Words{"onward:free"}, Words{"onward:never"}, V()), "onward:never");
  EXPECT_EQ(FirstNotCovered(Words{}, Words{"second-person"}, V()), "second-person");
}

TEST(ObligationsTest, AWordThatIsUnknownIsCoveredByItselfAlone) {
  EXPECT_FALSE(FirstNotCovered(Words{"sing:loud"}, Words{"sing:loud"}, V()));
  EXPECT_EQ(FirstNotCovered(Words{"sing:loud"}, Words{"sing:soft"}, V()), "sing:soft");
}

TEST(ObligationsTest, TheUnionKeepsTheStrictestOfEachWord) {
  EXPECT_THAT(UnionOf(Words{"delete-after:P1Y", "onward:free"},
                      Words{"delete-after:P30D", "onward:never", "second-person"}, V()),
              ElementsAre("delete-after:P30D", "onward:never", "second-person"));
  EXPECT_THAT(UnionOf(Words{"delete-after:P1Y"}, Words{"delete-after:P12M"}, V()),
              ::testing::SizeIs(1));
  EXPECT_THAT(UnionOf(Words{"a", "a"}, Words{"a"}, V()), ElementsAre("a"));
}

TEST(ObligationsTest, TheEarlierOfExpiryAndObligationPurges) {
  const Instant now{1'800'000'000'000};
  const Instant expires = now + 60 * limits::kDayMs;
  EXPECT_EQ(PurgeTime(Words{"second-person"}, now, expires), expires);
  EXPECT_EQ(PurgeTime(Words{"delete-after:P30D"}, now, expires), now + 30 * limits::kDayMs);
  EXPECT_EQ(PurgeTime(Words{"delete-after:P1Y"}, now, expires), expires);
}

TEST(ObligationsTest, NoObligationDefersExpiryOrCoversAnother) {
  const Instant now{1'800'000'000'000};
  const Instant expires = now + 60 * limits::kDayMs;
  for (const char* text : {"delete-after:P31000Y", "delete-after:P999999Y", "delete-after:P100Y"}) {
    EXPECT_EQ(PurgeTime(Words{text}, now, expires), expires) << text;
  }
  EXPECT_EQ(PurgeTime(Words{"delete-after:PT0S"}, now, expires), now);
  // A manifest that has one is refused: nothing that this agency can honour covers it.
  EXPECT_EQ(FirstNotCovered(Words{"delete-after:P1Y"}, Words{"delete-after:P31000Y"}, V()),
            "delete-after:P31000Y");
}

}  // namespace
}  // namespace entente::node
