#include "node/memory_file.h"

#include <utility>

#include "core/base/refusal.h"

namespace entente::node {

absl::StatusOr<uint64_t> MemoryFile::Size() const { return now_.size(); }

absl::StatusOr<std::string> MemoryFile::Read(uint64_t offset, size_t size) const {
  if (offset + size > now_.size()) return absl::OutOfRangeError("the file ends before");
  return now_.substr(offset, size);
}

absl::Status MemoryFile::Write(uint64_t offset, std::string_view bytes) {
  if (++writes_ == fail_at_ || full_) return Refuse(Reason::kDiskFull, "the key file has no room");
  unsynced_.push_back({offset, std::string(bytes)});
  Apply(now_, offset, bytes);
  return absl::OkStatus();
}

absl::Status MemoryFile::Sync() {
  if (full_) return Refuse(Reason::kDiskFull, "the key file has no room");
  const bool fails = std::exchange(sync_fails_, false);
  for (const Unsynced& one : std::exchange(unsynced_, {})) {
    if (!fails) Apply(synced_, one.offset, one.bytes);
  }
  return fails ? absl::InternalError("the key file could not be synced") : absl::OkStatus();
}

void MemoryFile::Crash(size_t survivors) {
  now_ = synced_;
  for (size_t i = 0; i < survivors && i < unsynced_.size(); ++i) {
    Apply(now_, unsynced_[i].offset, unsynced_[i].bytes);
  }
  unsynced_.clear();
  synced_ = now_;
  fail_at_ = 0;
  sync_fails_ = false;
  full_ = false;
}

void MemoryFile::Apply(std::string& to, uint64_t offset, std::string_view bytes) {
  if (to.size() < offset + bytes.size()) to.resize(offset + bytes.size(), '\0');
  to.replace(offset, bytes.size(), bytes);
}

}  // namespace entente::node
