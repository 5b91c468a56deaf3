// The body of a witness's `add-checkpoint`, https://c2sp.org/tlog-witness: `old N`, up to 63 hashes
// of a consistency proof in base64, an empty line, and the checkpoint. Pure; safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/audit/merkle.h"

namespace entente::audit {

struct AddCheckpoint {
  uint64_t old_size = 0;  // of the checkpoint that the witness is thought to hold; 0: none
  Proof proof;            // from the old size to the checkpoint's
  std::string note;       // the checkpoint as it came, not looked at
};

// Refusal malformed.
absl::StatusOr<AddCheckpoint> ParseAddCheckpoint(std::string_view body);
// What ParseAddCheckpoint() reads back. Precondition: at most limits::kProofHashes hashes.
std::string FormatAddCheckpoint(const AddCheckpoint& request);

}  // namespace entente::audit
