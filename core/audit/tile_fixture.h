// What the tests of exported logs share: a log as files in memory, made the slow way.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/audit/audit_fixture.h"
#include "core/audit/checkpoint.h"
#include "core/audit/tile.h"
#include "core/audit/tile_source.h"

namespace entente::audit {

using Files = std::map<std::string, std::string>;

class FilesSource : public TileSource {
 public:
  explicit FilesSource(const Files& files) : files_(files) {}
  std::set<std::string> irregular;   // links and the like
  std::set<std::string> unreadable;  // by the system's word

  absl::StatusOr<std::optional<std::string>> Read(const std::string& path,
                                                  size_t most) const override {
    if (irregular.contains(path)) return absl::InvalidArgumentError("no regular file");
    if (unreadable.contains(path)) return absl::InternalError("Input/output error");
    const auto found = files_.find(path);
    if (found == files_.end()) return std::nullopt;
    return found->second.substr(0, most + 1);
  }
  absl::Status ForEach(const Visitor& visit) const override {
    for (const auto& [path, bytes] : files_) {
      if (path.starts_with("tile")) visit(path, !irregular.contains(path));
    }
    return absl::OkStatus();
  }

 private:
  const Files& files_;
};

// Rows of hashes by tile level, from the definition.
inline std::vector<std::vector<Digest>> TileRows(std::vector<Digest> leaves) {
  std::vector<std::vector<Digest>> rows = {std::move(leaves)};
  while (rows.back().size() >= kTileWidth) {
    const std::vector<Digest>& below = rows.back();
    std::vector<Digest> row;
    for (size_t i = 0; i + kTileWidth <= below.size(); i += kTileWidth) {
      row.push_back(NaiveRoot(std::span(below).subspan(i, kTileWidth)));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

// Of the entries EntryNumber(0), EntryNumber(1), …: everything but `checkpoint`.
inline Files TilesOfLog(uint64_t size, bool entries) {
  Files files;
  const auto rows = TileRows(Leaves(size));
  for (unsigned level = 0; level < rows.size(); ++level) {
    for (size_t at = 0; at < rows[level].size(); at += kTileWidth) {
      const size_t width = std::min<size_t>(kTileWidth, rows[level].size() - at);
      files[TilePath(level, at / kTileWidth, static_cast<uint32_t>(width))] =
          EncodeTile(std::span(rows[level]).subspan(at, width));
    }
  }
  for (uint64_t at = 0; entries && at < size; at += kTileWidth) {
    std::vector<std::string> bundle;
    for (uint64_t i = at; i < std::min(at + kTileWidth, size); ++i) {
      bundle.push_back(EntryNumber(i));
    }
    files[BundlePath(at / kTileWidth, static_cast<uint32_t>(bundle.size()))] =
        *EncodeBundle(bundle);
  }
  return files;
}

inline Checkpoint CheckpointAt(uint64_t size) { return {kOrigin, size, NaiveRoot(Leaves(size))}; }

}  // namespace entente::audit
