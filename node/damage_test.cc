// Damage on the node's own disk: it is said, it is not taken for erasure, and the rest goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/audit/checkpoint_keeper.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "node/driver.h"
#include "node/engine_fixture.h"
#include "node/families.h"

namespace entente::node {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr size_t kSlotBytes = 256;

// What stands in the last slot of all: the key that was made last.
void DamageLastSlot(TestNode& node) {
  const size_t slot = node.slots.bytes().size() - kSlotBytes;
  for (const size_t place : {slot + 30, slot + 128 + 30}) {
    if (node.slots.bytes()[place] == '\0') continue;
    const auto flipped = static_cast<char>(node.slots.bytes()[place] ^ 1);
    ASSERT_TRUE(node.slots.Write(place, std::string(1, flipped)).ok());
  }
  ASSERT_TRUE(node.slots.Sync().ok());
}

TEST(DamageTest, AFlippedBitIsNoErasure) {
  World world;
  world.Settle();
  const std::string whole = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  TestNode& node = world.node("BR.fiu");
  DamageLastSlot(node);
  node.Restart(world.now);
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("keys-damaged"));
  EXPECT_TRUE(absl::IsDataLoss(world.Show("BR.fiu", id).status()));
  EXPECT_TRUE(world.Show("BR.fiu", whole).ok());
  EXPECT_EQ(world.InboxOf("BR.fiu").size(), 2u);
  v1::ListRequest received;
  received.set_kind(v1::RECORD_KIND_LEAD);
  received.set_received(true);
  const auto leads = node->ListRecords("reader", received, world.now);
  ASSERT_TRUE(leads.ok()) << leads.status();
  ASSERT_EQ(leads->records_size(), 2);
  EXPECT_NE(leads->records(0).damaged(), leads->records(1).damaged());
  // A new key does not take its place, and once its time is over nothing is missing.
  const size_t size = node.slots.bytes().size();
  world.Send("BR.fiu", world.Lead({"FR.fiu"}));
  EXPECT_EQ(node.slots.bytes().size(), size + 2 * kSlotBytes);  // the month's and the draft's
  for (int day = 0; day < 61; ++day) {
    world.Advance(limits::kDayMs);
    ASSERT_TRUE(node->Tick(world.now).ok());
  }
  EXPECT_TRUE(IsRefusal(world.Show("BR.fiu", id).status(), Reason::kExpired));
  node.Restart(world.now);
  world.Settle();
  ASSERT_TRUE(node->Tick(world.now).ok());
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), ::testing::Not(Contains("keys-damaged")));
}

// Both look like keys that were erased.
TEST(DamageTest, SlotsThatAreGoneOrZeroAreAnAlarmAndTheirKeysMadeAnew) {
  for (const bool all : {true, false}) {
    World world({"FR.fiu", "BR.fiu"});
    world.Settle();
    const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
    world.Settle();
    TestNode& node = world.node("BR.fiu");
    if (all) {
      node.slots = MemoryFile();
    } else {
      const size_t last = node.slots.bytes().size() - kSlotBytes;
      ASSERT_TRUE(node.slots.Write(last, std::string(kSlotBytes, '\0')).ok());
      ASSERT_TRUE(node.slots.Sync().ok());
    }
    node.Restart(world.now);
    EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("keys-damaged"));
    EXPECT_TRUE(absl::IsDataLoss(world.Show("BR.fiu", id).status()));
    world.Advance(11 * limits::kMinuteMs);  // a key counts when it does by any clock
    world.Settle();
    const std::string next = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
    world.Settle();
    EXPECT_EQ(world.StateOf("FR.fiu", next, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
    EXPECT_TRUE(world.Show("BR.fiu", next).ok());
    EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("keys-damaged"));
  }
}

TEST(DamageTest, AKeyCutShortByACrashIsNoDamage) {
  World world;
  TestNode& node = world.node("FR.fiu");
  ASSERT_TRUE(node.slots.Write(node.slots.bytes().size(), std::string(100, 'x')).ok());
  ASSERT_TRUE(node.slots.Write(node.slots.bytes().size(), std::string(156, '\0')).ok());
  ASSERT_TRUE(node.slots.Sync().ok());
  const size_t size = node.slots.bytes().size();
  node.Restart(world.now);
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
  EXPECT_EQ(node.slots.bytes().substr(size - kSlotBytes), std::string(kSlotBytes, '\0'));
}

