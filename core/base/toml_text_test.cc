#include "core/base/toml_text.h"

#include <gtest/gtest.h>

namespace entente {
namespace {

std::string ErrorIn(std::string_view text) {
  const auto parsed = ParseTomlText(text);
  const auto* error = std::get_if<TomlError>(&parsed);
  if (error == nullptr) return "none";
  EXPECT_FALSE(error->sentence.empty());
  return std::to_string(error->line) + ":" + std::to_string(error->column);
}

std::string TextAt(std::string_view text, std::string_view key) {
  const auto parsed = ParseTomlText(text);
  const auto* table = std::get_if<toml::table>(&parsed);
  return table == nullptr ? "" : (*table)[key].value_or(std::string("none"));
}

TEST(TomlText, LettersOfEveryLanguageStandInTextsKeysAndComments) {
  EXPECT_EQ(TextAt("# déjà vu\nnom = \"Zoë\" # ça va\n", "nom"), "Zoë");
  EXPECT_EQ(TextAt("nom = 'Жанна'\n", "nom"), "Жанна");
  EXPECT_EQ(TextAt("nom = \"\"\"\nplus\nd'une « ligne »\"\"\"\n", "nom"), "plus\nd'une « ligne »");
  EXPECT_EQ(TextAt("nom = '''a\"é'''\n", "nom"), "a\"é");
  EXPECT_EQ(TextAt("nom = \"a\\\"é\"\n", "nom"), "a\"é");
  EXPECT_EQ(TextAt("nom = \"\"\"é\"\"\"\"\n", "nom"), "é\"");
  EXPECT_EQ(TextAt("\"né\" = \"à\"\n", "né"), "à");
}

TEST(TomlText, StrayLettersAreRefusedAtTheirPlace) {
  EXPECT_EQ(ErrorIn("é = 1\n"), "1:1");
  EXPECT_EQ(ErrorIn("a = 'éé' é\n"), "1:10");
  EXPECT_EQ(ErrorIn("# é\na = 1\n  b = é\n"), "3:7");
  EXPECT_EQ(ErrorIn("a = \"open é\nb = é\n"), "2:5");
  EXPECT_EQ(ErrorIn("\xEF\xBB\xBF"
                    "a = 1\n"),
            "1:1");
  EXPECT_EQ(ErrorIn("a = 1 \xFF\n"), "1:7");
}

// What undid the library, or ended a debug build, by its own assertions.
TEST(TomlText, WhatUndoesTheLibraryIsRefused) {
  for (const std::string_view text :
       {"x=+[\"\"''.'&0\xEF\xBB\xBF", "[@", "[", "[@]\n", "\xCF\x92", "a = \xCF\x92", "[\xCF\x92]",
        "a = \"\\", "a = \"\"\"", "a = '\xCF", "a = \"\xCF\"\n", "# \xFF\xFE\n[@", "a = {\xCF\x92}",
        "a = [1, \xE2\x80\xA8]"}) {
    EXPECT_NE(ErrorIn(text), "none") << text;
  }
}

TEST(TomlText, AnErrorAfterLettersBeyondAsciiStandsAtItsPlace) {
  EXPECT_EQ(ErrorIn("a = \"éé\" b\n"), "1:10");
  EXPECT_EQ(ErrorIn("a = 1\na = 2\n").substr(0, 2), "2:");
}

}  // namespace
}  // namespace entente
