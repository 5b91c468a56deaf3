#include "broker/export.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/audit/checkpoint.h"
#include "core/audit/checkpoint_keeper.h"
#include "core/audit/log.h"
#include "core/audit/tile.h"
#include "core/store/disk_error.h"
#include "core/store/durable_file.h"
#include "core/store/posix_file.h"

namespace entente::broker {
namespace {

namespace fs = std::filesystem;

constexpr char kCheckpointFile[] = "checkpoint";
// Beside `checkpoint` and `tile`, so that no half of a file ever stands among the tiles.
constexpr char kDrafts[] = ".export.tmp";
constexpr size_t kDraftsAtOnce = 256;

absl::Status Contradicts(const std::string& path, std::string_view what) {
  return absl::FailedPreconditionError(
      absl::StrCat(path, " ", std::string(what), "; it was left as it is: name another folder"));
}

absl::Status MakeFolder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  return error ? store::DiskError(error.value(), "cannot make", folder.string()) : absl::OkStatus();
}

absl::Status SyncAll(const std::string& folder) {
  const store::PosixFile file(folder, O_RDONLY | O_DIRECTORY);
  if (file.ok() && ::syncfs(file.fd()) == 0) return absl::OkStatus();
  return store::DiskError(errno, "cannot sync", folder);
}

// Files on their way to their places: written apart, synced many at once (one by one that takes
// most of the time), then moved.
class Drafts {
 public:
  explicit Drafts(std::string folder) : folder_(std::move(folder)) {}
  ~Drafts() {
    std::error_code ignored;
    fs::remove_all(Apart(), ignored);
  }
  Drafts(const Drafts&) = delete;
  Drafts& operator=(const Drafts&) = delete;

  absl::Status Begin() const {
    std::error_code error;
    fs::remove_all(Apart(), error);  // of an export that was interrupted
    return error ? store::DiskError(error.value(), "cannot remove", Apart()) : MakeFolder(Apart());
  }
  absl::Status Add(const std::string& place, std::string_view bytes) {
    const std::string draft = absl::StrCat(Apart(), "/", pending_.size());
    store::PosixFile file(draft, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file.ok()) return store::DiskError(errno, "cannot create", draft);
    if (!file.WriteAt(bytes, 0) || !file.Close()) {
      return store::DiskError(errno, "cannot write", draft);
    }
    pending_.emplace_back(draft, place);
    return pending_.size() < kDraftsAtOnce ? absl::OkStatus() : Place();
  }
  // All that was added, and on disk.
  absl::Status End() {
    absl::Status status = Place();
    return status.ok() ? SyncAll(folder_) : status;
  }

 private:
  std::string Apart() const { return absl::StrCat(folder_, "/", kDrafts); }
  absl::Status Place() {
    absl::Status status = SyncAll(folder_);
    for (const auto& [draft, place] : pending_) {
      if (status.ok()) status = MakeFolder(fs::path(place).parent_path());
      if (status.ok() && std::rename(draft.c_str(), place.c_str()) != 0) {
        status = store::DiskError(errno, "cannot make", place);
      }
    }
    pending_.clear();
    return status;
  }

  const std::string folder_;
  std::vector<std::pair<std::string, std::string>> pending_;  // draft and place
};

class Exporter {
 public:
  Exporter(const audit::Log& log, audit::CheckpointKeeper::Signed latest, std::string folder,
           bool entries, const ExportProgress& progress)
      : log_(log),
        latest_(std::move(latest)),
        folder_(std::move(folder)),
        entries_(entries),
        progress_(progress),
        drafts_(folder_) {}

  absl::Status CheckFolder(const audit::VerifierKey& key) const;
  absl::StatusOr<Exported> Run();

 private:
  std::string Place(const std::string& path) const { return absl::StrCat(folder_, "/", path); }
  uint64_t Files() const;
  absl::Status PutLevel(unsigned level, bool bundles);
  absl::Status Put(const audit::TileName& name);
  absl::Status PutBytes(const std::string& path, std::string_view bytes);
  absl::Status PutCheckpoint();

