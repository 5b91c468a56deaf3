#include "core/audit/tile_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/audit/tile_fixture.h"

namespace entente::audit {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string Flipped(std::string bytes, size_t byte) {
  bytes[byte] = static_cast<char>(bytes[byte] ^ (1 << (byte % 8)));
  return bytes;
}

class TileCheckTest : public ::testing::Test {
 protected:
  void Hold(uint64_t size, bool entries = true) {
    checkpoint = CheckpointAt(size);
    files = TilesOfLog(size, entries);
  }
  TileReport Check() const { return Check(FilesSource(files)); }
  TileReport Check(const FilesSource& source) const {
    auto report = CheckTiles(source, checkpoint);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *report : TileReport{};
  }
  std::vector<TileFinding> Findings() const { return Check().findings; }
  // The one finding with these bytes in the place of a file; the file is put back.
  std::vector<TileFinding> With(const std::string& path, const std::string& bytes) {
    const std::string good = std::exchange(files.at(path), bytes);
    auto findings = Findings();
    files[path] = good;
    return findings;
  }
  std::vector<TileFinding> Without(const std::string& path) {
    const auto taken = files.extract(path);
    EXPECT_FALSE(taken.empty()) << path;
    auto findings = Findings();
    files[path] = taken.mapped();
    return findings;
  }

