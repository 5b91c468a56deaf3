// The sealed bytes of attachments on the broker's disk (docs/formats.md, "Upload and fetch"):
//
//   FOLDER/CC.name/ROOT-SIZE.part   while they come: ROOT in hex, SIZE of the whole
//   FOLDER/CC.name/ROOT-SIZE        when all are there and the root was found right
//
// CC.name is the origin. The folder may be a disk of its own.
//
// Promises: what is called complete survives a power cut and had the right root when it was. Of a
// part, what is called stored after a start was synced before. Memory does not grow with a file's
// size. A file that somebody holds is not dropped. Not promised: that a disk gives back later what
// it took (fsck looks).
//
// Thread-safe. One upload is used by one thread at a time; of several of one file, the newest
// alone goes on.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "broker/command.h"
#include "broker/grants.h"
#include "core/base/agency.h"
#include "core/base/instant.h"
#include "core/base/mutex.h"
#include "core/record/chunks.h"
#include "core/store/posix_file.h"

namespace entente::broker {

// Synced at every multiple of this.
inline constexpr uint64_t kSyncStepBytes = 1024 * 1024;
// Of a file that is checked, in one step.
inline constexpr uint64_t kCheckStepBytes = 4 * 1024 * 1024;

// Where the complete file stands, below the folder.
std::string AttachmentPath(const OwnedFile& file);

class AttachmentUpload;

class AttachmentFiles {
 public:
  // Makes the folder when it is missing, and finds what is in it; what it does not know it leaves
  // alone. `origin_bytes`: what all files of one origin may take, each counted whole from its
  // first piece and as limits::kPieceBytes at least. INTERNAL when the folder cannot be read.
  static absl::StatusOr<std::unique_ptr<AttachmentFiles>> Open(std::string folder,
                                                               uint64_t origin_bytes, Instant now);

  // Goes on where the file stands, in place of whoever was writing it. This outlives the upload.
  // Refusal quota or disk-full; INTERNAL.
  absl::StatusOr<std::unique_ptr<AttachmentUpload>> Begin(const OwnedFile& file, Instant now);

  // nullptr unless the file is complete. Counts as use.
  Hold HoldComplete(const OwnedFile& file, Instant now);

  // At most `bytes` of a complete file from `offset`; fewer only at its end. DATA_LOSS when the
  // file is not there or has another length; INTERNAL. Precondition: offset <= size.
  absl::StatusOr<std::string> Read(const OwnedFile& file, uint64_t offset, size_t bytes) const;

  // Neither held, nor used since: parts without a piece, complete files without an admission.
  std::set<OwnedFile> Idle(Instant since) const;
  // Drops the file if it is still idle. INTERNAL when it cannot be removed.
  absl::Status DropIdle(const OwnedFile& file, Instant since);

  // What counts against the origin's limit.
  uint64_t BytesOf(const std::string& origin) const;

 private:
  friend class AttachmentUpload;
  struct Part {
    Mutex mutex;  // held while bytes are written or checked, and when it goes
    uint64_t stored ABSL_GUARDED_BY(mutex) = 0;
    uint64_t synced ABSL_GUARDED_BY(mutex) = 0;
    uint64_t turn ABSL_GUARDED_BY(mutex) = 0;  // of the upload that began last
    bool gone ABSL_GUARDED_BY(mutex) = false;  // dropped, or complete
  };
  struct Entry {
    std::shared_ptr<Part> part;  // of a file that comes; nullptr: it is complete
    Instant used;
    std::weak_ptr<const void> hold;
    bool IdleSince(Instant since) const { return used <= since && hold.expired(); }
  };

  AttachmentFiles(std::string folder, uint64_t origin_bytes)
      : folder_(std::move(folder)), origin_bytes_(origin_bytes) {}
  absl::Status Find(const std::string& origin, Instant now);
  void FindFile(const std::string& origin, const std::string& name, Instant now);
  void Insert(const OwnedFile& file, Entry entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Erase(const OwnedFile& file) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The file's part, made when there is none; nullptr when it is complete.
  absl::StatusOr<std::shared_ptr<Part>> PartOf(const OwnedFile& file, Instant now);
  void Use(const OwnedFile& file, Instant now);
  void Complete(const OwnedFile& file, Instant now);
  void Forget(const OwnedFile& file);
  // Complete, and of its length.
  bool IsOnDisk(const OwnedFile& file) const;
  std::string PathOf(const OwnedFile& file) const { return folder_ + "/" + AttachmentPath(file); }

  const std::string folder_;
  const uint64_t origin_bytes_;
  mutable Mutex mutex_;  // taken after a part's own
  std::map<OwnedFile, Entry> entries_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, uint64_t> bytes_ ABSL_GUARDED_BY(mutex_);  // by origin
};

// One sender's writing of one file.
class AttachmentUpload {
 public:
  ~AttachmentUpload();
  AttachmentUpload(const AttachmentUpload&) = delete;
  AttachmentUpload& operator=(const AttachmentUpload&) = delete;

  uint64_t stored() const { return stored_; }  // the next piece begins here
  bool complete() const { return complete_; }
  bool whole() const { return stored_ == file_.shape.size; }

  // Refusal malformed for a piece of no or more than limits::kPieceBytes bytes, or beyond the
  // file's size; quota when another upload of this file has begun since; disk-full: stored() is
  // what stands, and it may be tried again. INTERNAL: the disk failed; when in a sync, all of it is
  // dropped, since nobody knows what is there.
  absl::Status Append(std::string_view piece, Instant now);
  // When it is whole(): reads on through kCheckStepBytes of it. True: it is complete. False: call
  // again. Refusal proof-bad: it had another root, and is gone.
  absl::StatusOr<bool> Check(Instant now);

 private:
  friend class AttachmentFiles;
  AttachmentUpload(AttachmentFiles& files, OwnedFile file,
                   std::shared_ptr<AttachmentFiles::Part> part)
      : files_(files), file_(std::move(file)), part_(std::move(part)) {}
  // False when the part is gone already.
  bool TakeTurn();
  absl::Status OpenFile();
  absl::Status CheckTurn() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(part_->mutex);
  absl::Status Sync() ABSL_EXCLUSIVE_LOCKS_REQUIRED(part_->mutex);
  absl::Status ReadStep() ABSL_EXCLUSIVE_LOCKS_REQUIRED(part_->mutex);
  absl::Status Finish(Instant now);
  absl::Status Drop(absl::Status why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(part_->mutex);

  AttachmentFiles& files_;
  const OwnedFile file_;
  const std::shared_ptr<AttachmentFiles::Part> part_;  // nullptr: complete when it began
  uint64_t turn_ = 0;
  uint64_t stored_ = 0;
  std::optional<store::PosixFile> open_;
  record::ChunksRoot root_;
  uint64_t checked_ = 0;
  bool complete_ = false;
};

}  // namespace entente::broker
