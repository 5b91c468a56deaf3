// An in-place file in memory, for tests and simulations: a crash takes back what was not synced.
// It outlives the engines that are crashed and started again on it. Not thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "node/in_place_file.h"

namespace entente::node {

class MemoryFile final : public InPlaceFile {
 public:
  absl::StatusOr<uint64_t> Size() const override;
  absl::StatusOr<std::string> Read(uint64_t offset, size_t size) const override;
  absl::Status Write(uint64_t offset, std::string_view bytes) override;
  absl::Status Sync() override;

  // Of the unsynced writes the first `survivors` stay.
  void Crash(size_t survivors = 0);
  // Writes and syncs from now fail with disk-full.
  void SetDiskFull(bool full) { full_ = full; }
  // The `nth` write from now (1 = the next) fails with disk-full, once.
  void FailWrite(size_t nth) { fail_at_ = writes_ + nth; }
  // The next sync fails with INTERNAL and loses what it should have kept; the one after it is OK
  // again, as of a real disk.
  void FailSync() { sync_fails_ = true; }
  size_t writes() const { return writes_; }
  // What stands in it now, synced or not: tests look for bytes that must be gone.
  const std::string& bytes() const { return now_; }

 private:
  struct Unsynced {
    uint64_t offset;
    std::string bytes;
  };
  static void Apply(std::string& to, uint64_t offset, std::string_view bytes);

  std::string synced_;
  std::string now_;
  std::vector<Unsynced> unsynced_;
  size_t writes_ = 0;
  size_t fail_at_ = 0;
  bool full_ = false;
  bool sync_fails_ = false;
};

}  // namespace entente::node
