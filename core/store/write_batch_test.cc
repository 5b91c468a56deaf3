#include "core/store/write_batch.h"

#include <gtest/gtest.h>

namespace entente::store {
namespace {

constexpr Family kA = "r_a";
constexpr Family kB = "l_b";

TEST(Family, SaysWhetherItIsReplicated) {
  EXPECT_TRUE(kA.replicated());
  EXPECT_FALSE(kB.replicated());
  EXPECT_EQ(kA.name(), "r_a");
  EXPECT_NE(kA, kB);
}

TEST(WriteBatch, KeepsOperationsInOrder) {
  WriteBatch batch;
  batch.Put(kA, "key", "value");
  batch.Delete(kB, "gone");
  batch.Put(kA, "", "");
  ASSERT_EQ(batch.count(), 3u);
  EXPECT_EQ(batch.op(0).family, kA);
  EXPECT_EQ(batch.op(0).key, "key");
  EXPECT_EQ(batch.op(0).value, "value");
  EXPECT_EQ(batch.op(1).family, kB);
  EXPECT_EQ(batch.op(1).key, "gone");
  EXPECT_FALSE(batch.op(1).value.has_value());
  EXPECT_EQ(batch.op(2).key, "");
  EXPECT_EQ(batch.op(2).value, "");
  EXPECT_EQ(batch.bytes(), 12u);
}

TEST(WriteBatch, TruncateTakesBackTheLast) {
  WriteBatch batch;
  batch.Put(kA, "1", "one");
  batch.Put(kA, "2", "two");
  batch.Truncate(5);
  EXPECT_EQ(batch.count(), 2u);
  batch.Truncate(1);
  EXPECT_EQ(batch.count(), 1u);
  EXPECT_EQ(batch.bytes(), 4u);
  batch.Put(kA, "3", "three");
  EXPECT_EQ(batch.op(1).value, "three");
  batch.Clear();
  EXPECT_EQ(batch.count(), 0u);
  EXPECT_EQ(batch.bytes(), 0u);
}

}  // namespace
}  // namespace entente::store
