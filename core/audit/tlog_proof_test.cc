#include "core/audit/tlog_proof.h"

#include <gtest/gtest.h>

#include "core/audit/audit_fixture.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"

namespace entente::audit {
namespace {

class TlogProofTest : public ::testing::Test {
 protected:
  static constexpr size_t kSize = 300;

  TlogProof MakeProof(uint64_t index, size_t size = kSize) const {
    auto leaves = Leaves(size);
    MemoryNodes nodes(leaves);
    TlogProof proof;
    proof.index = index;
    proof.hashes = *MakeInclusion(index, size, nodes.Source());
    proof.checkpoint = *SignCheckpoint({kOrigin, size, RootOfLeaves(leaves)}, TestKey(1));
    return proof;
  }
  absl::Status Verify(const TlogProof& proof, std::string_view entry,
                      const VerifierKey& key = LogKey()) const {
    return VerifyTlogProof(FormatTlogProof(proof), entry, key).status();
  }
};

TEST_F(TlogProofTest, TextForm) {
  TlogProof proof{std::nullopt, 5, {LeafHash("a"), LeafHash("b")}, "checkpoint\n"};
  const std::string a = Base64Encode(LeafHash("a")), b = Base64Encode(LeafHash("b"));
  EXPECT_EQ(FormatTlogProof(proof),
            "c2sp.org/tlog-proof@v1\nindex 5\n" + a + "\n" + b + "\n\ncheckpoint\n");
  proof.extra = "extra";
  EXPECT_EQ(FormatTlogProof(proof), "c2sp.org/tlog-proof@v1\nextra ZXh0cmE=\nindex 5\n" + a + "\n" +
                                        b + "\n\ncheckpoint\n");
  EXPECT_EQ(*ParseTlogProof(FormatTlogProof(proof)), proof);
  EXPECT_EQ(FormatTlogProof({std::nullopt, 0, {}, "c\n"}),
            "c2sp.org/tlog-proof@v1\nindex 0\n\nc\n");
}

TEST_F(TlogProofTest, EveryEntryOfALogHasAReceiptThatVerifies) {
  for (uint64_t index : {0u, 1u, 127u, 255u, 256u, 299u}) {
    TlogProof proof = MakeProof(index);
    auto verified = VerifyTlogProof(FormatTlogProof(proof), EntryNumber(index), LogKey());
    ASSERT_TRUE(verified.ok()) << verified.status();
    EXPECT_EQ(verified->index, index);
    EXPECT_EQ(verified->checkpoint.checkpoint.size, kSize);
    EXPECT_EQ(verified->checkpoint.checkpoint.origin, kOrigin);
  }
  EXPECT_TRUE(Verify(MakeProof(0, 1), EntryNumber(0)).ok());
}

TEST_F(TlogProofTest, AnotherEntryIndexKeyOrProofIsRefused) {
  TlogProof proof = MakeProof(17);
  EXPECT_TRUE(IsRefusal(Verify(proof, EntryNumber(18)), Reason::kProofBad));
  EXPECT_TRUE(IsRefusal(Verify(proof, EntryNumber(17) + " "), Reason::kProofBad));
  EXPECT_TRUE(IsRefusal(Verify(proof, EntryNumber(17), LogKey(2)), Reason::kBadSignature));
  for (uint64_t index : {16u, 18u, 300u}) {
    TlogProof other = proof;
    other.index = index;
    EXPECT_TRUE(IsRefusal(Verify(other, EntryNumber(17)), Reason::kProofBad));
  }
  TlogProof cut = proof;
  cut.hashes.pop_back();
  EXPECT_TRUE(IsRefusal(Verify(cut, EntryNumber(17)), Reason::kProofBad));
  TlogProof empty = proof;
  empty.hashes.clear();
  EXPECT_TRUE(IsRefusal(Verify(empty, EntryNumber(17)), Reason::kProofBad));
}

TEST_F(TlogProofTest, TheExtraLineDecidesNothing) {
  TlogProof proof = MakeProof(17);
  proof.extra = "anything";
  EXPECT_TRUE(Verify(proof, EntryNumber(17)).ok());
}

TEST_F(TlogProofTest, EveryAlteredByteIsRefused) {
  const std::string text = FormatTlogProof(MakeProof(17));
  for (size_t i = 0; i < text.size(); ++i) {
    std::string altered = text;
    altered[i] ^= 1;
    EXPECT_FALSE(VerifyTlogProof(altered, EntryNumber(17), LogKey()).ok()) << i;
    EXPECT_FALSE(VerifyTlogProof(text.substr(0, i), EntryNumber(17), LogKey()).ok()) << i;
  }
}

TEST_F(TlogProofTest, OtherFormsAreRefused) {
  const std::string head = "c2sp.org/tlog-proof@v1\n";
  const std::string hash = Base64Encode(LeafHash("a")) + "\n";
  ASSERT_TRUE(ParseTlogProof(head + "index 1\n" + hash + "\nc\n").ok());
  for (const std::string& bad : {std::string(),
                                 head,
                                 "x" + head + "index 1\n\nc\n",
                                 head.substr(1) + "index 1\n\nc\n",
                                 std::string("c2sp.org/tlog-proof@v2\nindex 1\n\nc\n"),
                                 head + "\nc\n",
                                 head + "index\n\nc\n",
                                 head + "index 01\n\nc\n",
                                 head + "index -1\n\nc\n",
                                 head + "index 1 \n\nc\n",
                                 head + "Index 1\n\nc\n",
                                 head + "index 18446744073709551616\n\nc\n",
                                 head + "index 1\nextra AAAA\n\nc\n",
                                 head + "extra AAAA\nextra AAAA\nindex 1\n\nc\n",
                                 head + "extra A\nindex 1\n\nc\n",
                                 head + "extra AAAA\n\nc\n",
                                 head + "index 1\nAAAA\n\nc\n",
                                 head + "index 1\n" + hash.substr(4) + "\nc\n",
                                 head + "index 1\n " + hash + "\nc\n",
                                 head + "index 1\n" + hash + "\n",
                                 head + "index 1\n" + hash,
                                 head + "index 1\n" + hash + "c\n",
                                 head + "index 1\r\n\nc\n"}) {
    EXPECT_TRUE(IsRefusal(ParseTlogProof(bad).status(), Reason::kMalformed)) << bad;
  }
}

TEST_F(TlogProofTest, ProofsAboveTheCapAreRefused) {
  TlogProof proof{std::nullopt, 0, Proof(limits::kProofHashes), "c\n"};
  EXPECT_TRUE(ParseTlogProof(FormatTlogProof(proof)).ok());
  proof.hashes.emplace_back();
  EXPECT_TRUE(IsRefusal(ParseTlogProof(FormatTlogProof(proof)).status(), Reason::kTooLarge));
}

}  // namespace
}  // namespace entente::audit
