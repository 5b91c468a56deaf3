#include "broker/attachment_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/store/disk_error.h"

namespace entente::broker {
namespace {

namespace fs = std::filesystem;
using store::DiskError;
using store::PosixFile;

constexpr std::string_view kPartSuffix = ".part";
constexpr size_t kReadBytes = 256 * 1024;

uint64_t Charge(const OwnedFile& file) {
  return std::max<uint64_t>(file.shape.size, limits::kPieceBytes);
}

absl::Status SyncFolder(const std::string& path) {
  const PosixFile folder(path, O_RDONLY | O_DIRECTORY);
  if (folder.ok() && ::fsync(folder.fd()) == 0) return absl::OkStatus();
  return DiskError(errno, "cannot sync", path);
}

absl::Status MakeFolder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0) {
    return errno == EEXIST ? absl::OkStatus() : DiskError(errno, "cannot make", path);
  }
  const std::string above = fs::path(path).parent_path().string();
  return SyncFolder(above.empty() ? "." : above);
}

absl::Status Remove(const std::string& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return absl::OkStatus();
  return DiskError(errno, "cannot remove", path);
}

// Fewer bytes than asked for at the end of the file only; nullopt with errno.
std::optional<std::string> ReadAt(int fd, uint64_t offset, size_t bytes) {
  std::string out(bytes, '\0');
  size_t done = 0;
  while (done < bytes) {
    const ssize_t got =
        ::pread(fd, out.data() + done, bytes - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  out.resize(done);
  return out;
}

// The append that reached the last multiple of the step may have died before its sync; the one that
// reached the multiple before did not.
uint64_t SurelyThere(uint64_t length) {
  const uint64_t steps = length / kSyncStepBytes;
  return steps == 0 ? 0 : (steps - 1) * kSyncStepBytes;
}

struct NamedFile {
  record::FileShape shape;
  bool part = false;
};
// nullopt for a name that no file here has.
std::optional<NamedFile> ParseName(std::string_view name) {
  NamedFile named;
  named.part = name.ends_with(kPartSuffix);
  if (named.part) name.remove_suffix(kPartSuffix.size());
  const size_t dash = name.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto root = FixedFromHex<sizeof(Digest)>(name.substr(0, dash));
  const std::string_view size = name.substr(dash + 1);
  const auto [end, error] =
      std::from_chars(size.data(), size.data() + size.size(), named.shape.size);
  if (!root || error != std::errc() || end != size.data() + size.size() ||
      !record::IsSealedFileSize(named.shape.size)) {
    return std::nullopt;
  }
  named.shape.root = *root;
  return named;
}

}  // namespace

std::string AttachmentPath(const OwnedFile& file) {
  return file.origin + "/" + HexEncode(file.shape.root) + "-" + std::to_string(file.shape.size);
}

// ---- starting

absl::StatusOr<std::unique_ptr<AttachmentFiles>> AttachmentFiles::Open(std::string folder,
                                                                       uint64_t origin_bytes,
                                                                       Instant now) {
  if (auto status = MakeFolder(folder); !status.ok()) return status;
  std::unique_ptr<AttachmentFiles> files(new AttachmentFiles(std::move(folder), origin_bytes));
  std::error_code error;
  for (fs::directory_iterator it(files->folder_, error), end; !error && it != end;
       it.increment(error)) {
    const std::string origin = it->path().filename().string();
    if (!AgencyId::Parse(origin).ok()) continue;
    if (auto status = files->Find(origin, now); !status.ok()) return status;
  }
  if (error) return DiskError(error.value(), "cannot read", files->folder_);
  return files;
}

absl::Status AttachmentFiles::Find(const std::string& origin, Instant now) {
  std::error_code error;
  for (fs::directory_iterator it(folder_ + "/" + origin, error), end; !error && it != end;
       it.increment(error)) {
    FindFile(origin, it->path().filename().string(), now);
  }
  if (!error) return absl::OkStatus();
  return DiskError(error.value(), "cannot read", folder_ + "/" + origin);
}

// A complete one that has another length than its name says is none: it can be uploaded again.
void AttachmentFiles::FindFile(const std::string& origin, const std::string& name, Instant now) {
  const auto named = ParseName(name);
  struct stat facts {};
  const std::string path = folder_ + "/" + origin + "/" + name;
  if (!named || ::stat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return;
  const OwnedFile file{origin, named->shape};
  const auto length = static_cast<uint64_t>(facts.st_size);
  if (!named->part && length != file.shape.size) return;
  Entry entry{nullptr, std::min(now, Instant{facts.st_mtim.tv_sec * 1000}), {}};
  if (named->part) {
    entry.part = std::make_shared<Part>();
    MutexLock part_lock(&entry.part->mutex);
    entry.part->stored = SurelyThere(std::min(length, file.shape.size));
    entry.part->synced = entry.part->stored;
  }
  MutexLock lock(&mutex_);
  const auto found = entries_.find(file);
  if (found == entries_.end()) return Insert(file, std::move(entry));
  if (!named->part) found->second = std::move(entry);  // beside a part of itself
}

// ---- what there is

void AttachmentFiles::Insert(const OwnedFile& file, Entry entry) {
  entries_.emplace(file, std::move(entry));
  bytes_[file.origin] += Charge(file);
}

void AttachmentFiles::Erase(const OwnedFile& file) {
  if (entries_.erase(file) == 0) return;
  const auto bytes = bytes_.find(file.origin);
  bytes->second -= Charge(file);
  if (bytes->second == 0) bytes_.erase(bytes);
}

absl::StatusOr<std::shared_ptr<AttachmentFiles::Part>> AttachmentFiles::PartOf(
    const OwnedFile& file, Instant now) {
  MutexLock lock(&mutex_);
  if (const auto found = entries_.find(file); found != entries_.end()) {
    Entry& entry = found->second;
    entry.used = std::max(entry.used, now);
    // What the disk has lost is uploaded again.
    if (entry.part == nullptr && !IsOnDisk(file)) entry.part = std::make_shared<Part>();
    return entry.part;
  }
  const auto bytes = bytes_.find(file.origin);
  if ((bytes == bytes_.end() ? 0 : bytes->second) + Charge(file) > origin_bytes_) {
    return Refuse(Reason::kQuota, "The attachments of " + file.origin +
                                      " that recipients have not fetched take up what this broker "
                                      "keeps for one origin.");
  }
  auto part = std::make_shared<Part>();
  Insert(file, {part, now, {}});
  return part;
}

void AttachmentFiles::Use(const OwnedFile& file, Instant now) {
  MutexLock lock(&mutex_);
  const auto found = entries_.find(file);
  if (found != entries_.end()) found->second.used = std::max(found->second.used, now);
}

void AttachmentFiles::Complete(const OwnedFile& file, Instant now) {
  MutexLock lock(&mutex_);
  const auto found = entries_.find(file);
  found->second.part = nullptr;
  found->second.used = std::max(found->second.used, now);
}

void AttachmentFiles::Forget(const OwnedFile& file) {
  MutexLock lock(&mutex_);
  Erase(file);
}

uint64_t AttachmentFiles::BytesOf(const std::string& origin) const {
  MutexLock lock(&mutex_);
  const auto found = bytes_.find(origin);
  return found == bytes_.end() ? 0 : found->second;
}

bool AttachmentFiles::IsOnDisk(const OwnedFile& file) const {
  struct stat facts {};
  return ::stat(PathOf(file).c_str(), &facts) == 0 && S_ISREG(facts.st_mode) &&
         static_cast<uint64_t>(facts.st_size) == file.shape.size;
}

Hold AttachmentFiles::HoldComplete(const OwnedFile& file, Instant now) {
  MutexLock lock(&mutex_);
  const auto found = entries_.find(file);
  if (found == entries_.end() || found->second.part != nullptr || !IsOnDisk(file)) return nullptr;
  found->second.used = std::max(found->second.used, now);
  Hold hold = found->second.hold.lock();
  if (hold == nullptr) found->second.hold = hold = std::make_shared<const bool>();
  return hold;
}

absl::StatusOr<std::string> AttachmentFiles::Read(const OwnedFile& file, uint64_t offset,
                                                  size_t bytes) const {
  const std::string path = PathOf(file);
  const PosixFile open(path, O_RDONLY);
  struct stat facts {};
  if ((!open.ok() && errno == ENOENT) ||
      (open.ok() && ::fstat(open.fd(), &facts) == 0 &&
       static_cast<uint64_t>(facts.st_size) != file.shape.size)) {
    return absl::DataLossError(path + " is not there, or not whole: run entente-broker fsck");
  }
  const size_t left = std::min<uint64_t>(bytes, file.shape.size - offset);
  auto out = open.ok() ? ReadAt(open.fd(), offset, left) : std::nullopt;
  if (!out) return DiskError(errno, "cannot read", path);
  return *std::move(out);
}

// ---- dropping

std::set<OwnedFile> AttachmentFiles::Idle(Instant since) const {
  MutexLock lock(&mutex_);
  std::set<OwnedFile> idle;
  for (const auto& [file, entry] : entries_) {
    if (entry.IdleSince(since)) idle.insert(file);
  }
  return idle;
}

// A file is removed under the lock under which it is forgotten: whoever begins it anew makes
// another.
absl::Status AttachmentFiles::DropIdle(const OwnedFile& file, Instant since) {
  std::shared_ptr<Part> part;
  {
    MutexLock lock(&mutex_);
    const auto found = entries_.find(file);
    if (found == entries_.end() || !found->second.IdleSince(since)) return absl::OkStatus();
    part = found->second.part;
    if (part == nullptr) {
      Erase(file);
      return Remove(PathOf(file));
    }
  }
  MutexLock part_lock(&part->mutex);
  MutexLock lock(&mutex_);
  const auto found = entries_.find(file);
  if (found == entries_.end() || found->second.part != part || !found->second.IdleSince(since)) {
    return absl::OkStatus();
  }
  part->gone = true;
  Erase(file);
  return Remove(PathOf(file) + std::string(kPartSuffix));
}

// ---- uploads

absl::StatusOr<std::unique_ptr<AttachmentUpload>> AttachmentFiles::Begin(const OwnedFile& file,
                                                                         Instant now) {
  while (true) {
    auto part = PartOf(file, now);
    if (!part.ok()) return part.status();
    std::unique_ptr<AttachmentUpload> upload(new AttachmentUpload(*this, file, *std::move(part)));
    if (upload->part_ == nullptr) {
      upload->stored_ = file.shape.size;
      upload->complete_ = true;
      return upload;
    }
    if (!upload->TakeTurn()) continue;
    if (auto status = upload->OpenFile(); !status.ok()) return status;
    return upload;
  }
}

bool AttachmentUpload::TakeTurn() {
  MutexLock lock(&part_->mutex);
  if (part_->gone) return false;
  turn_ = ++part_->turn;
  stored_ = part_->stored;
  return true;
}

absl::Status AttachmentUpload::OpenFile() {
  if (auto status = MakeFolder(files_.folder_ + "/" + file_.origin); !status.ok()) return status;
  const std::string path = files_.PathOf(file_) + std::string(kPartSuffix);
  open_.emplace(path, O_RDWR | O_CREAT);
  return open_->ok() ? absl::OkStatus() : DiskError(errno, "cannot create", path);
}

// What no piece came for leaves no trace.
AttachmentUpload::~AttachmentUpload() {
  if (part_ == nullptr) return;
  MutexLock lock(&part_->mutex);
  if (part_->gone || part_->turn != turn_ || part_->stored > 0) return;
  Drop(absl::OkStatus()).IgnoreError();
}

absl::Status AttachmentUpload::CheckTurn() const {
  if (!part_->gone && part_->turn == turn_) return absl::OkStatus();
  return Refuse(
      Reason::kQuota,
      "This upload ended when another of the same file began, or no piece came for long.");
}

absl::Status AttachmentUpload::Append(std::string_view piece, Instant now) {
  if (piece.empty() || piece.size() > limits::kPieceBytes ||
      piece.size() > file_.shape.size - stored_) {
    return Refuse(Reason::kMalformed,
                  "A piece has 1 to 65,536 bytes, and all of them together the file's size.");
  }
  MutexLock lock(&part_->mutex);
  if (auto status = CheckTurn(); !status.ok()) return status;
  if (!open_->WriteAt(piece, static_cast<off_t>(stored_))) {
    return DiskError(errno, "cannot write", files_.PathOf(file_));
  }
  const uint64_t before = std::exchange(part_->stored, stored_ + piece.size());
  const bool step = before / kSyncStepBytes != part_->stored / kSyncStepBytes;
  if (step || part_->stored == file_.shape.size) {
    if (auto status = Sync(); !status.ok()) return status;
  }
  stored_ = part_->stored;
  files_.Use(file_, now);
  return absl::OkStatus();
}

absl::Status AttachmentUpload::Sync() {
  if (::fdatasync(open_->fd()) == 0) {
    part_->synced = part_->stored;
    return absl::OkStatus();
  }
  auto status = DiskError(errno, "cannot sync", files_.PathOf(file_));
  if (!IsRefusal(status, Reason::kDiskFull)) return Drop(std::move(status));
  stored_ = part_->stored = part_->synced;
  return status;
}

absl::Status AttachmentUpload::Drop(absl::Status why) {
  part_->gone = true;
  auto removed = Remove(files_.PathOf(file_) + std::string(kPartSuffix));
  files_.Forget(file_);
  return why.ok() ? removed : why;
}

absl::StatusOr<bool> AttachmentUpload::Check(Instant now) {
  MutexLock lock(&part_->mutex);
  if (auto status = CheckTurn(); !status.ok()) return status;
  files_.Use(file_, now);
  if (auto status = ReadStep(); !status.ok()) return status;
  if (checked_ < file_.shape.size) return false;
  if (root_.Finish() != file_.shape.root) {
    return Drop(Refuse(Reason::kProofBad, "The bytes of the attachment have another root."));
  }
  if (auto status = Finish(now); !status.ok()) return Drop(std::move(status));
  part_->gone = true;
  files_.Complete(file_, now);
  complete_ = true;
  return true;
}

absl::Status AttachmentUpload::ReadStep() {
  const uint64_t end = std::min(checked_ + kCheckStepBytes, file_.shape.size);
  while (checked_ < end) {
    const auto bytes =
        ReadAt(open_->fd(), checked_, std::min<uint64_t>(kReadBytes, end - checked_));
    if (!bytes || bytes->empty()) {
      return Drop(DiskError(bytes ? EIO : errno, "cannot read", files_.PathOf(file_)));
    }
    root_.Update(*bytes);
    checked_ += bytes->size();
  }
  return absl::OkStatus();
}

// The file keeps the instant of its last piece, for a later start.
absl::Status AttachmentUpload::Finish(Instant now) {
  const std::string path = files_.PathOf(file_);
  const timespec used{now.ms / 1000, 0};
  const timespec times[] = {used, used};
  if (::futimens(open_->fd(), times) != 0 || ::fsync(open_->fd()) != 0) {
    return DiskError(errno, "cannot sync", path);
  }
  if (std::rename((path + std::string(kPartSuffix)).c_str(), path.c_str()) != 0) {
    return DiskError(errno, "cannot rename", path);
  }
  return SyncFolder(fs::path(path).parent_path().string());
}

}  // namespace entente::broker
