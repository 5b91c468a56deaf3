// A small file that is replaced at every commit: two slots of fixed size, written in turn and in
// place, so that a write costs one sync of blocks that are already there (a rename costs the file
// system's journal several). A crash in the middle of a write spoils the slot being written; the
// other still holds the content before. Inside core/store only.
//
// Slot: u64 number || u32 length || u64 FNV-1a of number, length and content || content ||
// anything. The slot with the higher number counts; slots with a wrong sum (torn, or never written)
// do not. The sum finds torn writes, not malice: content that matters is signed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/store/posix_file.h"
#include "core/store/store.h"

namespace entente::store {

inline constexpr size_t kSlotBytes = 64 * 1024;
inline constexpr size_t kSlotContentBytes = kSlotBytes - 20;
static_assert(kMaxFileBytes <= kSlotContentBytes);

// Not thread-safe.
class SlotFile {
 public:
  // The content that counts; nullopt when there is no file; DATA_LOSS when no slot counts.
  static absl::StatusOr<std::optional<std::string>> Read(const std::string& path);
  // Of an existing file. DATA_LOSS as above.
  static absl::StatusOr<std::unique_ptr<SlotFile>> Open(const std::string& path);
  // Makes the file, with its first content; it survives a crash once OK is returned.
  static absl::Status Create(const std::string& path, std::string_view bytes);

  // Replaces the content; it survives a crash once OK is returned. INVALID_ARGUMENT above
  // kSlotContentBytes. After a failure what is on disk is unknown and every later Put fails.
  absl::Status Put(std::string_view bytes);

 private:
  SlotFile(const std::string& path, uint64_t number);

  const std::string path_;
  PosixFile file_;
  uint64_t number_;
  bool broken_ = false;
};

}  // namespace entente::store
