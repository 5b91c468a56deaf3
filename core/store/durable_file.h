// Small files that a crash leaves whole: the old content or the new, never a part of either.
// Stateless; safe from any thread, but two writers of one path must take turns.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace entente::store {

// Writes `path`.tmp (mode 0600), syncs it, renames it over `path` and syncs the folder: once OK is
// returned the content survives a crash. Refusal disk-full, else INTERNAL with path and errno text.
absl::Status WriteFileDurably(const std::string& path, std::string_view bytes);

// The whole file; nullopt when there is none; INTERNAL when it cannot be read or is above 64 MiB.
absl::StatusOr<std::optional<std::string>> ReadFileIfThere(const std::string& path);

}  // namespace entente::store
