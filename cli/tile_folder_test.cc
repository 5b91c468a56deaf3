#include "cli/tile_folder.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>

#include "cli/audit_fixture.h"

namespace entente::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::Pair;

using TileFolderTest = AuditFolderTest;

TEST_F(TileFolderTest, ReadsFilesUpToOneByteMoreThanAsked) {
  Write("tile/0/000", "12345");
  const TileFolder tiles(folder.string());
  EXPECT_EQ(**tiles.Read("tile/0/000", 5), "12345");
  EXPECT_EQ(**tiles.Read("tile/0/000", 4), "12345");
  EXPECT_EQ(**tiles.Read("tile/0/000", 3), "1234");
  EXPECT_EQ(*tiles.Read("tile/0/001", 5), std::nullopt);
  EXPECT_EQ(*tiles.Read("tile/0/000/below", 5), std::nullopt);
}

TEST_F(TileFolderTest, WhatIsNoRegularFileIsNotRead) {
  Write("elsewhere", "12345");
  fs::create_directories(folder / "tile/0");
  fs::create_symlink(Place("elsewhere"), folder / "tile/link");
  ASSERT_EQ(mkfifo(Place("tile/pipe").c_str(), 0600), 0);
  const TileFolder tiles(folder.string());
  for (const char* path : {"tile/link", "tile/pipe", "tile/0"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(tiles.Read(path, 5).status())) << path;
  }
}

TEST_F(TileFolderTest, NamesEverythingUnderTileOnce) {
  for (const char* name : {"checkpoint", "README", "tile/1/000", "tile/0/001.p/5", "tile/x/y/z",
                           "tile/.hidden", "other/000"}) {
    Write(name, "");
  }
  fs::create_directories(folder / "tile/empty");
  fs::create_directory_symlink(folder / "other", folder / "tile/0/link");
  std::vector<std::pair<std::string, bool>> seen;
  const TileFolder tiles(folder.string());
  ASSERT_TRUE(
      tiles.ForEach([&](const auto& path, bool regular) { seen.emplace_back(path, regular); })
          .ok());
  EXPECT_THAT(seen, ElementsAre(Pair("tile/.hidden", true), Pair("tile/0/001.p/5", true),
                                Pair("tile/0/link", false), Pair("tile/1/000", true),
                                Pair("tile/x/y/z", true)));
  EXPECT_THAT(tiles.Others(), ElementsAre("README", "other"));
}

}  // namespace
}  // namespace entente::cli
