// Signs checkpoints, and never two that contradict each other: only a tree that is synced is
// signed, and the signed checkpoint stands in a synced file outside the database (the high-water
// file, `high-water`) and in l_checkpoint before anyone sees it. A database that was cut short or
// exchanged is recognised at start and never signed over.
// Thread safety: Publish() from one thread at a time; Latest() from any.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "core/audit/checkpoint.h"
#include "core/audit/log.h"
#include "core/audit/note.h"
#include "core/base/mutex.h"
#include "core/crypto/sign.h"
#include "core/store/store.h"

namespace entente::audit {

inline constexpr std::string_view kHighWaterFile = "high-water";

class CheckpointKeeper {
 public:
  // `key`'s name is the log's origin. Store and log must outlive the keeper.
  // DATA_LOSS, Refusal fork, with advice: the log is shorter than the last signed checkpoint, has
  // another root at its size, or the file is missing, altered, signed by another key, or older than
  // the copy in the database. Else the store's errors.
  static absl::StatusOr<std::unique_ptr<CheckpointKeeper>> Open(store::Store& store, const Log& log,
                                                                const VerifierKey& key);

  // Signs the log's head, unless it is already signed, and returns the note once it is stored.
  // INVALID_ARGUMENT when `key` is not the one it was opened with; FAILED_PRECONDITION when the log
  // is shorter than the last checkpoint; else the store's errors: then nothing was published.
  absl::StatusOr<std::string> Publish(const crypto::SigningKey& key);

  struct Signed {
    TreeHead head;
    std::string note;
  };
  // nullopt until the first one.
  std::optional<Signed> Latest() const;

 private:
  CheckpointKeeper(store::Store& store, const Log& log, VerifierKey key,
                   std::optional<Signed> latest);

  store::Store& store_;
  const Log& log_;
  const VerifierKey key_;
  mutable Mutex mutex_;
  std::optional<Signed> latest_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace entente::audit
