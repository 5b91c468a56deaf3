#include "core/store/durable_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "core/store/disk_error.h"
#include "core/store/posix_file.h"

namespace entente::store {
namespace {

constexpr off_t kMaxBytes = 64 << 20;

bool ReadAll(int fd, std::string& bytes) {
  size_t done = 0;
  while (done < bytes.size()) {
    ssize_t got = ::read(fd, bytes.data() + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  bytes.resize(done);
  return true;
}

absl::Status SyncFolderOf(const std::string& path) {
  std::string folder = std::filesystem::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  PosixFile file(folder, O_RDONLY | O_DIRECTORY);
  if (!file.ok() || ::fsync(file.fd()) != 0) return DiskError(errno, "cannot sync", folder);
  return absl::OkStatus();
}

}  // namespace

absl::Status WriteFileDurably(const std::string& path, std::string_view bytes) {
  std::string draft = absl::StrCat(path, ".tmp");
  PosixFile file(draft, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file.ok()) return DiskError(errno, "cannot create", draft);
  if (!file.WriteAt(bytes, 0)) return DiskError(errno, "cannot write", draft);
  if (::fdatasync(file.fd()) != 0 || !file.Close()) return DiskError(errno, "cannot sync", draft);
  if (std::rename(draft.c_str(), path.c_str()) != 0)
    return DiskError(errno, "cannot replace", path);
  return SyncFolderOf(path);
}

absl::StatusOr<std::optional<std::string>> ReadFileIfThere(const std::string& path) {
  PosixFile file(path, O_RDONLY);
  if (!file.ok() && errno == ENOENT) return std::nullopt;
  struct stat facts {};
  if (!file.ok() || ::fstat(file.fd(), &facts) != 0) return DiskError(errno, "cannot open", path);
  if (!S_ISREG(facts.st_mode) || facts.st_size > kMaxBytes) {
    return absl::InternalError(absl::StrCat(path, " is not a file of at most 64 MiB"));
  }
  std::string bytes(static_cast<size_t>(facts.st_size), '\0');
  if (!ReadAll(file.fd(), bytes)) return DiskError(errno, "cannot read", path);
  return bytes;
}

}  // namespace entente::store
