#include "node/disk_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "core/base/refusal.h"
#include "node/text.h"

namespace entente::node {
namespace {

// Whatever the system says, but for a disk that is full: whoever reads INTERNAL stops, since what
// reached the disk is not known. A sync that failed is never tried again.
absl::Status Fault(const std::string& path, const char* what) {
  const int error = errno;
  if (error == ENOSPC || error == EDQUOT) {
    return Refuse(Reason::kDiskFull, Text("no room to write ", path));
  }
  return absl::InternalError(Text(path, ": ", what, ": ", std::generic_category().message(error)));
}

// Before anything was read: the path may be wrong, or not ours.
absl::Status OpenFault(const std::string& path) {
  const int error = errno;
  const std::string text =
      Text(path, ": cannot be opened: ", std::generic_category().message(error));
  switch (error) {
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError(text);
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case ELOOP:
      return absl::FailedPreconditionError(text);
    default:
      return Fault(path, "cannot be opened");
  }
}

absl::Status CheckOwn(const std::string& path, int fd) {
  struct stat st {};
  if (::fstat(fd, &st) != 0) return Fault(path, "cannot be looked at");
  if (st.st_mode & 077) {
    return absl::PermissionDeniedError(
        Text(path, " may be touched by others; run: chmod 600 ", path));
  }
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return Fault(path, "cannot be locked");
    return absl::FailedPreconditionError(Text(path, " is in use by another process"));
  }
  return SyncFolder(path);
}

}  // namespace

absl::StatusOr<std::unique_ptr<DiskFile>> DiskFile::OpenThere(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return OpenFault(path);
  return std::make_unique<DiskFile>(path, fd);
}

absl::StatusOr<std::unique_ptr<DiskFile>> DiskFile::Open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return OpenFault(path);
  std::unique_ptr<DiskFile> file(new DiskFile(path, fd));
  if (absl::Status status = CheckOwn(path, fd); !status.ok()) return status;
  return file;
}

DiskFile::~DiskFile() { ::close(fd_); }

absl::StatusOr<uint64_t> DiskFile::Size() const {
  struct stat st {};
  if (::fstat(fd_, &st) != 0) return Fault(path_, "cannot be looked at");
  return static_cast<uint64_t>(st.st_size);
}

absl::StatusOr<std::string> DiskFile::Read(uint64_t offset, size_t size) const {
  std::string bytes(size, '\0');
  size_t done = 0;
  while (done < size) {
    const ssize_t n =
        ::pread(fd_, bytes.data() + done, size - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Fault(path_, "cannot be read");
    if (n == 0) return absl::OutOfRangeError(Text(path_, " ends before"));
    done += static_cast<size_t>(n);
  }
  return bytes;
}

absl::Status DiskFile::Write(uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Fault(path_, "cannot be written");
    offset += static_cast<uint64_t>(n);
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return absl::OkStatus();
}

absl::Status DiskFile::Sync() {
  return ::fdatasync(fd_) == 0 ? absl::OkStatus() : Fault(path_, "cannot be synced");
}

absl::Status SyncFolder(const std::string& path) {
  std::string folder = std::filesystem::path(path).parent_path().string();
  const int fd = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return Fault(path, "cannot open its folder");
  const int rc = ::fsync(fd);
  const absl::Status status = rc == 0 ? absl::OkStatus() : Fault(path, "cannot sync its folder");
  ::close(fd);
  return status;
}

}  // namespace entente::node
