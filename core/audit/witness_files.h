// A witness's memory on disk: in its folder one text file for each log, the note last cosigned;
// beside its key a list of the logs that the key has ever cosigned, so that a folder that was lost,
// or a disk that is not mounted, is not taken for a new one. Blocking.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/audit/witness.h"
#include "core/base/mutex.h"
#include "core/store/posix_file.h"

namespace entente::audit {

// Safe from any thread. As long as it lives no other process can open the folder.
class WitnessFiles final : public WitnessMemory {
 public:
  // Makes the folder, mode 0700, when there is none, and the list of logs at `key_path`.logs.
  // FAILED_PRECONDITION, with what to do, when another process has the folder open or the list is
  // damaged; else refusal disk-full or INTERNAL.
  static absl::StatusOr<std::unique_ptr<WitnessFiles>> Open(const std::string& folder,
                                                            const std::string& key_path);

  // FAILED_PRECONDITION, with what to do, when the list names the log and its file is not there.
  absl::StatusOr<std::optional<std::string>> Load(const std::string& origin) override;
  absl::Status Save(const std::string& origin, std::string_view note) override;
  // FOLDER/<SHA-256 of the origin in hex>.checkpoint
  std::string Place(const std::string& origin) const override;

 private:
  WitnessFiles(std::string folder, std::string list);

  absl::Status Lock();
  absl::Status ReadList();
  absl::Status AddToList(const std::string& origin) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status WriteList() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string folder_;
  const std::string list_;
  const store::PosixFile lock_;
  Mutex mutex_;
  std::set<std::string> cosigned_ ABSL_GUARDED_BY(mutex_);  // origins
};

}  // namespace entente::audit
