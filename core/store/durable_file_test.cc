#include "core/store/durable_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "core/base/refusal.h"
#include "core/store/disk_error.h"
#include "core/store/store_fixture.h"

namespace entente::store {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

TEST(DurableFile, ReadsBackAndReplacesWhole) {
  TempFolder folder;
  const std::string path = folder.path() + "/mark";
  EXPECT_EQ(*ReadFileIfThere(path), std::nullopt);
  const std::string large(100000, 'x');
  ASSERT_TRUE(WriteFileDurably(path, large).ok());
  EXPECT_EQ(*ReadFileIfThere(path), large);
  ASSERT_TRUE(WriteFileDurably(path, "").ok());
  EXPECT_EQ(*ReadFileIfThere(path), "");
}

TEST(DurableFile, IsForItsOwnerAloneAndLeavesNothingElse) {
  TempFolder folder;
  ASSERT_TRUE(WriteFileDurably(folder.path() + "/mark", "x").ok());
  EXPECT_EQ(fs::status(folder.path() + "/mark").permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1);
}

TEST(DurableFile, AHalfWrittenDraftIsNotRead) {
  TempFolder folder;
  const std::string path = folder.path() + "/mark";
  ASSERT_TRUE(WriteFileDurably(path, "old").ok());
  std::ofstream(path + ".tmp") << "half of a new and longer content";
  EXPECT_EQ(*ReadFileIfThere(path), "old");
  ASSERT_TRUE(WriteFileDurably(path, "new").ok());
  EXPECT_EQ(*ReadFileIfThere(path), "new");
}

TEST(DurableFile, ErrorsNameThePath) {
  TempFolder folder;
  absl::Status missing = WriteFileDurably(folder.path() + "/none/mark", "x");
  EXPECT_EQ(missing.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(missing.ToString(), HasSubstr(folder.path() + "/none/mark"));
  EXPECT_EQ(ReadFileIfThere(folder.path()).status().code(), absl::StatusCode::kInternal);
}

TEST(DiskError, FullDisksAreRefusals) {
  for (int error : {ENOSPC, EDQUOT}) {
    absl::Status full = DiskError(error, "cannot write", "/data/x");
    EXPECT_TRUE(IsRefusal(full, Reason::kDiskFull));
    EXPECT_THAT(RefusalOf(full)->text, HasSubstr("/data/x"));
  }
  EXPECT_EQ(DiskError(EIO, "cannot write", "/data/x").code(), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace entente::store
