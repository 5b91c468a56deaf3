#include "node/search/name_score.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>

#include "node/search/sound.h"

namespace entente::node::search {
namespace {

// A name as the index would weigh it, all its parts rare.
class Weighed {
 public:
  explicit Weighed(std::string_view name) : parts_(FoldName(name)) {
    for (const NamePart& part : parts_) {
      sounds_.push_back(SoundOf(part.text));
      weighed_.push_back({part.text, sounds_.back(), part.kind, part.without_vowels, 1});
    }
  }
  std::span<const WeighedPart> parts() const { return weighed_; }

 private:
  std::vector<NamePart> parts_;
  std::deque<std::string> sounds_;
  std::vector<WeighedPart> weighed_;
};

NameAgreement Agree(std::string_view asked, std::string_view known) {
  return Compare(Weighed(asked).parts(), Weighed(known).parts());
}

double ScoreOf(std::string_view asked, std::string_view known,
               YearAgreement year = YearAgreement::kMissing, bool low = false) {
  return Score(Agree(asked, known), year, low);
}

TEST(NameScore, PairsPartsInAnyOrderAndSaysHow) {
  const NameAgreement agreement = Agree("KOTEY, Alexander A.", "Alexander Amon Kotey");
  ASSERT_EQ(agreement.pairs.size(), 3u);
  EXPECT_FALSE(agreement.in_order);
  EXPECT_EQ(agreement.pairs[0].how, Agreement::kExact);
  EXPECT_EQ(agreement.pairs[0].known, 2);
  EXPECT_EQ(agreement.pairs[2].how, Agreement::kInitial);
  EXPECT_TRUE(Agree("Anna Maria", "Anna Maria").in_order);
  EXPECT_EQ(Agree("Mohamed", "Muhammad").pairs[0].how, Agreement::kPhonetic);
  EXPECT_EQ(Agree("Salim", "Saleh").pairs[0].how, Agreement::kNear);
}

TEST(NameScore, TwoPartsMayBeOne) {
  const NameAgreement asked_two = Agree("Jo Yong Won", "Jo Yongwon");
  ASSERT_EQ(asked_two.pairs.size(), 2u);
  EXPECT_EQ(asked_two.pairs[1].how, Agreement::kJoined);
  EXPECT_TRUE(asked_two.pairs[1].two_asked);
  const NameAgreement known_two = Agree("Jo Yongwon", "Jo Yong Won");
  ASSERT_EQ(known_two.pairs.size(), 2u);
  EXPECT_TRUE(known_two.pairs[1].two_known);
  EXPECT_DOUBLE_EQ(known_two.asked, 1);
}

TEST(NameScore, FallsWithEachDifference) {
  const double same = ScoreOf("Karim Haddad Mansour", "Karim Haddad Mansour");
  EXPECT_GT(same, ScoreOf("Karim Haddad", "Karim Haddad Mansour"));
  EXPECT_GT(ScoreOf("Karim Haddad", "Karim Haddad Mansour"),
            ScoreOf("Karim", "Karim Haddad Mansour"));
  // One left over on each side is more against it than one on one side.
  EXPECT_GT(ScoreOf("Karim Haddad", "Karim Haddad Mansour"),
            ScoreOf("Karim Haddad Bouazizi", "Karim Haddad Mansour"));
  EXPECT_GT(ScoreOf("Karim Haddad", "Karim Haddad"), ScoreOf("Karim Hadad", "Salim Haddad"));
}

TEST(NameScore, ParticlesAndTitlesHardlyCount) {
  const double same = ScoreOf("Karim Haddad", "Karim Haddad");
  EXPECT_NEAR(ScoreOf("Karim al-Haddad", "Karim Haddad"), same, 0.05);
  EXPECT_NEAR(ScoreOf("Dr. Karim Haddad", "Karim Haddad"), same, 0.1);
}

TEST(NameScore, TheYearSpeaksForAndAgainst) {
  const auto with = [](YearAgreement year) { return ScoreOf("Karim Haddad", "Karim Hadad", year); };
  EXPECT_GT(with(YearAgreement::kAgrees), with(YearAgreement::kNear));
  EXPECT_GT(with(YearAgreement::kNear), with(YearAgreement::kMissing));
  EXPECT_GT(with(YearAgreement::kMissing), with(YearAgreement::kContradicts));
  EXPECT_GT(ScoreOf("Karim", "Karim"), ScoreOf("Karim", "Karim", YearAgreement::kMissing, true));
}

TEST(NameScore, NothingAgreesWithNothing) {
  EXPECT_LT(ScoreOf("", ""), 0.01);
  EXPECT_LT(ScoreOf("Karim", ""), 0.01);
  EXPECT_LT(ScoreOf("", "Karim"), 0.01);
}

}  // namespace
}  // namespace entente::node::search