  const audit::Log& log_;
  const audit::CheckpointKeeper::Signed latest_;
  const std::string folder_;
  const bool entries_;
  const ExportProgress& progress_;
  Drafts drafts_;
  Exported exported_;
  uint64_t files_ = 0;
};

// Tiles of a level, the partial one too.
uint64_t TilesOf(uint64_t size, unsigned level) {
  const uint64_t hashes = audit::HashesAtTileLevel(size, level);
  return hashes / audit::kTileWidth + (hashes % audit::kTileWidth == 0 ? 0 : 1);
}

absl::Status Exporter::CheckFolder(const audit::VerifierKey& key) const {
  std::error_code ignored;
  if (!entries_ && fs::exists(Place("tile/entries"), ignored)) {
    return Contradicts(Place("tile/entries"), "is there: with --entries they are kept up to date");
  }
  const std::string path = Place(kCheckpointFile);
  const auto note = store::ReadFileIfThere(path);
  if (!note.ok()) return note.status();
  if (!*note) return absl::OkStatus();
  const auto before = audit::VerifyCheckpoint(**note, key);
  if (!before.ok()) {
    return Contradicts(path, absl::StrCat("is not signed by ", key.Text(), ": of another log"));
  }
  if (before->checkpoint.size > latest_.head.size) {
    return Contradicts(path, absl::StrCat("is of ", before->checkpoint.size,
                                          " entries, the last one here of ", latest_.head.size));
  }
  const auto root = log_.RootAt(before->checkpoint.size);
  if (!root.ok()) return root.status();
  if (*root == before->checkpoint.root) return absl::OkStatus();
  return Contradicts(path, "was signed for another history than the one in this database");
}

uint64_t Exporter::Files() const {
  uint64_t files = entries_ ? TilesOf(latest_.head.size, 0) : 0;
  for (unsigned level = 0; level < audit::kTileLevels; ++level) {
    files += TilesOf(latest_.head.size, level);
  }
  return files;
}

absl::Status Exporter::PutBytes(const std::string& path, std::string_view bytes) {
  const std::string place = Place(path);
  const auto there = store::ReadFileIfThere(place);
  if (!there.ok()) return there.status();
  if (*there && **there != bytes) {
    return Contradicts(place, "is not what this log has there: of another log, or damaged");
  }
  if (*there) {
    ++exported_.kept;
    return absl::OkStatus();
  }
  ++exported_.written;
  return drafts_.Add(place, bytes);
}

absl::Status Exporter::Put(const audit::TileName& name) {
  const uint64_t size = latest_.head.size;
  const auto bytes =
      name.bundle ? log_.Bundle(size, name.index) : log_.Tile(size, name.level, name.index);
  if (!bytes.ok()) return bytes.status();
  absl::Status status = PutBytes(audit::PathOf(name), *bytes);
  if (status.ok() && progress_) progress_(++files_, Files());
  return status;
}

absl::Status Exporter::PutLevel(unsigned level, bool bundles) {
  for (uint64_t index = 0; index < TilesOf(latest_.head.size, level); ++index) {
    const uint32_t width = audit::TileWidth(latest_.head.size, level, index);
    absl::Status status = Put({bundles, level, index, width});
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Exporter::PutCheckpoint() {
  const std::string place = Place(kCheckpointFile);
  const auto there = store::ReadFileIfThere(place);
  if (!there.ok()) return there.status();
  if (*there == latest_.note) {
    ++exported_.kept;
    return absl::OkStatus();
  }
  ++exported_.written;
  return store::WriteFileDurably(place, latest_.note);
}

absl::StatusOr<Exported> Exporter::Run() {
  exported_.size = latest_.head.size;
  absl::Status status = drafts_.Begin();
  for (unsigned level = 0; status.ok() && level < audit::kTileLevels; ++level) {
    status = PutLevel(level, false);
  }
  if (status.ok() && entries_) status = PutLevel(0, true);
  if (status.ok()) status = drafts_.End();
  if (status.ok()) status = PutCheckpoint();
  if (!status.ok()) return status;
  return exported_;
}

}  // namespace

absl::StatusOr<Exported> ExportLog(store::Store& store, const audit::VerifierKey& key,
                                   const std::string& folder, bool entries,
                                   const ExportProgress& progress) {
  const auto log = audit::Log::Open(store);
  if (!log.ok()) return log.status();
  const auto keeper = audit::CheckpointKeeper::Open(store, **log, key);
  if (!keeper.ok()) return keeper.status();
  auto latest = (*keeper)->Latest();
  if (!latest) return absl::FailedPreconditionError("no checkpoint was signed yet");
  Exporter exporter(**log, *std::move(latest), folder, entries, progress);
  if (absl::Status status = exporter.CheckFolder(key); !status.ok()) return status;
  return exporter.Run();
}

}  // namespace entente::broker
