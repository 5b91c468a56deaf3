#include "node/pairs.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/store/memory_store.h"
#include "node/families.h"

namespace entente::node {
namespace {

constexpr Instant kNow{1'800'000'000'000};
constexpr store::Family kFamilies[] = {kPairs};

class PairsTest : public ::testing::Test {
 protected:
  void Mark(std::initializer_list<uint64_t> numbers, v1::Lane lane = v1::LANE_BULK) {
    PairsIn pairs(store_);
    for (const uint64_t number : numbers) {
      ASSERT_TRUE(pairs.Mark("FR.a", lane, number, kNow).ok());
    }
    Keep(pairs);
  }
  void Head(uint64_t urgent, uint64_t bulk, Instant at) {
    v1::PairHead head;
    head.set_origin("FR.a");
    head.set_urgent_seq(urgent);
    head.set_bulk_seq(bulk);
    head.set_instant_ms(static_cast<uint64_t>(at.ms));
    PairsIn pairs(store_);
    ASSERT_TRUE(pairs.OnHead(head, at).ok());
    Keep(pairs);
  }
  template <typename Pairs>
  void Keep(const Pairs& pairs) {
    store::WriteBatch batch;
    pairs.AddTo(batch);
    ASSERT_TRUE(store_.Write(batch, store::Sync::kYes).ok());
  }
  PairTrouble Check(Instant now) {
    absl::StatusOr<std::vector<PairTrouble>> all = CheckPairs(store_, now);
    EXPECT_TRUE(all.ok());
    return all->empty() ? PairTrouble{} : all->front();
  }

  store::MemoryStore store_{kFamilies};
};

TEST_F(PairsTest, NumbersRunFromOneForEachRecipientAndLane) {
  PairsOut pairs(store_);
  EXPECT_EQ(*pairs.Next("FR.a", v1::LANE_BULK), 1u);
  EXPECT_EQ(*pairs.Next("FR.a", v1::LANE_BULK), 2u);
  EXPECT_EQ(*pairs.Next("FR.a", v1::LANE_URGENT), 1u);
  EXPECT_EQ(*pairs.Next("FR.b", v1::LANE_BULK), 1u);
  Keep(pairs);
  EXPECT_EQ(*PairsOut(store_).Next("FR.a", v1::LANE_BULK), 3u);
  EXPECT_EQ(AllPairsOut(store_)->size(), 2u);
}

TEST_F(PairsTest, ADroppedBatchGivesTheNumberAgain) {
  EXPECT_EQ(*PairsOut(store_).Next("FR.a", v1::LANE_BULK), 1u);
  EXPECT_EQ(*PairsOut(store_).Next("FR.a", v1::LANE_BULK), 1u);
}

TEST_F(PairsTest, NumbersMayComeInAnyOrderAndAreSeenOnce) {
  Mark({3, 1});
  EXPECT_TRUE(*PairsIn(store_).Seen("FR.a", v1::LANE_BULK, 3));
  EXPECT_FALSE(*PairsIn(store_).Seen("FR.a", v1::LANE_BULK, 2));
  EXPECT_FALSE(*PairsIn(store_).Seen("FR.a", v1::LANE_URGENT, 3));
  Mark({2});
  Head(0, 3, kNow);
  EXPECT_TRUE(Check(kNow + 3 * limits::kHourMs).complete);
}

TEST_F(PairsTest, NumbersInAnyOrderAreSeenOnceAndHolesStayHoles) {
  const std::vector<uint64_t> order = {9, 2, 7, 8, 4, 1, 12, 6, 11};
  std::set<uint64_t> came;
  for (const uint64_t number : order) {
    EXPECT_FALSE(*PairsIn(store_).Seen("FR.a", v1::LANE_BULK, number));
    Mark({number});
    came.insert(number);
    for (uint64_t any = 1; any <= 14; ++any) {
      EXPECT_EQ(*PairsIn(store_).Seen("FR.a", v1::LANE_BULK, any), came.contains(any)) << any;
    }
  }
  Mark({3, 5, 10});
  Head(0, 12, kNow);
  EXPECT_TRUE(Check(kNow + 3 * limits::kHourMs).complete);
}

TEST_F(PairsTest, ANumberFarAboveTheOthersIsNotTaken) {
  Mark({1, 2});
  const uint64_t highest = 2 + limits::kPairAhead;
  PairsIn pairs(store_);
  const absl::Status far = pairs.Mark("FR.a", v1::LANE_BULK, highest + 1, kNow);
  EXPECT_TRUE(IsRefusal(far, Reason::kMalformed)) << far;
  EXPECT_TRUE(
      IsRefusal(pairs.Seen("FR.a", v1::LANE_BULK, UINT64_MAX).status(), Reason::kMalformed));
  EXPECT_TRUE(pairs.Mark("FR.a", v1::LANE_BULK, highest, kNow).ok());
}

TEST_F(PairsTest, OnlySoManyHolesAreKept) {
  PairsIn pairs(store_);
  const uint64_t last = 2 * limits::kPairSpans;
  for (uint64_t number = 2; number <= last; number += 2) {
    ASSERT_TRUE(pairs.Mark("FR.a", v1::LANE_BULK, number, kNow).ok());
  }
  EXPECT_TRUE(IsRefusal(pairs.Mark("FR.a", v1::LANE_BULK, last + 2, kNow), Reason::kMalformed));
  EXPECT_TRUE(pairs.Mark("FR.a", v1::LANE_BULK, last + 1, kNow).ok());
  EXPECT_TRUE(pairs.Mark("FR.a", v1::LANE_BULK, 3, kNow).ok());  // closes a hole
  EXPECT_TRUE(pairs.Mark("FR.a", v1::LANE_BULK, last + 3, kNow).ok());
}

TEST_F(PairsTest, AMissingNumberIsTroubleAnHourAfterTheHead) {
  Mark({1, 3});
  Head(0, 3, kNow);
  EXPECT_FALSE(Check(kNow + limits::kHourMs - 1).numbers_missing);
  EXPECT_TRUE(Check(kNow + limits::kHourMs).numbers_missing);
}

TEST_F(PairsTest, TheLastRecordKeptBackIsTroubleToo) {
  Mark({1});
  Head(1, 1, kNow);
  EXPECT_TRUE(Check(kNow + limits::kHourMs).numbers_missing);
  Mark({1}, v1::LANE_URGENT);
  EXPECT_FALSE(Check(kNow + limits::kHourMs).numbers_missing);
}

TEST_F(PairsTest, AnOldHeadPlayedAgainChangesNothing) {
  Head(0, 5, kNow);
  Head(0, 1, kNow - limits::kDayMs);
  EXPECT_TRUE(Check(kNow + limits::kHourMs).numbers_missing);
}

TEST_F(PairsTest, AHeadIsOverdueADayAfterItWasDue) {
  Mark({1});
  EXPECT_FALSE(Check(kNow + 2 * limits::kDayMs - 1).head_overdue);
  EXPECT_TRUE(Check(kNow + 2 * limits::kDayMs).head_overdue);
  Head(0, 1, kNow + 2 * limits::kDayMs);
  EXPECT_FALSE(Check(kNow + 3 * limits::kDayMs).head_overdue);
}

}  // namespace
}  // namespace entente::node