  Checkpoint checkpoint;
  Files files;
};

TEST_F(TileCheckTest, EverySizeVerifiesWithAndWithoutEntries) {
  for (const uint64_t size :
       {0u, 1u, 2u, 255u, 256u, 257u, 511u, 512u, 65'535u, 65'536u, 65'537u, 70'000u}) {
    for (const bool entries : {true, false}) {
      Hold(size, entries);
      const TileReport report = Check();
      EXPECT_THAT(report.findings, IsEmpty()) << size;
      EXPECT_EQ(report.entries, entries && size > 0) << size;
      EXPECT_EQ(report.tiles + report.bundles, files.size()) << size;
      EXPECT_EQ(report.bundles, entries ? (size + 255) / 256 : 0) << size;
      EXPECT_EQ(report.beyond, 0u);
    }
  }
}

// Any byte of any file, and that one file is named and no other.
TEST_F(TileCheckTest, AnyFlippedBitIsFoundInItsFile) {
  const std::pair<uint64_t, size_t> sizes_and_steps[] = {{1, 1}, {3, 1}, {30, 1}, {300, 61}};
  for (const auto& [size, step] : sizes_and_steps) {
    for (const bool entries : {true, false}) {
      Hold(size, entries);
      for (const auto& [path, bytes] : Files(files)) {
        for (size_t at = 0; at < bytes.size(); at += step) {
          const auto findings = With(path, Flipped(bytes, at));
          ASSERT_THAT(findings, SizeIs(1)) << path << " byte " << at << " of size " << size;
          EXPECT_EQ(findings[0].path, path) << at << " of size " << size;
        }
      }
    }
  }
}

TEST_F(TileCheckTest, AFlippedBitAtAnyLevelOfALargeLogIsFound) {
  Hold(70'000);
  for (const char* path :
       {"tile/0/000", "tile/0/255", "tile/0/256", "tile/0/273.p/112", "tile/1/000",
        "tile/1/001.p/17", "tile/2/000.p/1", "tile/entries/100", "tile/entries/273.p/112"}) {
    const auto findings = With(path, Flipped(files.at(path), files.at(path).size() / 2));
    ASSERT_THAT(findings, SizeIs(1)) << path;
    EXPECT_EQ(findings[0].path, path);
  }
}

TEST_F(TileCheckTest, WhatIsMissingIsNamed) {
  Hold(66'000);
  for (const auto* path : {"tile/0/000", "tile/0/257.p/208", "tile/1/000", "tile/1/001.p/1",
                           "tile/2/000.p/1", "tile/entries/005", "tile/entries/257.p/208"}) {
    EXPECT_THAT(Without(path), ElementsAre(TileFinding{path, TileFault::kMissing, {"66000"}}));
  }
  // Without the entries nothing below speaks for a tile of level 0.
  Hold(300, false);
  EXPECT_THAT(Without("tile/0/000"),
              ElementsAre(TileFinding{"tile/0/000", TileFault::kMissing, {"300"}}));
  EXPECT_THAT(Without("tile/0/001.p/44"),
              Contains(TileFinding{"tile/0/001.p/44", TileFault::kMissing, {"300"}}));
}

TEST_F(TileCheckTest, TheHashesOfAWrongTileAreComparedFromBelow) {
  Hold(66'000);
  const std::string path = "tile/1/000";
  EXPECT_THAT(With(path, Flipped(files[path], 5 * 32)),
              ElementsAre(TileFinding{path, TileFault::kHash, {"0", "tile/2/000.p/1"}}));
  files[path] = Flipped(files[path], 5 * 32);
  const std::string below = "tile/0/005", beside = "tile/0/009";
  EXPECT_THAT(
      With(beside, Flipped(files[beside], 0)),
      ::testing::UnorderedElementsAre(TileFinding{path, TileFault::kHash, {"0", "tile/2/000.p/1"}},
                                      TileFinding{below, TileFault::kHash, {"5", path}},
                                      TileFinding{beside, TileFault::kHash, {"9", path}}));
}

TEST_F(TileCheckTest, WidthsAndFormsMustBeExact) {
  Hold(300);
  const auto width = [](const std::string& path, const char* bytes, const char* hashes) {
    return TileFinding{path, TileFault::kWidth, {bytes, hashes}};
  };
  for (const std::string& path : {std::string("tile/0/000"), std::string("tile/0/001.p/44")}) {
    const std::string good = files[path];
    for (const std::string& bad :
         {good + '\0', good + good.substr(0, 32), good.substr(1), good.substr(32), std::string()}) {
      const bool full = path == "tile/0/000";
      EXPECT_THAT(With(path, bad),
                  Contains(width(path, full ? "8192" : "1408", full ? "256" : "44")));
    }
  }
  const std::string bundle = "tile/entries/001.p/44";
  for (const std::string& bad : {files[bundle] + '\0', files[bundle].substr(1), std::string(),
                                 files[bundle] + std::string("\0\0", 2)}) {
    EXPECT_THAT(With(bundle, bad), ElementsAre(TileFinding{bundle, TileFault::kBundle, {"44"}}));
  }
}

TEST_F(TileCheckTest, AnEntryThatIsAnotherIsNamedByItsIndex) {
  Hold(300);
  const std::string path = "tile/entries/001.p/44";
  std::string bytes = files[path];
  bytes.back() = 'x';
  EXPECT_THAT(With(path, bytes),
              ElementsAre(TileFinding{path, TileFault::kEntry, {"299", "tile/0/001.p/44"}}));
}

TEST_F(TileCheckTest, OneBundleThatIsThereMeansThatAllMustBe) {
  Hold(600, false);
  files["tile/entries/001"] = TilesOfLog(600, true)["tile/entries/001"];
  EXPECT_THAT(Findings(),
              ElementsAre(TileFinding{"tile/entries/000", TileFault::kMissing, {"600"}},
                          TileFinding{"tile/entries/002.p/88", TileFault::kMissing, {"600"}}));
}

TEST_F(TileCheckTest, TilesThatFitEachOtherAndNotTheCheckpoint) {
  Hold(512, false);
  checkpoint.root = LeafHash("another");
  EXPECT_THAT(Findings(), ElementsAre(TileFinding{"checkpoint", TileFault::kOther, {}}));
  Hold(300, false);
  checkpoint.root = LeafHash("another");
  EXPECT_THAT(Findings(), ElementsAre(TileFinding{"tile/0/001.p/44", TileFault::kRoot, {}}));
  Hold(300);
  checkpoint.root = LeafHash("another");
  EXPECT_THAT(Findings(), ElementsAre(TileFinding{"checkpoint", TileFault::kOther, {}}));
}

TEST_F(TileCheckTest, AFullTileStandsInForAPartialOne) {
  Hold(300);
  const Files grown = TilesOfLog(512, true);
  for (const bool beside : {true, false}) {
    for (const char* full : {"tile/0/001", "tile/entries/001"}) files[full] = grown.at(full);
    if (!beside) {
      files.erase("tile/0/001.p/44");
      files.erase("tile/entries/001.p/44");
    }
    const TileReport report = Check();
    EXPECT_THAT(report.findings, IsEmpty());
    EXPECT_EQ(report.beyond, 2u);
  }
  EXPECT_THAT(With("tile/0/001", Flipped(files["tile/0/001"], 43 * 32)),
              ElementsAre(TileFinding{"tile/0/001", TileFault::kRoot, {}}));
  EXPECT_THAT(
      With("tile/entries/001", Flipped(files["tile/entries/001"], 2)),
      ElementsAre(TileFinding{"tile/entries/001", TileFault::kEntry, {"256", "tile/0/001"}}));
}

// Beside it, both must say the same.
TEST_F(TileCheckTest, AFullTileBesideAPartialOneMustBeginWithIt) {
  Hold(300);
  const Files grown = TilesOfLog(512, true);
  for (const char* full : {"tile/0/001", "tile/entries/001"}) {
    files[full] = Flipped(grown.at(full), 2);
    EXPECT_THAT(Findings(), ElementsAre(TileFinding{full, TileFault::kStale, {"tile/0/001.p/44"}}));
    files.erase(full);
  }
}

TEST_F(TileCheckTest, PartialTilesOfEarlierSizesMayStayAndMustFit) {
  Hold(70'000);
  for (const uint64_t before : {200u, 300u, 69'900u}) {
    for (auto& [path, bytes] : TilesOfLog(before, true)) files.emplace(path, bytes);
  }
  EXPECT_THAT(Findings(), IsEmpty());
  const std::pair<const char*, const char*> spare[] = {{"tile/0/000.p/200", "tile/0/000"},
                                                       {"tile/0/273.p/12", "tile/0/273.p/112"},
                                                       {"tile/1/000.p/1", "tile/1/000"},
                                                       {"tile/entries/001.p/44", "tile/0/001"}};
  for (const auto& [path, needed] : spare) {
    EXPECT_THAT(With(path, Flipped(files.at(path), 3)),
                ElementsAre(TileFinding{path, TileFault::kStale, {needed}}));
    EXPECT_THAT(With(path, files.at(path) + "x"), SizeIs(1));
  }
  // One that cannot be had is named, and what it would have judged is not.
  EXPECT_THAT(With("tile/0/000", Flipped(files["tile/0/000"], 3)), SizeIs(1));
}

TEST_F(TileCheckTest, WhatTheTreeDoesNotHaveIsReported) {
  Hold(300);
  const std::string tile = files["tile/0/000"];
  for (const auto* path : {"tile/0/002", "tile/0/001.p/45", "tile/1/000.p/2", "tile/2/000.p/1",
                           "tile/63/000", "tile/entries/002", "tile/0/x001/001"}) {
    files[path] = tile;
    EXPECT_THAT(Findings(), ElementsAre(TileFinding{path, TileFault::kNoSuchTile, {"300"}}));
    files.erase(path);
  }
  for (const auto* path :
       {"tile/0/000.tmp", "tile/00/000", "tile/64/000", "tile/0/x000/000", "tile/0/0", "tile/x",
        "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/044", "tile/0/000.p/5/6",
        "tile/data/000", "tile", "tile/entries/000 "}) {
    files[path] = tile;
    EXPECT_THAT(Findings(), ElementsAre(TileFinding{path, TileFault::kName, {}}));
    files.erase(path);
  }
}

TEST_F(TileCheckTest, AnEmptyLogHasNoTiles) {
  Hold(0);
  files["tile/0/000.p/1"] = std::string(32, 'x');
  EXPECT_THAT(Findings(),
              ElementsAre(TileFinding{"tile/0/000.p/1", TileFault::kNoSuchTile, {"0"}}));
}

TEST_F(TileCheckTest, LinksAreNotFollowedAndWhatCannotBeReadIsSaid) {
  Hold(300);
  for (const auto* path : {"tile/0/000", "tile/entries/000", "tile/0/001.p/44"}) {
    FilesSource links(files), broken(files);
    links.irregular.insert(path);
    EXPECT_THAT(Check(links).findings, ElementsAre(TileFinding{path, TileFault::kNoFile, {}}));
    broken.unreadable.insert(path);
    EXPECT_THAT(Check(broken).findings,
                ElementsAre(TileFinding{path, TileFault::kUnreadable, {"Input/output error"}}));
  }
}

TEST_F(TileCheckTest, ACheckpointOfMoreThanAnyDiskHoldsIsAnswered) {
  Hold(300, false);
  checkpoint.size = (uint64_t{1} << 60) + 300;
  const auto findings = Findings();
  EXPECT_THAT(findings,
              Contains(TileFinding{
                  "tile/7/000.p/16", TileFault::kMissing, {std::to_string(checkpoint.size)}}));
  EXPECT_LT(findings.size(), 5000u);
}

TEST_F(TileCheckTest, TellsHowFarItIs) {
  Hold(70'000, false);
  std::vector<uint64_t> told;
  ASSERT_TRUE(
      CheckTiles(FilesSource(files), checkpoint, [&](uint64_t at) { told.push_back(at); }).ok());
  EXPECT_THAT(told, SizeIs(274));
  EXPECT_TRUE(std::ranges::is_sorted(told));
  EXPECT_EQ(told.back(), 70'000u);
}

}  // namespace
}  // namespace entente::audit
