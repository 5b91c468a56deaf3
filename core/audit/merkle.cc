#include "core/audit/merkle.h"

#include <algorithm>
#include <bit>

#include "absl/strings/str_cat.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"

namespace entente::audit {
namespace {

constexpr uint8_t kLeafPrefix[] = {0x00};
constexpr uint8_t kNodePrefix[] = {0x01};

// Leaves [begin, end) of a tree.
struct Range {
  uint64_t begin;
  uint64_t end;
  uint64_t size() const { return end - begin; }
};

absl::Status BadProof(std::string_view text) {
  return Refuse(Reason::kProofBad, std::string(text));
}

// The largest power of two below n; n >= 2.
uint64_t Split(uint64_t n) { return std::bit_floor(n - 1); }

// Precondition: range.begin is a multiple of a power of two >= range.size(), as in every recursion
// of RFC 9162.
absl::StatusOr<Digest> RootOfRange(Range range, const NodeSource& nodes) {
  std::vector<Digest> parts;
  for (uint64_t at = range.begin; at < range.end;) {
    auto level = static_cast<uint8_t>(std::bit_width(range.end - at) - 1);
    auto part = nodes(level, at >> level);
    if (!part.ok()) return part.status();
    parts.push_back(*part);
    at += uint64_t{1} << level;
  }
  Digest root = parts.back();
  for (size_t i = parts.size() - 1; i-- > 0;) root = NodeHash(parts[i], root);
  return root;
}

absl::StatusOr<Proof> RootsOfRanges(std::span<const Range> ranges, const NodeSource& nodes) {
  Proof proof;
  for (Range range : ranges) {
    auto root = RootOfRange(range, nodes);
    if (!root.ok()) return root.status();
    proof.push_back(*root);
  }
  return proof;
}

// Where a verifier stands on its way up: two positions that are followed level by level.
struct Climb {
  uint64_t first;
  uint64_t second;
  void Up() {
    first >>= 1;
    second >>= 1;
  }
  // True when the next hash of the proof belongs on the left. Then skips the levels at which the
  // right border has no sibling.
  bool TakesLeft() {
    if ((first & 1) == 0 && first != second) return false;
    while ((first & 1) == 0 && first != 0) Up();
    return true;
  }
};

absl::Status CheckConsistencyShape(uint64_t size1, uint64_t size2, std::span<const Digest> proof) {
  if (size1 == 0) return BadProof("consistency with the empty tree proves nothing");
  if (size1 > size2) return BadProof("the first size is above the second");
  if (proof.size() > limits::kProofHashes) return BadProof("the consistency proof is too long");
  if (size1 == size2 && !proof.empty()) return BadProof("equal sizes take an empty proof");
  if (size1 < size2 && proof.empty()) return BadProof("the consistency proof is empty");
  return absl::OkStatus();
}

}  // namespace

Digest LeafHash(std::string_view entry) {
  return crypto::Sha256Concat({kLeafPrefix, AsBytes(entry)});
}

Digest NodeHash(const Digest& left, const Digest& right) {
  return crypto::Sha256Concat({kNodePrefix, left, right});
}

Digest EmptyRoot() { return crypto::Sha256(ByteSpan()); }

Digest RootOfLeaves(std::span<const Digest> leaf_hashes) {
  if (leaf_hashes.empty()) return EmptyRoot();
  std::vector<Digest> row(leaf_hashes.begin(), leaf_hashes.end());
  while (row.size() > 1) {
    size_t pairs = row.size() / 2;
    for (size_t i = 0; i < pairs; ++i) row[i] = NodeHash(row[2 * i], row[2 * i + 1]);
    if (row.size() % 2 == 1) row[pairs++] = row.back();
    row.resize(pairs);
  }
  return row.front();
}

absl::Status VerifyInclusion(const Digest& leaf, uint64_t index, uint64_t size,
                             std::span<const Digest> proof, const Digest& root) {
  if (index >= size) return BadProof("the index is not below the tree's size");
  if (proof.size() > limits::kProofHashes) return BadProof("the inclusion proof is too long");
  Climb at{index, size - 1};
  Digest hash = leaf;
  for (const Digest& sibling : proof) {
    if (at.second == 0) return BadProof("the inclusion proof is longer than the tree is high");
    hash = at.TakesLeft() ? NodeHash(sibling, hash) : NodeHash(hash, sibling);
    at.Up();
  }
  if (at.second != 0) return BadProof("the inclusion proof is shorter than the tree is high");
  if (hash != root) return BadProof("the inclusion proof leads to another root");
  return absl::OkStatus();
}

absl::Status VerifyConsistency(uint64_t size1, uint64_t size2, std::span<const Digest> proof,
                               const Digest& root1, const Digest& root2) {
  if (absl::Status shape = CheckConsistencyShape(size1, size2, proof); !shape.ok()) return shape;
  if (size1 == size2) {
    return root1 == root2 ? absl::OkStatus() : BadProof("one size has two roots");
  }
  // A first tree that is complete is itself the start; its root is not repeated in the proof.
  Proof hashes;
  if (std::has_single_bit(size1)) hashes.push_back(root1);
  hashes.insert(hashes.end(), proof.begin(), proof.end());
  const auto roots = RootsOfConsistency(size1, size2, hashes);
  if (!roots.ok()) return roots.status();
  if (roots->first != root1) return BadProof("the consistency proof leads to another first root");
  if (roots->second != root2) return BadProof("the consistency proof leads to another second root");
  return absl::OkStatus();
}

absl::StatusOr<RootPair> RootsOfConsistency(uint64_t size1, uint64_t size2,
                                            std::span<const Digest> hashes) {
  if (size1 == 0 || size1 >= size2) return BadProof("the first size is not below the second");
  if (hashes.empty()) return BadProof("the consistency proof is empty");
  Climb at{size1 - 1, size2 - 1};
  while (at.first & 1) at.Up();
  RootPair roots{hashes.front(), hashes.front()};
  for (const Digest& hash : hashes.subspan(1)) {
    if (at.second == 0) return BadProof("the consistency proof is longer than the tree is high");
    if (at.TakesLeft()) {
      roots.first = NodeHash(hash, roots.first);
      roots.second = NodeHash(hash, roots.second);
    } else {
      roots.second = NodeHash(roots.second, hash);
    }
    at.Up();
  }
  if (at.second != 0) return BadProof("the consistency proof is shorter than the tree is high");
  return roots;
}

absl::StatusOr<Proof> MakeInclusion(uint64_t index, uint64_t size, const NodeSource& nodes) {
  if (index >= size) {
    return absl::OutOfRangeError(absl::StrCat("no entry ", index, " in a tree of size ", size));
  }
  std::vector<Range> siblings;
  for (Range at{0, size}; at.size() > 1;) {
    uint64_t middle = at.begin + Split(at.size());
    bool left = index < middle;
    siblings.push_back(left ? Range{middle, at.end} : Range{at.begin, middle});
    (left ? at.end : at.begin) = middle;
  }
  std::ranges::reverse(siblings);
  return RootsOfRanges(siblings, nodes);
}

absl::StatusOr<Proof> MakeConsistency(uint64_t size1, uint64_t size2, const NodeSource& nodes) {
  if (size1 == 0 || size1 > size2) {
    return absl::OutOfRangeError(
        absl::StrCat("no consistency proof from size ", size1, " to size ", size2));
  }
  std::vector<Range> ranges;
  Range at{0, size2};
  while (at.end != size1) {
    uint64_t middle = at.begin + Split(at.size());
    bool left = size1 <= middle;
    ranges.push_back(left ? Range{middle, at.end} : Range{at.begin, middle});
    (left ? at.end : at.begin) = middle;
  }
  if (at.begin != 0) ranges.push_back(at);
  std::ranges::reverse(ranges);
  return RootsOfRanges(ranges, nodes);
}

absl::StatusOr<Proof> MakeConsistencyHashes(uint64_t size1, uint64_t size2,
                                            const NodeSource& nodes) {
  if (size1 == size2) return absl::OutOfRangeError("a tree has one root at one size");
  auto hashes = MakeConsistency(size1, size2, nodes);
  if (!hashes.ok() || !std::has_single_bit(size1)) return hashes;
  auto start = nodes(static_cast<uint8_t>(std::countr_zero(size1)), 0);
  if (!start.ok()) return start.status();
  hashes->insert(hashes->begin(), *start);
  return hashes;
}

absl::StatusOr<Digest> MakeRoot(uint64_t size, const NodeSource& nodes) {
  if (size == 0) return EmptyRoot();
  return RootOfRange({0, size}, nodes);
}

}  // namespace entente::audit
