// A record as a person writes it: a TOML file, read strictly into what the desk takes. Its first
// key names the kind: `draft = "lead/1"`, "alert/1", "request/1", "information/1"; "sections/1" for
// sections alone. Blocking file access; thread-safe. Forms: docs/drafts.md.
//
// Errors: INVALID_ARGUMENT `FILE:LINE:COL: sentence` for anything but the closed form; NOT_FOUND
// without the file; refusal too-large above limits::kConfigBytes.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "entente/v1/desk.pb.h"

namespace entente::cli {

// Instants may be written as durations from `now`. Without recipients and justification.
absl::StatusOr<v1::Draft> ReadDraft(const std::string& path, v1::RecordKind kind, Instant now);
// What is told beside a reply, or who is another than the subject of an alert.
absl::StatusOr<std::vector<v1::DraftSection>> ReadSectionsFile(const std::string& path);

}  // namespace entente::cli
