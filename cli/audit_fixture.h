// What the tests of entente-audit share: running the program itself.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "cli/files.h"
#include "core/audit/tile_fixture.h"

namespace entente::cli {

struct Said {
  int exit_code;
  std::string out;  // both streams
};

inline Said RunAudit(const std::string& arguments) {
  const char* program = std::getenv("ENTENTE_AUDIT");
  const std::string command =
      std::string(program ? program : "build/debug/bin/entente-audit") + " " + arguments + " 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  EXPECT_NE(pipe, nullptr);
  Said run{-1, ""};
  char buffer[4096];
  while (const size_t got = fread(buffer, 1, sizeof buffer, pipe)) run.out.append(buffer, got);
  run.exit_code = WEXITSTATUS(pclose(pipe));
  return run;
}

// A folder of the test's own, gone with it.
class AuditFolderTest : public ::testing::Test {
 protected:
  AuditFolderTest()
      : folder(std::filesystem::path(::testing::TempDir()) /
               ("audit-" + std::to_string(::getpid()) + "-" +
                ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::create_directories(folder);
  }
  ~AuditFolderTest() override { std::filesystem::remove_all(folder); }

  std::string Place(const std::string& name) const { return (folder / name).string(); }
  void Write(const std::string& name, std::string_view bytes) const {
    std::filesystem::create_directories((folder / name).parent_path());
    ASSERT_TRUE(WriteText(Place(name), bytes).ok());
  }
  // EntryNumber(0), EntryNumber(1), … as tiles, under a checkpoint of audit::TestKey(1).
  void WriteLog(const std::string& name, uint64_t size, bool entries) const {
    for (const auto& [path, bytes] : audit::TilesOfLog(size, entries)) {
      Write(name + "/" + path, bytes);
    }
    Write(name + "/checkpoint",
          *audit::SignCheckpoint(audit::CheckpointAt(size), audit::TestKey(1)));
  }
  static std::string Key() { return " --vkey " + audit::LogKey().Text() + " "; }

  std::filesystem::path folder;
};

}  // namespace entente::cli
