#include "node/search/fold.h"

#include <gtest/gtest.h>

namespace entente::node::search {
namespace {

std::string Parts(std::string_view name) {
  std::string all;
  for (const NamePart& part : FoldName(name)) {
    all += (all.empty() ? "" : " ") + part.text;
    if (part.kind == PartKind::kParticle) all += "/p";
    if (part.kind == PartKind::kTitle) all += "/t";
  }
  return all;
}

TEST(FoldLatin, WritesLettersAsDoc9303Does) {
  EXPECT_EQ(FoldLatin("Müller"), "MUELLER");
  EXPECT_EQ(FoldLatin("Ægir Øre Þór Ångström"), "AEGIR OERE THOR AANGSTROEM");
  EXPECT_EQ(FoldLatin("Straße"), "STRASSE");
  EXPECT_EQ(FoldLatin("Jérôme Bozizé Łódź Çelik"), "JEROME BOZIZE LODZ CELIK");
  // The same letters, composed or not.
  EXPECT_EQ(FoldLatin("Mu\u0308ller"), FoldLatin("Müller"));
}

TEST(FoldLatin, ReadsOtherScripts) {
  EXPECT_EQ(FoldLatin("Умаров Доку Хаматович"), "UMAROV DOKU KHAMATOVICH");
  EXPECT_EQ(FoldLatin("محمد"), "MHMD");
  EXPECT_EQ(FoldLatin("金铁三"), "JIN TIE SAN");
  EXPECT_EQ(FoldLatin("김영철"), "GIM YEONGCHEOL");
  EXPECT_EQ(FoldLatin("Παπαδόπουλος"), "PAPADOPOULOS");
  // The Urdu and Persian letters of its own.
  EXPECT_EQ(FoldLatin("چوہدری"), "CHWHDRY");
}

TEST(FoldLatin, DropsWhatIsNotSeen) {
  EXPECT_EQ(FoldLatin("\u202eALI\u202c \u200fOMAR\u200b"), "ALI OMAR");
  EXPECT_EQ(FoldLatin("شعبـان"), FoldLatin("شعبان"));
  EXPECT_EQ(FoldLatin("Sa\u2019d Ba'asyir O`Brien"), "SAD BAASYIR OBRIEN");
  EXPECT_EQ(FoldLatin("  AL-ALI,  Hamid. "), "AL ALI HAMID");
}

TEST(FoldLatin, TakesAnyBytes) {
  EXPECT_EQ(FoldLatin(""), "");
  EXPECT_EQ(FoldLatin("A\xff\xfe"
                      "B"),
            "A B");
  EXPECT_EQ(FoldLatin(std::string_view("A\0B", 3)), "A B");
}

TEST(FoldName, TakesCompoundsApart) {
  for (const char* name : {"Abdurrahman", "Abd al-Rahman", "ABDUL RAHMAN", "Abdelrahman",
                           "Abd-ar-Rahman", "Abdal-Rahman"}) {
    std::string parts = Parts(name);
    if (const size_t article = parts.find(" AL/p"); article != parts.npos) parts.erase(article, 5);
    if (const size_t article = parts.find(" AR/p"); article != parts.npos) parts.erase(article, 5);
    EXPECT_EQ(parts, "ABD RAHMAN") << name;
  }
  EXPECT_EQ(Parts("Nuruddin"), "NUR DIN");
  EXPECT_EQ(Parts("Nour Eddine"), "NOUR DIN");
  EXPECT_EQ(Parts("Najibullah"), "NAJIB ALLAH");
  EXPECT_EQ(Parts("Abubakar"), "ABU/t BAKAR");
  EXPECT_EQ(Parts("Alzahrani"), "ZAHRANI");
  EXPECT_EQ(Parts("Essabar"), "SABAR");
}

TEST(FoldName, LeavesOtherWordsWhole) {
  EXPECT_EQ(Parts("Abdi Alfred Aladin Dina Abogne Essam Anna"),
            "ABDI ALFRED ALADIN DINA ABOGNE ESSAM ANNA");
}

TEST(FoldName, KnowsTitlesBySound) {
  EXPECT_EQ(Parts("Dr. Sheikh Omar bin Said al-Hajj"), "DR/t SHEIKH/t OMAR BIN/p SAID AL/p HAJJ/t");
  EXPECT_EQ(Parts("Cheikh"), "CHEIKH/t");
  EXPECT_EQ(Parts("Mawlawi"), "MAWLAWI/t");
}

TEST(FoldName, SaysWhereVowelsAreMissing) {
  const auto parts = FoldName("Ali محمد");
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_FALSE(parts[0].without_vowels);
  EXPECT_TRUE(parts[1].without_vowels);
}

TEST(FoldName, IsBounded) {
  std::string longest;
  for (int i = 0; i < 100; ++i) longest += "Bo ";
  EXPECT_EQ(FoldName(longest).size(), kNameParts);
  EXPECT_EQ(FoldName(std::string(1000, 'B'))[0].text.size(), kPartLetters);
}

}  // namespace
}  // namespace entente::node::search
