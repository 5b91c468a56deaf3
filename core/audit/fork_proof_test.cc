#include "core/audit/fork_proof.h"

#include <gtest/gtest.h>

#include "core/audit/audit_fixture.h"
#include "core/base/encoding.h"

namespace entente::audit {
namespace {

// A second history: the entry at `at` is another.
std::vector<Digest> OtherLeaves(size_t count, size_t at) {
  std::vector<Digest> leaves = Leaves(count);
  if (at < count) leaves[at] = LeafHash("another entry");
  return leaves;
}

std::string Note(const std::vector<Digest>& leaves, const char* origin = kOrigin, uint8_t key = 1) {
  const Checkpoint checkpoint{origin, leaves.size(), NaiveRoot(leaves)};
  const std::string text = CheckpointText(checkpoint);
  return *FormatNote({text, {SignNote(text, kOrigin, TestKey(key))}});
}

absl::StatusOr<ForkProof> Make(const std::string& note, const std::string& other,
                               const std::vector<Digest>& leaves) {
  const MemoryNodes nodes(leaves);
  return MakeForkProof(note, other, [&](uint64_t) { return nodes.Source(); });
}

class ForkProofTest : public ::testing::Test {
 protected:
  static constexpr size_t kSmall = 11, kLarge = 29;
  ForkProof Forked() const {
    return *Make(Note(OtherLeaves(kSmall, 4)), Note(Leaves(kLarge)), Leaves(kLarge));
  }
};

TEST_F(ForkProofTest, TwoRootsOfOneSizeAreAForkByThemselves) {
  const auto proof = Make(Note(Leaves(9)), Note(OtherLeaves(9, 3)), {});
  ASSERT_TRUE(proof.ok()) << proof.status();
  EXPECT_TRUE(proof->hashes.empty());
  const auto facts = JudgeFork(*proof, LogKey());
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_TRUE(facts->forked());
  EXPECT_EQ(facts->root_then, NaiveRoot(OtherLeaves(9, 3)));
}

TEST_F(ForkProofTest, EveryPairOfSizesIsJudgedRightInAnyOrder) {
  for (size_t large = 1; large <= 33; ++large) {
    for (size_t small = 0; small <= large; ++small) {
      for (size_t other : {small, size_t{0}, small / 2, small == 0 ? 0 : small - 1}) {
        const bool forks = other < small;
        const std::string a = Note(OtherLeaves(small, other)), b = Note(Leaves(large));
        for (const auto& proof : {Make(a, b, Leaves(large)), Make(b, a, Leaves(large))}) {
          ASSERT_TRUE(proof.ok()) << proof.status();
          const auto facts = JudgeFork(*proof, LogKey());
          ASSERT_TRUE(facts.ok()) << facts.status() << small << " " << large;
          EXPECT_EQ(facts->forked(), forks) << small << " of " << large << " at " << other;
          EXPECT_EQ(facts->smaller.size, small);
        }
      }
    }
  }
}

// Hashes of the smaller history do not lead to the root of the larger one.
TEST_F(ForkProofTest, HashesOfAnotherTreeProveNothing) {
  const auto proof =
      Make(Note(OtherLeaves(kSmall, 4)), Note(Leaves(kLarge)), OtherLeaves(kLarge, 4));
  ASSERT_TRUE(proof.ok());
  EXPECT_TRUE(IsRefusal(JudgeFork(*proof, LogKey()).status(), Reason::kProofBad));
}

TEST_F(ForkProofTest, AnyChangedHashProvesNothing) {
  const ForkProof good = Forked();
  ASSERT_TRUE(JudgeFork(good, LogKey())->forked());
  for (size_t i = 0; i < good.hashes.size(); ++i) {
    ForkProof bad = good;
    bad.hashes[i][31] ^= 1;
    EXPECT_TRUE(IsRefusal(JudgeFork(bad, LogKey()).status(), Reason::kProofBad)) << i;
    bad = good;
    bad.hashes.erase(bad.hashes.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_TRUE(IsRefusal(JudgeFork(bad, LogKey()).status(), Reason::kProofBad)) << i;
  }
  ForkProof more = good;
  more.hashes.push_back(more.hashes.back());
  EXPECT_TRUE(IsRefusal(JudgeFork(more, LogKey()).status(), Reason::kProofBad));
}

TEST_F(ForkProofTest, BothMustBeSignedByThisKeyForOneLog) {
  ForkProof proof = Forked();
  EXPECT_TRUE(IsRefusal(JudgeFork(proof, LogKey(2)).status(), Reason::kBadSignature));
  const ForkProof good = proof;
  proof.smaller = Note(OtherLeaves(kSmall, 4), kOrigin, 2);
  EXPECT_TRUE(IsRefusal(JudgeFork(proof, LogKey()).status(), Reason::kBadSignature));
  proof = good;
  proof.larger = Note(Leaves(kLarge), kOrigin, 2);
  EXPECT_TRUE(IsRefusal(JudgeFork(proof, LogKey()).status(), Reason::kBadSignature));
  proof = good;
  proof.smaller = Note(OtherLeaves(kSmall, 4), "entente.test/log/two");
  EXPECT_TRUE(IsRefusal(JudgeFork(proof, LogKey()).status(), Reason::kBadSignature));
  std::swap((proof = good).smaller, proof.larger);
  EXPECT_TRUE(IsRefusal(JudgeFork(proof, LogKey()).status(), Reason::kProofBad));
}

TEST_F(ForkProofTest, TextForm) {
  const ForkProof proof{{LeafHash("a"), LeafHash("b")}, "one\n", "two two\n"};
  const std::string text = "entente/fork-proof/1\nhash " + Base64Encode(LeafHash("a")) + "\nhash " +
                           Base64Encode(LeafHash("b")) +
                           "\ncheckpoint 4\none\ncheckpoint 8\ntwo two\n";
  EXPECT_EQ(FormatForkProof(proof), text);
  EXPECT_EQ(*ParseForkProof(text), proof);
  const ForkProof good = Forked();
  EXPECT_EQ(*ParseForkProof(FormatForkProof(good)), good);
}

TEST_F(ForkProofTest, OtherFormsAreRefused) {
  const std::string good = FormatForkProof(Forked());
  for (size_t cut = 1; cut <= good.size(); ++cut) {
    const auto parsed = ParseForkProof(good.substr(0, good.size() - cut));
    EXPECT_TRUE(IsRefusal(parsed.status(), Reason::kMalformed)) << cut;
  }
  for (const std::string& bad : {good + "\n", " " + good, "entente/fork-proof/2" + good.substr(20),
                                 std::string("entente/fork-proof/1\ncheckpoint 01\n"),
                                 std::string("entente/fork-proof/1\nhash AAAA\n")}) {
    EXPECT_TRUE(IsRefusal(ParseForkProof(bad).status(), Reason::kMalformed)) << bad.substr(0, 40);
  }
  ForkProof long_one = Forked();
  long_one.hashes.resize(65);
  EXPECT_TRUE(IsRefusal(ParseForkProof(FormatForkProof(long_one)).status(), Reason::kTooLarge));
}

}  // namespace
}  // namespace entente::audit
