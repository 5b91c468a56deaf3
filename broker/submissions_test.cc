#include "broker/submissions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/base/refusal.h"

namespace entente::broker {
namespace {

using Among = Submissions::Among;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr uint64_t kWindow = limits::kSubmissionWindow;

Submitted One(uint8_t seed, uint64_t index) {
  Submitted out;
  out.hash.fill(seed);
  out.record_id.fill(seed);
  out.log_index = index;
  return out;
}

TEST(SubmissionsTest, FindsByNumberAndById) {
  Submissions submissions;
  Submitted one = One(1, 10);
  submissions.Add("FR.fiu", 1, one);
  submissions.Commit();
  submissions.Publish(100);
  auto find = [&](uint64_t number, const Submitted& what) {
    return submissions.Find("FR.fiu", number, what.hash, what.record_id, Among::kPublished);
  };
  EXPECT_EQ((*find(1, one))->log_index, 10u);
  EXPECT_EQ((*find(2, one))->log_index, 10u);
  EXPECT_TRUE(IsRefusal(find(1, One(2, 0)).status(), Reason::kRecordIdReused));
  Submitted same_id = One(2, 0);
  same_id.record_id = one.record_id;
  EXPECT_TRUE(IsRefusal(find(2, same_id).status(), Reason::kRecordIdReused));
  EXPECT_FALSE(find(2, One(2, 0))->has_value());
  EXPECT_TRUE(IsRefusal(find(0, One(2, 0)).status(), Reason::kMalformed));
  EXPECT_FALSE(
      submissions.Find("DE.fiu", 1, one.hash, one.record_id, Among::kPublished)->has_value());
}

TEST(SubmissionsTest, NumbersMayComeOutOfOrderInTheWindow) {
  Submissions submissions;
  submissions.Add("FR.fiu", 100, One(1, 10));
  submissions.Commit();
  submissions.Publish(100);
  EXPECT_FALSE(
      submissions.Find("FR.fiu", 50, One(2, 0).hash, std::nullopt, Among::kPublished)->has_value());
}

TEST(SubmissionsTest, NumbersBelowTheWindowAreRefused) {
  Submissions submissions;
  submissions.Add("FR.fiu", kWindow + 5, One(1, 10));
  submissions.Commit();
  submissions.Publish(100);
  auto find = [&](uint64_t number) {
    return submissions.Find("FR.fiu", number, One(2, 0).hash, std::nullopt, Among::kPublished);
  };
  EXPECT_TRUE(IsRefusal(find(5).status(), Reason::kRecordIdReused));
  EXPECT_TRUE(find(6).ok());
}

TEST(SubmissionsTest, WhatLeavesTheWindowIsForgotten) {
  Submissions submissions;
  EXPECT_THAT(submissions.Add("FR.fiu", 1, One(1, 10)), IsEmpty());
  EXPECT_THAT(submissions.Add("FR.fiu", 2, One(2, 11)), IsEmpty());
  EXPECT_THAT(submissions.Add("FR.fiu", kWindow + 1, One(3, 12)), ElementsAre(Pair(1, _)));
  EXPECT_THAT(submissions.Add("FR.fiu", 3 * kWindow, One(4, 13)),
              ElementsAre(Pair(2, _), Pair(kWindow + 1, _)));
}

TEST(SubmissionsTest, WhatHasNoCheckpointIsSeenByTheCommitterAlone) {
  Submissions submissions;
  Submitted one = One(1, 10);
  submissions.Add("FR.fiu", 1, one);
  auto find = [&](Among among) {
    return submissions.Find("FR.fiu", 1, one.hash, one.record_id, among)->has_value();
  };
  submissions.Commit();
  EXPECT_TRUE(find(Among::kAll));
  EXPECT_FALSE(find(Among::kPublished));
  submissions.Publish(10);
  EXPECT_FALSE(find(Among::kPublished));
  submissions.Publish(11);
  EXPECT_TRUE(find(Among::kPublished));
}

TEST(SubmissionsTest, RollbackTakesBackAndBringsBack) {
  Submissions submissions;
  Submitted one = One(1, 10);
  submissions.Add("FR.fiu", 1, one);
  submissions.Commit();
  submissions.Publish(100);
  EXPECT_THAT(submissions.Add("FR.fiu", kWindow + 1, One(2, 11)), ElementsAre(Pair(1, _)));
  submissions.Rollback();
  auto find = [&](uint64_t number, const Submitted& what) {
    return submissions.Find("FR.fiu", number, what.hash, what.record_id, Among::kAll);
  };
  EXPECT_EQ((*find(1, one))->log_index, 10u);
  EXPECT_EQ((*find(2, one))->log_index, 10u);
  EXPECT_FALSE(find(kWindow + 1, One(2, 0))->has_value());
}

// An id that left the window comes again under a new number, and the commit fails.
TEST(SubmissionsTest, RollbackInOneStageOfTheSameId) {
  Submissions submissions;
  Submitted one = One(1, 10);
  submissions.Add("FR.fiu", 1, one);
  submissions.Commit();
  submissions.Add("FR.fiu", kWindow + 1, One(2, 11));
  submissions.Add("FR.fiu", kWindow + 2, one);
  submissions.Add("FR.fiu", 3 * kWindow, One(3, 12));
  submissions.Rollback();
  auto found = submissions.Find("FR.fiu", 2, one.hash, one.record_id, Among::kAll);
  ASSERT_TRUE(found.ok() && *found);
  EXPECT_EQ((*found)->log_index, 10u);
}

TEST(SubmissionsTest, RowHoldsItsNumber) {
  std::string row = EncodeSubmitted(7, One(1, 10));
  EXPECT_EQ(DecodeSubmitted(7, row)->log_index, 10u);
  EXPECT_FALSE(DecodeSubmitted(8, row).has_value());
  EXPECT_FALSE(DecodeSubmitted(7, row + "x").has_value());
}

}  // namespace
}  // namespace entente::broker
