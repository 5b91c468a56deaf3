// The log as files that anyone verifies with nothing of ours: https://c2sp.org/tlog-tiles.
// Reads a store that nobody writes to meanwhile; writes in one folder, and changes or removes
// nothing there but the checkpoint. Blocking.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "core/audit/note.h"
#include "core/store/store.h"

namespace entente::broker {

struct Exported {
  uint64_t size = 0;     // entries that the checkpoint covers
  uint64_t written = 0;  // files
  uint64_t kept = 0;     // files that were there as they must be
};

// Files gone through, of how many.
using ExportProgress = std::function<void(uint64_t done, uint64_t all)>;

// Brings `folder` up to the last signed checkpoint, and never beyond it: every tile that a tree of
// that size has, with `entries` every bundle too, the checkpoint last. Each file is whole or not
// there, whenever it is interrupted; the next run goes on. Partial tiles of earlier sizes stay: a
// reader may still hold their checkpoint.
//
// `key`: the log's. Errors, after which nothing that was there is changed: FAILED_PRECONDITION for
// a folder that holds another log, another history of this one, a later checkpoint, a file that is
// not as this log has it (each is named), or entries although they are not asked for; when nothing
// was signed yet; and refusal fork as CheckpointKeeper::Open has it. Else the store's and the
// disk's (refusal disk-full).
absl::StatusOr<Exported> ExportLog(store::Store& store, const audit::VerifierKey& key,
                                   const std::string& folder, bool entries,
                                   const ExportProgress& progress = {});

}  // namespace entente::broker
