#include "core/store/disk_error.h"

#include <cerrno>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "core/base/refusal.h"

namespace entente::store {

absl::Status DiskFull(std::string_view path) {
  std::string place(path);
  return Refuse(
      {.reason = Reason::kDiskFull,
       .subject = "",
       .text = absl::StrCat("the disk that holds ", place, " is full: nothing was written"),
       .advice = absl::StrCat("make room on the disk of ", place, ", then try again"),
       .record_id = "",
       .log_index = std::nullopt});
}

absl::Status DiskError(int error, std::string_view what, std::string_view path) {
  if (error == ENOSPC || error == EDQUOT) return DiskFull(path);
  return absl::InternalError(absl::StrCat(std::string(what), " ", std::string(path), ": ",
                                          std::generic_category().message(error)));
}

}  // namespace entente::store
