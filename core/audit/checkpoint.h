// Checkpoints: the signed statement of a log about its size and root.
// https://c2sp.org/tlog-checkpoint: `origin\n size\n base64(root)\n` in a signed note. The log's
// key bears the log's origin as its name. Pure; safe from any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/audit/note.h"
#include "core/base/bytes.h"
#include "core/crypto/sign.h"

namespace entente::audit {

struct Checkpoint {
  std::string origin;
  uint64_t size = 0;
  Digest root{};

  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// The note's text. Extension lines are never written.
std::string CheckpointText(const Checkpoint& checkpoint);
// Refusal malformed. Extension lines are permitted and not looked at.
absl::StatusOr<Checkpoint> ParseCheckpointText(std::string_view text);

// The signed note, with the log's own signature. INVALID_ARGUMENT for an origin that cannot be a
// key's name.
absl::StatusOr<std::string> SignCheckpoint(const Checkpoint& checkpoint,
                                           const crypto::SigningKey& key);

struct Cosignature {
  size_t witness;  // position in the list of witnesses
  uint64_t time;   // Unix seconds
};
struct VerifiedCheckpoint {
  Checkpoint checkpoint;
  std::vector<Cosignature> cosignatures;
};

// Refusal malformed, too-large or bad-signature. The log's own signature must be there and right,
// anywhere among the others; a witness's signature may be missing, but not wrong. For a log of
// others, whose origin the specification lets differ from its key's name: who calls this looks at
// the origin.
absl::StatusOr<VerifiedCheckpoint> VerifyAnyCheckpoint(std::string_view note,
                                                       const VerifierKey& log_key,
                                                       std::span<const VerifierKey> witnesses = {});
// The same, and the key's name must be the origin, as it is in every log of ours.
absl::StatusOr<VerifiedCheckpoint> VerifyCheckpoint(std::string_view note,
                                                    const VerifierKey& log_key,
                                                    std::span<const VerifierKey> witnesses = {});

}  // namespace entente::audit
