// A file whose bytes are overwritten where they stand: what was there is gone once the write is
// synced, as far as the medium allows. Key slots live in such files, never in the database, where
// deleted bytes linger. Implementations: DiskFile (disk_file.h), MemoryFile (memory_file.h).
// Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace entente::node {

class InPlaceFile {
 public:
  virtual ~InPlaceFile() = default;
  // Bytes; grows by writing at the end.
  virtual absl::StatusOr<uint64_t> Size() const = 0;
  // Exactly `size` bytes, or OUT_OF_RANGE when the file ends before; INTERNAL for faults.
  virtual absl::StatusOr<std::string> Read(uint64_t offset, size_t size) const = 0;
  // Not on disk before Sync(). Refusal disk-full, else INTERNAL.
  virtual absl::Status Write(uint64_t offset, std::string_view bytes) = 0;
  virtual absl::Status Sync() = 0;
};

}  // namespace entente::node
