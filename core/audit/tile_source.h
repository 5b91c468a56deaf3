// Where tiles and bundles of a log are read from: a directory, a table in a test.
// Paths are those of https://c2sp.org/tlog-tiles, from its root on.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace entente::audit {

// Not thread-safe.
class TileSource {
 public:
  virtual ~TileSource() = default;

  // The file whole, or its first `most` + 1 bytes when it has more than `most`. nullopt when there
  // is none. INVALID_ARGUMENT for what is no regular file: links are not followed. Any other error
  // is what kept it from being read.
  virtual absl::StatusOr<std::optional<std::string>> Read(const std::string& path,
                                                          size_t most) const = 0;

  // Everything under `tile/` that is no folder, each once, whatever it is called. `regular`: it is
  // a file that Read() would read.
  using Visitor = std::function<void(const std::string& path, bool regular)>;
  virtual absl::Status ForEach(const Visitor& visit) const = 0;
};

}  // namespace entente::audit
