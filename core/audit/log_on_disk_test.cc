// The log and its checkpoints on RocksDB: what a disk and those who touch it can do to them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "core/audit/fsck.h"
#include "core/audit/log_fixture.h"
#include "core/store/rocks_store.h"

namespace entente::audit {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class LogOnDisk : public ::testing::Test {
 protected:
  LogOnDisk() {
    std::string pattern = (fs::temp_directory_path() / "entente-XXXXXX").string();
    dir_ = ::mkdtemp(pattern.data());
  }
  ~LogOnDisk() override { fs::remove_all(dir_); }

  std::unique_ptr<store::RocksStore> Store() const {
    auto opened = store::RocksStore::Open(dir_, kLogFamilies);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return *std::move(opened);
  }
  void GrowAndPublish(uint64_t size) {
    auto store = Store();
    auto log = OpenLog(*store);
    ASSERT_TRUE(GrowTo(*log, size).ok());
    ASSERT_TRUE(OpenKeeper(*store, *log)->Publish(TestKey(1)).ok());
  }
  void ExpectFork(const char* what) const {
    auto store = Store();
    auto log = OpenLog(*store);
    auto keeper = CheckpointKeeper::Open(*store, *log, LogKey());
    ASSERT_TRUE(IsRefusal(keeper.status(), Reason::kFork)) << keeper.status();
    EXPECT_THAT(RefusalOf(keeper.status())->text, HasSubstr(what));
    EXPECT_FALSE(Fsck(*store, LogKey())->findings.empty());
  }
  // The files of the database with this ending, the largest first.
  std::vector<fs::path> Files(const char* extension) const {
    std::vector<fs::path> files;
    for (const auto& file : fs::directory_iterator(fs::path(dir_) / "db")) {
      if (file.path().extension() == extension) files.push_back(file.path());
    }
    std::ranges::sort(files, std::greater<>(),
                      [](const fs::path& path) { return fs::file_size(path); });
    return files;
  }

  std::string dir_;
};

TEST_F(LogOnDisk, GoesOnAfterEveryRestart) {
  for (uint64_t size : {1u, 255u, 256u, 300u, 700u}) GrowAndPublish(size);
  auto store = Store();
  auto log = OpenLog(*store);
  EXPECT_EQ(log->Head(), (TreeHead{700, RootOfLeaves(Leaves(700))}));
  EXPECT_EQ(OpenKeeper(*store, *log)->Latest()->head, log->Head());
  EXPECT_THAT(Fsck(*store, LogKey())->findings, IsEmpty());
}

TEST_F(LogOnDisk, ATruncatedWriteAheadLogIsRecognised) {
  GrowAndPublish(10);
  GrowAndPublish(400);
  fs::path wal = Files(".log").front();
  fs::resize_file(wal, 100);
  ExpectFork("the database was cut short");
}

TEST_F(LogOnDisk, ADatabasePutBackFromABackupIsRecognised) {
  GrowAndPublish(10);
  fs::copy(fs::path(dir_) / "db", fs::path(dir_) / "backup", fs::copy_options::recursive);
  GrowAndPublish(20);
  fs::remove_all(fs::path(dir_) / "db");
  fs::rename(fs::path(dir_) / "backup", fs::path(dir_) / "db");
  ExpectFork("the log has 10 entries, but a checkpoint of 20 was signed");
}

TEST_F(LogOnDisk, ARemovedHighWaterFileIsRecognised) {
  GrowAndPublish(10);
  fs::remove(fs::path(dir_) / kHighWaterFile);
  ExpectFork("the high-water file is missing");
}

TEST_F(LogOnDisk, AHighWaterFilePutBackIsRecognised) {
  GrowAndPublish(10);
  fs::copy(fs::path(dir_) / kHighWaterFile, fs::path(dir_) / "old");
  GrowAndPublish(20);
  fs::rename(fs::path(dir_) / "old", fs::path(dir_) / kHighWaterFile);
  ExpectFork("is older than the checkpoint in the database");
}

TEST_F(LogOnDisk, AnEmptiedHighWaterFileIsAnErrorAndAFinding) {
  GrowAndPublish(10);
  fs::resize_file(fs::path(dir_) / kHighWaterFile, 0);
  auto store = Store();
  auto log = OpenLog(*store);
  EXPECT_EQ(CheckpointKeeper::Open(*store, *log, LogKey()).status().code(),
            absl::StatusCode::kDataLoss);
  auto findings = Fsck(*store, LogKey())->findings;
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].place, "file high-water");
}

// The database's own checksums speak first; that too is a finding.
TEST_F(LogOnDisk, AFlippedBitInATableFile) {
  {
    auto store = Store();
    auto log = OpenLog(*store);
    Stage stage = log->Begin();
    store::WriteBatch batch;
    for (int i = 0; i < 300; ++i) {
      ASSERT_TRUE(stage.Append(std::string(500, static_cast<char>('a' + i % 26)), batch).ok());
    }
    ASSERT_TRUE(log->Commit(stage, batch).ok());
    ASSERT_TRUE(OpenKeeper(*store, *log)->Publish(TestKey(1)).ok());
    EXPECT_THAT(Fsck(*store, LogKey())->findings, IsEmpty());
  }
  Store();  // recovery writes table files
  {
    std::fstream file(Files(".sst").front(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(60000);
    file.put('!');
  }
  auto findings = Fsck(*Store(), LogKey())->findings;
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings[0].place, "r_entries");
  EXPECT_THAT(findings[0].what, HasSubstr("damaged"));
}

}  // namespace
}  // namespace entente::audit
