#include "cli/measures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "cli/render_lead.h"
#include "core/base/limits.h"

namespace entente::cli {
namespace {

using ::testing::HasSubstr;

constexpr Instant kNow{1'764'000'000'000};

TEST(Measures, OneByWordsOnTheCommandLine) {
  MeasureWords words;
  EXPECT_FALSE(words.Any());
  words.number = 1;
  words.measure = "suspend";
  words.status = "handed-to-court";
  words.court_reference = "TJ 26/117";
  words.held = "310500.50 EUR";
  words.until = "P10D";
  EXPECT_TRUE(words.Any());
  const auto measure = MeasureFrom(words, kNow, Language::kEnglish);
  ASSERT_TRUE(measure.ok()) << measure.status();
  EXPECT_EQ(measure->measure(), v1::LEAD_MEASURE_SUSPEND);
  EXPECT_EQ(measure->status(), v1::MEASURE_STATUS_HANDED_TO_COURT);
  EXPECT_EQ(measure->held().currency(), "EUR");
  EXPECT_EQ(measure->until_ms(), static_cast<uint64_t>((kNow + 10 * limits::kDayMs).ms));
  EXPECT_EQ(measure->from_ms(), 0u);
}

TEST(Measures, WhatIsWrittenWrongIsNamed) {
  const auto error = [](auto set) {
    MeasureWords words;
    set(words);
    return std::string(MeasureFrom(words, kNow, Language::kEnglish).status().message());
  };
  EXPECT_THAT(error([](auto& words) { words.measure = "seize"; }), HasSubstr("--measure"));
  EXPECT_THAT(error([](auto& words) { words.status = "over"; }), HasSubstr("prolonged"));
  EXPECT_THAT(error([](auto& words) { words.held = "310500.50"; }), HasSubstr("--held"));
  EXPECT_THAT(error([](auto& words) { words.held = "1.000,00 EUR"; }), HasSubstr("--held"));
  EXPECT_THAT(error([](auto& words) { words.until = "tomorrow"; }), HasSubstr("--until"));
}

TEST(Measures, SeveralInAFile) {
  const std::string path = ::testing::TempDir() + "/measures.toml";
  const auto read = [&](const std::string& text) {
    std::ofstream(path) << text;
    return ReadMeasures(path, kNow);
  };
  const auto two = read(
      "draft = \"measures/1\"\n"
      "[[taken]]\nmeasure = \"suspend\"\non = \"NL91\"\nheld = \"5.00\"\ncurrency = \"EUR\"\n"
      "until = \"P10D\"\nreference = \"NL-1\"\n"
      "[[taken]]\nnumber = 3\nstatus = \"lifted\"\n");
  ASSERT_TRUE(two.ok()) << two.status();
  ASSERT_EQ(two->size(), 2u);
  EXPECT_EQ((*two)[0].held().amount(), "5.00");
  EXPECT_FALSE((*two)[1].has_held());
  EXPECT_EQ((*two)[1].number(), 3u);
  EXPECT_FALSE(read("draft = \"measures/1\"\n[[taken]]\nmeasure = \"seize\"\n").ok());
  EXPECT_FALSE(read("draft = \"measures/1\"\n[[taken]]\ncolour = \"red\"\n").ok());
  EXPECT_FALSE(read("draft = \"lead/1\"\n").ok());
  std::remove(path.c_str());
}

TEST(Measures, WhatStandsIsShownWithWhatContradicts) {
  v1::ShowLeadResponse response;
  response.set_reference("8CDD");
  v1::LeadStanding& standing = *response.add_standings();
  standing.set_agency("BR.fiu");
  v1::MeasureStanding& one = *standing.add_measures();
  one.set_lapsed(true);
  one.mutable_measure()->set_number(1);
  one.mutable_measure()->set_measure(v1::LEAD_MEASURE_STOP);
  one.mutable_measure()->mutable_held()->set_amount("7.00");
  one.mutable_measure()->set_status(v1::MEASURE_STATUS_PROLONGED);
  v1::FoundContradiction& found = *standing.add_contradictions();
  found.set_what(v1::CONTRADICTION_NOT_TOLD_BEFORE);
  found.set_measure(1);
  const std::string text = RenderLead(Language::kEnglish, response);
  for (const char* part :
       {"stop", "7.00", "prolonged", "LAPSED", "CONTRADICTION", "does not say who else"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(RenderLead(Language::kFrench, response), HasSubstr("ÉCHUE"));
}

}  // namespace
}  // namespace entente::cli
