#include "core/audit/checkpoint_keeper.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/audit/log_format.h"
#include "core/base/refusal.h"

namespace entente::audit {
namespace {

using Signed = CheckpointKeeper::Signed;

absl::Status Forked(std::string text, std::string advice) {
  return Refuse(
      {.reason = Reason::kFork,
       .subject = "",
       .text = std::move(text),
       .advice = absl::StrCat(advice, "; until then the log is neither signed nor served"),
       .record_id = "",
       .log_index = std::nullopt});
}

constexpr char kRestore[] =
    "restore the complete database from a copy that has all that was signed";
constexpr char kRestoreFile[] =
    "restore the high-water file from a copy no older than the database";

absl::StatusOr<Signed> Read(const std::string& note, const VerifierKey& key) {
  auto verified = VerifyCheckpoint(note, key);
  if (!verified.ok()) return verified.status();
  return Signed{{verified->checkpoint.size, verified->checkpoint.root}, note};
}

// The copy in the database is written after the file and may be older, never newer.
absl::Status CheckCopy(const std::optional<std::string>& copy, const Signed& high_water,
                       const VerifierKey& key) {
  if (!copy) return absl::OkStatus();
  auto read = Read(*copy, key);
  if (!read.ok()) {
    return Forked(absl::StrCat("the checkpoint in l_checkpoint is not the log's: ",
                               std::string(read.status().message())),
                  kRestore);
  }
  if (read->head.size < high_water.head.size || read->head == high_water.head) {
    return absl::OkStatus();
  }
  return Forked(absl::StrCat("the high-water file (size ", high_water.head.size,
                             ") is older than the checkpoint in the database (size ",
                             read->head.size, "), or contradicts it"),
                kRestoreFile);
}

absl::Status CheckLog(const Log& log, const TreeHead& high_water) {
  uint64_t size = log.Head().size;
  if (size < high_water.size) {
    return Forked(absl::StrCat("the log has ", size, " entries, but a checkpoint of ",
                               high_water.size, " was signed: the database was cut short"),
                  kRestore);
  }
  auto root = log.RootAt(high_water.size);
  if (!root.ok()) return root.status();
  if (*root == high_water.root) return absl::OkStatus();
  return Forked(absl::StrCat("at size ", high_water.size,
                             " the log has another root than the checkpoint that was signed"),
                kRestore);
}

}  // namespace

CheckpointKeeper::CheckpointKeeper(store::Store& store, const Log& log, VerifierKey key,
                                   std::optional<Signed> latest)
    : store_(store), log_(log), key_(std::move(key)), latest_(std::move(latest)) {}

absl::StatusOr<std::unique_ptr<CheckpointKeeper>> CheckpointKeeper::Open(store::Store& store,
                                                                         const Log& log,
                                                                         const VerifierKey& key) {
  auto file = store.ReadFile(kHighWaterFile);
  if (!file.ok()) return file.status();
  auto copy = store.Get(kCheckpoint, kLastKey);
  if (!copy.ok()) return copy.status();
  std::optional<Signed> latest;
  if (*file) {
    auto read = Read(**file, key);
    if (!read.ok()) {
      return Forked(absl::StrCat("the high-water file is not a checkpoint signed by ", key.Text(),
                                 ": ", std::string(read.status().message())),
                    kRestoreFile);
    }
    if (absl::Status same = CheckCopy(*copy, *read, key); !same.ok()) return same;
    if (absl::Status held = CheckLog(log, read->head); !held.ok()) return held;
    latest = *std::move(read);
  } else if (*copy) {
    return Forked("the high-water file is missing, but the database holds a signed checkpoint",
                  kRestoreFile);
  }
  return std::unique_ptr<CheckpointKeeper>(
      new CheckpointKeeper(store, log, key, std::move(latest)));
}

absl::StatusOr<std::string> CheckpointKeeper::Publish(const crypto::SigningKey& key) {
  if (key.public_key() != key_.key()) {
    return absl::InvalidArgumentError("this is not the key that the log's checkpoints bear");
  }
  TreeHead head = log_.Head();
  std::optional<Signed> latest = Latest();
  if (latest && latest->head == head) return latest->note;
  if (latest && latest->head.size >= head.size) {
    return absl::FailedPreconditionError(absl::StrCat("a checkpoint of size ", latest->head.size,
                                                      " was signed, the log has ", head.size,
                                                      " entries"));
  }
  auto note = SignCheckpoint({key_.name(), head.size, head.root}, key);
  if (!note.ok()) return note.status();
  // The file is the promise. The copy in the database only shows at start that the file was
  // removed or put back from before; the next commit syncs it.
  if (absl::Status put = store_.PutFile(kHighWaterFile, *note); !put.ok()) return put;
  store::WriteBatch batch;
  batch.Put(kCheckpoint, kLastKey, *note);
  absl::Status copied = store_.Write(batch, store::Sync::kNo);
  if (!copied.ok()) return copied;
  MutexLock lock(&mutex_);
  latest_ = Signed{head, *note};
  return *std::move(note);
}

std::optional<CheckpointKeeper::Signed> CheckpointKeeper::Latest() const {
  MutexLock lock(&mutex_);
  return latest_;
}

}  // namespace entente::audit
