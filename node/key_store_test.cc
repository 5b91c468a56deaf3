#include "node/key_store.h"

#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "node/memory_file.h"
#include "tests/support/seeded_random.h"

namespace entente::node {
namespace {

constexpr Instant kNow{1'800'000'000'000};

Digest Id(int n) { return crypto::Sha256(std::to_string(n)); }

class KeyStoreTest : public ::testing::Test {
 protected:
  KeyStore Open() {
    absl::StatusOr<KeyStore> store = KeyStore::Open(slots_, root_, random_, kNow);
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }
  // Stores a key, synced, and gives its bytes.
  std::string Add(KeyStore& store, int n) {
    const crypto::Secret<32> key = crypto::Secret<32>::Create(random_);
    EXPECT_TRUE(store.Put(Id(n), key).ok());
    EXPECT_TRUE(store.Sync().ok());
    return ToString(key.ExposeSecret());
  }
  static std::string Read(const KeyStore& store, int n) {
    absl::StatusOr<crypto::Secret<32>> key = store.Get(Id(n));
    return key.ok() ? ToString(key->ExposeSecret()) : std::string(key.status().message());
  }

  testing::SeededRandom random_{7};
  MemoryFile slots_;
  MemoryFile root_;
};

TEST_F(KeyStoreTest, KeysSurviveACrashOnceSynced) {
  KeyStore store = Open();
  const std::string kept = Add(store, 1);
  ASSERT_TRUE(store.Put(Id(2), crypto::Secret<32>::Create(random_)).ok());
  slots_.Crash();
  KeyStore again = Open();
  EXPECT_EQ(Read(again, 1), kept);
  EXPECT_TRUE(absl::IsNotFound(again.Get(Id(2)).status()));
}

TEST_F(KeyStoreTest, AnIdHasOneKeyEver) {
  KeyStore store = Open();
  Add(store, 1);
  EXPECT_TRUE(absl::IsAlreadyExists(store.Put(Id(1), crypto::Secret<32>::Create(random_))));
}

TEST_F(KeyStoreTest, DestroyedKeysAreOverwrittenAndTheirSlotsUsedAgain) {
  KeyStore store = Open();
  Add(store, 1);
  const std::string before = slots_.bytes();
  ASSERT_TRUE(store.Destroy(Id(1)).ok());
  ASSERT_TRUE(store.Sync().ok());
  EXPECT_EQ(slots_.bytes(), std::string(before.size(), '\0'));
  EXPECT_TRUE(absl::IsNotFound(Open().Get(Id(1)).status()));
  Add(store, 2);
  EXPECT_EQ(slots_.bytes().size(), before.size());
}

TEST_F(KeyStoreTest, NoKeyStandsInTheSlotsInClear) {
  KeyStore store = Open();
  const std::string key = Add(store, 1);
  EXPECT_EQ(slots_.bytes().find(key), std::string::npos);
  EXPECT_EQ(slots_.bytes().find(ToString(Id(1))), std::string::npos);
}

TEST_F(KeyStoreTest, RotationMakesOldCopiesUseless) {
  KeyStore store = Open();
  const std::string key = Add(store, 1);
  MemoryFile old_slots = slots_;
  const std::string old_root = root_.bytes();
  ASSERT_TRUE(store.Rotate(kNow + limits::kDayMs).ok());
  EXPECT_EQ(Read(store, 1), key);
  EXPECT_EQ(store.rotated(), kNow + limits::kDayMs);
  // The old store key stands nowhere any more, so the old slots open with nothing.
  EXPECT_EQ(root_.bytes().find(old_root.substr(4096 + 17, 32)), std::string::npos);
  absl::StatusOr<KeyStore> mixed = KeyStore::Open(old_slots, root_, random_, kNow);
  ASSERT_TRUE(mixed.ok());
  EXPECT_EQ(mixed->size(), 0u);
  EXPECT_EQ(Read(Open(), 1), key);
}

TEST_F(KeyStoreTest, ACrashAnywhereInARotationLosesNothing) {
  for (size_t root_survivors = 0; root_survivors <= 2; ++root_survivors) {
    for (size_t fail = 1; fail <= 12; ++fail) {
      slots_ = MemoryFile();
      root_ = MemoryFile();
      KeyStore store = Open();
      const std::string one = Add(store, 1);
      const std::string two = Add(store, 2);
      (fail % 2 ? slots_ : root_).FailWrite((fail + 1) / 2);
      (void)store.Rotate(kNow + limits::kDayMs);
      slots_.Crash(root_survivors);
      root_.Crash(root_survivors);
      KeyStore again = Open();
      EXPECT_EQ(Read(again, 1), one) << fail;
      EXPECT_EQ(Read(again, 2), two) << fail;
      ASSERT_TRUE(again.Rotate(kNow + 2 * limits::kDayMs).ok());
      EXPECT_EQ(Read(Open(), 2), two) << fail;
    }
  }
}

TEST_F(KeyStoreTest, SlotsWithoutTheStoreKeyAreReported) {
  KeyStore store = Open();
  Add(store, 1);
  MemoryFile empty;
  EXPECT_TRUE(absl::IsDataLoss(KeyStore::Open(slots_, empty, random_, kNow).status()));
}

TEST_F(KeyStoreTest, ADamagedSlotIsNotTakenForAnotherKey) {
  KeyStore store = Open();
  Add(store, 1);
  ASSERT_TRUE(slots_.Write(30, "x").ok());
  EXPECT_TRUE(absl::IsDataLoss(store.Get(Id(1)).status()));
}

TEST_F(KeyStoreTest, ADamagedSlotIsNotFree) {
  KeyStore store = Open();
  Add(store, 1);
  const std::string two = Add(store, 2);
  ASSERT_TRUE(slots_.Write(30, "x").ok());
  KeyStore again = Open();
  EXPECT_EQ(again.damaged(), 1u);
  const std::string damaged = slots_.bytes().substr(0, 128);
  Add(again, 3);
  EXPECT_EQ(slots_.bytes().substr(0, 128), damaged);
  EXPECT_EQ(slots_.bytes().size(), 3 * 256u);
  // A rotation neither stops at it nor makes it look free.
  ASSERT_TRUE(again.Rotate(kNow + limits::kDayMs).ok());
  EXPECT_EQ(Read(Open(), 2), two);
  EXPECT_EQ(Open().damaged(), 1u);
  KeyStore last = Open();
  ASSERT_TRUE(last.ReleaseDamaged().ok());
  EXPECT_EQ(Open().damaged(), 0u);
  Add(last, 4);
  EXPECT_EQ(slots_.bytes().size(), 3 * 256u);
}

TEST_F(KeyStoreTest, ASlotThatIsDamagedMeanwhileDoesNotStopTheRotation) {
  KeyStore store = Open();
  Add(store, 1);
  const std::string two = Add(store, 2);
  ASSERT_TRUE(slots_.Write(30, "x").ok());
  ASSERT_TRUE(store.Rotate(kNow + limits::kDayMs).ok());
  EXPECT_EQ(store.damaged(), 1u);
  EXPECT_EQ(Read(store, 2), two);
}

TEST_F(KeyStoreTest, AfterAFailedSyncNothingIsPromisedAnyMore) {
  KeyStore store = Open();
  const std::string one = Add(store, 1);
  ASSERT_TRUE(store.Put(Id(2), crypto::Secret<32>::Create(random_)).ok());
  slots_.FailSync();
  EXPECT_TRUE(absl::IsInternal(store.Sync()));
  EXPECT_TRUE(absl::IsInternal(store.Sync()));
  EXPECT_TRUE(absl::IsInternal(store.Put(Id(3), crypto::Secret<32>::Create(random_))));
  EXPECT_TRUE(absl::IsInternal(store.Destroy(Id(1))));
  EXPECT_TRUE(absl::IsInternal(store.Rotate(kNow)));
  slots_.Crash();
  KeyStore again = Open();
  EXPECT_EQ(Read(again, 1), one);
  EXPECT_FALSE(again.Has(Id(2)));
}

// Which store key the next start finds is not known, so no key may be put under either.
TEST_F(KeyStoreTest, AfterAHalfDoneRotationNothingIsPutAnyMore) {
  KeyStore store = Open();
  const std::string one = Add(store, 1);
  root_.FailSync();
  EXPECT_TRUE(absl::IsInternal(store.Rotate(kNow + limits::kDayMs)));
  EXPECT_TRUE(absl::IsInternal(store.Put(Id(2), crypto::Secret<32>::Create(random_))));
  slots_.Crash();
  root_.Crash();
  EXPECT_EQ(Read(Open(), 1), one);
}

TEST_F(KeyStoreTest, AFullDiskChangesNothing) {
  KeyStore store = Open();
  const std::string key = Add(store, 1);
  slots_.SetDiskFull(true);
  EXPECT_TRUE(IsRefusal(store.Put(Id(2), crypto::Secret<32>::Create(random_)), Reason::kDiskFull));
  EXPECT_TRUE(IsRefusal(store.Destroy(Id(1)), Reason::kDiskFull));
  EXPECT_EQ(Read(store, 1), key);
  slots_.SetDiskFull(false);
  Add(store, 2);
  EXPECT_EQ(store.size(), 2u);
}

}  // namespace
}  // namespace entente::node
