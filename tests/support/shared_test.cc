#include "tests/support/shared.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace entente::testing {
namespace {

// Sets a variable, or removes it for nullptr, and puts the old value back.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    Set(value);
  }
  ~Variable() { Set(before_ ? before_->c_str() : nullptr); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  void Set(const char* value) { value != nullptr ? setenv(name_, value, 1) : unsetenv(name_); }
  const char* name_;
  std::optional<std::string> before_;
};

class SharedTest : public ::testing::Test {
 protected:
  SharedTest() {
    std::string name = ::testing::TempDir() + "shared-XXXXXX";
    folder_ = mkdtemp(name.data());
    std::ofstream(folder_ + "/vector.json") << "{}";
  }
  ~SharedTest() override { std::filesystem::remove_all(folder_); }
  std::string folder_;
};

TEST_F(SharedTest, FindsFilesAndFolders) {
  const Variable shared("ENTENTE_SHARED", folder_.c_str());
  EXPECT_EQ(SharedFile("vector.json"), folder_ + "/vector.json");
  EXPECT_EQ(ReadFile(*SharedFile("vector.json")), "{}");
  EXPECT_TRUE(SharedFile("").has_value());
}

TEST_F(SharedTest, StandsBesideTheSourceWhenNotTold) {
  const Variable shared("ENTENTE_SHARED", nullptr);
  const std::string source = folder_ + "/source";
  const Variable beside("ENTENTE_SOURCE_DIR", source.c_str());
  std::filesystem::create_directories(source);
  std::filesystem::create_directories(folder_ + "/shared/vectors");
  EXPECT_EQ(SharedFile("vectors"), source + "/../shared/vectors");
}

TEST_F(SharedTest, AbsenceIsPrintedByHandAndCounted) {
  const Variable shared("ENTENTE_SHARED", folder_.c_str());
  const Variable ci("CI", nullptr);
  const std::string file = folder_ + "/skips";
  const Variable skips("ENTENTE_SKIPS", file.c_str());
  ::testing::internal::CaptureStdout();
  EXPECT_FALSE(SharedFile("none").has_value());
  const std::string line = "SKIPPED: " + folder_ + "/none is absent\n";
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), line);
  EXPECT_EQ(ReadFile(file), line);
}

TEST_F(SharedTest, AbsenceFailsInContinuousIntegration) {
  const Variable shared("ENTENTE_SHARED", folder_.c_str());
  const Variable ci("CI", "true");
  EXPECT_NONFATAL_FAILURE(EXPECT_FALSE(SharedFile("none").has_value()), "is absent");
}

TEST_F(SharedTest, UnreadableFileFails) {
  EXPECT_NONFATAL_FAILURE(ReadFile(folder_ + "/none"), "cannot read");
}

}  // namespace
}  // namespace entente::testing
