#include "core/crypto/random.h"

#include <gtest/gtest.h>

#include <set>

namespace entente::crypto {
namespace {

TEST(SystemRandomTest, DrawsDoNotRepeat) {
  SystemRandom random;
  std::set<std::array<uint8_t, 16>> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.Bytes<16>());
  EXPECT_EQ(seen.size(), 1000u);
}

// Each position takes many values: no byte is left unfilled.
TEST(SystemRandomTest, EveryByteIsFilled) {
  SystemRandom random;
  std::array<std::set<uint8_t>, 67> values;
  for (int i = 0; i < 200; ++i) {
    const auto bytes = random.Bytes<67>();
    for (size_t k = 0; k < bytes.size(); ++k) values[k].insert(bytes[k]);
  }
  for (const auto& position : values) EXPECT_GT(position.size(), 64u);
}

TEST(SystemRandomTest, NothingToFill) { SystemRandom().Fill({}); }

}  // namespace
}  // namespace entente::crypto
