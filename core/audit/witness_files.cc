#include "core/audit/witness_files.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/audit/decimal.h"
#include "core/base/encoding.h"
#include "core/crypto/digest.h"
#include "core/store/disk_error.h"
#include "core/store/durable_file.h"

namespace entente::audit {
namespace {

constexpr char kTitle[] = "entente-witness-logs/1";

// A new folder is synced into the one that holds it, or a crash could take it with what it keeps.
absl::Status MakeFolder(const std::string& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0) {
    if (errno == EEXIST) return absl::OkStatus();
    return store::DiskError(errno, "cannot make", folder);
  }
  const std::string above = absl::StrCat(folder, "/..");
  const store::PosixFile file(above, O_RDONLY | O_DIRECTORY);
  if (file.ok() && ::fsync(file.fd()) == 0) return absl::OkStatus();
  return store::DiskError(errno, "cannot sync", above);
}

}  // namespace

WitnessFiles::WitnessFiles(std::string folder, std::string list)
    : folder_(std::move(folder)),
      list_(std::move(list)),
      lock_(absl::StrCat(folder_, "/lock"), O_RDWR | O_CREAT) {}

absl::StatusOr<std::unique_ptr<WitnessFiles>> WitnessFiles::Open(const std::string& folder,
                                                                 const std::string& key_path) {
  if (absl::Status made = MakeFolder(folder); !made.ok()) return made;
  std::unique_ptr<WitnessFiles> files(new WitnessFiles(folder, absl::StrCat(key_path, ".logs")));
  if (absl::Status locked = files->Lock(); !locked.ok()) return locked;
  if (absl::Status read = files->ReadList(); !read.ok()) return read;
  // What cannot be written later is better known now.
  MutexLock lock(&files->mutex_);
  if (absl::Status written = files->WriteList(); !written.ok()) return written;
  return files;
}

absl::Status WitnessFiles::Lock() {
  if (!lock_.ok()) return store::DiskError(errno, "cannot open", absl::StrCat(folder_, "/lock"));
  if (::flock(lock_.fd(), LOCK_EX | LOCK_NB) == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("another witness runs on ", folder_, ": stop it first"));
}

absl::Status WitnessFiles::ReadList() {
  auto bytes = store::ReadFileIfThere(list_);
  if (!bytes.ok()) return bytes.status();
  if (!*bytes) return absl::OkStatus();
  std::string_view rest = **bytes;
  MutexLock lock(&mutex_);
  bool sound = TakeLine(rest) == kTitle;
  while (sound && !rest.empty()) {
    auto origin = TakeLine(rest);
    sound = origin && !origin->empty();
    if (sound) cosigned_.insert(std::string(*origin));
  }
  if (sound) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      list_, " is damaged: it lists the logs that the key beside it has cosigned. Write `", kTitle,
      "` and then, each on a line, the first line of every file in ", folder_,
      "; if a file may be missing there, take a new key and an empty folder"));
}

absl::Status WitnessFiles::WriteList() {
  std::string text = absl::StrCat(kTitle, "\n");
  for (const std::string& origin : cosigned_) absl::StrAppend(&text, origin, "\n");
  return store::WriteFileDurably(list_, text);
}

absl::Status WitnessFiles::AddToList(const std::string& origin) {
  if (!cosigned_.insert(origin).second) return absl::OkStatus();
  absl::Status listed = WriteList();
  if (!listed.ok()) cosigned_.erase(origin);
  return listed;
}

// A note that is not listed is of a crash before the list was written, or the list was lost.
absl::StatusOr<std::optional<std::string>> WitnessFiles::Load(const std::string& origin) {
  auto note = store::ReadFileIfThere(Place(origin));
  if (!note.ok()) return note;
  MutexLock lock(&mutex_);
  if (*note) {
    if (absl::Status listed = AddToList(origin); !listed.ok()) return listed;
    return note;
  }
  if (!cosigned_.contains(origin)) return note;
  return absl::FailedPreconditionError(absl::StrCat(
      Place(origin), " is not there, but ", list_, " says that the key has cosigned ", origin,
      ": the disk may not be mounted, or --state is another folder. If the state is lost, make a "
      "new key with --make-key and give its verifier key to all whose policy names the old one"));
}

// The list follows the note, so that it never names a log that has none; the answer follows both.
absl::Status WitnessFiles::Save(const std::string& origin, std::string_view note) {
  if (absl::Status saved = store::WriteFileDurably(Place(origin), note); !saved.ok()) return saved;
  MutexLock lock(&mutex_);
  return AddToList(origin);
}

std::string WitnessFiles::Place(const std::string& origin) const {
  return absl::StrCat(folder_, "/", HexEncode(crypto::Sha256(origin)), ".checkpoint");
}

}  // namespace entente::audit
