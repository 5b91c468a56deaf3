#include "core/audit/fsck.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/audit/log_fixture.h"
#include "core/audit/log_format.h"
#include "core/audit/tile.h"
#include "core/base/encoding.h"

namespace entente::audit {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<FsckFinding> Check(const store::Store& store) {
  auto report = Fsck(store, LogKey());
  EXPECT_TRUE(report.ok()) << report.status();
  return report->findings;
}

bool Names(const std::vector<FsckFinding>& findings, std::string_view place, std::string_view key) {
  return std::ranges::any_of(findings, [&](const FsckFinding& finding) {
    return finding.place == place && finding.key == HexEncode(AsBytes(key));
  });
}

class FsckTest : public ::testing::Test {
 protected:
  static constexpr uint64_t kSize = 300;
  void SetUp() override { Fill(store_, kSize); }
  static void Fill(store::Store& store, uint64_t size) {
    auto log = OpenLog(store);
    ASSERT_TRUE(GrowTo(*log, size).ok());
    ASSERT_TRUE(OpenKeeper(store, *log)->Publish(TestKey(1)).ok());
  }
  // Puts the good value back afterwards.
  std::vector<FsckFinding> CheckWith(store::Family family, const std::string& key,
                                     const std::string& bad) {
    std::string good = **store_.Get(family, key);
    Put(store_, family, key, bad);
    auto findings = Check(store_);
    Put(store_, family, key, good);
    return findings;
  }
  store::MemoryStore store_{kLogFamilies};
};

TEST_F(FsckTest, FindsNothingInSoundLogs) {
  for (uint64_t size : {0u, 1u, 255u, 256u, 257u, 600u}) {
    store::MemoryStore store(kLogFamilies);
    if (size > 0) Fill(store, size);
    auto report = Fsck(store, LogKey());
    ASSERT_TRUE(report.ok());
    EXPECT_THAT(report->findings, IsEmpty());
    EXPECT_EQ(report->rebuilt, (TreeHead{size, RootOfLeaves(Leaves(size))}));
  }
}

TEST_F(FsckTest, FindsNothingWhenTheLogGrewAfterTheCheckpoint) {
  ASSERT_TRUE(GrowTo(*OpenLog(store_), 520).ok());
  EXPECT_THAT(Check(store_), IsEmpty());
}

TEST_F(FsckTest, OtherKeysInMetaAreNotTheLogs) {
  Put(store_, kMeta, "applied", "anything");
  EXPECT_THAT(Check(store_), IsEmpty());
}

TEST_F(FsckTest, AFlippedBitInAnyEntry) {
  for (uint64_t i = 0; i < kSize; ++i) {
    auto findings = CheckWith(kEntries, EntryKey(i), FlipBit(EntryNumber(i), i % 7, i % 8));
    ASSERT_FALSE(findings.empty()) << i;
    if (i < 256) {
      EXPECT_EQ(findings[0].place, "r_tiles");
      EXPECT_THAT(findings[0].what, HasSubstr("first in hash " + std::to_string(i) + " "));
    } else {
      EXPECT_TRUE(Names(findings, "r_meta", kTreeKey));
    }
    EXPECT_TRUE(Names(findings, "l_checkpoint", kLastKey));
    EXPECT_TRUE(Names(findings, "file high-water", ""));
    // 300 = 256 + 32 + 8 + 4: of the last ones the edge has hashes of so many.
    const uint64_t begin = i < 256 ? i : i < 288 ? 256 : i < 296 ? 288 : 296;
    EXPECT_TRUE(Names(findings, "r_entries", EntryKey(begin))) << i;
  }
}

TEST_F(FsckTest, AFlippedBitInATileIsThatTileAlone) {
  const std::string key = FormatTileKey({0, 0});
  const std::string good = **store_.Get(kTiles, key);
  for (size_t byte = 0; byte < good.size(); byte += 13) {
    auto findings = CheckWith(kTiles, key, FlipBit(good, byte, byte % 8));
    ASSERT_THAT(findings, SizeIs(1)) << byte;
    EXPECT_TRUE(Names(findings, "r_tiles", key));
    EXPECT_THAT(findings[0].what, HasSubstr("hash " + std::to_string(byte / 32) + " "));
  }
}

TEST_F(FsckTest, AFlippedBitInTheRightEdge) {
  const std::string good = **store_.Get(kMeta, kTreeKey);
  for (size_t byte = 0; byte < good.size(); ++byte) {
    auto findings = CheckWith(kMeta, std::string(kTreeKey), FlipBit(good, byte, byte % 8));
    EXPECT_TRUE(Names(findings, "r_meta", kTreeKey)) << byte;
  }
}

TEST_F(FsckTest, AFlippedBitInTheCheckpointIsThatCheckpointAlone) {
  const std::string good = **store_.Get(kCheckpoint, kLastKey);
  for (size_t byte = 0; byte < good.size(); ++byte) {
    auto findings = CheckWith(kCheckpoint, std::string(kLastKey), FlipBit(good, byte, byte % 8));
    ASSERT_THAT(findings, SizeIs(1)) << byte;
    EXPECT_TRUE(Names(findings, "l_checkpoint", kLastKey));
  }
}

TEST_F(FsckTest, AFlippedBitInTheHighWaterFileIsThatFileAlone) {
  const std::string good = **store_.ReadFile(kHighWaterFile);
  for (size_t byte = 0; byte < good.size(); ++byte) {
    ASSERT_TRUE(store_.PutFile(kHighWaterFile, FlipBit(good, byte, byte % 8)).ok());
    auto findings = Check(store_);
    ASSERT_THAT(findings, SizeIs(1)) << byte;
    EXPECT_TRUE(Names(findings, "file high-water", ""));
  }
}

TEST_F(FsckTest, AFlippedBitInAnyKey) {
  for (store::Family family : kLogFamilies) {
    for (const auto& [key, value] : Contents(store_, family)) {
      for (size_t byte = 0; byte < key.size(); byte += 3) {
        const std::string other = FlipBit(key, byte, byte % 8);
        if (store_.Get(family, other)->has_value()) continue;
        Remove(store_, family, key);
        Put(store_, family, other, value);
        EXPECT_FALSE(Check(store_).empty()) << family.name() << " " << HexEncode(AsBytes(key));
        Remove(store_, family, other);
        Put(store_, family, key, value);
      }
    }
  }
  EXPECT_THAT(Check(store_), IsEmpty());
}

TEST_F(FsckTest, MissingEntriesAreOneFindingForEachRun) {
  for (uint64_t i : {7u, 8u, 9u, 20u}) Remove(store_, kEntries, EntryKey(i));
  auto findings = Check(store_);
  ASSERT_THAT(findings, SizeIs(2));
  EXPECT_EQ(findings[0].place, "r_entries");
  EXPECT_EQ(findings[0].what, "entries 7 to 9 are missing");
  EXPECT_EQ(findings[1].what, "entry 20 is missing");
}

TEST_F(FsckTest, AMissingTile) {
  Remove(store_, kTiles, FormatTileKey({0, 0}));
  auto findings = Check(store_);
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].what, "tile 0 of level 0 is missing");
}

