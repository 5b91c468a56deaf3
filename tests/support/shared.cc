#include "tests/support/shared.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

namespace entente::testing {
namespace {

std::string Environment(const char* name, std::string otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : std::move(otherwise);
}

std::filesystem::path SharedRoot() {
  return Environment("ENTENTE_SHARED", Environment("ENTENTE_SOURCE_DIR", ".") + "/../shared");
}

// Said here, and counted in the closing line of tests/run, which names the file.
void NoteSkip(const std::string& what) {
  std::cout << what << "\n";
  if (const std::string file = Environment("ENTENTE_SKIPS", ""); !file.empty()) {
    std::ofstream(file, std::ios::app) << what << "\n";
  }
}

}  // namespace

std::optional<std::string> SharedFile(std::string_view relative) {
  const std::filesystem::path path = SharedRoot() / relative;
  std::error_code error;
  if (std::filesystem::exists(path, error)) return path.string();
  if (Environment("CI", "") == "true") {
    ADD_FAILURE() << path << " is absent; set ENTENTE_SHARED to the folder that holds it";
  } else {
    NoteSkip("SKIPPED: " + path.string() + " is absent");
  }
  return std::nullopt;
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream bytes;
  if (!in || !(bytes << in.rdbuf())) ADD_FAILURE() << "cannot read " << path;
  return bytes.str();
}

}  // namespace entente::testing
