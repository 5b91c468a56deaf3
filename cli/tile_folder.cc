#include "cli/tile_folder.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <utility>

#include "core/store/posix_file.h"

namespace entente::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kTiles[] = "tile";

absl::Status SystemError(int error) { return absl::InternalError(std::strerror(error)); }

absl::Status NoFile() { return absl::InvalidArgumentError("no regular file"); }

// At most `most` bytes; false with errno.
bool ReadUpTo(int fd, size_t most, std::string& bytes) {
  bytes.resize(most);
  size_t done = 0;
  while (done < most) {
    const ssize_t got = ::read(fd, bytes.data() + done, most - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  bytes.resize(done);
  return true;
}

absl::StatusOr<std::vector<std::string>> NamesIn(const fs::path& folder) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  if (error) return absl::InternalError(folder.string() + ": " + error.message());
  std::sort(names.begin(), names.end());
  return names;
}

// `path` from `root` on, whatever it is, and all that is under it.
absl::Status Walk(const fs::path& root, const std::string& path,
                  const audit::TileSource::Visitor& visit) {
  std::error_code error;
  const fs::file_status found = fs::symlink_status(root / path, error);
  if (found.type() == fs::file_type::not_found) return absl::OkStatus();
  if (found.type() != fs::file_type::directory) {
    visit(path, found.type() == fs::file_type::regular);
    return absl::OkStatus();
  }
  const auto names = NamesIn(root / path);
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    absl::Status walked = Walk(root, path + "/" + name, visit);
    if (!walked.ok()) return walked;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::optional<std::string>> TileFolder::Read(const std::string& path,
                                                            size_t most) const {
  // Opening a pipe would wait for who writes it.
  const store::PosixFile file(folder_ + "/" + path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!file.ok()) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    return errno == ELOOP || errno == ENXIO ? NoFile() : SystemError(errno);
  }
  struct stat facts {};
  if (::fstat(file.fd(), &facts) != 0) return SystemError(errno);
  if (!S_ISREG(facts.st_mode)) return NoFile();
  std::string bytes;
  const size_t size = static_cast<size_t>(facts.st_size);
  if (!ReadUpTo(file.fd(), std::min(size, most + 1), bytes)) return SystemError(errno);
  return bytes;
}

absl::Status TileFolder::ForEach(const Visitor& visit) const {
  return Walk(folder_, kTiles, visit);
}

std::vector<std::string> TileFolder::Others() const {
  auto names = NamesIn(folder_);
  if (!names.ok()) return {};
  std::erase_if(*names, [](const auto& name) { return name == kTiles || name == "checkpoint"; });
  return *std::move(names);
}

}  // namespace entente::cli