TEST_F(FsckTest, StrayKeys) {
  Put(store_, kTiles, FormatTileKey({0, 1}), std::string(kTileBytes, 'x'));
  Put(store_, kTiles, FormatTileKey({1, 0}), std::string(kTileBytes, 'x'));
  Put(store_, kTiles, "odd", "x");
  Put(store_, kEntries, "odd", "x");
  Put(store_, kCheckpoint, "odd", "x");
  EXPECT_THAT(Check(store_), SizeIs(5));
}

TEST_F(FsckTest, ALogCutShortAtItsEnd) {
  for (uint64_t i = 280; i < kSize; ++i) Remove(store_, kEntries, EntryKey(i));
  auto findings = Check(store_);
  EXPECT_TRUE(Names(findings, "r_meta", kTreeKey));
  EXPECT_TRUE(Names(findings, "l_checkpoint", kLastKey));
  EXPECT_TRUE(Names(findings, "file high-water", ""));
}

TEST_F(FsckTest, AnOlderHighWaterFile) {
  std::string old = **store_.ReadFile(kHighWaterFile);
  Fill(store_, 310);
  ASSERT_TRUE(store_.PutFile(kHighWaterFile, old).ok());
  auto findings = Check(store_);
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_THAT(findings[0].what, HasSubstr("older"));
}

TEST_F(FsckTest, ACheckpointOfAnotherTree) {
  auto forged = SignCheckpoint({kOrigin, 200, LeafHash("x")}, TestKey(1));
  Put(store_, kCheckpoint, kLastKey, *forged);
  auto findings = Check(store_);
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_THAT(findings[0].what, HasSubstr("root at size 200"));
}

TEST_F(FsckTest, AStoreWithoutALogIsAnError) {
  const store::Family other[] = {"r_other"};
  store::MemoryStore store(other);
  EXPECT_FALSE(Fsck(store, LogKey()).ok());
}

}  // namespace
}  // namespace entente::audit
