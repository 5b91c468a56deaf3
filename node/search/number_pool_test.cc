#include "node/search/number_pool.h"

#include <gtest/gtest.h>

namespace entente::node::search {
namespace {

TEST(NumberPool, GivesBackWhatWasPutAndReusesWhatWasFreed) {
  NumberPool pool;
  const std::vector<uint32_t> first = {1, 2, 3};
  const std::vector<uint32_t> second = {4, 5, 6};
  const uint32_t at = pool.Put(first);
  const uint32_t other = pool.Put(second);
  EXPECT_TRUE(std::ranges::equal(pool.Get(at, 3), first));
  EXPECT_TRUE(std::ranges::equal(pool.Get(other, 3), second));
  pool.Free(at, 3);
  EXPECT_TRUE(std::ranges::equal(pool.Get(at, 3), std::vector<uint32_t>{0, 0, 0}));
  EXPECT_EQ(pool.Put(second), at);
  EXPECT_TRUE(pool.Get(pool.Put({}), 0).empty());
}

}  // namespace
}  // namespace entente::node::search
