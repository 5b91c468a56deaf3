#include "core/base/sentences.h"

#include <gtest/gtest.h>

#include <set>

#include "core/base/sentence_table.h"

namespace entente {
namespace {

std::multiset<char> Slots(std::string_view text) {
  std::multiset<char> slots;
  for (size_t i = 0; i + 2 < text.size(); ++i) {
    if (text[i] == '{' && text[i + 2] == '}') slots.insert(text[i + 1]);
  }
  return slots;
}

TEST(Sentences, BothLanguagesSayAllWithTheSameSlots) {
  std::set<std::string_view> keys;
  for (const auto rows : AllSentences()) {
    for (const SentenceRow& row : rows) {
      EXPECT_TRUE(keys.insert(row.key).second) << row.key << " stands twice";
      EXPECT_FALSE(row.english.empty()) << row.key;
      EXPECT_FALSE(row.french.empty()) << row.key;
      EXPECT_EQ(Slots(row.english), Slots(row.french)) << row.key;
    }
  }
}

TEST(Sentences, EveryRefusalHasReasonAndAdvice) {
  for (int i = 0; i <= static_cast<int>(Reason::kShuttingDown); ++i) {
    const std::string word(ReasonWord(static_cast<Reason>(i)));
    EXPECT_TRUE(HasSentence("reason." + word)) << word;
    EXPECT_TRUE(HasSentence("advice." + word)) << word;
  }
}

TEST(Sentences, SlotsAreFilledInEitherLanguage) {
  EXPECT_EQ(Sentence(Language::kEnglish, "lead.contact", {"x@y"}), "ask x@y");
  EXPECT_EQ(Sentence(Language::kFrench, "lead.contact", {"x@y"}), "contact : x@y");
  EXPECT_EQ(Sentence(Language::kEnglish, "no.such"), "[no.such]");
}

TEST(Sentences, AnErrorIsToldInEitherLanguage) {
  const absl::Status told =
      Told(absl::StatusCode::kInvalidArgument, "config.missing", {"'desk'"}, "a.toml:1:2");
  EXPECT_EQ(told.message(), "a.toml:1:2: 'desk' is missing");
  EXPECT_EQ(MessageIn(Language::kFrench, told), "a.toml:1:2: 'desk' manque");
  EXPECT_EQ(MessageIn(Language::kFrench, absl::InternalError("as it is")), "as it is");
}

TEST(Sentences, TagsOfTwoLanguages) {
  EXPECT_EQ(LanguageFromTag("fr"), Language::kFrench);
  EXPECT_FALSE(LanguageFromTag("de"));
}

}  // namespace
}  // namespace entente
