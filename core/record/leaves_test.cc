#include "core/record/leaves.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/crypto/digest.h"
#include "core/record/record.h"
#include "core/record/strict.h"
#include "tests/support/record_world.h"

namespace entente::record {
namespace {

class LeavesTest : public ::testing::Test {
 protected:
  LeavesTest() : record_(*ReadRecord(Encode(world_.Lead()))) {}
  testing::RecordWorld world_;
  ParsedRecord record_;
};

TEST_F(LeavesTest, ASectionsLeafCoversAllOfIt) {
  const Section& section = record_.sections[0];
  const Digest leaf = SectionLeaf(section);
  Section other = section;
  other.id[0] ^= 1;
  EXPECT_NE(SectionLeaf(other), leaf);
  other = section;
  other.labels_bytes.remove_suffix(1);
  EXPECT_NE(SectionLeaf(other), leaf);
  other = section;
  other.ciphertext.remove_suffix(1);
  EXPECT_NE(SectionLeaf(other), leaf);
  other = section;
  other.key_commitment[31] ^= 1;
  EXPECT_NE(SectionLeaf(other), leaf);
}

TEST_F(LeavesTest, AnAccesssLeafCoversWhatTheRecipientMustTrust) {
  const Access& access = record_.access[0];
  const Digest leaf = AccessLeaf(access);
  const auto changed = [&](auto change) {
    Access other = access;
    change(other);
    return AccessLeaf(other);
  };
  EXPECT_NE(changed([&](Access& a) { a.recipient = world_.brazil; }), leaf);
  EXPECT_NE(changed([](Access& a) { a.delivery_key_id[0] ^= 1; }), leaf);
  EXPECT_NE(changed([](Access& a) { a.instrument = "EU"; }), leaf);
  EXPECT_NE(changed([](Access& a) { a.enc[0] ^= 1; }), leaf);
  EXPECT_NE(changed([](Access& a) { a.salt[0] ^= 1; }), leaf);
  EXPECT_NE(changed([](Access& a) { a.consents.push_back("c"); }), leaf);
  EXPECT_EQ(changed([](Access& a) { a.wraps.clear(); }), leaf);
}

// Whoever guesses the content of a leaf cannot try the guess: ids and salts are random.
TEST_F(LeavesTest, TheSameRecordTwiceHasNoLeafInCommon) {
  const ParsedRecord again = *ReadRecord(Encode(world_.Lead()));
  for (const Section& section : again.sections) {
    EXPECT_FALSE(HoldsDigest(record_.header.digests, SectionLeaf(section)));
  }
  Access unsalted = record_.access[0];
  unsalted.salt = {};
  EXPECT_FALSE(HoldsDigest(record_.header.digests, AccessLeaf(unsalted)));
}

TEST_F(LeavesTest, ConsentsAreFramed) {
  const std::vector<std::string_view> two = {"ab", "c"}, other = {"a", "bc"}, one = {"abc"};
  EXPECT_EQ(ConsentsHash({}), crypto::Sha256(""));
  EXPECT_NE(ConsentsHash(two), ConsentsHash(other));
  EXPECT_NE(ConsentsHash(two), ConsentsHash(one));
}

TEST_F(LeavesTest, TheNumberOfDigestsHidesTheNumberOfLeaves) {
  EXPECT_EQ(DigestCount(1), 8u);
  EXPECT_EQ(DigestCount(8), 8u);
  EXPECT_EQ(DigestCount(9), 16u);
  EXPECT_EQ(DigestCount(33), 64u);
  EXPECT_EQ(DigestCount(65), 256u);
  EXPECT_EQ(DigestCount(256), 256u);
  EXPECT_EQ(DigestCount(257), 0u);
}

TEST_F(LeavesTest, DecoysFillUpAndAreNotKnown) {
  const std::vector<Digest> leaves = {crypto::Sha256("a"), crypto::Sha256("b")};
  const auto digests = BuildDigests(leaves, world_.random);
  ASSERT_TRUE(digests.ok()) << digests.status();
  EXPECT_EQ(digests->size(), 8u);
  EXPECT_TRUE(std::is_sorted(digests->begin(), digests->end()));
  for (const Digest& leaf : leaves) EXPECT_TRUE(HoldsDigest(*digests, leaf));
  const auto again = BuildDigests(leaves, world_.random);
  std::vector<Digest> common;
  std::set_intersection(digests->begin(), digests->end(), again->begin(), again->end(),
                        std::back_inserter(common));
  EXPECT_EQ(common.size(), leaves.size());
}

TEST_F(LeavesTest, RefusesTooManyOrOneTwice) {
  const Digest leaf = crypto::Sha256("a");
  EXPECT_FALSE(BuildDigests(std::vector<Digest>{leaf, leaf}, world_.random).ok());
  EXPECT_FALSE(BuildDigests(std::vector<Digest>(257, leaf), world_.random).ok());
}

}  // namespace
}  // namespace entente::record
