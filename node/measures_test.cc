#include "node/measures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace entente::node {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr uint64_t kDay = 86'400'000;

v1::TakenMeasure Measure(uint32_t number, v1::MeasureStatus status, uint64_t until) {
  v1::TakenMeasure measure;
  measure.set_number(number);
  measure.set_measure(v1::LEAD_MEASURE_SUSPEND);
  measure.set_status(status);
  measure.set_from_ms(kDay);
  measure.set_until_ms(until);
  return measure;
}

v1::LeadAnswer Answer(std::vector<v1::TakenMeasure> measures) {
  v1::LeadAnswer answer;
  for (v1::TakenMeasure& one : measures) *answer.add_measures() = std::move(one);
  return answer;
}

v1::LeadStanding Come(const std::vector<ToldAnswer>& told, Instant now = {2 * kDay}) {
  v1::LeadStanding standing;
  Stand(told, now, standing);
  return standing;
}

std::vector<v1::Contradiction> Found(const std::vector<ToldAnswer>& told) {
  std::vector<v1::Contradiction> found;
  const v1::LeadStanding standing = Come(told);
  for (const auto& one : standing.contradictions()) found.push_back(one.what());
  return found;
}

const v1::LeadAnswer kInForce = Answer({Measure(1, v1::MEASURE_STATUS_IN_FORCE, 10 * kDay)});
const v1::LeadAnswer kProlonged = Answer({Measure(1, v1::MEASURE_STATUS_PROLONGED, 20 * kDay)});
const v1::LeadAnswer kLifted = Answer({Measure(1, v1::MEASURE_STATUS_LIFTED, 10 * kDay)});

TEST(Measures, EachStandsAsItWasToldLast) {
  const v1::LeadAnswer second = Answer({Measure(2, v1::MEASURE_STATUS_IN_FORCE, 0)});
  const auto standing = Come({{1, &kInForce}, {2, &second}, {3, &kProlonged}});
  ASSERT_EQ(standing.measures_size(), 2);
  EXPECT_EQ(standing.measures(0).measure().until_ms(), 20 * kDay);
  EXPECT_EQ(standing.measures(0).told_in(), 3u);
  EXPECT_EQ(standing.measures(1).told_in(), 2u);
  EXPECT_THAT(standing.contradictions(), IsEmpty());
}

TEST(Measures, OneThatEndedByItselfHasLapsed) {
  EXPECT_FALSE(Come({{1, &kInForce}}, {10 * kDay - 1}).measures(0).lapsed());
  EXPECT_TRUE(Come({{1, &kInForce}}, {10 * kDay}).measures(0).lapsed());
  EXPECT_FALSE(Come({{1, &kInForce}, {2, &kLifted}}, {11 * kDay}).measures(0).lapsed());
  const v1::LeadAnswer open = Answer({Measure(1, v1::MEASURE_STATUS_IN_FORCE, 0)});
  EXPECT_FALSE(Come({{1, &open}}, {99 * kDay}).measures(0).lapsed());
}

TEST(Measures, WhatCannotFollowIsFound) {
  using V = std::vector<ToldAnswer>;
  EXPECT_THAT(Found(V{{1, &kProlonged}}), ElementsAre(v1::CONTRADICTION_NOT_TOLD_BEFORE));
  EXPECT_THAT(Found(V{{1, &kLifted}}), ElementsAre(v1::CONTRADICTION_NOT_TOLD_BEFORE));
  EXPECT_THAT(Found(V{{1, &kInForce}, {2, &kLifted}, {3, &kInForce}}),
              ElementsAre(v1::CONTRADICTION_AFTER_ITS_END));
  v1::LeadAnswer other = kInForce;
  other.mutable_measures(0)->set_measure(v1::LEAD_MEASURE_STOP);
  EXPECT_THAT(Found(V{{1, &kInForce}, {2, &other}}),
              ElementsAre(v1::CONTRADICTION_ANOTHER_MEASURE));
  v1::LeadAnswer same = kProlonged;
  same.mutable_measures(0)->set_until_ms(10 * kDay);
  EXPECT_THAT(Found(V{{1, &kInForce}, {2, &same}}), ElementsAre(v1::CONTRADICTION_NOT_LONGER));
  EXPECT_THAT(Found(V{{1, &kInForce}, {2, &kProlonged}}), IsEmpty());
  EXPECT_THAT(Found(V{{1, &kInForce}, {2, &kProlonged}, {3, &kProlonged}}), IsEmpty());
}

TEST(Measures, AnAnswerThatIsMissingOrTwiceIsFound) {
  using V = std::vector<ToldAnswer>;
  EXPECT_THAT(Found(V{{2, &kInForce}}), ElementsAre(v1::CONTRADICTION_ANSWER_MISSING));
  EXPECT_THAT(Found(V{{1, &kInForce}, {1, &kInForce}}),
              ElementsAre(v1::CONTRADICTION_ANSWER_TWICE));
  // What is missing may have told of it.
  EXPECT_THAT(Found(V{{2, &kProlonged}}), ElementsAre(v1::CONTRADICTION_ANSWER_MISSING));
  EXPECT_THAT(Found(V{{1, nullptr}, {2, &kProlonged}}), IsEmpty());
}

}  // namespace
}  // namespace entente::node
