// The file on disk that keys live in, and what a node does when that disk fails.
#include "node/disk_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "node/engine_fixture.h"

namespace entente::node {
namespace {

TEST(DiskFileTest, KeepsBytesAndRefusesFilesThatOthersMayTouch) {
  const std::filesystem::path dir =
      std::filesystem::temp_directory_path() / ("entente-disk-file-" + std::to_string(::getpid()));
  std::filesystem::create_directories(dir);
  const std::string path = dir / "slots";
  {
    auto file = DiskFile::Open(path);
    ASSERT_TRUE(file.ok()) << file.status();
    ASSERT_TRUE((*file)->Write(4, "abc").ok());
    ASSERT_TRUE((*file)->Sync().ok());
    EXPECT_EQ(*(*file)->Size(), 7u);
    EXPECT_EQ(*(*file)->Read(4, 3), "abc");
    EXPECT_TRUE(absl::IsOutOfRange((*file)->Read(5, 3).status()));
    EXPECT_TRUE(absl::IsFailedPrecondition(DiskFile::Open(path).status()));
  }
  std::filesystem::permissions(path, std::filesystem::perms(0640));
  EXPECT_TRUE(absl::IsPermissionDenied(DiskFile::Open(path).status()));
  std::filesystem::remove_all(dir);
}

int OpenDevice(const char* path, int flags) {
  const int fd = ::open(path, flags | O_CLOEXEC);
  EXPECT_GE(fd, 0) << path;
  return fd;
}

TEST(DiskFileTest, AFullDiskIsARefusalAndEveryOtherErrorInternal) {
  DiskFile full("full", OpenDevice("/dev/full", O_RDWR));
  EXPECT_TRUE(IsRefusal(full.Write(0, "abc"), Reason::kDiskFull));
  DiskFile unsynced("unsynced", OpenDevice("/dev/null", O_RDWR));
  ASSERT_TRUE(unsynced.Write(0, "abc").ok());
  EXPECT_TRUE(absl::IsInternal(unsynced.Sync())) << unsynced.Sync();
  DiskFile read_only("read-only", OpenDevice("/dev/null", O_RDONLY));
  EXPECT_TRUE(absl::IsInternal(read_only.Write(0, "abc")));
  DiskFile write_only("write-only", OpenDevice("/dev/null", O_WRONLY));
  EXPECT_TRUE(absl::IsInternal(write_only.Read(0, 1).status()));
  DiskFile closed("closed", -1);
  EXPECT_TRUE(absl::IsInternal(closed.Size().status()));
  EXPECT_TRUE(absl::IsInternal(closed.Write(0, "abc")));
  EXPECT_TRUE(absl::IsInternal(closed.Sync()));
}

TEST(DiskFileTest, APathThatLeadsToNoFileIsNoFaultOfTheDisk) {
  EXPECT_TRUE(absl::IsFailedPrecondition(DiskFile::Open("/dev").status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(DiskFile::Open("/dev/null/slots").status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(DiskFile::Open("/none/slots").status()));
}

// A file that has no name any more; another descriptor may be put in its place.
int OpenUnnamed() {
  const int fd = ::open("/tmp", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
  EXPECT_GE(fd, 0);
  return fd;
}

class DiskFaultTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Engine>> Open() {
    return Engine::Open({.agency = *AgencyId::Parse("FR.fiu"),
                         .genesis = federation_.genesis().text(),
                         .genesis_digest = federation_.genesis().digest(),
                         .first_administrator = "admin"},
                        federation_.agency("FR.fiu").identity.Clone(),
                        {store_, slots_, store_key_, random_}, now_);
  }

  const testing::Federation federation_;
  store::MemoryStore store_{Engine::Families()};
  const int slots_fd_ = OpenUnnamed();
  DiskFile slots_{"slots", slots_fd_};
  MemoryFile store_key_;
  testing::SeededRandom random_{1};
  Instant now_ = testing::kFounded;
};

// The system tells of it once, and of the next sync that all is well.
TEST_F(DiskFaultTest, ASyncThatTheSystemFailsEndsTheEngine) {
  auto engine = Open();
  ASSERT_TRUE(engine.ok()) << engine.status();
  const auto delivery_keys = [&] {
    return (now_.ms + limits::kDeliveryKeysAheadMs - 1) / limits::kDeliveryKeyLifeMs;
  };
  for (const int64_t before = delivery_keys(); delivery_keys() == before;) {
    ASSERT_TRUE((*engine)->Tick(now_).ok());
    now_ = now_ + limits::kDayMs;
  }
  // The tick makes the next delivery key.
  const int whole = ::dup(slots_fd_);
  const int device = OpenDevice("/dev/null", O_RDWR);
  ASSERT_EQ(::dup2(device, slots_fd_), slots_fd_);
  EXPECT_TRUE(absl::IsInternal((*engine)->Tick(now_)));
  EXPECT_TRUE((*engine)->broken());
  ASSERT_EQ(::dup2(whole, slots_fd_), slots_fd_);
  EXPECT_TRUE(absl::IsInternal((*engine)->Tick(now_)));
  engine = Open();
  ASSERT_TRUE(engine.ok()) << engine.status();
  EXPECT_TRUE((*engine)->Tick(now_).ok());
  ::close(whole);
  ::close(device);
}

// INTERNAL is the exit code after which the service is started again.
TEST_F(DiskFaultTest, ADiskThatCannotBeReadAtTheStartIsNoMatterOfConfiguration) {
  ASSERT_TRUE(Open().ok());
  const std::string name = "/proc/self/fd/" + std::to_string(slots_fd_);
  const int write_only = OpenDevice(name.c_str(), O_WRONLY);
  ASSERT_EQ(::dup2(write_only, slots_fd_), slots_fd_);
  EXPECT_TRUE(absl::IsInternal(Open().status())) << Open().status();
  ::close(write_only);
}

}  // namespace
}  // namespace entente::node
