// One wording for what goes wrong on the disk: of core/store, and of who keeps files beside it.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace entente::store {

// Refusal disk-full, naming the place and what to do.
absl::Status DiskFull(std::string_view path);
// DiskFull() for ENOSPC and EDQUOT, else INTERNAL: "<what> <path>: <the system's words>".
absl::Status DiskError(int error, std::string_view what, std::string_view path);

}  // namespace entente::store
