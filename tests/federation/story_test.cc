#include <gtest/gtest.h>

#include "tests/federation/world.h"

namespace entente::testing {
namespace {

TEST(Story, Found) {
  World world(1);
  world.Found();
  EXPECT_TRUE(world.scene.wrong.empty()) << world.scene.trace.Tail();
}

}  // namespace
}  // namespace entente::testing
