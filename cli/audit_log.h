// What the commands of entente-audit about a whole log share. Blocking file reads; safe from any
// thread.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "core/audit/note.h"
#include "core/base/sentences.h"

namespace entente::cli {

// From its text, or from a file with it on its one line. INVALID_ARGUMENT, also for a key that is
// no log's (a witness's); NOT_FOUND when it is neither.
absl::StatusOr<audit::VerifierKey> LogKeyFrom(const std::string& text_or_file);

inline constexpr char kCheckpointFile[] = "checkpoint";
// Of a folder of tiles, not verified. NOT_FOUND when there is none, INVALID_ARGUMENT when it cannot
// be read.
absl::StatusOr<std::string> ReadCheckpointNote(const std::string& folder);

// Prints what was refused and gives the exit code for it, 3.
int AuditRefused(Language language, const absl::Status& status);

}  // namespace entente::cli
