#include <gtest/gtest.h>

#include <functional>

#include "core/base/refusal.h"
#include "core/record/content.h"

namespace entente::record {
namespace {

v1::LeadAnswer Suspended() {
  v1::LeadAnswer answer;
  answer.set_taken(true);
  answer.set_number(1);
  v1::TakenMeasure& measure = *answer.add_measures();
  measure.set_number(1);
  measure.set_measure(v1::LEAD_MEASURE_SUSPEND);
  measure.set_on("NL91ABNA0417164300");
  measure.mutable_held()->set_amount("310500.50");
  measure.mutable_held()->set_currency("EUR");
  measure.set_from_ms(1000);
  measure.set_until_ms(2000);
  measure.set_status(v1::MEASURE_STATUS_IN_FORCE);
  measure.set_since_ms(1000);
  return answer;
}

absl::Status After(const std::function<void(v1::LeadAnswer&, v1::TakenMeasure&)>& change) {
  v1::LeadAnswer answer = Suspended();
  change(answer, *answer.mutable_measures(0));
  return CheckLeadAnswer(answer);
}

TEST(LeadAnswerForm, WhatIsWhole) {
  EXPECT_TRUE(CheckLeadAnswer(Suspended()).ok());
  const auto passes = [](const auto& change) { return After(change).ok(); };
  EXPECT_TRUE(passes([](auto&, auto& measure) { measure.set_until_ms(0); }));
  EXPECT_TRUE(passes([](auto&, auto& measure) { measure.clear_held(); }));
  EXPECT_TRUE(passes([](auto&, auto& measure) {
    measure.clear_on();
    measure.set_subject(2);
  }));
  EXPECT_TRUE(passes([](auto&, auto& measure) {
    measure.set_status(v1::MEASURE_STATUS_HANDED_TO_COURT);
    measure.set_court_reference("TJ 26/117");
  }));
  EXPECT_TRUE(passes([](auto& answer, auto&) {
    answer.set_taken(false);
    answer.clear_measures();
  }));
}

TEST(LeadAnswerForm, WhatIsNotWholeIsMalformed) {
  const std::function<void(v1::LeadAnswer&, v1::TakenMeasure&)> wrong[] = {
      [](auto& answer, auto&) { answer.set_number(0); },
      [](auto& answer, auto&) { answer.set_number(257); },
      [](auto& answer, auto&) { answer.set_taken(false); },
      [](auto&, auto& measure) { measure.set_number(0); },
      [](auto&, auto& measure) { measure.clear_on(); },
      [](auto&, auto& measure) { measure.set_on(std::string(201, 'x')); },
      [](auto&, auto& measure) { measure.set_from_ms(0); },
      [](auto&, auto& measure) { measure.set_until_ms(1000); },
      [](auto&, auto& measure) { measure.set_since_ms(999); },
      [](auto&, auto& measure) { measure.mutable_held()->clear_currency(); },
      [](auto&, auto& measure) { measure.mutable_held()->clear_amount(); },
      [](auto&, auto& measure) { measure.mutable_held()->Clear(); },
      [](auto&, auto& measure) { measure.mutable_held()->set_amount("-1.00"); },
      [](auto&, auto& measure) { measure.mutable_held()->set_currency("EURO"); },
      [](auto&, auto& measure) { measure.set_measure(v1::LEAD_MEASURE_MONITOR); },
      [](auto&, auto& measure) { measure.set_status(v1::MEASURE_STATUS_HANDED_TO_COURT); },
      [](auto&, auto& measure) { measure.set_court_reference("TJ 26/117"); },
  };
  for (size_t i = 0; i < std::size(wrong); ++i) {
    EXPECT_TRUE(IsRefusal(After(wrong[i]), Reason::kMalformed)) << i;
  }
}

TEST(LeadAnswerForm, MeasuresAreSortedAndFew) {
  const auto twice = After([](auto& answer, auto& measure) { *answer.add_measures() = measure; });
  EXPECT_TRUE(IsRefusal(twice, Reason::kNotCanonical)) << twice;
  const auto many = After([](auto& answer, auto& measure) {
    const v1::TakenMeasure one = measure;
    for (uint32_t number = 2; number <= 65; ++number) {
      *answer.add_measures() = one;
      answer.mutable_measures()->rbegin()->set_number(number);
    }
  });
  EXPECT_TRUE(IsRefusal(many, Reason::kMalformed)) << many;
}

TEST(LeadAnswerForm, AmountsAreLabelledAsWhatTheyAre) {
  v1::SectionContent content;
  content.set_language("en");
  *content.mutable_lead_answer() = Suspended();
  v1::SectionLabels labels;
  labels.add_data("narrative");
  EXPECT_TRUE(IsRefusal(CheckLabelled(labels, content), Reason::kLabelMissing));
  labels.add_data("financial");
  EXPECT_TRUE(CheckLabelled(labels, content).ok());
}

TEST(LeadAskForm, WhoGotItIsSortedAndNamed) {
  v1::LeadAsk ask;
  ask.set_measure(v1::LEAD_MEASURE_STOP);
  EXPECT_TRUE(CheckLeadAsk(ask).ok());
  ask.add_recipients("BR.fiu");
  ask.add_recipients("DE.fiu");
  EXPECT_TRUE(CheckLeadAsk(ask).ok());
  ask.add_recipients("BR.fiu");
  EXPECT_TRUE(IsRefusal(CheckLeadAsk(ask), Reason::kNotCanonical));
  ask.mutable_recipients()->RemoveLast();
  ask.add_recipients("everybody");
  EXPECT_TRUE(IsRefusal(CheckLeadAsk(ask), Reason::kMalformed));
}

}  // namespace
}  // namespace entente::record
