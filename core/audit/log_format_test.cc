#include "core/audit/log_format.h"

#include <gtest/gtest.h>

#include "core/audit/audit_fixture.h"

namespace entente::audit {
namespace {

TEST(EntryKey, SortsAsTheIndexDoes) {
  const uint64_t indexes[] = {0, 1, 255, 256, 65535, 65536, uint64_t{1} << 40, ~uint64_t{0}};
  std::string before;
  for (uint64_t index : indexes) {
    std::string key = EntryKey(index);
    EXPECT_EQ(key.size(), 8u);
    EXPECT_LT(before, key);
    EXPECT_EQ(ParseEntryKey(key), index);
    before = key;
  }
  EXPECT_EQ(EntryKey(258), std::string("\0\0\0\0\0\0\1\2", 8));
  for (size_t size : {0u, 7u, 9u}) EXPECT_EQ(ParseEntryKey(std::string(size, 'x')), std::nullopt);
}

TEST(TileKey, RoundTrip) {
  for (TileKey key : {TileKey{0, 0}, TileKey{0, 70000}, TileKey{7, ~uint64_t{0}}}) {
    EXPECT_EQ(ParseTileKey(FormatTileKey(key)), key);
  }
  EXPECT_EQ(FormatTileKey({2, 258}), std::string("\2\0\0\0\0\0\0\1\2", 9));
  EXPECT_EQ(ParseTileKey(FormatTileKey({8, 0})), std::nullopt);
  for (size_t size : {0u, 8u, 10u}) {
    EXPECT_EQ(ParseTileKey(std::string(size, '\0')), std::nullopt);
  }
}

TEST(StoredTree, HasAsManyHashesAsItsSizeHasBits) {
  StoredTree tree{0b1011, Leaves(3)};
  std::string bytes = FormatTree(tree);
  EXPECT_EQ(bytes.size(), 8u + 3 * 32);
  auto parsed = ParseTree(bytes);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->size, tree.size);
  EXPECT_EQ(parsed->edge, tree.edge);
  for (size_t cut = 1; cut <= bytes.size(); ++cut) {
    EXPECT_FALSE(ParseTree(bytes.substr(0, bytes.size() - cut))) << cut;
  }
  EXPECT_FALSE(ParseTree(bytes + "x"));
  EXPECT_FALSE(ParseTree(bytes + std::string(32, 'x')));
  EXPECT_TRUE(ParseTree(FormatTree({0, {}})));
}

}  // namespace
}  // namespace entente::audit
