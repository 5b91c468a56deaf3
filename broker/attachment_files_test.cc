#include "broker/attachment_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "tests/support/broker_fixture.h"
#include "tests/support/pki.h"

namespace entente::broker {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMegabyte = 1024 * 1024;
constexpr uint64_t kPlenty = 1024 * kMegabyte;

class AttachmentFilesTest : public ::testing::Test {
 protected:
  void SetUp() override { Start(); }
  void Start(uint64_t origin_bytes = kPlenty) {
    files.reset();
    auto opened = AttachmentFiles::Open(folder_.path() + "/attachments", origin_bytes, now);
    ASSERT_TRUE(opened.ok()) << opened.status();
    files = *std::move(opened);
  }
  std::string Sealed(uint64_t file_bytes) { return SealedBytes(file_bytes, random_); }
  static OwnedFile Of(std::string_view sealed, const char* origin = "FR.fiu") {
    return {origin, ShapeOf(sealed)};
  }
  std::unique_ptr<AttachmentUpload> Begin(const OwnedFile& file) {
    auto upload = files->Begin(file, now);
    EXPECT_TRUE(upload.ok()) << upload.status();
    return *std::move(upload);
  }
  // From where it stands up to `end`.
  absl::Status Send(AttachmentUpload& upload, std::string_view sealed,
                    uint64_t end = std::string::npos) {
    end = std::min<uint64_t>(end, sealed.size());
    while (upload.stored() < end) {
      const auto piece = sealed.substr(
          upload.stored(), std::min<uint64_t>(limits::kPieceBytes, end - upload.stored()));
      if (auto status = upload.Append(piece, now); !status.ok()) return status;
    }
    return absl::OkStatus();
  }
  absl::Status Check(AttachmentUpload& upload) {
    while (true) {
      auto complete = upload.Check(now);
      if (!complete.ok() || *complete) return complete.status();
    }
  }
  OwnedFile Uploaded(std::string_view sealed, const char* origin = "FR.fiu") {
    const OwnedFile file = Of(sealed, origin);
    auto upload = Begin(file);
    EXPECT_TRUE(Send(*upload, sealed).ok());
    EXPECT_TRUE(Check(*upload).ok());
    EXPECT_TRUE(upload->complete());
    return file;
  }
  bool IsComplete(const OwnedFile& file) { return files->HoldComplete(file, now) != nullptr; }
  std::string PathOf(const OwnedFile& file) const {
    return folder_.path() + "/attachments/" + AttachmentPath(file);
  }
  std::string PartOf(const OwnedFile& file) const { return PathOf(file) + ".part"; }

  std::unique_ptr<AttachmentFiles> files;
  Instant now{1'800'000'000'000};

