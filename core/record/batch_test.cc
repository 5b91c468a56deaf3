#include "core/record/batch.h"

#include <gtest/gtest.h>

#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/record/strict.h"
#include "tests/support/record_world.h"
#include "tests/support/seeded_random.h"

namespace entente::record {
namespace {

class BatchTest : public ::testing::Test {
 protected:
  BatchTest() : key_(crypto::SigningKey::Create(random_)) {}

  std::vector<v1::Signature> Sign(size_t count) {
    hashes_.clear();
    for (size_t i = 0; i < count; ++i) hashes_.push_back(random_.Bytes<32>());
    const auto signatures = SignBatch("entente.test", origin_, hashes_, key_, random_);
    EXPECT_TRUE(signatures.ok()) << signatures.status();
    return *signatures;
  }
  absl::Status Verify(const v1::Signature& message, const Digest& hash,
                      std::string_view federation = "entente.test") {
    const auto signature = CheckSignature(message);
    if (!signature.ok()) return signature.status();
    return VerifyBatch(federation, hash, *signature, key_.public_key(), roots_);
  }

  testing::SeededRandom random_{3};
  const AgencyId origin_ = testing::Agency("FR.tracfin-demo");
  crypto::SigningKey key_;
  std::vector<Digest> hashes_;
  VerifiedRoots* roots_ = nullptr;
};

TEST_F(BatchTest, EverySizeVerifies) {
  for (const size_t count : {1, 2, 7, 8, 9, 63, 64}) {
    const auto signatures = Sign(count);
    ASSERT_EQ(signatures.size(), count);
    EXPECT_EQ(signatures[0].batch_size(), count == 1 ? 1u : count <= 8 ? 8u : 64u);
    for (size_t i = 0; i < count; ++i) {
      EXPECT_TRUE(Verify(signatures[i], hashes_[i]).ok()) << count << " " << i;
    }
  }
}

TEST_F(BatchTest, NoneAndTooManyAreRefused) {
  EXPECT_FALSE(SignBatch("f", origin_, {}, key_, random_).ok());
  const std::vector<Digest> many(65);
  EXPECT_FALSE(SignBatch("f", origin_, many, key_, random_).ok());
}

TEST_F(BatchTest, APathVerifiesUnderNoOtherIndex) {
  const auto signatures = Sign(64);
  for (uint32_t index = 0; index < 64; ++index) {
    v1::Signature moved = signatures[5];
    moved.set_index(index);
    EXPECT_EQ(Verify(moved, hashes_[5]).ok(), index == 5) << index;
  }
  v1::Signature beyond = signatures[5];
  beyond.set_index(64 + 5);
  EXPECT_TRUE(IsRefusal(Verify(beyond, hashes_[5]), Reason::kMalformed));
}

TEST_F(BatchTest, APathIsExactlyAsLongAsTheBatchDemands) {
  v1::Signature longer = Sign(1)[0];
  longer.add_path(std::string(32, 'x'));
  EXPECT_TRUE(IsRefusal(Verify(longer, hashes_[0]), Reason::kMalformed));
  v1::Signature shorter = Sign(8)[0];
  shorter.mutable_path()->RemoveLast();
  EXPECT_TRUE(IsRefusal(Verify(shorter, hashes_[0]), Reason::kMalformed));
  v1::Signature narrow = Sign(8)[0];
  narrow.set_path(1, narrow.path(1).substr(1));
  EXPECT_TRUE(IsRefusal(Verify(narrow, hashes_[0]), Reason::kMalformed));
}

// An inner node of a large tree must not pass for a record in a smaller one, nor the other way.
TEST_F(BatchTest, TheSizeIsSigned) {
  v1::Signature smaller = Sign(64)[0];
  smaller.set_batch_size(8);
  while (smaller.path_size() > 3) smaller.mutable_path()->RemoveLast();
  EXPECT_TRUE(IsRefusal(Verify(smaller, hashes_[0]), Reason::kBadSignature));
  const Digest root = crypto::Sha256("root");
  EXPECT_NE(BatchMessage("f", 8, root), BatchMessage("f", 64, root));
}

TEST_F(BatchTest, OtherSizesAreRefused) {
  for (const uint32_t size : {0u, 2u, 7u, 32u, 128u, 257u}) {
    v1::Signature signature = Sign(1)[0];
    signature.set_batch_size(size);
    EXPECT_TRUE(IsRefusal(Verify(signature, hashes_[0]), Reason::kMalformed)) << size;
  }
}

TEST_F(BatchTest, AnotherRecordDoesNotVerify) {
  const auto signatures = Sign(8);
  EXPECT_TRUE(IsRefusal(Verify(signatures[0], hashes_[1]), Reason::kBadSignature));
}

TEST_F(BatchTest, AnotherFederationDoesNotVerify) {
  const auto signatures = Sign(1);
  EXPECT_TRUE(
      IsRefusal(Verify(signatures[0], hashes_[0], "entente.exercise"), Reason::kBadSignature));
}

TEST_F(BatchTest, AnotherKeyDoesNotVerify) {
  const auto signatures = Sign(1);
  key_ = crypto::SigningKey::Create(random_);
  EXPECT_TRUE(IsRefusal(Verify(signatures[0], hashes_[0]), Reason::kBadSignature));
  v1::Signature renamed = signatures[0];
  renamed.set_key_id(
      ToString(crypto::MakeKeyId(crypto::KeyUse::kRecordSigning, key_.public_key())));
  EXPECT_TRUE(IsRefusal(Verify(renamed, hashes_[0]), Reason::kBadSignature));
}

// The same public key under another use is another key.
TEST_F(BatchTest, TheKeyIsOfTheUseRecordSigning) {
  v1::Signature signature = Sign(1)[0];
  signature.set_key_id(ToString(crypto::MakeKeyId(crypto::KeyUse::kIdentity, key_.public_key())));
  EXPECT_TRUE(IsRefusal(Verify(signature, hashes_[0]), Reason::kBadSignature));
}

TEST_F(BatchTest, KeyIdsAreWhole) {
  v1::Signature signature = Sign(1)[0];
  signature.mutable_key_id()->resize(8);
  EXPECT_TRUE(IsRefusal(Verify(signature, hashes_[0]), Reason::kMalformed));
}

TEST_F(BatchTest, FillersDoNotRepeat) {
  const auto first = Sign(2), second = Sign(2);
  EXPECT_NE(first[0].path(1), second[0].path(1));
  EXPECT_NE(first[0].path(1), first[0].path(2));
}

TEST_F(BatchTest, RemembersWhatVerifiedAndNothingElse) {
  VerifiedRoots roots(8);
  roots_ = &roots;
  const auto signatures = Sign(8);
  EXPECT_TRUE(Verify(signatures[0], hashes_[0]).ok());
  EXPECT_TRUE(Verify(signatures[1], hashes_[1]).ok());
  EXPECT_FALSE(Verify(signatures[1], hashes_[0]).ok());
  EXPECT_FALSE(Verify(signatures[1], hashes_[1], "entente.exercise").ok());
  v1::Signature forged = signatures[2];
  forged.mutable_ed25519()->back() ^= 1;
  EXPECT_TRUE(IsRefusal(Verify(forged, hashes_[2]), Reason::kBadSignature));
  // Also a second time.
  EXPECT_TRUE(IsRefusal(Verify(forged, hashes_[2]), Reason::kBadSignature));
}

TEST_F(BatchTest, RemembersABoundedNumber) {
  VerifiedRoots roots(4);
  const auto digest = [](int i) { return crypto::Sha256(std::to_string(i)); };
  for (int i = 0; i < 100; ++i) roots.Remember(digest(i));
  int known = 0;
  for (int i = 0; i < 100; ++i) known += roots.Knows(digest(i)) ? 1 : 0;
  EXPECT_LE(known, 4);
  EXPECT_GE(known, 2);
  EXPECT_TRUE(roots.Knows(digest(99)));
}

}  // namespace
}  // namespace entente::record