TEST(DamageTest, ADamagedDraftHoldsUpNoOther) {
  World world;
  world.Settle();
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  const std::string damaged = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  TestNode& node = world.node("FR.fiu");
  DamageLastSlot(node);
  node.Restart(world.now);
  const std::string whole = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", whole, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
  // It may come back from a backup.
  EXPECT_EQ(world.StateOf("FR.fiu", damaged, "BR.fiu"), v1::RECIPIENT_STATE_WAITING);
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("local-fault"));
}

TEST(DamageTest, AnAcknowledgementOfADamagedRecordHoldsUpNoLane) {
  World world;
  world.Settle();
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle({"BR.fiu"});
  TestNode& node = world.node("FR.fiu");
  DamageLastSlot(node);
  node.Restart(world.now);
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
  EXPECT_EQ(world.broker.waiting("FR.fiu"), 0u);
}

std::string Damage(TestNode& node, store::Family family, const std::string& key) {
  const auto row = *node.store.Get(family, key);
  EXPECT_TRUE(row.has_value());
  store::WriteBatch batch;
  batch.Put(family, key, "\xff");
  EXPECT_TRUE(node.store.Write(batch, store::Sync::kYes).ok());
  return row.value_or("");
}

void Restore(TestNode& node, store::Family family, const std::string& key, std::string row) {
  store::WriteBatch batch;
  batch.Put(family, key, std::move(row));
  EXPECT_TRUE(node.store.Write(batch, store::Sync::kYes).ok());
}

TEST(DamageTest, ANoticeAboutADamagedRowIsSetAsideAndTakenLater) {
  World world({"FR.fiu", "BR.fiu"});
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle({"BR.fiu"});
  TestNode& node = world.node("FR.fiu");
  const std::string key = *HexDecode(id);
  const std::string row = Damage(node, kSent, key);
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("local-fault"));
  EXPECT_EQ(world.broker.waiting("FR.fiu"), 0u);
  // What comes after it is settled.
  world.Send("BR.fiu", world.Lead({"FR.fiu"}));
  world.Settle();
  EXPECT_EQ(world.InboxOf("FR.fiu").size(), 1u);
  Restore(node, kSent, key, row);
  node.Restart(world.now);
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
}

