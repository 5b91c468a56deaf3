#include "core/audit/frontier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "core/audit/audit_fixture.h"
#include "core/audit/tile.h"

namespace entente::audit {
namespace {

using TileMap = std::map<std::pair<unsigned, uint64_t>, std::vector<Digest>>;

Frontier::TileSink Into(TileMap& tiles) {
  return [&tiles](unsigned level, uint64_t index, std::span<const Digest> hashes) {
    EXPECT_TRUE(
        tiles.emplace(std::pair(level, index), std::vector(hashes.begin(), hashes.end())).second);
  };
}

TEST(Frontier, FollowsTheDefinitionAtEverySize) {
  auto leaves = Leaves(1100);
  TileMap tiles;
  Frontier frontier;
  EXPECT_EQ(frontier.Root(), EmptyRoot());
  for (size_t n = 1; n <= leaves.size(); ++n) {
    frontier.Append(leaves[n - 1], Into(tiles));
    ASSERT_EQ(frontier.size(), n);
    if (n % 7 == 0 || n % 256 < 3) {
      ASSERT_EQ(frontier.Root(), NaiveRoot(std::span(leaves).first(n))) << n;
    }
    ASSERT_EQ(frontier.Edge().size(), static_cast<size_t>(std::popcount(n)));
    ASSERT_EQ(frontier.PartialTile(0).size(), n % 256);
    ASSERT_EQ(frontier.PartialTile(1).size(), n / 256);
  }
  ASSERT_EQ(tiles.size(), 4u);
  for (uint64_t i = 0; i < 4; ++i) {
    auto expected = std::span(leaves).subspan(i * 256, 256);
    EXPECT_THAT((tiles[{0, i}]), ::testing::ElementsAreArray(expected));
    EXPECT_EQ(frontier.PartialTile(1)[i], NaiveRoot(expected));
  }
}

TEST(Frontier, ASecondLevelOfTilesFills) {
  TileMap tiles;
  Frontier frontier;
  std::vector<Digest> leaves;
  for (uint64_t i = 0; i < 65536 + 300; ++i) {
    Digest leaf{};
    leaf[0] = static_cast<uint8_t>(i);
    leaf[1] = static_cast<uint8_t>(i >> 8);
    leaf[2] = static_cast<uint8_t>(i >> 16);
    leaves.push_back(leaf);
    frontier.Append(leaf, Into(tiles));
  }
  EXPECT_EQ(tiles.size(), 258u);
  ASSERT_EQ((tiles[{1, 0}]).size(), 256u);
  EXPECT_EQ((tiles[{1, 0}])[255], RootOfLeaves(tiles[{0, 255}]));
  EXPECT_EQ(frontier.PartialTile(2).size(), 1u);
  EXPECT_EQ(frontier.PartialTile(2)[0], RootOfLeaves(tiles[{1, 0}]));
  EXPECT_EQ(frontier.Root(), RootOfLeaves(leaves));
}

TEST(Frontier, KnowsTheNodesInsideItsPartialTilesOnly) {
  auto leaves = Leaves(700);
  MemoryNodes nodes(leaves);
  auto source = nodes.Source();
  Frontier frontier;
  for (const Digest& leaf : leaves) frontier.Append(leaf, [](auto, auto, auto) {});
  for (uint8_t level = 0; level < 12; ++level) {
    for (uint64_t index = 0; index < 700; ++index) {
      bool complete = ((index + 1) << level) <= 700;
      bool inside = level < 8 ? (index << level) >= 512 : true;
      auto node = frontier.Node(level, index);
      ASSERT_EQ(node.has_value(), complete && inside) << int{level} << " " << index;
      if (node) {
        ASSERT_EQ(*node, *source(level, index));
      }
    }
  }
  EXPECT_EQ(frontier.Node(64, 0), std::nullopt);
}

TEST(Frontier, IsMadeAgainFromItsTails) {
  auto leaves = Leaves(1000);
  for (uint64_t size : {0u, 1u, 255u, 256u, 257u, 512u, 700u, 999u}) {
    Frontier grown;
    for (uint64_t i = 0; i < size; ++i) grown.Append(leaves[i], [](auto, auto, auto) {});
    std::vector<std::vector<Digest>> tails;
    for (uint8_t level = 0; level < 8; ++level) {
      auto tile = grown.PartialTile(level);
      tails.emplace_back(tile.begin(), tile.end());
    }
    auto made = Frontier::Create(size, tails);
    ASSERT_TRUE(made.ok()) << made.status();
    EXPECT_EQ(made->Root(), grown.Root());
    EXPECT_EQ(made->Edge(), grown.Edge());
    for (uint64_t i = size; i < 1000; ++i) {
      made->Append(leaves[i], [](auto, auto, auto) {});
    }
    EXPECT_EQ(made->Root(), NaiveRoot(leaves));
  }
}

TEST(Frontier, TailsOfAnotherSizeAreRefused) {
  std::vector<std::vector<Digest>> tails = {Leaves(3)};
  EXPECT_TRUE(Frontier::Create(3, tails).ok());
  EXPECT_FALSE(Frontier::Create(2, tails).ok());
  EXPECT_FALSE(Frontier::Create(4, tails).ok());
  EXPECT_FALSE(Frontier::Create(256 + 3, tails).ok());
}

TEST(Frontier, ACopyGrowsAlone) {
  auto leaves = Leaves(3);
  Frontier frontier;
  frontier.Append(leaves[0], [](auto, auto, auto) {});
  Frontier copy = frontier;
  copy.Append(leaves[1], [](auto, auto, auto) {});
  EXPECT_EQ(frontier.Root(), leaves[0]);
  EXPECT_EQ(copy.Root(), NodeHash(leaves[0], leaves[1]));
}

}  // namespace
}  // namespace entente::audit
