// A log as a directory of tiles (https://c2sp.org/tlog-tiles). Links in it are not followed.
// Blocking file reads; safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/audit/tile_source.h"

namespace entente::cli {

class TileFolder : public audit::TileSource {
 public:
  explicit TileFolder(std::string folder) : folder_(std::move(folder)) {}

  absl::StatusOr<std::optional<std::string>> Read(const std::string& path,
                                                  size_t most) const override;
  // Folder by folder, sorted.
  absl::Status ForEach(const Visitor& visit) const override;
  // What stands beside `checkpoint` and `tile`, sorted: no part of the log.
  std::vector<std::string> Others() const;

 private:
  std::string folder_;
};

}  // namespace entente::cli
