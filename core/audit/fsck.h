// Checks a whole log: rebuilds the tree from the entries and compares every stored byte that
// follows from them. Reads everything once; takes as long as that takes. Changes nothing. The store
// must not be written to meanwhile (it works on a snapshot).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/audit/log.h"
#include "core/audit/note.h"
#include "core/store/store.h"

namespace entente::audit {

struct FsckFinding {
  std::string place;  // column family, or "file high-water"
  std::string key;    // lower-case hex; empty when it is not about one key
  std::string what;   // one sentence
};

struct FsckReport {
  TreeHead rebuilt;                   // from the entries alone
  std::vector<FsckFinding> findings;  // in the order found; empty = nothing is wrong
};

// `key`: the log's. A difference is a finding, not an error; an error is what keeps it from
// looking (a family the store was not opened with).
absl::StatusOr<FsckReport> Fsck(const store::Store& store, const VerifierKey& key);

}  // namespace entente::audit
