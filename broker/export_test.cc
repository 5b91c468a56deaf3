#include "broker/export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "core/audit/log_fixture.h"
#include "core/audit/tile_check.h"
#include "core/audit/tile_fixture.h"
#include "core/store/durable_file.h"
#include "tests/support/pki.h"

namespace entente::broker {
namespace {

namespace fs = std::filesystem;
using audit::EntryNumber;
using audit::Files;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ExportTest : public ::testing::Test {
 protected:
  static void Fill(store::Store& to, uint64_t size, bool published) {
    const auto log = audit::OpenLog(to);
    ASSERT_TRUE(audit::GrowTo(*log, size).ok());
    if (!published) return;
    ASSERT_TRUE(audit::OpenKeeper(to, *log)->Publish(audit::TestKey(1)).ok());
  }
  void Grow(uint64_t size, bool published = true) { Fill(store, size, published); }
  absl::StatusOr<Exported> Export(bool entries = true) {
    return ExportLog(store, audit::LogKey(), Folder(), entries);
  }
  std::string Folder() const { return folder.path() + "/out"; }
  std::string Place(const std::string& path) const { return Folder() + "/" + path; }
  Files Written() const {
    Files files;
    for (const auto& entry : fs::recursive_directory_iterator(Folder())) {
      if (entry.is_directory()) continue;
      const std::string path = entry.path().string();
      files[path.substr(Folder().size() + 1)] = **store::ReadFileIfThere(path);
    }
    return files;
  }
  // With the checkpoint that stands there.
  std::vector<audit::TileFinding> Findings() const {
    const Files files = Written();
    const auto checkpoint = audit::VerifyCheckpoint(files.at("checkpoint"), audit::LogKey());
    EXPECT_TRUE(checkpoint.ok()) << checkpoint.status();
    return audit::CheckTiles(audit::FilesSource(files), checkpoint->checkpoint)->findings;
  }
  void ExpectRefused(const std::string& path, const std::string& what, bool entries = true) {
    const Files before = Written();
    const absl::Status status = Export(entries).status();
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(Place(path)));
    EXPECT_THAT(std::string(status.message()), HasSubstr(what));
    for (const auto& [name, bytes] : before) EXPECT_EQ(Written()[name], bytes) << name;
  }
  void Put(const std::string& path, std::string_view bytes) const {
    fs::create_directories(fs::path(Place(path)).parent_path());
    std::ofstream(Place(path), std::ios::binary) << bytes;
  }

