#include "core/store/slot_file.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "core/store/durable_file.h"
#include "core/store/store_fixture.h"

namespace entente::store {
namespace {

class SlotFileTest : public ::testing::Test {
 protected:
  std::string Read() {
    auto read = SlotFile::Read(path_);
    EXPECT_TRUE(read.ok() && *read) << read.status();
    return read.ok() && *read ? **read : "";
  }
  // What is on disk after `count` contents "1", "2", … were put.
  std::string ImageAfter(int count) {
    EXPECT_TRUE(SlotFile::Create(path_, "1").ok());
    auto file = *SlotFile::Open(path_);
    for (int i = 2; i <= count; ++i) EXPECT_TRUE(file->Put(std::to_string(i)).ok());
    return **ReadFileIfThere(path_);
  }
  void Overwrite(const std::string& image) { ASSERT_TRUE(WriteFileDurably(path_, image).ok()); }

  TempFolder folder_;
  const std::string path_ = folder_.path() + "/mark";
};

TEST_F(SlotFileTest, TheLastContentCounts) {
  EXPECT_EQ(*SlotFile::Read(path_), std::nullopt);
  ASSERT_TRUE(SlotFile::Create(path_, "1").ok());
  EXPECT_EQ(Read(), "1");
  auto file = *SlotFile::Open(path_);
  for (int i = 2; i < 7; ++i) {
    ASSERT_TRUE(file->Put(std::to_string(i)).ok());
    EXPECT_EQ(Read(), std::to_string(i));
  }
  auto again = *SlotFile::Open(path_);
  ASSERT_TRUE(again->Put("after opening again").ok());
  EXPECT_EQ(Read(), "after opening again");
  ASSERT_TRUE(again->Put("").ok());
  EXPECT_EQ(Read(), "");
}

TEST_F(SlotFileTest, ItsSizeNeverChanges) {
  ImageAfter(1);
  auto file = *SlotFile::Open(path_);
  for (size_t size : {size_t{0}, size_t{5000}, kSlotContentBytes}) {
    ASSERT_TRUE(file->Put(std::string(size, 'x')).ok());
    EXPECT_EQ(std::filesystem::file_size(path_), 2 * kSlotBytes);
    EXPECT_EQ(Read().size(), size);
  }
  const std::string large(kSlotContentBytes + 1, 'x');
  EXPECT_EQ(file->Put(large).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(SlotFile::Create(path_, large).code(), absl::StatusCode::kInvalidArgument);
}

// The crash comes after any number of bytes of the write, at its front or at its end.
TEST_F(SlotFileTest, ATornWriteLeavesTheContentBefore) {
  const std::string before = ImageAfter(4), after = ImageAfter(5);
  size_t first = 0, last = after.size();
  while (before[first] == after[first]) ++first;
  while (before[last - 1] == after[last - 1]) --last;
  for (size_t cut = first; cut < last; ++cut) {
    Overwrite(after.substr(0, cut) + before.substr(cut));
    EXPECT_EQ(Read(), "4") << cut;
    Overwrite(before.substr(0, cut + 1) + after.substr(cut + 1));
    EXPECT_EQ(Read(), "4") << cut;
  }
  Overwrite(after);
  EXPECT_EQ(Read(), "5");
}

TEST_F(SlotFileTest, AfterATornWriteTheSpoiltSlotIsWrittenNext) {
  std::string image = ImageAfter(5);
  image[5 % 2 * kSlotBytes + 20] ^= 1;
  Overwrite(image);
  EXPECT_EQ(Read(), "4");
  auto file = *SlotFile::Open(path_);
  ASSERT_TRUE(file->Put("new").ok());
  EXPECT_EQ(Read(), "new");
  std::string now = **ReadFileIfThere(path_);
  now[5 % 2 * kSlotBytes] ^= 1;
  Overwrite(now);
  EXPECT_EQ(Read(), "4");
}

TEST_F(SlotFileTest, WithoutASlotThatCountsItIsDataLossNotAbsence) {
  const std::string image = ImageAfter(1);
  for (const std::string& bad :
       {std::string(), std::string("x"), image.substr(0, kSlotBytes),
        image.substr(0, kSlotBytes + 15), std::string(image.size(), '\0')}) {
    Overwrite(bad);
    EXPECT_EQ(SlotFile::Read(path_).status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(SlotFile::Open(path_).status().code(), absl::StatusCode::kDataLoss);
  }
}

TEST_F(SlotFileTest, EveryFlippedBitOfTheOnlySlotIsNoticed) {
  const std::string image = ImageAfter(1);
  for (size_t byte = kSlotBytes; byte < kSlotBytes + 21; ++byte) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string bad = image;
      bad[byte] = static_cast<char>(bad[byte] ^ (1 << bit));
      Overwrite(bad);
      EXPECT_EQ(SlotFile::Read(path_).status().code(), absl::StatusCode::kDataLoss) << byte;
    }
  }
}

}  // namespace
}  // namespace entente::store
