// An in-place file on disk: pwrite and fdatasync, mode 0600, one process at a time. Not
// thread-safe. Not promised: that a medium which remaps its sectors keeps no old copy; that is why
// the store key is rotated (key_store.h).
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "node/in_place_file.h"

namespace entente::node {

class DiskFile final : public InPlaceFile {
 public:
  // Makes the file when it is missing. PERMISSION_DENIED when group or others may touch it, or we
  // may not; FAILED_PRECONDITION when another process has it open, or the path leads to no file;
  // else as of any call: disk-full or INTERNAL.
  static absl::StatusOr<std::unique_ptr<DiskFile>> Open(const std::string& path);
  // One that is there, whole, and not ours alone: to be read. Errors as Open(), and
  // FAILED_PRECONDITION when there is none.
  static absl::StatusOr<std::unique_ptr<DiskFile>> OpenThere(const std::string& path);
  // Over a descriptor that is open for reading and writing, and is closed with it. `path` is for
  // messages.
  DiskFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  ~DiskFile() override;
  DiskFile(const DiskFile&) = delete;
  DiskFile& operator=(const DiskFile&) = delete;

  absl::StatusOr<uint64_t> Size() const override;
  absl::StatusOr<std::string> Read(uint64_t offset, size_t size) const override;
  absl::Status Write(uint64_t offset, std::string_view bytes) override;
  absl::Status Sync() override;

 private:
  std::string path_;
  int fd_;
};

// What was made, renamed or removed in the folder of `path` is so after a crash as well.
absl::Status SyncFolder(const std::string& path);

}  // namespace entente::node
