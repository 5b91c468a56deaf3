#include "core/crypto/keyfile.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>

namespace entente::crypto {
namespace {

constexpr std::string_view kMagic = "entente-key/1 ";
constexpr size_t kHexChars = 64;
// More than any key file has.
constexpr size_t kMaxBytes = 256;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  int fd_;
};

absl::Status SystemError(std::string_view what, const std::string& path) {
  const int error = errno;
  return absl::ErrnoToStatus(error, std::string(what) + ' ' + path);
}

absl::Status Malformed(const std::string& path) {
  return absl::InvalidArgumentError(path + " is not a key file: it has not the one line " +
                                    std::string(kMagic) + "USE HEX");
}

SecretBytes FormatKey(KeyUse use, const Secret<32>& seed) {
  const std::string prefix = std::string(kMagic) + std::string(KeyUseWord(use)) + ' ';
  SecretBytes line(prefix.size() + kHexChars + 1);
  auto hex = std::copy(prefix.begin(), prefix.end(), line.Fill().begin());
  sodium_bin2hex(reinterpret_cast<char*>(&*hex), kHexChars + 1, seed.ExposeSecret().data(), 32);
  line.Fill().back() = '\n';  // in the place of the terminating zero
  return line;
}

std::optional<Secret<32>> ParseSeed(std::string_view hex) {
  // libsodium takes upper case too, this format does not.
  if (hex.size() != kHexChars || hex.find_first_not_of("0123456789abcdef") != hex.npos) {
    return std::nullopt;
  }
  Secret<32> seed;
  if (sodium_hex2bin(seed.Fill().data(), 32, hex.data(), hex.size(), nullptr, nullptr, nullptr)) {
    return std::nullopt;
  }
  return seed;
}

absl::StatusOr<Secret<32>> ParseKey(const std::string& path, std::string_view line, KeyUse use) {
  if (!line.starts_with(kMagic) || !line.ends_with('\n')) return Malformed(path);
  line.remove_prefix(kMagic.size());
  line.remove_suffix(1);
  const size_t space = std::min(line.find(' '), line.size());
  const auto found = KeyUseFromWord(line.substr(0, space));
  auto seed = ParseSeed(line.substr(std::min(space + 1, line.size())));
  if (!found || !seed) return Malformed(path);
  if (*found != use) {
    return absl::InvalidArgumentError(path + " holds a key for " + std::string(KeyUseWord(*found)) +
                                      ", where one for " + std::string(KeyUseWord(use)) +
                                      " is needed");
  }
  return *std::move(seed);
}

absl::Status CheckPrivate(int fd, const std::string& path) {
  struct stat info;
  if (fstat(fd, &info) != 0) return SystemError("cannot inspect", path);
  if (!S_ISREG(info.st_mode)) return absl::InvalidArgumentError(path + " is not a regular file");
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return absl::PermissionDeniedError("the private key " + path +
                                       " is open to others than its owner: chmod 600 " + path);
  }
  return absl::OkStatus();
}

absl::Status WriteAll(int fd, ByteSpan bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t count = write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return SystemError("cannot write", path);
    bytes = bytes.subspan(static_cast<size_t>(count));
  }
  if (fsync(fd) != 0) return SystemError("cannot sync", path);
  return absl::OkStatus();
}

absl::Status SyncFolderOf(const std::string& path) {
  std::string folder = std::filesystem::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  const Descriptor fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid() || fsync(fd.get()) != 0) return SystemError("cannot sync", folder);
  return absl::OkStatus();
}

// At most `room` bytes; what is longer fills it.
absl::StatusOr<size_t> ReadUpTo(int fd, std::span<uint8_t> room, const std::string& path) {
  size_t size = 0;
  while (size < room.size()) {
    const ssize_t count = read(fd, room.data() + size, room.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return SystemError("cannot read", path);
    if (count == 0) break;
    size += static_cast<size_t>(count);
  }
  return size;
}

}  // namespace

absl::Status WriteKeyFile(const std::string& path, KeyUse use, const Secret<32>& seed) {
  const Descriptor fd(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd.valid()) return SystemError("cannot create", path);
  const absl::Status written = WriteAll(fd.get(), FormatKey(use, seed).ExposeSecret(), path);
  if (!written.ok()) {
    unlink(path.c_str());
    return written;
  }
  return SyncFolderOf(path);
}

absl::StatusOr<Secret<32>> ReadKeyFile(const std::string& path, KeyUse use) {
  // Non-blocking: opening a FIFO must not hang.
  const Descriptor fd(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!fd.valid()) return SystemError("cannot open", path);
  if (auto status = CheckPrivate(fd.get(), path); !status.ok()) return status;
  SecretBytes content(kMaxBytes);
  auto size = ReadUpTo(fd.get(), content.Fill(), path);
  if (!size.ok()) return size.status();
  return ParseKey(path, AsText(content.ExposeSecret().first(*size)), use);
}

}  // namespace entente::crypto
