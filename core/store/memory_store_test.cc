#include "core/store/memory_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/refusal.h"
#include "core/store/store_fixture.h"

namespace entente::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(MemoryStore, CrashLosesWhatWasNotSynced) {
  MemoryStore store(kBoth);
  ASSERT_TRUE(PutOne(store, "a", "synced").ok());
  ASSERT_TRUE(PutOne(store, "a", "changed", Sync::kNo).ok());
  ASSERT_TRUE(PutOne(store, "b", "new", Sync::kNo).ok());
  WriteBatch batch;
  batch.Delete(kAlpha, "a");
  ASSERT_TRUE(store.Write(batch, Sync::kNo).ok());
  EXPECT_EQ(*store.Get(kAlpha, "a"), std::nullopt);
  EXPECT_EQ(store.unsynced(), 3u);
  store.Crash();
  EXPECT_EQ(**store.Get(kAlpha, "a"), "synced");
  EXPECT_THAT(Keys(store, kAlpha, ""), ElementsAre("a"));
  EXPECT_EQ(store.unsynced(), 0u);
}

TEST(MemoryStore, SyncKeepsAllThatCameBefore) {
  MemoryStore store(kBoth);
  ASSERT_TRUE(PutOne(store, "a", "1", Sync::kNo).ok());
  ASSERT_TRUE(PutOne(store, "b", "2", Sync::kYes).ok());
  store.Crash();
  EXPECT_THAT(Keys(store, kAlpha, ""), ElementsAre("a", "b"));
}

TEST(MemoryStore, TheFirstUnsyncedBatchesMaySurvive) {
  MemoryStore store(kBoth);
  for (const char* key : {"a", "b", "c"}) ASSERT_TRUE(PutOne(store, key, key, Sync::kNo).ok());
  store.Crash(2);
  EXPECT_THAT(Keys(store, kAlpha, ""), ElementsAre("a", "b"));
  store.Crash();
  EXPECT_THAT(Keys(store, kAlpha, ""), ElementsAre("a", "b"));
}

TEST(MemoryStore, SnapshotOutlivesACrash) {
  MemoryStore store(kBoth);
  ASSERT_TRUE(PutOne(store, "a", "1", Sync::kNo).ok());
  auto frozen = store.Snapshot();
  store.Crash();
  EXPECT_THAT(Keys(*frozen, kAlpha, ""), ElementsAre("a"));
  EXPECT_THAT(Keys(store, kAlpha, ""), IsEmpty());
}

TEST(MemoryStore, FilesSurviveACrash) {
  MemoryStore store(kBoth);
  ASSERT_TRUE(store.PutFile("mark", "1").ok());
  store.Crash();
  EXPECT_EQ(*store.ReadFile("mark"), "1");
}

TEST(MemoryStore, DiskFullAtTheNthWriteWritesNothing) {
  MemoryStore store(kBoth);
  store.FailWrite(2, Fault::kDiskFull);
  ASSERT_TRUE(PutOne(store, "a", "1").ok());
  absl::Status full = PutOne(store, "b", "2");
  EXPECT_TRUE(IsRefusal(full, Reason::kDiskFull)) << full;
  EXPECT_FALSE(RefusalOf(full)->advice.empty());
  EXPECT_TRUE(PutOne(store, "c", "3").ok());
  EXPECT_THAT(Keys(store, kAlpha, ""), ElementsAre("a", "c"));
  EXPECT_EQ(store.writes(), 3u);
}

TEST(MemoryStore, DiskStaysFullUntilThereIsRoom) {
  MemoryStore store(kBoth);
  store.SetDiskFull(true);
  EXPECT_TRUE(IsRefusal(PutOne(store, "a", "1"), Reason::kDiskFull));
  EXPECT_TRUE(IsRefusal(store.PutFile("mark", "1"), Reason::kDiskFull));
  EXPECT_EQ(*store.ReadFile("mark"), std::nullopt);
  store.SetDiskFull(false);
  EXPECT_TRUE(PutOne(store, "a", "1").ok());
}

TEST(MemoryStore, AfterAFailedSyncNothingIsWrittenUntilTheRestart) {
  MemoryStore store(kBoth);
  ASSERT_TRUE(PutOne(store, "a", "1").ok());
  store.FailWrite(1, Fault::kSyncFailed);
  EXPECT_EQ(PutOne(store, "b", "2").code(), absl::StatusCode::kInternal);
  EXPECT_EQ(PutOne(store, "c", "3").code(), absl::StatusCode::kInternal);
  EXPECT_EQ(store.PutFile("mark", "1").code(), absl::StatusCode::kInternal);
  EXPECT_THAT(Keys(store, kAlpha, ""), ElementsAre("a"));
  store.Crash(0);
  EXPECT_THAT(Keys(store, kAlpha, ""), ElementsAre("a"));
  EXPECT_TRUE(PutOne(store, "d", "4").ok());
}

TEST(MemoryStore, ABatchWhoseSyncFailedMayBeThereAfterTheRestart) {
  MemoryStore store(kBoth);
  store.FailWrite(1, Fault::kSyncFailed);
  EXPECT_FALSE(PutOne(store, "b", "2").ok());
  EXPECT_EQ(store.unsynced(), 1u);
  store.Crash(1);
  EXPECT_THAT(Keys(store, kAlpha, ""), ElementsAre("b"));
}

TEST(MemoryStore, CrashForgetsFaults) {
  MemoryStore store(kBoth);
  store.FailWrite(1, Fault::kSyncFailed);
  store.Crash();
  EXPECT_TRUE(PutOne(store, "a", "1").ok());
}

}  // namespace
}  // namespace entente::store
