// Published test vectors and data that stand beside the source, not in it. The folder is
// $ENTENTE_SHARED, else ../shared beside the source folder ($ENTENTE_SOURCE_DIR, else "."). To be
// called from a running GoogleTest test.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace entente::testing {

// The path of a file or folder below the shared folder. When it is absent: under CI=true the
// running test fails; else `SKIPPED: ...` is printed. Both ways nullopt, and the test returns:
//   auto path = SharedFile("vectors/rfc6962_8leaf.json");
//   if (!path) GTEST_SKIP();
std::optional<std::string> SharedFile(std::string_view relative);

// The bytes of a file; fails the running test and gives "" when it cannot be read.
std::string ReadFile(const std::string& path);

}  // namespace entente::testing
