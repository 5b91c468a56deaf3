#include "core/audit/checkpoint_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/audit/log_fixture.h"
#include "core/audit/log_format.h"

namespace entente::audit {
namespace {

using ::testing::HasSubstr;

class KeeperTest : public ::testing::Test {
 protected:
  void GrowAndPublish(uint64_t size) {
    auto log = OpenLog(store_);
    ASSERT_TRUE(GrowTo(*log, size).ok());
    auto published = OpenKeeper(store_, *log)->Publish(TestKey(1));
    ASSERT_TRUE(published.ok()) << published.status();
  }
  // Neither signing nor serving: the keeper does not come to be.
  void ExpectFork(std::string_view what, const VerifierKey& key = LogKey()) {
    auto log = OpenLog(store_);
    auto keeper = CheckpointKeeper::Open(store_, *log, key);
    ASSERT_TRUE(IsRefusal(keeper.status(), Reason::kFork)) << keeper.status();
    EXPECT_THAT(RefusalOf(keeper.status())->text, HasSubstr(std::string(what)));
    EXPECT_THAT(RefusalOf(keeper.status())->advice, HasSubstr("restore"));
  }
  std::string File() { return **store_.ReadFile(kHighWaterFile); }

  store::MemoryStore store_{kLogFamilies};
};

TEST_F(KeeperTest, NothingIsSignedAtFirst) {
  auto log = OpenLog(store_);
  EXPECT_FALSE(OpenKeeper(store_, *log)->Latest().has_value());
  EXPECT_EQ(*store_.ReadFile(kHighWaterFile), std::nullopt);
}

TEST_F(KeeperTest, SignsTheCommittedTreeAndStoresItTwice) {
  auto log = OpenLog(store_);
  auto keeper = OpenKeeper(store_, *log);
  ASSERT_TRUE(GrowTo(*log, 5).ok());
  auto note = keeper->Publish(TestKey(1));
  ASSERT_TRUE(note.ok()) << note.status();
  auto verified = VerifyCheckpoint(*note, LogKey());
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(verified->checkpoint, (Checkpoint{kOrigin, 5, RootOfLeaves(Leaves(5))}));
  EXPECT_EQ(File(), *note);
  EXPECT_EQ(**store_.Get(kCheckpoint, kLastKey), *note);
  EXPECT_EQ(keeper->Latest()->note, *note);
  EXPECT_EQ(keeper->Latest()->head, log->Head());
}

TEST_F(KeeperTest, TheSameTreeIsNotSignedAgain) {
  auto log = OpenLog(store_);
  auto keeper = OpenKeeper(store_, *log);
  ASSERT_TRUE(GrowTo(*log, 5).ok());
  std::string note = *keeper->Publish(TestKey(1));
  size_t writes = store_.writes();
  EXPECT_EQ(*keeper->Publish(TestKey(1)), note);
  EXPECT_EQ(store_.writes(), writes);
}

TEST_F(KeeperTest, WhatIsOnlyStagedIsNotSigned) {
  auto log = OpenLog(store_);
  auto keeper = OpenKeeper(store_, *log);
  ASSERT_TRUE(GrowTo(*log, 5).ok());
  Stage stage = log->Begin();
  store::WriteBatch batch;
  ASSERT_TRUE(stage.Append("staged", batch).ok());
  store_.FailWrite(1, store::Fault::kDiskFull);
  ASSERT_FALSE(log->Commit(stage, batch).ok());
  ASSERT_TRUE(keeper->Publish(TestKey(1)).ok());
  EXPECT_EQ(keeper->Latest()->head.size, 5u);
}

TEST_F(KeeperTest, AnotherKeyDoesNotSign) {
  auto log = OpenLog(store_);
  auto keeper = OpenKeeper(store_, *log);
  ASSERT_TRUE(GrowTo(*log, 5).ok());
  EXPECT_EQ(keeper->Publish(TestKey(2)).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(*store_.ReadFile(kHighWaterFile), std::nullopt);
}

TEST_F(KeeperTest, GoesOnAfterARestart) {
  for (uint64_t size : {1u, 2u, 300u, 600u}) GrowAndPublish(size);
  auto log = OpenLog(store_);
  EXPECT_EQ(OpenKeeper(store_, *log)->Latest()->head, log->Head());
}

TEST_F(KeeperTest, ALogCutShortIsNeverSignedOver) {
  GrowAndPublish(10);
  std::string file = File();
  store::MemoryStore cut(kLogFamilies);
  ASSERT_TRUE(GrowTo(*OpenLog(cut), 9).ok());
  ASSERT_TRUE(cut.PutFile(kHighWaterFile, file).ok());
  auto log = OpenLog(cut);
  auto keeper = CheckpointKeeper::Open(cut, *log, LogKey());
  ASSERT_TRUE(IsRefusal(keeper.status(), Reason::kFork)) << keeper.status();
  EXPECT_THAT(RefusalOf(keeper.status())->text, HasSubstr("the log has 9 entries"));
}

TEST_F(KeeperTest, AnEmptyDatabaseBesideTheFileIsRefused) {
  GrowAndPublish(10);
  store::MemoryStore empty(kLogFamilies);
  ASSERT_TRUE(empty.PutFile(kHighWaterFile, File()).ok());
  auto log = OpenLog(empty);
  EXPECT_TRUE(IsRefusal(CheckpointKeeper::Open(empty, *log, LogKey()).status(), Reason::kFork));
}

TEST_F(KeeperTest, AnotherHistoryOfTheSameOrGreaterLengthIsRefused) {
  GrowAndPublish(10);
  for (int length : {10, 11, 300}) {
    store::MemoryStore other(kLogFamilies);
    auto log = OpenLog(other);
    Stage stage = log->Begin();
    store::WriteBatch batch;
    for (int i = 0; i < length; ++i) {
      ASSERT_TRUE(stage.Append(i == 3 ? "rewritten" : EntryNumber(i), batch).ok());
    }
    ASSERT_TRUE(log->Commit(stage, batch).ok());
    ASSERT_TRUE(other.PutFile(kHighWaterFile, File()).ok());
    auto keeper = CheckpointKeeper::Open(other, *log, LogKey());
    ASSERT_TRUE(IsRefusal(keeper.status(), Reason::kFork)) << keeper.status();
    EXPECT_THAT(RefusalOf(keeper.status())->text, HasSubstr("another root"));
  }
}

TEST_F(KeeperTest, AMissingFileIsNoticed) {
  GrowAndPublish(10);
  store::MemoryStore moved(kLogFamilies);
  for (store::Family family : kLogFamilies) {
    for (const auto& [key, value] : Contents(store_, family)) Put(moved, family, key, value);
  }
  auto log = OpenLog(moved);
  auto keeper = CheckpointKeeper::Open(moved, *log, LogKey());
  ASSERT_TRUE(IsRefusal(keeper.status(), Reason::kFork)) << keeper.status();
  EXPECT_THAT(RefusalOf(keeper.status())->text, HasSubstr("missing"));
}

TEST_F(KeeperTest, AnOlderFilePutBackIsNoticed) {
  GrowAndPublish(10);
  std::string old = File();
  GrowAndPublish(20);
  ASSERT_TRUE(store_.PutFile(kHighWaterFile, old).ok());
  ExpectFork("older than the checkpoint in the database");
}

TEST_F(KeeperTest, AnAlteredFileIsRefusedAtEveryBit) {
  GrowAndPublish(10);
  const std::string good = File();
  for (size_t i = 0; i < good.size(); ++i) {
    ASSERT_TRUE(store_.PutFile(kHighWaterFile, FlipBit(good, i, i % 8)).ok());
    ExpectFork("the high-water file is not a checkpoint signed by");
  }
  ASSERT_TRUE(store_.PutFile(kHighWaterFile, "").ok());
  ExpectFork("the high-water file is not a checkpoint signed by");
}

TEST_F(KeeperTest, AnAlteredCopyIsRefused) {
  GrowAndPublish(10);
  Put(store_, kCheckpoint, kLastKey, FlipBit(File(), 30));
  ExpectFork("l_checkpoint");
}

TEST_F(KeeperTest, AFileOfAnotherKeyIsRefused) {
  GrowAndPublish(10);
  ExpectFork("signed by", LogKey(2));
}

TEST_F(KeeperTest, ACopyThatLagsBehindIsWhatACrashLeaves) {
  GrowAndPublish(10);
  std::string old = File();
  GrowAndPublish(20);
  Put(store_, kCheckpoint, kLastKey, old);
  auto log = OpenLog(store_);
  EXPECT_EQ(OpenKeeper(store_, *log)->Latest()->head.size, 20u);
}

TEST_F(KeeperTest, AFullDiskPublishesNothing) {
  for (size_t failing : {1u, 2u}) {
    store::MemoryStore store(kLogFamilies);
    auto log = OpenLog(store);
    auto keeper = OpenKeeper(store, *log);
    ASSERT_TRUE(GrowTo(*log, 5).ok());
    store.FailWrite(failing, store::Fault::kDiskFull);
    EXPECT_TRUE(IsRefusal(keeper->Publish(TestKey(1)).status(), Reason::kDiskFull));
    EXPECT_FALSE(keeper->Latest().has_value());
    EXPECT_TRUE(keeper->Publish(TestKey(1)).ok());
    EXPECT_EQ(keeper->Latest()->head.size, 5u);
  }
}

// Commits and publishes until the write that fails, then crashes; returns what was published.
std::vector<TreeHead> RunUntilFault(store::MemoryStore& store) {
  std::vector<TreeHead> published;
  auto log = OpenLog(store);
  auto keeper = OpenKeeper(store, *log);
  for (uint64_t size : {2u, 255u, 256u, 258u, 520u}) {
    if (!GrowTo(*log, size).ok()) break;
    if (!keeper->Publish(TestKey(1)).ok()) break;
    published.push_back(keeper->Latest()->head);
  }
  return published;
}

TEST(KeeperCrash, NoCrashMakesThePublishedUntrue) {
  for (size_t failing = 1; failing <= 16; ++failing) {
    for (size_t survivors : {0u, 1u, 2u}) {
      store::MemoryStore store(kLogFamilies);
      store.FailWrite(failing, store::Fault::kSyncFailed);
      std::vector<TreeHead> published = RunUntilFault(store);
      store.Crash(survivors);
      auto log = OpenLog(store);
      ASSERT_NE(log, nullptr);
      auto keeper = OpenKeeper(store, *log);
      ASSERT_NE(keeper, nullptr) << failing << " " << survivors;
      ASSERT_TRUE(GrowTo(*log, 600).ok());
      ASSERT_TRUE(keeper->Publish(TestKey(1)).ok());
      for (const TreeHead& head : published) {
        auto proof = log->Consistency(head.size, 600);
        ASSERT_TRUE(proof.ok()) << proof.status();
        EXPECT_TRUE(VerifyConsistency(head.size, 600, *proof, head.root, log->Head().root).ok());
      }
    }
  }
}

}  // namespace
}  // namespace entente::audit