  store::MemoryStore store{audit::kLogFamilies};
  const testing::TemporaryFolder folder;
};

TEST_F(ExportTest, WritesWhatTheSpecificationSaysAtEverySize) {
  for (const uint64_t size : {1u, 255u, 256u, 257u, 65'535u, 65'536u, 65'537u, 70'000u}) {
    for (const bool entries : {false, true}) {
      if (!entries && size > 1000 && size < 70'000) continue;
      Grow(size);
      fs::remove_all(Folder());
      const auto exported = Export(entries);
      ASSERT_TRUE(exported.ok()) << exported.status();
      Files files = Written();
      EXPECT_EQ(exported->size, size);
      EXPECT_EQ(exported->written, files.size());
      const auto keeper = audit::OpenKeeper(store, *audit::OpenLog(store));
      EXPECT_EQ(files["checkpoint"], keeper->Latest()->note) << "verbatim";
      files.erase("checkpoint");
      EXPECT_TRUE(files == audit::TilesOfLog(size, entries)) << size;
    }
  }
}

TEST_F(ExportTest, AnEmptyLogIsACheckpoint) {
  Grow(0);
  ASSERT_TRUE(Export().ok());
  EXPECT_EQ(Written().size(), 1u);
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_F(ExportTest, AgainItAddsWhatIsNewAndLeavesTheRest) {
  Grow(300);
  ASSERT_TRUE(Export().ok());
  auto again = Export();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->written, 0u);
  EXPECT_EQ(again->kept, 6u);
  Grow(600);
  again = Export();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->kept, 2u) << "the full ones of before";
  EXPECT_TRUE(fs::exists(Place("tile/0/001.p/44"))) << "of the checkpoint that readers may hold";
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_F(ExportTest, HashesFirstAndEntriesLater) {
  Grow(300);
  ASSERT_TRUE(Export(false).ok());
  EXPECT_FALSE(fs::exists(Place("tile/entries")));
  ASSERT_TRUE(Export(true).ok());
  EXPECT_THAT(Findings(), IsEmpty());
  ExpectRefused("tile/entries", "--entries", false);
}

TEST_F(ExportTest, NeverMoreThanWasSigned) {
  Grow(300);
  Grow(700, false);
  const auto exported = Export();
  ASSERT_TRUE(exported.ok()) << exported.status();
  EXPECT_EQ(exported->size, 300u);
  Files files = Written();
  files.erase("checkpoint");
  EXPECT_EQ(files, audit::TilesOfLog(300, true));
}

TEST_F(ExportTest, WithoutACheckpointThereIsNothingToWrite) {
  Grow(3, false);
  EXPECT_TRUE(absl::IsFailedPrecondition(Export().status()));
  EXPECT_FALSE(fs::exists(Folder()));
}

TEST_F(ExportTest, AFolderOfAnotherLogOrHistoryIsRefused) {
  Grow(300);
  ASSERT_TRUE(Export().ok());
  const Digest root = audit::CheckpointAt(300).root;
  const auto put = [&](const audit::Checkpoint& checkpoint, uint8_t key) {
    Put("checkpoint", *audit::SignCheckpoint(checkpoint, audit::TestKey(key)));
  };
  put({audit::kOrigin, 300, root}, 2);
  ExpectRefused("checkpoint", "of another log");
  put({"entente.test/log/two", 300, root}, 1);
  ExpectRefused("checkpoint", "of another log");
  put({audit::kOrigin, 200, root}, 1);
  ExpectRefused("checkpoint", "another history");
  put({audit::kOrigin, 301, root}, 1);
  ExpectRefused("checkpoint", "is of 301 entries");
}

TEST_F(ExportTest, ATileThatContradictsIsNamedAndLeft) {
  Grow(300);
  ASSERT_TRUE(Export().ok());
  for (const auto& [path, bytes] : Written()) {
    if (path == "checkpoint") continue;
    for (const std::string& bad : {audit::FlipBit(bytes, 5), bytes + "x", std::string()}) {
      Put(path, bad);
      ExpectRefused(path, "is not what this log has there");
    }
    Put(path, bytes);
  }
  EXPECT_TRUE(Export().ok());
}

// Files above a limit take no byte more, as on a full disk.
TEST_F(ExportTest, WhatStandsAfterAnInterruptionIsWholeAndGoneOnWith) {
  Grow(300);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{4096, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const absl::Status cut = Export().status();
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_FALSE(cut.ok());
  EXPECT_THAT(std::string(cut.message()), HasSubstr(Folder()));
  EXPECT_FALSE(fs::exists(Place("checkpoint"))) << "it comes last";
  EXPECT_FALSE(fs::exists(Place("tile/0/000"))) << "half of it";
  ASSERT_TRUE(Export().ok());
  EXPECT_THAT(Findings(), IsEmpty());
  EXPECT_FALSE(fs::exists(Place(".export.tmp")));
  EXPECT_FALSE(fs::exists(Place("checkpoint.tmp")));
}

TEST_F(ExportTest, ADatabaseThatWasCutShortIsNotExported) {
  Grow(300);
  store::MemoryStore shorter{audit::kLogFamilies};
  Fill(shorter, 200, false);
  const auto high_water = store.ReadFile(audit::kHighWaterFile);
  ASSERT_TRUE(shorter.PutFile(audit::kHighWaterFile, **high_water).ok());
  const absl::Status cut = ExportLog(shorter, audit::LogKey(), Folder(), true).status();
  EXPECT_TRUE(IsRefusal(cut, Reason::kFork)) << cut;
  EXPECT_FALSE(fs::exists(Folder()));
}

TEST_F(ExportTest, TellsHowFarItIs) {
  Grow(300);
  std::vector<uint64_t> told;
  ASSERT_TRUE(ExportLog(store, audit::LogKey(), Folder(), true, [&](uint64_t done, uint64_t all) {
                told.push_back(done);
                EXPECT_EQ(all, 5u);
              }).ok());
  EXPECT_EQ(told, (std::vector<uint64_t>{1, 2, 3, 4, 5}));
}

}  // namespace
}  // namespace entente::broker
