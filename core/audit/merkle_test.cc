#include "core/audit/merkle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/audit/audit_fixture.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"

namespace entente::audit {
namespace {

constexpr size_t kLargest = 600;

class MerkleProperty : public ::testing::Test {
 protected:
  const std::vector<Digest> leaves_ = Leaves(kLargest);
  const MemoryNodes nodes_{leaves_};
  std::vector<Digest> Roots() const {
    std::vector<Digest> roots;
    for (size_t n = 0; n <= kLargest; ++n) roots.push_back(NaiveRoot(std::span(leaves_).first(n)));
    return roots;
  }
};

TEST_F(MerkleProperty, RootsAreThoseOfTheDefinition) {
  auto roots = Roots();
  EXPECT_EQ(roots[0], EmptyRoot());
  for (size_t n = 0; n <= kLargest; ++n) {
    ASSERT_EQ(RootOfLeaves(std::span(leaves_).first(n)), roots[n]) << n;
    ASSERT_EQ(*MakeRoot(n, nodes_.Source()), roots[n]) << n;
  }
}

TEST_F(MerkleProperty, EveryInclusionProofVerifies) {
  auto roots = Roots();
  auto source = nodes_.Source();
  for (size_t n = 1; n <= kLargest; ++n) {
    for (size_t i = 0; i < n; ++i) {
      auto proof = MakeInclusion(i, n, source);
      ASSERT_TRUE(proof.ok()) << proof.status();
      ASSERT_EQ(proof->empty(), n == 1);
      ASSERT_TRUE(VerifyInclusion(leaves_[i], i, n, *proof, roots[n]).ok()) << i << " of " << n;
    }
  }
}

TEST_F(MerkleProperty, EveryConsistencyProofVerifies) {
  auto roots = Roots();
  auto source = nodes_.Source();
  for (size_t n = 1; n <= kLargest; ++n) {
    for (size_t m = 1; m <= n; ++m) {
      auto proof = MakeConsistency(m, n, source);
      ASSERT_TRUE(proof.ok()) << proof.status();
      ASSERT_EQ(proof->empty(), m == n);
      ASSERT_TRUE(VerifyConsistency(m, n, *proof, roots[m], roots[n]).ok()) << m << " to " << n;
    }
  }
}

// For each proof: one hash altered, one removed at either end, one added at either end.
std::vector<Proof> Mutations(const Proof& proof) {
  std::vector<Proof> bad;
  for (size_t i = 0; i < proof.size(); ++i) {
    bad.push_back(proof);
    bad.back()[i][i % 32] ^= 1;
  }
  Digest extra{};
  bad.push_back(proof);
  bad.back().push_back(extra);
  bad.push_back(proof);
  bad.back().insert(bad.back().begin(), extra);
  if (proof.empty()) return bad;
  bad.push_back(proof);
  bad.back().push_back(proof.back());
  bad.emplace_back(proof.begin(), proof.end() - 1);
  bad.emplace_back(proof.begin() + 1, proof.end());
  bad.emplace_back();
  return bad;
}

void ExpectBad(const absl::Status& status) {
  EXPECT_TRUE(IsRefusal(status, Reason::kProofBad)) << status;
}

TEST_F(MerkleProperty, AnAlteredInclusionProofIsRefused) {
  auto source = nodes_.Source();
  for (size_t n : {1, 2, 3, 7, 8, 33, 256, 257}) {
    Digest root = NaiveRoot(std::span(leaves_).first(n));
    for (size_t i = 0; i < n; i += 1 + n / 9) {
      Proof proof = *MakeInclusion(i, n, source);
      for (const Proof& bad : Mutations(proof)) {
        ExpectBad(VerifyInclusion(leaves_[i], i, n, bad, root));
      }
      ExpectBad(VerifyInclusion(leaves_[n], i, n, proof, root));
      ExpectBad(VerifyInclusion(leaves_[i], i, n, proof, leaves_[kLargest - 1]));
      ExpectBad(VerifyInclusion(leaves_[i], n, n, proof, root));
      for (size_t other = 0; other < n; ++other) {
        if (other != i) ExpectBad(VerifyInclusion(leaves_[i], other, n, proof, root));
      }
    }
  }
}

TEST_F(MerkleProperty, AnAlteredConsistencyProofIsRefused) {
  auto source = nodes_.Source();
  for (size_t n : {1, 2, 3, 7, 8, 33, 256, 257}) {
    Digest root = NaiveRoot(std::span(leaves_).first(n));
    for (size_t m = 1; m <= n; m += 1 + n / 9) {
      Digest first = NaiveRoot(std::span(leaves_).first(m));
      Proof proof = *MakeConsistency(m, n, source);
      for (const Proof& bad : Mutations(proof)) {
        ExpectBad(VerifyConsistency(m, n, bad, first, root));
      }
      ExpectBad(VerifyConsistency(m, n, proof, leaves_[kLargest - 1], root));
      ExpectBad(VerifyConsistency(m, n, proof, first, leaves_[kLargest - 1]));
    }
  }
}

TEST(Merkle, AnInclusionPathIsEmptyOnlyAtSizeOne) {
  Digest leaf = LeafHash("x");
  EXPECT_TRUE(VerifyInclusion(leaf, 0, 1, {}, leaf).ok());
  for (uint64_t size : {0u, 2u, 3u, 256u}) ExpectBad(VerifyInclusion(leaf, 0, size, {}, leaf));
}

TEST(Merkle, AnInteriorNodeIsNoLeaf) {
  auto leaves = Leaves(4);
  Digest node = NodeHash(leaves[0], leaves[1]);
  Digest root = NaiveRoot(leaves);
  Proof path = {NodeHash(leaves[2], leaves[3])};
  EXPECT_TRUE(VerifyInclusion(node, 0, 2, path, root).ok());  // hence leaves have their own prefix
  ExpectBad(VerifyInclusion(node, 0, 4, path, root));
  EXPECT_NE(LeafHash(ToString(leaves[0]) + ToString(leaves[1])), node);
}

TEST(Merkle, ConsistencyFromNothingIsRefused) {
  Digest root = LeafHash("x");
  ExpectBad(VerifyConsistency(0, 0, {}, EmptyRoot(), EmptyRoot()));
  ExpectBad(VerifyConsistency(0, 1, {}, EmptyRoot(), root));
  ExpectBad(VerifyConsistency(2, 1, {}, root, root));
}

TEST(Merkle, ProofsAboveTheCapAreRefused) {
  Proof longest(limits::kProofHashes + 1);
  Digest leaf = LeafHash("x");
  ExpectBad(VerifyInclusion(leaf, 0, ~uint64_t{0}, longest, leaf));
  ExpectBad(VerifyConsistency(1, ~uint64_t{0}, longest, leaf, leaf));
}

TEST(Merkle, ProofsOutsideTheTreeAreNotMade) {
  MemoryNodes nodes(Leaves(3));
  auto source = nodes.Source();
  EXPECT_EQ(MakeInclusion(3, 3, source).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(MakeInclusion(0, 0, source).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(MakeConsistency(0, 3, source).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(MakeConsistency(4, 3, source).status().code(), absl::StatusCode::kOutOfRange);
}

TEST(Merkle, TheHashesOfConsistencyGiveBothRoots) {
  for (size_t size2 = 2; size2 <= 40; ++size2) {
    const auto leaves = Leaves(size2);
    const MemoryNodes nodes(leaves);
    for (size_t size1 = 1; size1 < size2; ++size1) {
      const auto hashes = MakeConsistencyHashes(size1, size2, nodes.Source());
      ASSERT_TRUE(hashes.ok()) << hashes.status();
      const auto roots = RootsOfConsistency(size1, size2, *hashes);
      ASSERT_TRUE(roots.ok()) << roots.status();
      EXPECT_EQ(roots->first, NaiveRoot(std::span(leaves).first(size1)));
      EXPECT_EQ(roots->second, NaiveRoot(leaves));
      ExpectBad(RootsOfConsistency(size1, size2, std::span(*hashes).subspan(1)).status());
    }
  }
  const MemoryNodes nodes(Leaves(3));
  for (size_t size1 : {0u, 3u, 4u}) {
    EXPECT_FALSE(MakeConsistencyHashes(size1, 3, nodes.Source()).ok()) << size1;
    ExpectBad(RootsOfConsistency(size1, 3, Leaves(2)).status());
  }
}

TEST(Merkle, ErrorsOfTheSourceComeBack) {
  NodeSource broken = [](uint8_t, uint64_t) -> absl::StatusOr<Digest> {
    return absl::DataLossError("no such node");
  };
  EXPECT_EQ(MakeInclusion(1, 3, broken).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(MakeConsistency(1, 3, broken).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(MakeRoot(3, broken).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace entente::audit
