#include "core/store/rocks_errors.h"

#include "absl/strings/str_cat.h"
#include "core/store/disk_error.h"

namespace entente::store {
namespace {

bool LockIsHeld(const rocksdb::Status& status) {
  return status.IsIOError() && status.ToString().find("/LOCK") != std::string::npos;
}

}  // namespace

absl::Status FromRocks(const rocksdb::Status& status, const std::string& place) {
  if (status.ok()) return absl::OkStatus();
  if (status.IsNoSpace()) return DiskFull(place);
  std::string text = status.ToString();
  // Of its own files none is ever missing.
  if (status.IsCorruption() || status.IsPathNotFound()) {
    return absl::DataLossError(absl::StrCat(
        "the database in ", place, " is damaged (", text,
        "): stop the program and restore the database from a copy; keep the damaged one"));
  }
  if (LockIsHeld(status)) {
    return absl::FailedPreconditionError(
        absl::StrCat("another process has the database in ", place, " open: stop it first"));
  }
  return absl::InternalError(absl::StrCat("the database in ", place, ": ", text));
}

}  // namespace entente::store
