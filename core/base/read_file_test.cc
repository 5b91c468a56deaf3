#include "core/base/read_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/base/refusal.h"

namespace entente {
namespace {

TEST(ReadFile, ReadsUpToTheLimitAndNoFurther) {
  const std::string path = ::testing::TempDir() + "/read_file_test";
  std::ofstream(path) << "12345678";
  EXPECT_EQ(ReadFile(path, 8).value(), "12345678");
  const absl::Status larger = ReadFile(path, 7).status();
  EXPECT_TRUE(IsRefusal(larger, Reason::kTooLarge)) << larger;
  EXPECT_NE(larger.message().find(path + ":1:1: "), std::string::npos);
  // Without an end: only a reader that stops by itself comes back.
  EXPECT_TRUE(IsRefusal(ReadFile("/dev/zero", 1000).status(), Reason::kTooLarge));
}

TEST(ReadFile, SaysWhatIsNoFile) {
  EXPECT_TRUE(absl::IsNotFound(ReadFile("/no/such/file", 8).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ReadFile(::testing::TempDir(), 8).status()));
}

}  // namespace
}  // namespace entente
