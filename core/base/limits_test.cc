#include "core/base/limits.h"

#include <gtest/gtest.h>

namespace entente {
namespace {

// The figures that other agencies build against (docs/formats.md, "Limits").
TEST(Limits, ArePublishedFigures) {
  EXPECT_EQ(limits::kClockToleranceMs, 300'000);
  EXPECT_EQ(limits::kQuorumFreshnessMs, 900'000);
  EXPECT_EQ(limits::kQueueMs, 2'592'000'000);
  EXPECT_EQ(limits::kDeliveryKeyLifeMs, 604'800'000);
  EXPECT_EQ(limits::kRecordBytes, 1'048'576u);
  EXPECT_EQ(limits::kSections, 32u);
  EXPECT_EQ(limits::kRecipients, 200u);
  EXPECT_EQ(limits::kBatchRecords, 64u);
}

}  // namespace
}  // namespace entente