// Its acknowledgement says that it was kept: without that there is none.
TEST(DamageTest, ARecordThatADamagedRowKeepsOutIsNotAcknowledgedAndStopsItsLaneAlone) {
  World world({"FR.fiu", "BR.fiu"});
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  TestNode& node = world.node("BR.fiu");
  auto rows = node.store.Iterate(kPairs, "");
  std::map<std::string, std::string> damaged;
  for ((*rows)->SeekToFirst(); (*rows)->Valid(); (*rows)->Next()) {
    damaged.emplace((*rows)->key(), (*rows)->value());
  }
  for (const auto& [key, row] : damaged) Damage(node, kPairs, key);
  const std::string kept_out = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  EXPECT_EQ(world.broker.waiting("BR.fiu"), 1u);
  EXPECT_EQ(world.StateOf("FR.fiu", kept_out, "BR.fiu"), v1::RECIPIENT_STATE_LOGGED);
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("local-fault"));
  EXPECT_TRUE(node->MailStatus().ok());
  for (const auto& [key, row] : damaged) Restore(node, kPairs, key, row);
  node.Restart(world.now);
  world.Settle();
  EXPECT_EQ(world.broker.waiting("BR.fiu"), 0u);
  EXPECT_EQ(world.StateOf("FR.fiu", kept_out, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
}

// All of it, with what says that this database was ever used, and with the checkpoint's file.
TEST(DamageTest, ANodeWhoseLogOfConsultationsIsGoneDoesNotStart) {
  World world;
  TestNode& node = world.node("FR.fiu");
  store::WriteBatch batch;
  for (const store::Family family : audit::kLogFamilies) {
    auto rows = node.store.Iterate(family, "");
    for ((*rows)->SeekToFirst(); (*rows)->Valid(); (*rows)->Next()) {
      batch.Delete(family, (*rows)->key());
    }
  }
  ASSERT_TRUE(node.store.Write(batch, store::Sync::kYes).ok());
  EXPECT_TRUE(IsRefusal(node.Open(world.now), Reason::kFork));
  // The same database, with everything of the log taken away.
  store::MemoryStore bare(Engine::Families());
  batch.Clear();
  for (const store::Family family : Engine::Families()) {
    auto rows = node.store.Iterate(family, "");
    for ((*rows)->SeekToFirst(); (*rows)->Valid(); (*rows)->Next()) {
      batch.Put(family, (*rows)->key(), (*rows)->value());
    }
  }
  ASSERT_TRUE(bare.Write(batch, store::Sync::kYes).ok());
  const auto open = [&](store::Store& store) {
    return Engine::Open({.agency = *AgencyId::Parse("FR.fiu"),
                         .genesis = world.federation.genesis().text(),
                         .genesis_digest = world.federation.genesis().digest(),
                         .first_administrator = "admin"},
                        world.federation.agency("FR.fiu").identity.Clone(),
                        {store, node.slots, node.store_key, node.random}, world.now)
        .status();
  };
  EXPECT_TRUE(absl::IsDataLoss(open(bare))) << open(bare);
  // And an empty database beside keys that were in use.
  store::MemoryStore empty(Engine::Families());
  EXPECT_TRUE(absl::IsDataLoss(open(empty))) << open(empty);
}

TEST(BrokenTest, AfterAFailedSyncOfTheKeysTheEngineDoesNothingMore) {
  World world;
  TestNode& node = world.node("FR.fiu");
  node.slots.FailSync();
  EXPECT_TRUE(absl::IsInternal(node->Send("author", world.Lead({"BR.fiu"}), world.now).status()));
  EXPECT_TRUE(node->broken());
  EXPECT_TRUE(absl::IsInternal(node->Send("author", world.Lead({"BR.fiu"}), world.now).status()));
  EXPECT_TRUE(absl::IsInternal(node->Status("admin", world.now).status()));
  EXPECT_TRUE(absl::IsInternal(node->Tick(world.now)));
  EXPECT_TRUE(absl::IsInternal(node->NextSubmit(world.now).status()));
  EXPECT_TRUE(absl::IsInternal(node->OnPullResponse({}, world.now)));
  EXPECT_TRUE(absl::IsInternal(node->OnEntries({}, {}, world.now)));
  EXPECT_TRUE(absl::IsInternal(node->NextReceipts(1).status()));
  EXPECT_FALSE(node->NextPublish(world.now).has_value());
  node.Restart(world.now);
  EXPECT_FALSE(node->broken());
  EXPECT_EQ(node->ListRecords("author", Leads(), world.now)->records_size(), 0);
}

TEST(BrokenTest, AfterAFailedSyncOfTheStoreTheEngineDoesNothingMore) {
  World world;
  TestNode& node = world.node("FR.fiu");
  node.store.FailWrite(1, store::Fault::kSyncFailed);
  EXPECT_TRUE(absl::IsInternal(node->Send("author", world.Lead({"BR.fiu"}), world.now).status()));
  EXPECT_TRUE(absl::IsInternal(node->Status("admin", world.now).status()));
}

TEST(BrokenTest, AFailedRotationOfTheStoreKeyIsOne) {
  World world;
  TestNode& node = world.node("FR.fiu");
  world.Advance(limits::kDayMs);
  world.Settle();
  node.store_key.FailSync();
  EXPECT_TRUE(absl::IsInternal(node->Tick(world.now)));
  EXPECT_TRUE(absl::IsInternal(node->Tick(world.now)));
  node.Restart(world.now);
  world.Settle();
  EXPECT_TRUE(node->Tick(world.now).ok());
}

// So that the process ends and is started again.
TEST(BrokenTest, TheShellIsToldOnce) {
  testing::FederationOptions options;
  options.agencies = {"FR.fiu"};
  const testing::Federation federation(options);
  store::MemoryStore store(Engine::Families());
  MemoryFile slots;
  MemoryFile store_key;
  testing::SeededRandom random(1);
  auto engine = Engine::Open({.agency = *AgencyId::Parse("FR.fiu"),
                              .genesis = federation.genesis().text(),
                              .genesis_digest = federation.genesis().digest(),
                              .first_administrator = "admin"},
                             federation.agency("FR.fiu").identity.Clone(),
                             {store, slots, store_key, random}, testing::kFounded);
  ASSERT_TRUE(engine.ok()) << engine.status();
  int told = 0;
  Driver driver(*std::move(engine), [&told] { ++told; });
  const auto tick = [&] {
    return driver.With([&](Engine& node) { return node.Tick(testing::kFounded + limits::kDayMs); });
  };
  EXPECT_TRUE(driver.With([](Engine& node) { return node.Keys("admin", testing::kFounded); }).ok());
  EXPECT_EQ(told, 0);
  store_key.FailSync();
  EXPECT_TRUE(absl::IsInternal(tick()));
  EXPECT_TRUE(absl::IsInternal(tick()));
  EXPECT_EQ(told, 1);
}

}  // namespace
}  // namespace entente::node
