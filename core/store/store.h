// The seam between the engines and the disk: ordered keys in named families, batches that are
// written whole, consistent reads, and a few small files beside the database.
// Implementations: RocksStore (rocks_store.h), MemoryStore (memory_store.h).
//
// Errors, for every call:
//   RESOURCE_EXHAUSTED, Refusal disk-full: no room; the batch is not in effect, reading goes on.
//     Writes succeed again some seconds after room was made. Should the process die before that,
//     the batch may be found at the next start, whole.
//   DATA_LOSS: stored bytes are damaged; the text names the place and what to do.
//   INVALID_ARGUMENT: a family this store was not opened with.
//   INTERNAL: any other fault of the disk. After a failed sync every later write fails too, until
//     the store is opened again: what reached the disk is then unknown, but a batch is there whole
//     or not at all.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/store/family.h"
#include "core/store/write_batch.h"

namespace entente::store {

// A walk over the keys of one family that begin with one prefix, in byte order, as they were when
// the iterator was made. Not thread-safe; the store must outlive it. Stands on no key until sought.
class Iterator {
 public:
  virtual ~Iterator() = default;
  virtual void SeekToFirst() = 0;
  virtual void SeekToLast() = 0;
  // The first key >= `key` within the prefix.
  virtual void Seek(std::string_view key) = 0;
  // Precondition of the next four: Valid().
  virtual void Next() = 0;
  virtual void Prev() = 0;
  virtual std::string_view key() const = 0;    // until the iterator moves
  virtual std::string_view value() const = 0;  // until the iterator moves
  // False past either end, and on an error: look at status().
  virtual bool Valid() const = 0;
  virtual absl::Status status() const = 0;
};

// Thread-safe.
class Reader {
 public:
  virtual ~Reader() = default;
  // nullopt when the key is not there.
  virtual absl::StatusOr<std::optional<std::string>> Get(Family family,
                                                         std::string_view key) const = 0;
  virtual absl::StatusOr<std::unique_ptr<Iterator>> Iterate(Family family,
                                                            std::string_view prefix) const = 0;
};

inline constexpr size_t kMaxFileBytes = 60 * 1024;

enum class Sync : bool { kNo = false, kYes = true };

// Thread-safe. A read that begins after Write returned OK sees the batch.
class Store : public Reader {
 public:
  // kYes: this batch and all before it survive a crash once OK is returned. kNo: after a crash the
  // unsynced batches that survive are the first ones, each whole.
  virtual absl::Status Write(const WriteBatch& batch, Sync sync) = 0;
  // Every family as it is now, frozen. The store must outlive it.
  virtual std::unique_ptr<Reader> Snapshot() const = 0;
  // The families this store was opened with.
  virtual std::span<const Family> families() const = 0;

  // A small file outside the database, replaced whole and synced before OK is returned; after a
  // crash in between it is the old one or the new one. `name`: 1 to 64 of [a-z0-9-], not "db",
  // which is the database; at most kMaxFileBytes; INVALID_ARGUMENT for others. A file that is there
  // but not readable is DATA_LOSS, for both calls.
  virtual absl::Status PutFile(std::string_view name, std::string_view bytes) = 0;
  // nullopt when there is no such file.
  virtual absl::StatusOr<std::optional<std::string>> ReadFile(std::string_view name) const = 0;
};

// OK, or INVALID_ARGUMENT for a name or size that PutFile and ReadFile do not take.
absl::Status CheckFile(std::string_view name, size_t bytes);
// The least string above every string with this prefix; nullopt when there is none.
std::optional<std::string> PrefixEnd(std::string_view prefix);

}  // namespace entente::store
