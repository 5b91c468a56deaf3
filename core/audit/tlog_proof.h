// Receipts: that an entry is in a log, verified without the log. Text form
// https://c2sp.org/tlog-proof (`c2sp.org/tlog-proof@v1`), files end in .tlog-proof.
// Pure; safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/audit/checkpoint.h"
#include "core/audit/merkle.h"
#include "core/audit/note.h"

namespace entente::audit {

struct TlogProof {
  // Opaque and not covered by any signature: nothing may be decided by it.
  std::optional<std::string> extra;
  uint64_t index = 0;
  Proof hashes;
  std::string checkpoint;  // the signed note, verbatim

  friend bool operator==(const TlogProof&, const TlogProof&) = default;
};

std::string FormatTlogProof(const TlogProof& proof);
// Refusal malformed, or too-large above limits::kProofHashes. What FormatTlogProof gives back for
// the result is what was read.
absl::StatusOr<TlogProof> ParseTlogProof(std::string_view text);

struct VerifiedInclusion {
  uint64_t index;
  VerifiedCheckpoint checkpoint;
};

// That the log with this key holds exactly `entry` at the proof's index, under a checkpoint it
// signed. Refusal malformed, too-large, bad-signature or proof-bad.
absl::StatusOr<VerifiedInclusion> VerifyTlogProof(std::string_view proof, std::string_view entry,
                                                  const VerifierKey& log_key,
                                                  std::span<const VerifierKey> witnesses = {});

}  // namespace entente::audit
