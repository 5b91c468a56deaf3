#include "core/store/rocks_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include "core/base/refusal.h"
#include "core/store/rocks_open.h"
#include "core/store/store_fixture.h"

namespace entente::store {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::unique_ptr<RocksStore> OpenOrDie(const std::string& dir) {
  auto opened = RocksStore::Open(dir, kBoth);
  EXPECT_TRUE(opened.ok()) << opened.status();
  return opened.ok() ? *std::move(opened) : nullptr;
}

// The youngest file of the database with this ending.
fs::path NewestFile(const std::string& dir, const std::string& extension) {
  fs::path newest;
  for (const auto& file : fs::directory_iterator(fs::path(dir) / "db")) {
    if (file.path().extension() == extension && file.path() > newest) newest = file.path();
  }
  EXPECT_FALSE(newest.empty()) << extension;
  return newest;
}

TEST(RocksStore, FolderIsForItsOwnerAlone) {
  TempFolder folder;
  const std::string dir = folder.path() + "/deep/store";
  auto store = OpenOrDie(dir);
  EXPECT_EQ(fs::status(dir).permissions(), fs::perms::owner_all);
}

TEST(RocksStore, ASecondProcessIsTurnedAway) {
  TempFolder folder;
  auto store = OpenOrDie(folder.path());
  auto second = RocksStore::Open(folder.path(), kBoth);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition) << second.status();
  EXPECT_THAT(second.status().ToString(), HasSubstr("another process"));
}

