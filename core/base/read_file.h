// Whole files of bounded size, for configurations, drafts and policies. Blocking; thread-safe.
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace entente {

// NOT_FOUND when it cannot be opened, INVALID_ARGUMENT for a folder; refusal too-large above
// `most_bytes`, of which never more than one further byte is read, a pipe or a device included.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t most_bytes);

}  // namespace entente
