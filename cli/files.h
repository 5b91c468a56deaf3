// Small files of the ceremonies: texts, and statements on their way to the log. Blocking; safe from
// any thread on different paths.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/ledger/ceremony.h"

namespace entente::cli {

// NOT_FOUND, or refusal too-large above 4 MiB.
absl::StatusOr<std::string> ReadText(const std::string& path);
// Replaces the file; INTERNAL with the system's words.
absl::Status WriteText(const std::string& path, std::string_view text);
// Mode 0600. ALREADY_EXISTS when a file is there: a key is never replaced.
absl::Status WritePrivateText(const std::string& path, std::string_view text);
// Mode 0700; an existing folder that others may enter is PERMISSION_DENIED with what to do.
absl::Status MakePrivateFolder(const std::string& path);

// One PublishRequest a line, base64, under a first line `entente-statements/1`.
absl::Status WritePublications(const std::string& path,
                               std::span<const ledger::Publication> publications);
absl::StatusOr<std::vector<ledger::Publication>> ReadPublications(const std::string& path);

}  // namespace entente::cli
