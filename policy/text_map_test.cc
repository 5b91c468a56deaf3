#include "policy/text_map.h"

#include <gtest/gtest.h>

namespace entente::policy {
namespace {

std::string Id(int i) { return "FR.agency-" + std::to_string(i); }

TEST(TextMap, FindsWhatWasAddedAndNothingElse) {
  TextMap<int> map;
  EXPECT_EQ(map.Find(""), nullptr);
  EXPECT_EQ(map.Find("FR.agency-0"), nullptr);
  for (int i = 0; i < 3'000; ++i) ASSERT_TRUE(map.Add(Id(i), i));
  EXPECT_FALSE(map.Add(Id(7), 8));
  EXPECT_EQ(map.size(), 3'000u);
  for (int i = 0; i < 3'000; ++i) {
    ASSERT_NE(map.Find(Id(i)), nullptr) << i;
    ASSERT_EQ(*map.Find(Id(i)), i);
  }
  for (int i = 3'000; i < 6'000; ++i) ASSERT_EQ(map.Find(Id(i)), nullptr) << i;
}

TEST(TextMap, TellsApartWhatDiffersByLengthOrInTheMiddle) {
  const std::vector<std::string> texts = {"",
                                          "a",
                                          "aa",
                                          "aaa",
                                          "aba",
                                          "aaaa",
                                          "aaaaa",
                                          "aaaaaaaa",
                                          "aaaaaaaaa",
                                          std::string(16, 'a'),
                                          std::string(17, 'a'),
                                          std::string(40, 'a'),
                                          "aaaaaaaaaaaabaaaaaaaaaaaa",
                                          "aaaaaaaaaaaaabaaaaaaaaaaa"};
  TextMap<size_t> map;
  for (size_t i = 0; i < texts.size(); ++i) ASSERT_TRUE(map.Add(texts[i], i)) << texts[i];
  for (size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(*map.Find(texts[i]), i) << texts[i];
  EXPECT_EQ(map.Find(std::string(18, 'a')), nullptr);
}

}  // namespace
}  // namespace entente::policy
