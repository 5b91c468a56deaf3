// The store in memory, for tests and simulations: it keeps the promises of store.h and no more. A
// crash takes back what was not synced, and faults come when asked for. Thread-safe. It outlives
// the engines that are crashed and started again on it.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "core/base/mutex.h"
#include "core/store/store.h"

namespace entente::store {

// What a fault does to the write it strikes.
enum class Fault : uint8_t {
  kDiskFull,    // nothing written; the next write works again unless more faults are set
  kSyncFailed,  // the batch is not visible, survives a crash or not, and writes fail until Crash()
};

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(std::span<const Family> families);

  // The process dies and the machine with it: of the unsynced batches the first `survivors` stay,
  // the others are gone; faults are cleared. Iterators and snapshots made before keep their view.
  void Crash(size_t survivors = 0);
  // Batches written since the last sync (at most this many can survive a crash).
  size_t unsynced() const;

  // The `nth` write from now (1 = the next; PutFile counts as one) fails.
  void FailWrite(size_t nth, Fault fault);
  // Every write from now fails with disk-full until set to false.
  void SetDiskFull(bool full);
  // Writes tried so far, PutFile included: tests fail or crash at each one in turn.
  size_t writes() const;

  absl::StatusOr<std::optional<std::string>> Get(Family family,
                                                 std::string_view key) const override;
  absl::StatusOr<std::unique_ptr<Iterator>> Iterate(Family family,
                                                    std::string_view prefix) const override;
  absl::Status Write(const WriteBatch& batch, Sync sync) override;
  std::unique_ptr<Reader> Snapshot() const override;
  std::span<const Family> families() const override { return families_; }
  absl::Status PutFile(std::string_view name, std::string_view bytes) override;
  absl::StatusOr<std::optional<std::string>> ReadFile(std::string_view name) const override;

  using Table = std::map<std::string, std::string, std::less<>>;

 private:
  // A table with the number of iterators and snapshots that look at it; a write copies it first
  // while there are any.
  struct Versioned {
    Table table;
    std::atomic<int> readers{0};
  };
  struct Undo {
    size_t family;
    std::string key;
    std::optional<std::string> before;
  };
  struct Unsynced {
    std::vector<Undo> undo;
    std::optional<WriteBatch> torn;  // a batch whose sync failed: applied if it survives
  };

  absl::Status CheckFamilies(const WriteBatch& batch) const;
  std::optional<Fault> NextFault() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Fail(Fault fault) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<Undo> Apply(const WriteBatch& batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::shared_ptr<const Table> Hold(size_t family) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Table& Writable(size_t family) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::vector<Family> families_;
  mutable Mutex mutex_;
  std::vector<std::shared_ptr<Versioned>> tables_ ABSL_GUARDED_BY(mutex_);
  std::vector<Unsynced> unsynced_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string, std::less<>> files_ ABSL_GUARDED_BY(mutex_);
  std::map<size_t, Fault> faults_ ABSL_GUARDED_BY(mutex_);
  size_t writes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool disk_full_ ABSL_GUARDED_BY(mutex_) = false;
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace entente::store