 private:
  testing::TemporaryFolder folder_;
  testing::SeededRandom random_{11};
};

TEST_F(AttachmentFilesTest, WhatIsUploadedIsReadBackInAnyRange) {
  const std::string sealed = Sealed(5 * kMegabyte + 7);
  const OwnedFile file = Uploaded(sealed);
  EXPECT_TRUE(IsComplete(file));
  EXPECT_FALSE(fs::exists(PartOf(file)));
  for (const auto& [offset, bytes] :
       {std::pair<uint64_t, size_t>{0, 1}, {kMegabyte - 3, 65536}, {sealed.size() - 5, 100}}) {
    auto read = files->Read(file, offset, bytes);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(*read, sealed.substr(offset, bytes));
  }
  EXPECT_EQ(*files->Read(file, sealed.size(), 10), "");
  Start();
  EXPECT_TRUE(IsComplete(file)) << "after a start";
  EXPECT_TRUE(Begin(file)->complete()) << "and who uploads it again is told so";
}

TEST_F(AttachmentFilesTest, FilesAreForTheirOwnerAlone) {
  const OwnedFile file = Uploaded(Sealed(10));
  EXPECT_EQ(fs::status(PathOf(file)).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(fs::status(fs::path(PathOf(file)).parent_path()).permissions(), fs::perms::owner_all);
}

TEST_F(AttachmentFilesTest, OneAgencysFileIsNotAnothers) {
  const std::string sealed = Sealed(10);
  Uploaded(sealed);
  EXPECT_FALSE(IsComplete(Of(sealed, "DE.fiu")));
  EXPECT_EQ(Begin(Of(sealed, "DE.fiu"))->stored(), 0u);
}

TEST_F(AttachmentFilesTest, AnotherRootDropsAll) {
  std::string sealed = Sealed(3 * kMegabyte);
  const OwnedFile file = Of(sealed);
  sealed[kMegabyte] = static_cast<char>(sealed[kMegabyte] ^ 1);
  auto upload = Begin(file);
  ASSERT_TRUE(Send(*upload, sealed).ok());
  EXPECT_TRUE(IsRefusal(Check(*upload), Reason::kProofBad));
  EXPECT_FALSE(upload->complete());
  EXPECT_FALSE(IsComplete(file));
  EXPECT_FALSE(fs::exists(PartOf(file)) || fs::exists(PathOf(file)));
  EXPECT_EQ(files->BytesOf("FR.fiu"), 0u);
  EXPECT_EQ(Begin(file)->stored(), 0u);
}

TEST_F(AttachmentFilesTest, ABrokenUploadGoesOnWhereItStood) {
  const std::string sealed = Sealed(2 * kMegabyte);
  const OwnedFile file = Of(sealed);
  ASSERT_TRUE(Send(*Begin(file), sealed, 1'500'000).ok());
  auto upload = Begin(file);
  EXPECT_EQ(upload->stored(), 1'500'000u);
  ASSERT_TRUE(Send(*upload, sealed).ok());
  EXPECT_TRUE(Check(*upload).ok());
  EXPECT_TRUE(IsComplete(file));
}

// What a power cut may have taken is not counted on: the last append that reached a megabyte may
// have died before its sync.
TEST_F(AttachmentFilesTest, AfterAStartAPartStandsWhereItWasSynced) {
  const std::string sealed = Sealed(4 * kMegabyte);
  const OwnedFile file = Of(sealed);
  ASSERT_TRUE(Send(*Begin(file), sealed, 3 * kMegabyte + 5).ok());
  const auto length = fs::file_size(PartOf(file));
  EXPECT_EQ(length, 3 * kMegabyte + 5);
  fs::resize_file(PartOf(file), 2 * kMegabyte);  // the tail was never written, but
  fs::resize_file(PartOf(file), length);         // its length was
  Start();
  EXPECT_EQ(files->BytesOf("FR.fiu"), sealed.size()) << "a part counts whole";
  auto upload = Begin(file);
  EXPECT_EQ(upload->stored(), 2 * kMegabyte);
  ASSERT_TRUE(Send(*upload, sealed).ok());
  EXPECT_TRUE(Check(*upload).ok());
}

TEST_F(AttachmentFilesTest, PiecesHaveTheirSize) {
  const std::string sealed = Sealed(100'000);
  auto upload = Begin(Of(sealed));
  EXPECT_TRUE(IsRefusal(upload->Append("", now), Reason::kMalformed));
  EXPECT_TRUE(IsRefusal(upload->Append(sealed.substr(0, 65'537), now), Reason::kMalformed));
  ASSERT_TRUE(upload->Append(sealed.substr(0, 65'536), now).ok());
  const std::string more = sealed.substr(65'536) + "x";
  EXPECT_TRUE(IsRefusal(upload->Append(more, now), Reason::kMalformed)) << "beyond its size";
  ASSERT_TRUE(Send(*upload, sealed).ok());
  ASSERT_TRUE(Check(*upload).ok());
  EXPECT_TRUE(IsRefusal(upload->Append("x", now), Reason::kMalformed));
}

TEST_F(AttachmentFilesTest, OfTwoUploadsOfOneFileTheNewestGoesOn) {
  const std::string sealed = Sealed(300'000);
  const OwnedFile file = Of(sealed);
  auto first = Begin(file);
  ASSERT_TRUE(Send(*first, sealed, 100'000).ok());
  auto second = Begin(file);
  EXPECT_EQ(second->stored(), 100'000u);
  EXPECT_TRUE(IsRefusal(first->Append("x", now), Reason::kQuota));
  EXPECT_TRUE(IsRefusal(first->Check(now).status(), Reason::kQuota));
  first.reset();
  ASSERT_TRUE(Send(*second, sealed).ok());
  EXPECT_TRUE(Check(*second).ok());
}

TEST_F(AttachmentFilesTest, ManyThreadsWithOneFileEndWithThatFile) {
  const std::string sealed = Sealed(kMegabyte);
  const OwnedFile file = Of(sealed);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      while (true) {
        auto upload = files->Begin(file, now);
        ASSERT_TRUE(upload.ok()) << upload.status();
        absl::Status status;
        if (!(*upload)->complete()) status = Send(**upload, sealed);
        if (status.ok() && !(*upload)->complete()) status = Check(**upload);
        if (status.ok()) break;
        ASSERT_TRUE(IsRefusal(status, Reason::kQuota)) << status;
        std::this_thread::yield();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(*files->Read(file, 0, sealed.size()), sealed);
  EXPECT_EQ(files->BytesOf("FR.fiu"), sealed.size());
}

// ---- quota

TEST_F(AttachmentFilesTest, AFileThatWouldPassTheLimitIsRefusedBeforeItsFirstPiece) {
  const std::string large = Sealed(kMegabyte);
  Start(large.size() + limits::kPieceBytes);
  const OwnedFile file = Uploaded(large);
  const OwnedFile small = Uploaded(Sealed(1));
  EXPECT_EQ(files->BytesOf("FR.fiu"), large.size() + limits::kPieceBytes) << "64 KiB at least";
  const std::string next = Sealed(1);
  EXPECT_TRUE(IsRefusal(files->Begin(Of(next), now).status(), Reason::kQuota));
  EXPECT_TRUE(files->Begin(Of(next, "DE.fiu"), now).ok()) << "each origin has its own";
  now = now + limits::kDayMs;
  ASSERT_TRUE(files->DropIdle(small, now).ok());
  EXPECT_TRUE(files->Begin(Of(next), now).ok());
  EXPECT_TRUE(IsComplete(file));
}

TEST_F(AttachmentFilesTest, WhatNoPieceCameForLeavesNoTrace) {
  const OwnedFile file = Of(Sealed(1));
  auto upload = Begin(file);
  EXPECT_GT(files->BytesOf("FR.fiu"), 0u);
  upload.reset();
  EXPECT_EQ(files->BytesOf("FR.fiu"), 0u);
  EXPECT_FALSE(fs::exists(PartOf(file)));
}

// ---- a disk that fails

TEST_F(AttachmentFilesTest, AFullDiskLosesNothing) {
  const std::string sealed = Sealed(200'000);
  const OwnedFile file = Of(sealed);
  ASSERT_TRUE(Send(*Begin(file), sealed, 100'000).ok());
  fs::rename(PartOf(file), PartOf(file) + "-aside");
  fs::create_symlink("/dev/full", PartOf(file));
  auto upload = Begin(file);
  EXPECT_TRUE(IsRefusal(Send(*upload, sealed), Reason::kDiskFull));
  EXPECT_EQ(upload->stored(), 100'000u);
  fs::rename(PartOf(file) + "-aside", PartOf(file));  // room was made
  upload = Begin(file);
  EXPECT_EQ(upload->stored(), 100'000u);
  ASSERT_TRUE(Send(*upload, sealed).ok());
  EXPECT_TRUE(Check(*upload).ok());
}

// After it nobody knows what is on the disk.
TEST_F(AttachmentFilesTest, ASyncThatFailsDropsThePart) {
  const std::string sealed = Sealed(2 * kMegabyte);
  const OwnedFile file = Of(sealed);
  { auto makes_the_folder = Begin(file); }
  fs::create_symlink("/dev/null", PartOf(file));  // takes all, and cannot be synced
  auto upload = Begin(file);
  const absl::Status status = Send(*upload, sealed);
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal) << status;
  EXPECT_FALSE(upload->Append("x", now).ok());
  EXPECT_FALSE(fs::is_symlink(PartOf(file)));
  EXPECT_EQ(files->BytesOf("FR.fiu"), 0u);
  EXPECT_EQ(Begin(file)->stored(), 0u);
}

TEST_F(AttachmentFilesTest, AFileThatIsGoneOrCutShortIsSaidToBe) {
  const std::string sealed = Sealed(1000);
  const OwnedFile file = Uploaded(sealed);
  fs::resize_file(PathOf(file), 100);
  EXPECT_TRUE(absl::IsDataLoss(files->Read(file, 0, 10).status()));
  EXPECT_FALSE(IsComplete(file));
  fs::remove(PathOf(file));
  EXPECT_TRUE(absl::IsDataLoss(files->Read(file, 0, 10).status()));
  EXPECT_FALSE(IsComplete(file));
  Uploaded(sealed);
  EXPECT_TRUE(IsComplete(file)) << "its origin may upload it again";
  EXPECT_EQ(files->BytesOf("FR.fiu"), limits::kPieceBytes);
}

TEST_F(AttachmentFilesTest, WhatItDoesNotKnowItLeavesAlone) {
  const OwnedFile file = Uploaded(Sealed(10));
  const std::string beside = fs::path(PathOf(file)).parent_path().string() + "/";
  const std::string root = HexEncode(file.shape.root);
  for (const std::string& name : {std::string("notes"), root + "-", root + "-9", root + "-272x",
                                  std::string("x-272"), root + "-272.part.part"}) {
    std::ofstream(beside + name) << "x";
  }
  fs::create_directories(beside + "../lost+found");
  Start();
  EXPECT_EQ(files->BytesOf("FR.fiu"), limits::kPieceBytes);
  EXPECT_EQ(files->Idle(now + limits::kDayMs).size(), 1u);
  EXPECT_TRUE(fs::exists(beside + "notes"));
}

// ---- dropping

TEST_F(AttachmentFilesTest, IdleIsWhatNobodyUsedSince) {
  const OwnedFile complete = Uploaded(Sealed(10));
  const std::string sealed = Sealed(200'000);
  const OwnedFile part = Of(sealed);
  ASSERT_TRUE(Send(*Begin(part), sealed, 10).ok());
  const Instant then = now;
  EXPECT_EQ(files->Idle(then - 1).size(), 0u);
  EXPECT_EQ(files->Idle(then).size(), 2u);
  now = now + 10;
  ASSERT_TRUE(Send(*Begin(part), sealed, 20).ok());
  EXPECT_EQ(files->Idle(then), std::set<OwnedFile>{complete});
  files->HoldComplete(complete, now);
  EXPECT_EQ(files->Idle(then).size(), 0u) << "an admission is a use";
  ASSERT_TRUE(files->DropIdle(complete, then).ok());
  ASSERT_TRUE(files->DropIdle(part, then).ok());
  EXPECT_TRUE(IsComplete(complete) && fs::exists(PartOf(part)));
  ASSERT_TRUE(files->DropIdle(complete, now).ok());
  ASSERT_TRUE(files->DropIdle(part, now).ok());
  EXPECT_FALSE(fs::exists(PathOf(complete)) || fs::exists(PartOf(part)));
  EXPECT_EQ(files->BytesOf("FR.fiu"), 0u);
}

TEST_F(AttachmentFilesTest, WhatIsHeldIsNotDropped) {
  const OwnedFile file = Uploaded(Sealed(10));
  Hold hold = files->HoldComplete(file, now);
  const Hold second = files->HoldComplete(file, now);
  hold.reset();
  now = now + 100 * limits::kDayMs;
  EXPECT_EQ(files->Idle(now).size(), 0u);
  ASSERT_TRUE(files->DropIdle(file, now).ok());
  EXPECT_TRUE(IsComplete(file));
}

TEST_F(AttachmentFilesTest, AnUploadWhosePartWasDroppedBeginsAgain) {
  const std::string sealed = Sealed(200'000);
  const OwnedFile file = Of(sealed);
  auto upload = Begin(file);
  ASSERT_TRUE(Send(*upload, sealed, 10).ok());
  ASSERT_TRUE(files->DropIdle(file, now).ok());
  EXPECT_TRUE(IsRefusal(upload->Append("x", now), Reason::kQuota));
  auto again = Begin(file);
  EXPECT_EQ(again->stored(), 0u);
  upload.reset();
  ASSERT_TRUE(Send(*again, sealed).ok());
  EXPECT_TRUE(Check(*again).ok());
}

TEST_F(AttachmentFilesTest, AStartKeepsTheInstantOfUse) {
  const OwnedFile file = Uploaded(Sealed(10));
  const Instant then = now;
  now = now + 2 * limits::kDayMs;
  Start();
  EXPECT_EQ(files->Idle(then + limits::kDayMs), std::set<OwnedFile>{file});
}

TEST_F(AttachmentFilesTest, AFolderThatCannotBeMadeIsSaid) {
  auto opened = AttachmentFiles::Open("/proc/none/attachments", kPlenty, now);
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kInternal) << opened.status();
}

}  // namespace
}  // namespace entente::broker
