// Proof of a fork: two checkpoints that one log signed and that no single log can have. Of one size
// they need only differ; of two sizes m < n, hashes say which root the tree at n has at m.
//
// Text form, enough for anyone with the log's key:
//
//   entente/fork-proof/1
//   hash BASE64                 none for equal sizes; else as c2sp.org consistency proofs have
//   them,
//                               and with the first tree's root in front where it is complete
//   checkpoint BYTES            of the smaller size, then so many bytes: the signed note
//   checkpoint BYTES            of the larger size, likewise
//
// Pure; safe from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/audit/checkpoint.h"
#include "core/audit/merkle.h"
#include "core/audit/note.h"

namespace entente::audit {

struct ForkProof {
  Proof hashes;
  std::string smaller;  // signed notes, verbatim
  std::string larger;

  friend bool operator==(const ForkProof&, const ForkProof&) = default;
};

std::string FormatForkProof(const ForkProof& proof);
// Refusal malformed, or too-large. What FormatForkProof gives for the result is what was read.
absl::StatusOr<ForkProof> ParseForkProof(std::string_view text);

struct ForkFacts {
  Checkpoint smaller;
  Checkpoint larger;
  Digest root_then{};  // that the larger tree has at the size of the smaller
  bool forked() const { return root_then != smaller.root; }
};
// What the proof proves, either way: that the log forked, or that the two fit. Refusals: malformed;
// bad-signature (one is not signed by this key, or they are of two logs); proof-bad (sizes in the
// other order, or hashes that do not give the larger's root: then nothing is proven).
absl::StatusOr<ForkFacts> JudgeFork(const ForkProof& proof, const VerifierKey& log_key);

// From two notes in any order. `nodes`: of the tree of the larger one; asked only where the sizes
// differ and the smaller is not 0. The notes are not verified here. Refusal malformed, or the
// source's errors.
absl::StatusOr<ForkProof> MakeForkProof(std::string_view note, std::string_view other,
                                        const std::function<NodeSource(uint64_t size)>& nodes);

}  // namespace entente::audit
