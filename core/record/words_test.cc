#include "core/record/words.h"

#include <gtest/gtest.h>

namespace entente::record {
namespace {

TEST(WordsTest, EveryKindHasItsWordBothWays) {
  for (int i = v1::RecordKind_MIN + 1; i <= v1::RecordKind_MAX; ++i) {
    const auto kind = static_cast<v1::RecordKind>(i);
    EXPECT_FALSE(KindWord(kind).empty()) << i;
    EXPECT_EQ(KindFromWord(KindWord(kind)), kind);
  }
  EXPECT_EQ(KindWord(v1::RECORD_KIND_LEAD), "lead");
  EXPECT_EQ(KindWord(v1::RECORD_KIND_CASE_ITEM), "case-item");
  EXPECT_EQ(KindWord(v1::RECORD_KIND_ERASURE_STATEMENT), "erasure-statement");
  EXPECT_EQ(KindWord(v1::RECORD_KIND_PAIR_HEAD), "pair-head");
}

TEST(WordsTest, WhatIsNotListedHasNoWord) {
  EXPECT_EQ(KindWord(v1::RECORD_KIND_UNSPECIFIED), "");
  EXPECT_EQ(KindWord(static_cast<v1::RecordKind>(16)), "");
  EXPECT_EQ(KindWord(static_cast<v1::RecordKind>(-1)), "");
  EXPECT_EQ(KindFromWord(""), std::nullopt);
  EXPECT_EQ(KindFromWord("Lead"), std::nullopt);
  EXPECT_EQ(UrgencyFromWord("immediate"), std::nullopt);
  EXPECT_EQ(UrgencyWord(v1::URGENCY_UNSPECIFIED), "");
}

TEST(WordsTest, OnlyUrgentRecordsTravelInTheUrgentLane) {
  EXPECT_EQ(UrgencyFromWord("urgent"), v1::URGENCY_URGENT);
  EXPECT_EQ(UrgencyFromWord("normal"), v1::URGENCY_NORMAL);
  EXPECT_EQ(UrgencyWord(v1::URGENCY_BULK), "bulk");
  EXPECT_EQ(LaneOf(v1::URGENCY_URGENT), v1::LANE_URGENT);
  EXPECT_EQ(LaneOf(v1::URGENCY_NORMAL), v1::LANE_BULK);
  EXPECT_EQ(LaneOf(v1::URGENCY_BULK), v1::LANE_BULK);
  EXPECT_EQ(LaneWord(v1::LANE_URGENT), "urgent");
  EXPECT_EQ(LaneWord(v1::LANE_BULK), "bulk");
}

}  // namespace
}  // namespace entente::record
