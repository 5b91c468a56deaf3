// Words, States, dates and durations as they are said.
#include "policy/wording.h"

#include <gtest/gtest.h>

#include <set>

#include "policy/country.h"
#include "policy/prose.h"
#include "policy/toml_tree.h"

namespace entente::policy {
namespace {

constexpr Language kEn = Language::kEnglish;
constexpr Language kFr = Language::kFrench;

TEST(Wording, EveryWordOfTheVocabularyIsSaidInBothLanguages) {
  const Vocabulary& words = PublishedVocabulary();
  std::set<std::string> known;
  for (size_t i = 0; i < kCategories; ++i) {
    const auto category = static_cast<Category>(i);
    const std::string table(CategoryKey(category));
    for (const std::string& word : words.words(category)) {
      EXPECT_TRUE(HasWording(table, word)) << table << "." << word;
      known.insert(table + "." + word);
    }
  }
  for (const ObligationForm& form : words.obligation_forms()) {
    const bool chosen = form.value == ObligationForm::Value::kChoice;
    const auto names = chosen ? form.choices : std::vector<std::string>{""};
    for (const std::string& choice : names) {
      const std::string name = form.word + (chosen ? ":" + choice : "");
      size_t said = 0;
      for (const char* table : {"shall", "besides", "sender"}) {
        if (HasWording(table, name)) ++said;
        known.insert(table + ("." + name));
      }
      EXPECT_EQ(said, 1u) << name;
    }
  }
  for (const std::string& word : words.words(Category::kPurpose)) {
    known.insert("meaning-purpose." + word);
  }
  for (const Category category : {Category::kPerson, Category::kData}) {
    for (const std::string& word : words.words(category)) {
      const std::string table = "meaning-" + std::string(CategoryKey(category));
      EXPECT_TRUE(HasWording(table, word)) << word << " is not explained";
      known.insert(table + "." + word);
    }
  }
  const TomlValue tree = ParseToml(WordingText(), "wording").value();
  for (const TomlEntry& table : tree.entries) {
    for (const TomlEntry& word : table.value.entries) {
      EXPECT_TRUE(known.contains(table.key + "." + word.key)) << word.key << " is no word";
    }
  }
}

TEST(Wording, WhatIsNotObviousIsExplained) {
  EXPECT_EQ(MeaningOf(kEn, Category::kPerson, "child"),
            "persons under eighteen years of age, whatever their part in the facts");
  EXPECT_EQ(MeaningOf(kFr, Category::kPerson, "witness"),
            "personnes pouvant être appelées à témoigner");
  EXPECT_EQ(MeaningOf(kEn, Category::kPurpose, "detect"), "");
  EXPECT_EQ(MeaningOf(kEn, Category::kPerson, "traveller"), "");
}

// The slot of a duration stands in both languages or in neither.
TEST(Wording, DurationsHaveTheirPlace) {
  for (const ObligationForm& form : PublishedVocabulary().obligation_forms()) {
    if (form.value != ObligationForm::Value::kDuration) continue;
    const auto obligation =
        ParseObligation(form.word + ":P2M", PublishedVocabulary().obligation_forms()).value();
    EXPECT_NE(WordingOf(kEn, obligation).text.find("two months"), std::string::npos) << form.word;
    EXPECT_NE(WordingOf(kFr, obligation).text.find("de deux mois"), std::string::npos) << form.word;
  }
}

TEST(Wording, AWordOfAnotherVocabularyIsQuoted) {
  EXPECT_EQ(WordingOf(kEn, Category::kPerson, "traveller"), "“traveller”");
  EXPECT_EQ(WordingOf(kFr, Category::kPerson, "traveller"), "« traveller »");
  Obligation unknown;
  unknown.text = "sing-aloud";
  EXPECT_EQ(ObligationsInWords(kEn, {unknown}, "render.shall"),
            "The obligation “sing-aloud” applies.");
}

TEST(Country, TakesTheArticleOfItsLanguage) {
  EXPECT_EQ(OfCountry(kEn, "NL"), "of the Netherlands");
  EXPECT_EQ(OfCountry(kEn, "BR"), "of Brazil");
  EXPECT_EQ(CountryInText(kEn, "AE"), "the United Arab Emirates");
  EXPECT_EQ(CountryName(kEn, "BA"), "Bosnia and Herzegovina");
  EXPECT_EQ(OfCountry(kFr, "NL"), "des Pays-Bas");
  EXPECT_EQ(OfCountry(kFr, "BR"), "du Brésil");
  EXPECT_EQ(OfCountry(kFr, "FR"), "de la France");
  EXPECT_EQ(OfCountry(kFr, "DE"), "de l'Allemagne");
  EXPECT_EQ(OfCountry(kFr, "AE"), "des Émirats arabes unis");
  EXPECT_EQ(OfCountry(kFr, "EG"), "de l'Égypte");
  EXPECT_EQ(OfCountry(kFr, "CY"), "de Chypre");
  EXPECT_EQ(OfCountry(kFr, "HT"), "d'Haïti");
  EXPECT_EQ(OfCountry(kFr, "HN"), "du Honduras");
  EXPECT_EQ(OfCountry(kFr, "HU"), "de la Hongrie");
  EXPECT_EQ(OfCountry(kFr, "MX"), "du Mexique");
  EXPECT_EQ(OfCountry(kFr, "KR"), "de la Corée du Sud");
  EXPECT_EQ(OfCountry(kFr, "GB"), "du Royaume-Uni");
  EXPECT_EQ(OfCountry(kFr, "XK"), "du Kosovo");
}

TEST(Country, AreLookedForAsTheirLanguageOrders) {
  EXPECT_TRUE(ReadsBefore(kFr, "Égypte", "Émirats arabes unis"));
  EXPECT_TRUE(ReadsBefore(kFr, "Émirats arabes unis", "France"));
  EXPECT_FALSE(ReadsBefore(kFr, "France", "Égypte"));
  EXPECT_FALSE(ReadsBefore(kEn, "Brazil", "Brazil"));
}

TEST(Prose, Lists) {
  EXPECT_EQ(Listed(kEn, Join::kAnd, {"a"}), "a");
  EXPECT_EQ(Listed(kEn, Join::kAnd, {"a", "b"}), "a and b");
  EXPECT_EQ(Listed(kFr, Join::kOr, {"a", "b", "c"}), "a, b ou c");
  EXPECT_EQ(Listed(kFr, Join::kOr, {}), "personne");
}

TEST(Prose, DurationsAsALawyerWritesThem) {
  const auto said = [](Language language, const char* text) {
    return DurationInWords(language, ParseDuration(text).value());
  };
  EXPECT_EQ(said(kEn, "P1Y"), "one year");
  EXPECT_EQ(said(kEn, "P12M"), "one year");
  EXPECT_EQ(said(kEn, "P18M"), "one year and six months");
  EXPECT_EQ(said(kEn, "P30D"), "30 days");
  EXPECT_EQ(said(kEn, "P1DT1H1M1S"), "one day, one hour, one minute and one second");
  EXPECT_EQ(said(kFr, "PT8H"), "huit heures");
  EXPECT_EQ(said(kFr, "P2Y"), "deux ans");
  EXPECT_EQ(said(kFr, "P12D"), "douze jours");
  EXPECT_EQ(said(kFr, "P13D"), "13 jours");
  EXPECT_EQ(FrenchOf(said(kFr, "P1M")), "d'un mois");
  EXPECT_EQ(FrenchOf(said(kFr, "P11M")), "de onze mois");
}

TEST(Prose, InstantsWithTheirOffset) {
  const auto said = [](Language language, const char* text, int offset) {
    return InstantInWords(language, ParseInstant(text).value(), offset);
  };
  EXPECT_EQ(said(kEn, "2026-12-01T00:00:00+01:00", 60),
            "1 December 2026 at 00:00 (one hour ahead of UTC)");
  EXPECT_EQ(said(kFr, "2026-12-01T00:00:00+01:00", 60),
            "1er décembre 2026 à 00 h 00 (une heure d'avance sur l'UTC)");
  EXPECT_EQ(said(kEn, "2027-03-02T09:05:00-03:30", -210),
            "2 March 2027 at 09:05 (three hours and 30 minutes behind UTC)");
  EXPECT_EQ(said(kFr, "2027-08-02T09:05:07.250Z", 0), "2 août 2027 à 09 h 05 et 7,250 s (UTC)");
  EXPECT_EQ(said(kEn, "2027-08-02T09:05:07Z", 0), "2 August 2027 at 09:05 and 7 s (UTC)");
}

TEST(Prose, CapitalsOfAccentedLetters) {
  EXPECT_EQ(Capitalized("équateur"), "Équateur");
  EXPECT_EQ(Capitalized("the"), "The");
  EXPECT_EQ(Capitalized("÷"), "÷");
  EXPECT_EQ(Capitalized("“the"), "“the");
  EXPECT_EQ(Capitalized(""), "");
}

}  // namespace
}  // namespace entente::policy
