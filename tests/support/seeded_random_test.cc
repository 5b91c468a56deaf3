#include "tests/support/seeded_random.h"

#include <gtest/gtest.h>

#include <set>

namespace entente::testing {
namespace {

// xoshiro256** over the SplitMix64 outputs of seed 0, computed apart.
TEST(SeededRandomTest, KnownAnswer) { EXPECT_EQ(SeededRandom(0).Next(), 0x99ec5f36cb75f2b4u); }

TEST(SeededRandomTest, SameSeedRepeatsAndOthersDiffer) {
  SeededRandom a(9), b(9), c(10);
  const auto first = a.Bytes<33>();
  EXPECT_EQ(first, b.Bytes<33>());
  EXPECT_NE(first, c.Bytes<33>());
  EXPECT_NE(first, a.Bytes<33>());
}

TEST(SeededRandomTest, BelowReachesEveryValueAndNoMore) {
  SeededRandom random(1);
  std::set<uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.Below(7));
  EXPECT_EQ(seen, (std::set<uint64_t>{0, 1, 2, 3, 4, 5, 6}));
}

}  // namespace
}  // namespace entente::testing