TEST(RocksStore, AFamilyOfAnotherVersionIsNamed) {
  TempFolder folder;
  OpenOrDie(folder.path());
  const Family fewer[] = {kAlpha};
  auto store = RocksStore::Open(folder.path(), fewer);
  EXPECT_EQ(store.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(store.status().ToString(), HasSubstr("l_beta"));
}

TEST(RocksStore, AMissingFamilyIsMade) {
  TempFolder folder;
  const Family fewer[] = {kAlpha};
  {
    auto store = RocksStore::Open(folder.path(), fewer);
    ASSERT_TRUE(store.ok());
    ASSERT_TRUE(PutOne(**store, "a", "1").ok());
  }
  auto store = OpenOrDie(folder.path());
  EXPECT_EQ(**store->Get(kAlpha, "a"), "1");
  EXPECT_EQ(*store->Get(kBeta, "a"), std::nullopt);
}

TEST(RocksStore, ATornLastWriteIsDroppedWhole) {
  TempFolder folder;
  {
    auto store = OpenOrDie(folder.path());
    ASSERT_TRUE(PutOne(*store, "a", "1").ok());
    WriteBatch batch;
    batch.Put(kAlpha, "b", std::string(300, 'b'));
    batch.Put(kBeta, "b", std::string(300, 'b'));
    ASSERT_TRUE(store->Write(batch, Sync::kYes).ok());
  }
  fs::path log = NewestFile(folder.path(), ".log");
  fs::resize_file(log, fs::file_size(log) - 20);
  auto store = OpenOrDie(folder.path());
  EXPECT_THAT(Keys(*store, kAlpha, ""), ElementsAre("a"));
  EXPECT_EQ(*store->Get(kBeta, "b"), std::nullopt);
}

TEST(RocksStore, AFlippedBitOnDiskIsDataLossWithAdvice) {
  TempFolder folder;
  { ASSERT_TRUE(PutOne(*OpenOrDie(folder.path()), "a", std::string(5000, 'x')).ok()); }
  { OpenOrDie(folder.path()); }  // recovery writes a table file
  fs::path table = NewestFile(folder.path(), ".sst");
  std::fstream file(table, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(100);
  file.put('y');
  file.close();
  auto store = OpenOrDie(folder.path());
  auto got = store->Get(kAlpha, "a");
  EXPECT_EQ(got.status().code(), absl::StatusCode::kDataLoss) << got.status();
  EXPECT_THAT(got.status().ToString(), HasSubstr("restore the database from a copy"));
  auto it = *store->Iterate(kAlpha, "");
  it->SeekToFirst();
  EXPECT_FALSE(it->Valid());
  EXPECT_EQ(it->status().code(), absl::StatusCode::kDataLoss);
}

TEST(RocksStore, ADamagedFileBesideTheDatabaseIsDataLossNotAbsence) {
  TempFolder folder;
  auto store = OpenOrDie(folder.path());
  ASSERT_TRUE(store->PutFile("mark", "1").ok());
  fs::resize_file(folder.path() + "/mark", 100);
  EXPECT_EQ(store->ReadFile("mark").status().code(), absl::StatusCode::kDataLoss);
  store = nullptr;
  store = OpenOrDie(folder.path());
  EXPECT_EQ(store->PutFile("mark", "2").code(), absl::StatusCode::kDataLoss);
}

TEST(RocksStore, AFileThatIsNoDatabaseIsAnError) {
  TempFolder folder;
  fs::create_directories(folder.path() + "/db");
  std::ofstream(folder.path() + "/db/CURRENT") << "nonsense";
  EXPECT_FALSE(RocksStore::Open(folder.path(), kBoth).ok());
}

// Opening the database anew would drop all that it held, table files too.
TEST(RocksStore, WithoutItsFirstFileItIsDamagedAndNothingOfItIsDropped) {
  TempFolder folder;
  { ASSERT_TRUE(PutOne(*OpenOrDie(folder.path()), "a", "1").ok()); }
  { OpenOrDie(folder.path()); }
  const std::string current = folder.path() + "/db/CURRENT";
  fs::rename(current, folder.path() + "/kept");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(RocksStore::Open(folder.path(), kBoth).status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(RocksStore::OpenToRead(folder.path(), kBoth).status().code(),
              absl::StatusCode::kDataLoss);
  }
  fs::rename(folder.path() + "/kept", current);
  auto store = OpenOrDie(folder.path());
  ASSERT_NE(store, nullptr);
  EXPECT_EQ(*store->Get(kAlpha, "a"), "1");
}

TEST(RocksStore, WithoutATableFileItIsDamaged) {
  TempFolder folder;
  { ASSERT_TRUE(PutOne(*OpenOrDie(folder.path()), "a", "1").ok()); }
  { OpenOrDie(folder.path()); }
  fs::remove(NewestFile(folder.path(), ".sst"));
  EXPECT_EQ(RocksStore::Open(folder.path(), kBoth).status().code(), absl::StatusCode::kDataLoss);
}

std::map<std::string, std::string> FilesIn(const std::string& dir) {
  std::map<std::string, std::string> files;
  for (const auto& file : fs::recursive_directory_iterator(dir)) {
    if (!file.is_regular_file()) continue;
    std::ifstream in(file.path(), std::ios::binary);
    files[file.path()] = {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  return files;
}

// Not even a write-ahead log with a torn end, which opening it to write would cut off for good.
TEST(RocksStore, OpenedToReadNoFileChanges) {
  TempFolder folder;
  {
    auto store = OpenOrDie(folder.path());
    ASSERT_TRUE(PutOne(*store, "a", "1").ok());
    ASSERT_TRUE(PutOne(*store, "b", std::string(300, 'b')).ok());
    ASSERT_TRUE(store->PutFile("mark", "1").ok());
  }
  fs::path log = NewestFile(folder.path(), ".log");
  fs::resize_file(log, fs::file_size(log) - 20);
  const auto before = FilesIn(folder.path());
  {
    auto opened = RocksStore::OpenToRead(folder.path(), kBoth);
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_THAT(Keys(**opened, kAlpha, ""), ElementsAre("a"));
    EXPECT_EQ(**(*opened)->ReadFile("mark"), "1");
    EXPECT_EQ(PutOne(**opened, "c", "3").code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ((*opened)->PutFile("mark", "2").code(), absl::StatusCode::kFailedPrecondition);
  }
  EXPECT_TRUE(FilesIn(folder.path()) == before);
}

TEST(RocksStore, WhoOnlyReadsIsAloneToo) {
  TempFolder folder;
  {
    auto store = OpenOrDie(folder.path());
    auto reader = RocksStore::OpenToRead(folder.path(), kBoth);
    EXPECT_EQ(reader.status().code(), absl::StatusCode::kFailedPrecondition) << reader.status();
  }
  auto reader = RocksStore::OpenToRead(folder.path(), kBoth);
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ(RocksStore::Open(folder.path(), kBoth).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(RocksStore, OpenedToReadAMissingFamilyIsEmptyAndOneTooManyIsNamed) {
  TempFolder folder;
  const Family fewer[] = {kAlpha};
  {
    auto store = RocksStore::Open(folder.path(), fewer);
    ASSERT_TRUE(PutOne(**store, "a", "1").ok());
  }
  {
    auto store = RocksStore::OpenToRead(folder.path(), kBoth);
    ASSERT_TRUE(store.ok()) << store.status();
    EXPECT_EQ(*(*store)->Get(kBeta, "a"), std::nullopt);
    EXPECT_THAT(Keys(**store, kBeta, ""), ElementsAre());
    EXPECT_EQ(**(*store)->Get(kAlpha, "a"), "1");
  }
  OpenOrDie(folder.path());
  auto store = RocksStore::OpenToRead(folder.path(), fewer);
  EXPECT_THAT(store.status().ToString(), HasSubstr("l_beta"));
  EXPECT_EQ(RocksStore::OpenToRead(folder.path() + "/none", kBoth).status().code(),
            absl::StatusCode::kNotFound);
}

// A disk that is full, or does not sync, when told so.
class Switch {
 public:
  std::atomic<bool> full{false};
  std::atomic<bool> sync_fails{false};
};

class FailingFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FailingFile(std::unique_ptr<rocksdb::FSWritableFile> file, Switch& faults)
      : FSWritableFileOwnerWrapper(std::move(file)), faults_(faults) {}

  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
    if (faults_.full) return rocksdb::IOStatus::NoSpace("no space");
    return FSWritableFileOwnerWrapper::Append(data, options, debug);
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           const rocksdb::DataVerificationInfo&,
                           rocksdb::IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                         rocksdb::IODebugContext* debug) override {
    if (faults_.sync_fails) return rocksdb::IOStatus::IOError("sync failed");
    return FSWritableFileOwnerWrapper::Sync(options, debug);
  }

 private:
  Switch& faults_;
};

class FailingDisk final : public rocksdb::FileSystemWrapper {
 public:
  explicit FailingDisk(Switch& faults)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), faults_(faults) {}
  const char* Name() const override { return "FailingDisk"; }

  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* out,
                                    rocksdb::IODebugContext* debug) override {
    std::unique_ptr<rocksdb::FSWritableFile> file;
    auto status = FileSystemWrapper::NewWritableFile(path, options, &file, debug);
    if (status.ok()) *out = std::make_unique<FailingFile>(std::move(file), faults_);
    return status;
  }

 private:
  Switch& faults_;
};

class FailingRocksStore : public ::testing::Test {
 protected:
  void SetUp() override { Open(); }
  void TearDown() override {
    faults_.full = false;
    store_.reset();
  }
  void Open() {
    store_.reset();
    auto opened = OpenRocksStore(folder_.path(), kBoth, env_.get());
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }

  TempFolder folder_;
  Switch faults_;
  std::unique_ptr<rocksdb::Env> env_ =
      rocksdb::NewCompositeEnv(std::make_shared<FailingDisk>(faults_));
  std::unique_ptr<RocksStore> store_;
};

TEST_F(FailingRocksStore, AFullDiskIsARefusalAndItGoesOnWhenThereIsRoom) {
  ASSERT_TRUE(PutOne(*store_, "a", "1").ok());
  faults_.full = true;
  for (int i = 0; i < 3; ++i) {
    absl::Status full = PutOne(*store_, "b", "2");
    ASSERT_TRUE(IsRefusal(full, Reason::kDiskFull)) << full;
    EXPECT_THAT(RefusalOf(full)->text, HasSubstr(folder_.path()));
    EXPECT_THAT(RefusalOf(full)->advice, HasSubstr("make room"));
  }
  EXPECT_EQ(**store_->Get(kAlpha, "a"), "1");
  EXPECT_EQ(*store_->Get(kAlpha, "b"), std::nullopt);
  faults_.full = false;
  absl::Status again = absl::UnknownError("not tried");
  for (int i = 0; i < 200 && !again.ok(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    again = PutOne(*store_, "c", "3");
  }
  EXPECT_TRUE(again.ok()) << again;
  Open();
  EXPECT_THAT(Keys(*store_, kAlpha, ""), ElementsAre("a", "c"));
}

TEST_F(FailingRocksStore, AfterAFailedSyncNothingIsWrittenUntilTheRestart) {
  ASSERT_TRUE(PutOne(*store_, "a", "1").ok());
  faults_.sync_fails = true;
  EXPECT_EQ(PutOne(*store_, "b", "2").code(), absl::StatusCode::kInternal);
  faults_.sync_fails = false;
  EXPECT_EQ(PutOne(*store_, "c", "3").code(), absl::StatusCode::kInternal);
  EXPECT_EQ(*store_->Get(kAlpha, "c"), std::nullopt);
  Open();
  EXPECT_EQ(**store_->Get(kAlpha, "a"), "1");
  EXPECT_EQ(*store_->Get(kAlpha, "c"), std::nullopt);
  EXPECT_TRUE(PutOne(*store_, "d", "4").ok());
}

}  // namespace
}  // namespace entente::store
