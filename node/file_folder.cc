#include "node/file_folder.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "core/base/limits.h"
#include "node/text.h"

namespace entente::node {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kSyncBytes = limits::kChunkBytes;
// Left to the database that lies beside it.
constexpr uint64_t kReserveBytes = 512ull * 1024 * 1024;
constexpr std::string_view kPart = ".part";

std::string NameOf(const fs::path& path) {
  std::string name = path.filename().string();
  if (name.ends_with(kPart)) name.resize(name.size() - kPart.size());
  return name;
}

}  // namespace

absl::Status GrowingFile::Append(std::string_view bytes) {
  if (absl::Status status = file_->Write(size_, bytes); !status.ok()) return status;
  size_ += bytes.size();
  if (size_ - synced_ < kSyncBytes) return absl::OkStatus();
  synced_ = size_;
  return file_->Sync();
}

absl::Status FileFolder::CheckRoom(uint64_t bytes) const {
  std::error_code error;
  const fs::space_info space = fs::space(path_, error);
  if (error || space.available >= bytes + kReserveBytes) return absl::OkStatus();
  return RefuseAdvising(Reason::kDiskFull, "", Text("no room for a file in ", path_),
                        "make room, or mount a larger disk there; records go on");
}

absl::StatusOr<GrowingFile> FileFolder::OpenPart(const std::string& name) const {
  absl::StatusOr<std::unique_ptr<DiskFile>> file = DiskFile::Open(PartPath(name));
  if (!file.ok()) return file.status();
  const absl::StatusOr<uint64_t> size = (*file)->Size();
  if (!size.ok()) return size.status();
  return GrowingFile(*std::move(file), *size);
}

absl::Status FileFolder::Finish(const std::string& name, GrowingFile file) const {
  if (absl::Status synced = file.file_->Sync(); !synced.ok()) return synced;
  std::error_code error;
  fs::rename(PartPath(name), Path(name), error);
  if (error)
    return absl::InternalError(Text("cannot rename ", PartPath(name), ": ", error.message()));
  return SyncFolder(Path(name));
}

void FileFolder::Drop(const std::string& name) const {
  for (const std::string& path : {Path(name), PartPath(name)}) {
    std::error_code error;
    fs::remove(path, error);
    if (error) spdlog::warn("cannot remove {}: {}", path, error.message());
  }
}

absl::StatusOr<std::unique_ptr<DiskFile>> FileFolder::OpenWhole(const std::string& name) const {
  return DiskFile::OpenThere(Path(name));
}

FileFolder::Hold::Hold(const FileFolder& folder, std::string name)
    : folder_(folder), name_(std::move(name)) {
  const absl::MutexLock lock(&folder_.mutex_);
  folder_.held_.insert(name_);
}

FileFolder::Hold::~Hold() {
  const absl::MutexLock lock(&folder_.mutex_);
  folder_.held_.erase(name_);
}

std::vector<fs::path> FileFolder::NotHeld() const {
  const absl::MutexLock lock(&mutex_);
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator entry(path_, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!held_.contains(NameOf(entry->path()))) paths.push_back(entry->path());
  }
  if (error) spdlog::warn("cannot look through {}: {}", path_, error.message());
  return paths;
}

void FileFolder::Sweep(const Names& in_use) const {
  const std::vector<fs::path> paths = NotHeld();
  const absl::StatusOr<std::set<std::string>> names = in_use();
  if (!names.ok()) return;
  for (const fs::path& path : paths) {
    if (names->contains(NameOf(path))) continue;
    std::error_code error;
    fs::remove(path, error);
    if (error) spdlog::warn("cannot remove {}: {}", path.string(), error.message());
  }
}

}  // namespace entente::node
