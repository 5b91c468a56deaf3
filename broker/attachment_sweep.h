// What goes from the broker's disk by time: files that no record in the log refers to any more, or
// never did. Safe from any thread, beside admission and commits.
#pragma once

#include "absl/status/status.h"
#include "broker/attachment_files.h"
#include "broker/engine.h"
#include "core/base/instant.h"
#include "core/base/limits.h"

namespace entente::broker {

// How long after its last piece, or the last submission that named it, a file without a grant
// stays.
inline constexpr int64_t kUnclaimedMs = limits::kDayMs;

// Ends the grants that are over at `now`, and drops the files without one. A file that a command
// on its way into the log holds stays. Not OK: something stays that could have gone.
absl::Status SweepAttachments(Engine& engine, AttachmentFiles& files, Instant now);

}  // namespace entente::broker
