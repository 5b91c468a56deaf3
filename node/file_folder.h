// The folder of sealed files: each grows as NAME.part and is NAME once it is whole and synced.
// What is in it is ciphertext whose keys stand in the vault. Thread-safe as long as no two threads
// write one name. Errors: those of DiskFile.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "node/disk_file.h"

namespace entente::node {

// One that grows at its end.
class GrowingFile {
 public:
  uint64_t size() const { return size_; }
  // Synced with each MiB.
  absl::Status Append(std::string_view bytes);
  // What was appended before.
  absl::StatusOr<std::string> Read(uint64_t offset, size_t bytes) const {
    return file_->Read(offset, bytes);
  }

 private:
  friend class FileFolder;
  GrowingFile(std::unique_ptr<DiskFile> file, uint64_t size)
      : file_(std::move(file)), size_(size), synced_(size) {}

  std::unique_ptr<DiskFile> file_;
  uint64_t size_;
  uint64_t synced_;
};

class FileFolder {
 public:
  // While it stands its file is not swept away, though no row stands for it yet.
  class Hold {
   public:
    Hold(const FileFolder& folder, std::string name);
    ~Hold();
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

   private:
    const FileFolder& folder_;
    const std::string name_;
  };
  using Names = std::function<absl::StatusOr<std::set<std::string>>()>;

  // The folder is there, mode 0700, and outlives this.
  explicit FileFolder(std::string path) : path_(std::move(path)) {}

  // Refusal disk-full unless so many bytes fit and leave the database room.
  absl::Status CheckRoom(uint64_t bytes) const;
  // As far as it has come.
  absl::StatusOr<GrowingFile> OpenPart(const std::string& name) const;
  // It is whole from now on, whatever happens. The file is closed.
  absl::Status Finish(const std::string& name, GrowingFile file) const;
  void Drop(const std::string& name) const;
  // A whole one, to be read. FAILED_PRECONDITION when it is not there.
  absl::StatusOr<std::unique_ptr<DiskFile>> OpenWhole(const std::string& name) const;
  // Removes what is neither held nor among the names in use, which are asked for after the folder
  // was looked through: what became a row in between is not taken for rubbish.
  void Sweep(const Names& in_use) const;

 private:
  std::string Path(const std::string& name) const { return path_ + "/" + name; }
  std::vector<std::filesystem::path> NotHeld() const;
  std::string PartPath(const std::string& name) const { return Path(name) + ".part"; }

  const std::string path_;
  mutable absl::Mutex mutex_;
  mutable std::set<std::string> held_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace entente::node
