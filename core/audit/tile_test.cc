#include "core/audit/tile.h"

#include <gtest/gtest.h>

#include "core/audit/audit_fixture.h"
#include "core/base/limits.h"

namespace entente::audit {
namespace {

TEST(TilePath, GroupsOfThreeDigits) {
  EXPECT_EQ(TilePath(0, 0, 256), "tile/0/000");
  EXPECT_EQ(TilePath(0, 999, 256), "tile/0/999");
  EXPECT_EQ(TilePath(1, 1000, 256), "tile/1/x001/000");
  EXPECT_EQ(TilePath(0, 1234067, 256), "tile/0/x001/x234/067");
  EXPECT_EQ(TilePath(3, 7, 1), "tile/3/007.p/1");
  EXPECT_EQ(BundlePath(1234067, 256), "tile/entries/x001/x234/067");
  EXPECT_EQ(BundlePath(0, 255), "tile/entries/000.p/255");
}

TEST(TilePath, ReadsBackWhatItWritesAndNothingElse) {
  for (const TileName& name :
       {TileName{}, TileName{false, 63, 1234067, 256}, TileName{false, 3, 999, 1},
        TileName{true, 0, 1000, 255}, TileName{false, 0, uint64_t{1} << 56, 256}}) {
    EXPECT_EQ(ParseTilePath(PathOf(name)), name) << PathOf(name);
  }
  for (const char* path : {"",
                           "tile",
                           "tile/",
                           "tile/0",
                           "tile/0/",
                           "tile/0/00",
                           "tile/0/0000",
                           "tile/0/x001",
                           "tile/0/001/002",
                           "tile/0/x001/002/",
                           "tile/0/x000/002",
                           "tile/-1/000",
                           "tile/01/000",
                           "tile/64/000",
                           "tile/0/00a",
                           "tile/0/000.p",
                           "tile/0/000.p/",
                           "tile/0/000.p/0",
                           "tile/0/000.p/01",
                           "tile/0/000.p/256",
                           "tile/0/000.p/1.p/1",
                           "/tile/0/000",
                           "tile//0/000",
                           "tile/entries/x000/000",
                           "tile/entries",
                           "tile/data/000",
                           "tile/0/x999/x999/x999/x999/x999/x999/999"}) {
    EXPECT_EQ(ParseTilePath(path), std::nullopt) << path;
  }
}

// The example in c2sp.org/tlog-tiles: 70,000 leaves.
TEST(TileWidth, OfTheSpecificationsExample) {
  EXPECT_EQ(TileWidth(70000, 0, 272), 256u);
  EXPECT_EQ(TileWidth(70000, 0, 273), 112u);
  EXPECT_EQ(TileWidth(70000, 0, 274), 0u);
  EXPECT_EQ(TileWidth(70000, 1, 0), 256u);
  EXPECT_EQ(TileWidth(70000, 1, 1), 17u);
  EXPECT_EQ(TileWidth(70000, 2, 0), 1u);
  EXPECT_EQ(TileWidth(70000, 2, 1), 0u);
  EXPECT_EQ(TileWidth(70000, 3, 0), 0u);
  EXPECT_EQ(TileWidth(256, 0, 0), 256u);
  EXPECT_EQ(TileWidth(256, 0, 1), 0u);
  EXPECT_EQ(TileWidth(256, 1, 0), 1u);
  EXPECT_EQ(TileWidth(0, 0, 0), 0u);
  EXPECT_EQ(TileWidth(~uint64_t{0}, 0, ~uint64_t{0}), 0u);
}

TEST(Tile, RoundTripAndWidth) {
  auto hashes = Leaves(3);
  std::string bytes = EncodeTile(hashes);
  EXPECT_EQ(bytes.size(), 96u);
  EXPECT_EQ(*DecodeTile(bytes, 3), hashes);
  for (uint32_t width : {0u, 2u, 4u, 257u}) EXPECT_FALSE(DecodeTile(bytes, width).ok()) << width;
  EXPECT_FALSE(DecodeTile(bytes.substr(1), 3).ok());
}

TEST(Bundle, RoundTrip) {
  std::vector<std::string> entries = {"a", "", std::string(limits::kEntryBytes, 'x')};
  auto bytes = EncodeBundle(entries);
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(bytes->substr(0, 5), std::string("\0\1a\0\0", 5));
  EXPECT_EQ(*DecodeBundle(*bytes, 3), entries);
}

TEST(Bundle, LeavesAreThoseOfItsEntries) {
  const std::vector<std::string> entries = {"a", "", "bcd"};
  const std::string bytes = *EncodeBundle(entries);
  EXPECT_EQ(LeavesOfBundle(bytes, 3),
            (std::vector<Digest>{LeafHash("a"), LeafHash(""), LeafHash("bcd")}));
  for (uint32_t width : {0u, 2u, 4u}) EXPECT_EQ(LeavesOfBundle(bytes, width), std::nullopt);
  EXPECT_EQ(LeavesOfBundle(bytes + '\0', 3), std::nullopt);
  EXPECT_EQ(LeavesOfBundle(bytes.substr(1), 3), std::nullopt);
}

TEST(Bundle, OtherFormsAreRefused) {
  std::string bytes = *EncodeBundle(std::vector<std::string>{"one", "two"});
  EXPECT_TRUE(DecodeBundle(bytes, 2).ok());
  for (uint32_t width : {0u, 1u, 3u}) {
    EXPECT_TRUE(IsRefusal(DecodeBundle(bytes, width).status(), Reason::kMalformed)) << width;
  }
  for (size_t cut = 1; cut < bytes.size(); ++cut) {
    EXPECT_FALSE(DecodeBundle(bytes.substr(0, bytes.size() - cut), 2).ok()) << cut;
  }
  EXPECT_FALSE(DecodeBundle(bytes + '\0', 2).ok());
  std::vector<std::string> large = {std::string(limits::kEntryBytes + 1, 'x')};
  EXPECT_TRUE(IsRefusal(EncodeBundle(large).status(), Reason::kTooLarge));
}

}  // namespace
}  // namespace entente::audit
