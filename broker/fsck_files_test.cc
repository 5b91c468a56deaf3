#include "broker/fsck_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "broker/attachment_files.h"
#include "tests/support/broker_fixture.h"
#include "tests/support/pki.h"

namespace entente::broker {
namespace {

class FsckFilesTest : public ::testing::Test {
 protected:
  // A file on disk, as it would stand after its upload.
  OwnedFile OnDisk(std::string_view sealed) {
    const OwnedFile file{"FR.fiu", ShapeOf(sealed)};
    std::filesystem::create_directories(folder_.path() + "/FR.fiu");
    std::ofstream(PathOf(file), std::ios::binary) << sealed;
    f.uploaded.insert(file);
    return file;
  }
  std::string PathOf(const OwnedFile& file) { return folder_.path() + "/" + AttachmentPath(file); }
  std::string Found() {
    std::vector<audit::FsckFinding> findings;
    const absl::Status status = FsckFiles(f.store, folder_.path(), findings);
    EXPECT_TRUE(status.ok()) << status;
    std::string out;
    for (const auto& one : findings) out += one.place + " " + one.key + ": " + one.what + "\n";
    return out;
  }

  EngineFixture f;
  testing::TemporaryFolder folder_;
};

TEST_F(FsckFilesTest, FindsAFlippedBitACutAndAMissingFile) {
  const std::string sealed = SealedBytes(1'200'000, f.random);
  const OwnedFile file = OnDisk(sealed);
  const OwnedFile other = OnDisk(SealedBytes(10, f.random));
  ASSERT_TRUE(f.Send({.recipients = {"BR.fiu", "DE.fiu"}, .files = {{0, file.shape}}}, 1).ok());
  ASSERT_TRUE(f.Send({.files = {{0, other.shape}}}, 2).ok());
  EXPECT_EQ(Found(), "");
  const std::string changed = "attachments " + AttachmentPath(file) +
                              ": The attachment is not the one that was uploaded.\n";
  for (const size_t at : {size_t{0}, size_t{1'048'592}, sealed.size() - 1}) {
    std::fstream open(PathOf(file), std::ios::in | std::ios::out | std::ios::binary);
    open.seekp(static_cast<std::streamoff>(at)).put(static_cast<char>(sealed[at] ^ 4));
    open.close();
    EXPECT_EQ(Found(), changed) << at;
    OnDisk(sealed);
  }
  std::filesystem::resize_file(PathOf(file), sealed.size() - 1);
  EXPECT_EQ(Found(), changed);
  std::filesystem::remove(PathOf(file));
  EXPECT_EQ(Found(), "attachments " + AttachmentPath(file) + ": The attachment is missing.\n");
}

TEST_F(FsckFilesTest, WhatNobodyMayFetchIsNotLookedFor) {
  const OwnedFile file = OnDisk(SealedBytes(10, f.random));
  std::filesystem::remove(PathOf(file));
  EXPECT_EQ(Found(), "");
}

}  // namespace
}  // namespace entente::broker
