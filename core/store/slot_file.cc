#include "core/store/slot_file.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/encoding.h"
#include "core/store/disk_error.h"
#include "core/store/durable_file.h"

namespace entente::store {
namespace {

constexpr size_t kHeaderBytes = kSlotBytes - kSlotContentBytes;

struct Slot {
  uint64_t number;
  std::string_view content;
};

uint64_t Fnv1a(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (char c : bytes) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
  return hash;
}

std::string FormatSlot(uint64_t number, std::string_view content) {
  Framing summed, slot;
  summed.U64(number).U32(static_cast<uint32_t>(content.size())).Raw(content);
  slot.U64(number).U32(static_cast<uint32_t>(content.size())).U64(Fnv1a(summed.str()));
  return slot.Raw(content).str();
}

uint64_t BigEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (char c : bytes) value = (value << 8) | static_cast<uint8_t>(c);
  return value;
}

std::optional<Slot> ParseSlot(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes) return std::nullopt;
  uint64_t number = BigEndian(bytes.substr(0, 8)), length = BigEndian(bytes.substr(8, 4));
  if (number == 0 || length > bytes.size() - kHeaderBytes) return std::nullopt;
  std::string_view content = bytes.substr(kHeaderBytes, length);
  if (!bytes.starts_with(FormatSlot(number, content))) return std::nullopt;
  return Slot{number, content};
}

std::optional<Slot> Counting(std::string_view file) {
  auto first = ParseSlot(file.substr(0, kSlotBytes));
  auto second = ParseSlot(file.substr(std::min(kSlotBytes, file.size())));
  if (!first || !second) return first ? first : second;
  return first->number > second->number ? first : second;
}

absl::Status NoSlotCounts(const std::string& path) {
  return absl::DataLossError(absl::StrCat(path, " is damaged: restore it from a copy"));
}

}  // namespace

absl::StatusOr<std::optional<std::string>> SlotFile::Read(const std::string& path) {
  auto file = ReadFileIfThere(path);
  if (!file.ok() || !*file) return file;
  auto slot = Counting(**file);
  if (!slot) return NoSlotCounts(path);
  return std::string(slot->content);
}

absl::StatusOr<std::unique_ptr<SlotFile>> SlotFile::Open(const std::string& path) {
  auto file = ReadFileIfThere(path);
  if (!file.ok()) return file.status();
  auto slot = *file ? Counting(**file) : std::nullopt;
  if (!slot) return NoSlotCounts(path);
  std::unique_ptr<SlotFile> opened(new SlotFile(path, slot->number));
  if (!opened->file_.ok()) return DiskError(errno, "cannot open", path);
  return opened;
}

absl::Status SlotFile::Create(const std::string& path, std::string_view bytes) {
  if (bytes.size() > kSlotContentBytes) return absl::InvalidArgumentError("too long for its file");
  // Zeros in the unused rest, so that later writes find all their blocks allocated.
  std::string file(2 * kSlotBytes, '\0');
  std::string slot = FormatSlot(1, bytes);
  file.replace(kSlotBytes, slot.size(), slot);
  return WriteFileDurably(path, file);
}

SlotFile::SlotFile(const std::string& path, uint64_t number)
    : path_(path), file_(path, O_RDWR), number_(number) {}

absl::Status SlotFile::Put(std::string_view bytes) {
  if (bytes.size() > kSlotContentBytes) return absl::InvalidArgumentError("too long for its file");
  if (broken_) {
    return absl::InternalError(absl::StrCat(path_, " could not be synced: restart the program"));
  }
  const uint64_t number = number_ + 1;
  auto offset = static_cast<off_t>(number % 2 * kSlotBytes);
  if (!file_.WriteAt(FormatSlot(number, bytes), offset) || ::fdatasync(file_.fd()) != 0) {
    broken_ = true;
    return DiskError(errno, "cannot write", path_);
  }
  number_ = number;
  return absl::OkStatus();
}

}  // namespace entente::store
