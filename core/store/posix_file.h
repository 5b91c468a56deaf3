// A file descriptor that closes itself, and writing all of a buffer. For core/store, and for who
// keeps files beside it.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <utility>

namespace entente::store {

// Not thread-safe; owns the descriptor.
class PosixFile {
 public:
  // ok() tells whether it went well, errno why not. New files get mode 0600.
  PosixFile(const std::string& path, int flags)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~PosixFile() { Close(); }
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;

  bool ok() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  // False, with errno, when the system reports a failure only now.
  bool Close() { return fd_ < 0 || ::close(std::exchange(fd_, -1)) == 0; }

  // All of `bytes` at `offset`; false with errno.
  bool WriteAt(std::string_view bytes, off_t offset) {
    while (!bytes.empty()) {
      ssize_t written = ::pwrite(fd_, bytes.data(), bytes.size(), offset);
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(written));
      offset += written;
    }
    return true;
  }

 private:
  int fd_;
};

}  // namespace entente::store
