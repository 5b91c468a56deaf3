// Merkle trees as transparency logs have them: RFC 6962 section 2.1, RFC 9162 sections 2.1.1-2.1.5.
// leaf = SHA-256(0x00 || entry), node = SHA-256(0x01 || left || right). Pure; safe from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/bytes.h"

namespace entente::audit {

// Hashes from the leaf's sibling (or, for consistency, from the deepest) up.
using Proof = std::vector<Digest>;

Digest LeafHash(std::string_view entry);
Digest NodeHash(const Digest& left, const Digest& right);
// SHA-256 of nothing: the root at size 0.
Digest EmptyRoot();
// The root over leaf hashes that all stand in memory.
Digest RootOfLeaves(std::span<const Digest> leaf_hashes);

// Verification. OK, or Refusal proof-bad. The proof must have exactly the length that index and
// sizes demand, so an inclusion proof is empty only at size 1; above limits::kProofHashes it is
// refused unread.
absl::Status VerifyInclusion(const Digest& leaf, uint64_t index, uint64_t size,
                             std::span<const Digest> proof, const Digest& root);
// That the tree with root2 at size2 begins with the tree with root1 at size1. Size 0 proves nothing
// and is refused: a witness decides about it by itself. Equal sizes take an empty proof.
absl::Status VerifyConsistency(uint64_t size1, uint64_t size2, std::span<const Digest> proof,
                               const Digest& root1, const Digest& root2);

// What the hashes of a consistency proof stand for: the roots of one tree at two of its sizes.
struct RootPair {
  Digest first{};
  Digest second{};
};
// Of MakeConsistencyHashes. Refusal proof-bad unless 0 < size1 < size2 and there are exactly as
// many hashes as the sizes demand.
absl::StatusOr<RootPair> RootsOfConsistency(uint64_t size1, uint64_t size2,
                                            std::span<const Digest> hashes);

// Making. Gives the hash of the complete subtree over leaves [index << level, (index + 1) <<
// level).
using NodeSource = std::function<absl::StatusOr<Digest>(uint8_t level, uint64_t index)>;

// OUT_OF_RANGE unless index < size; else the source's errors.
absl::StatusOr<Proof> MakeInclusion(uint64_t index, uint64_t size, const NodeSource& nodes);
// OUT_OF_RANGE unless 0 < size1 <= size2; else the source's errors.
absl::StatusOr<Proof> MakeConsistency(uint64_t size1, uint64_t size2, const NodeSource& nodes);
// The same, with the hash at which both trees meet in front where a proof leaves it out because it
// is the first root: so the hashes give both roots. OUT_OF_RANGE unless 0 < size1 < size2.
absl::StatusOr<Proof> MakeConsistencyHashes(uint64_t size1, uint64_t size2,
                                            const NodeSource& nodes);
// The source's errors only.
absl::StatusOr<Digest> MakeRoot(uint64_t size, const NodeSource& nodes);

}  // namespace entente::audit
