#include "node/search/sound.h"

#include <gtest/gtest.h>

namespace entente::node::search {
namespace {

double Near(std::string_view a, std::string_view b) {
  return SoundSimilarity(SoundOf(a), SoundOf(b), false);
}

struct Pair {
  const char* one;
  const char* other;
};

class SpellingsOfOneName : public ::testing::TestWithParam<Pair> {};

TEST_P(SpellingsOfOneName, SoundAlike) {
  EXPECT_GE(Near(GetParam().one, GetParam().other), 0.88)
      << SoundOf(GetParam().one) << " " << SoundOf(GetParam().other);
}

INSTANTIATE_TEST_SUITE_P(
    Romanisations, SpellingsOfOneName,
    ::testing::Values(
        Pair{"MUHAMMAD", "MOHAMED"}, Pair{"MOHAMMAD", "MUHAMED"}, Pair{"HUSSEIN", "HUSAYN"},
        Pair{"HOSSEIN", "HUSEYN"}, Pair{"YOUSSEF", "YUSUF"}, Pair{"OUALID", "WALID"},
        Pair{"QASEM", "KASIM"}, Pair{"GHASEM", "QASEM"}, Pair{"KHALID", "KHALED"},
        Pair{"DJAMEL", "JAMAL"}, Pair{"UTHMAN", "OTHMAN"}, Pair{"OTHMAN", "OSMAN"},
        Pair{"RAMADAN", "RAMADHAN"}, Pair{"SULEIMAN", "SULAYMAN"}, Pair{"CHERIF", "SHARIF"},
        Pair{"YEVGENY", "EVGENII"}, Pair{"KUZNETSOFF", "KUZNETSOV"}, Pair{"CHATAEV", "CHATAYEV"},
        Pair{"KIM", "GIM"}, Pair{"SONG", "SEONG"}, Pair{"FATIMA", "FATIMAH"},
        Pair{"ZHAMAL", "DZHAMAL"}, Pair{"MUELLER", "MULLER"}, Pair{"ZAWAHIRI", "DHAWAHIRI"}));

class TwoNames : public ::testing::TestWithParam<Pair> {};

TEST_P(TwoNames, DoNotSoundAlike) {
  EXPECT_LT(Near(GetParam().one, GetParam().other), 0.88)
      << SoundOf(GetParam().one) << " " << SoundOf(GetParam().other);
}

INSTANTIATE_TEST_SUITE_P(Others, TwoNames,
                         ::testing::Values(Pair{"HASSAN", "HUSSEIN"}, Pair{"ALI", "OMAR"},
                                           Pair{"SALIM", "SALEH"}, Pair{"AHMED", "HAMED"},
                                           Pair{"KARIM", "AKRAM"}, Pair{"IVANOV", "PETROV"},
                                           Pair{"YONG", "SONG"}, Pair{"NASSER", "YASSER"}));

TEST(Sound, ArabicWithoutItsVowelsMeetsLatin) {
  for (const auto& [bare, whole] : {Pair{"MHMD", "MUHAMMAD"}, Pair{"HSYN", "HUSSEIN"},
                                    Pair{"ZWAHRY", "ZAWAHIRI"}, Pair{"ABRAHYM", "IBRAHIM"}}) {
    EXPECT_GE(SoundSimilarity(SoundOf(bare), SoundOf(whole), true), 0.85) << bare;
  }
}

TEST(Sound, ArabicWithoutItsVowelsStillHasItsConsonants) {
  EXPECT_LT(SoundSimilarity(SoundOf("HSYN"), SoundOf("HASSAN"), true), 0.93);
  EXPECT_LT(SoundSimilarity(SoundOf("KRYM"), SoundOf("SALIM"), true), 0.7);
}

TEST(Sound, WhatIsBelowTheLeastMayBeCutShort) {
  const double whole = SoundSimilarity("KaRiM", "KaLiM", false);
  EXPECT_DOUBLE_EQ(SoundSimilarity("KaRiM", "KaLiM", false, whole - 0.01), whole);
  EXPECT_LT(SoundSimilarity("KaRiM", "DuBuPa", false, 0.9), 0.9);
}

TEST(Sound, SimilarityIsSymmetricAndBounded) {
  const char* const words[] = {"", "A", "MOHAMED", "X", "12", "ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ"};
  for (const char* a : words) {
    for (const char* b : words) {
      EXPECT_DOUBLE_EQ(Near(a, b), Near(b, a));
      EXPECT_GE(Near(a, b), 0);
      EXPECT_LE(Near(a, b), 1);
    }
    EXPECT_EQ(Near(a, a), 1);
  }
}

TEST(Sound, SkeletonsAndKeysLeaveOutWhatRomanisationsChange) {
  EXPECT_EQ(SkeletonOf(SoundOf("MUHAMMAD")), "MHMD");
  EXPECT_EQ(SkeletonOf(SoundOf("MOHAMED")), "MHMD");
  EXPECT_EQ(PhoneticKey(SoundOf("QADHAFI")), PhoneticKey(SoundOf("GADDAFI")));
  EXPECT_EQ(PhoneticKey(SoundOf("KHALID")), PhoneticKey(SoundOf("KALED")));
  EXPECT_NE(PhoneticKey(SoundOf("KHALID")), PhoneticKey(SoundOf("WALID")));
}

}  // namespace
}  // namespace entente::node::search
