#include "node/mirror.h"

#include <gtest/gtest.h>

#include "core/audit/fork_proof.h"
#include "core/store/memory_store.h"
#include "node/engine.h"
#include "node/families.h"
#include "tests/support/seeded_random.h"

namespace entente::node {
namespace {

class MirrorTest : public ::testing::Test {
 protected:
  MirrorTest() : mirror(*Mirror::Open(store)) {}
  void Grow(size_t count) {
    std::vector<Digest> more;
    for (size_t i = 0; i < count; ++i) more.push_back(random.Bytes<32>());
    mirror->Append(more);
    leaves.insert(leaves.end(), more.begin(), more.end());
  }
  void Keep() {
    store::WriteBatch batch;
    mirror->AddChanges(batch);
    ASSERT_TRUE(store.Write(batch, store::Sync::kYes).ok());
    mirror->OnKept();
  }
  Digest RootOf(size_t size) const { return audit::RootOfLeaves(std::span(leaves).first(size)); }
  void ExpectAllRoots() {
    EXPECT_EQ(mirror->size(), leaves.size());
    for (size_t size = 0; size <= leaves.size(); size += 1 + size / 7) {
      EXPECT_EQ(mirror->RootAt(size), RootOf(size)) << size;
    }
    EXPECT_EQ(mirror->RootAt(leaves.size()), RootOf(leaves.size()));
    EXPECT_EQ(mirror->RootAt(leaves.size() + 1), std::nullopt);
  }

  store::MemoryStore store{Engine::Families()};
  testing::SeededRandom random{7};
  std::unique_ptr<Mirror> mirror;
  std::vector<Digest> leaves;
};

TEST_F(MirrorTest, KnowsTheRootAtEverySizeThatItPassed) {
  ExpectAllRoots();
  for (const size_t count : {1, 254, 1, 1, 300, 70'000}) {
    Grow(count);
    ExpectAllRoots();
    Keep();
    ExpectAllRoots();
  }
}

TEST_F(MirrorTest, IsKeptOverARestartAndGoesOn) {
  for (const size_t count : {3, 253, 600, 65'000}) {
    Grow(count);
    Keep();
    mirror = *Mirror::Open(store);
    ExpectAllRoots();
  }
  Grow(5);
  ExpectAllRoots();
}

TEST_F(MirrorTest, WhatWasNotKeptIsGone) {
  Grow(300);
  Keep();
  mirror->Append(std::vector<Digest>(300));
  mirror = *Mirror::Open(store);
  ExpectAllRoots();
}

TEST_F(MirrorTest, BeginsAgainWhenItIsCleared) {
  Grow(700);
  Keep();
  mirror->Clear();
  leaves.clear();
  Grow(20);
  Keep();
  mirror = *Mirror::Open(store);
  ExpectAllRoots();
}

TEST_F(MirrorTest, ATileThatIsMissingIsNotMadeUp) {
  Grow(600);
  Keep();
  store::WriteBatch batch;
  batch.Delete(kMirror, std::string(9, '\0'));
  ASSERT_TRUE(store.Write(batch, store::Sync::kYes).ok());
  EXPECT_EQ(mirror->RootAt(100), std::nullopt);
  EXPECT_EQ(mirror->RootAt(600), RootOf(600)) << "the right edge stands by itself";
}

// A root that is wrong would make a fork of an honest log.
TEST_F(MirrorTest, ATileThatIsAlteredGivesNoRoot) {
  Grow(600);
  Keep();
  auto tile = store.Get(kMirror, std::string(9, '\0'));
  ASSERT_TRUE(tile.ok() && *tile);
  (**tile)[40] ^= 1;
  store::WriteBatch batch;
  batch.Put(kMirror, std::string(9, '\0'), **tile);
  ASSERT_TRUE(store.Write(batch, store::Sync::kYes).ok());
  for (const uint64_t size : {2u, 100u, 255u}) EXPECT_EQ(mirror->RootAt(size), std::nullopt);
  EXPECT_EQ(mirror->RootAt(600), RootOf(600));
}

TEST_F(MirrorTest, TailsThatAreCutAreBegunAnew) {
  Grow(600);
  Keep();
  const auto tails = store.Get(kMirror, "tails");
  ASSERT_TRUE(tails.ok() && *tails);
  for (const size_t size : {4u, 40u, 8u}) {
    store::WriteBatch batch;
    batch.Put(kMirror, "tails", (*tails)->substr(0, size));
    ASSERT_TRUE(store.Write(batch, store::Sync::kYes).ok());
    const auto opened = Mirror::Open(store);
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_EQ((*opened)->size(), 0u) << "it is copied again";
  }
}

}  // namespace
}  // namespace entente::node
