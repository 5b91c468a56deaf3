// What time does: expiry, keys, wrong clocks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "node/engine_fixture.h"
#include "node/families.h"

namespace entente::node {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

size_t CountKeys(World& world, std::string_view agency, std::string_view use,
                 std::string_view state) {
  const auto keys = world.node(agency)->Keys("reader", world.now);
  EXPECT_TRUE(keys.ok()) << keys.status();
  return static_cast<size_t>(std::ranges::count_if(keys->keys(), [&](const v1::KeyInfo& key) {
    return key.use() == use && key.state() == state;
  }));
}

size_t InVault(World& world, std::string_view agency) {
  auto it = world.node(agency).store.Iterate(kVault, "");
  size_t count = 0;
  for ((*it)->SeekToFirst(); (*it)->Valid(); (*it)->Next()) ++count;
  return count;
}

v1::Draft LeadFor(const World& world, int64_t life_ms) {
  v1::Draft lead = world.Lead({"BR.fiu"});
  SetExpiry(lead, world.now + life_ms);
  return lead;
}

void TickAll(World& world) {
  for (const auto* agency : {"FR.fiu", "BR.fiu"}) {
    const absl::Status status = world.node(agency)->Tick(world.now);
    ASSERT_TRUE(status.ok()) << status;
  }
  world.Settle();
}

// Both go on with their work, until the log has told them that the time has come.
void ConfirmTime(World& world) {
  for (int round = 0; round < 3; ++round) TickAll(world);
}

TEST(UpkeepTest, AnExpiredRecordIsErasedOnBothSides) {
  World world({"FR.fiu", "BR.fiu"});
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  ASSERT_TRUE(world.Show("BR.fiu", id).ok());
  const std::string old_slots = world.node("BR.fiu").slots.bytes();
  world.Advance(61 * limits::kDayMs);
  ConfirmTime(world);
  for (const auto* agency : {"FR.fiu", "BR.fiu"}) {
    EXPECT_TRUE(IsRefusal(world.Show(agency, id).status(), Reason::kExpired)) << agency;
    EXPECT_EQ(InVault(world, agency), 0u) << agency;
  }
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_EXPIRED);
  v1::ConsultationsRequest request;
  request.set_record_id(id);
  request.set_justification("review");
  const auto lines = world.node("BR.fiu")->Consultations("protector", request, world.now);
  EXPECT_EQ(lines->consultations().rbegin()->operation(), "erasure");
}

TEST(UpkeepTest, AnObligationToDeleteEndsALongLife) {
  World world({"FR.fiu", "BR.fiu"});
  v1::Draft lead = world.Lead({"BR.fiu"});
  SetExpiry(lead, world.now + 3 * 365 * limits::kDayMs);
  const std::string id = world.Send("FR.fiu", lead);
  world.Settle();
  for (int day = 0; day < 364; ++day) {
    world.Advance(limits::kDayMs);
    ASSERT_TRUE(world.node("BR.fiu")->Tick(world.now).ok());
  }
  EXPECT_TRUE(world.Show("BR.fiu", id).ok());
  for (int day = 0; day < 2; ++day) {
    world.Advance(limits::kDayMs);
    ASSERT_TRUE(world.node("BR.fiu")->Tick(world.now).ok());
  }
  EXPECT_TRUE(IsRefusal(world.Show("BR.fiu", id).status(), Reason::kExpired));
  EXPECT_EQ(InVault(world, "BR.fiu"), 0u);
}

TEST(UpkeepTest, ADraftThatExpiresInTheOutboxNeverLeaves) {
  World world({"FR.fiu", "BR.fiu"});
  v1::Draft lead = world.Lead({"BR.fiu"});
  SetExpiry(lead, world.now + limits::kHourMs);
  const std::string id = world.Send("FR.fiu", lead);
  world.Advance(2 * limits::kHourMs);
  ASSERT_TRUE(world.node("FR.fiu")->Tick(world.now).ok());
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_UNDELIVERED);
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
}

TEST(UpkeepTest, KeysAreRenewedPublishedAndDestroyed) {
  World world({"FR.fiu", "BR.fiu"});
  EXPECT_EQ(CountKeys(world, "BR.fiu", "delivery", "current"), 1u);
  EXPECT_GE(CountKeys(world, "BR.fiu", "delivery", "future"), 8u);
  for (int day = 0; day < 100; ++day) {
    world.Advance(limits::kDayMs);
    world.Settle();
    TickAll(world);
  }
  EXPECT_EQ(CountKeys(world, "BR.fiu", "delivery", "current"), 1u);
  EXPECT_GE(CountKeys(world, "BR.fiu", "delivery", "future"), 8u);
  EXPECT_GE(CountKeys(world, "BR.fiu", "delivery", "destroyed"), 8u);
  EXPECT_LE(CountKeys(world, "BR.fiu", "delivery", "past"), 6u);
  EXPECT_GE(CountKeys(world, "BR.fiu", "record-signing", "current"), 1u);
  world.Settle();
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
}

// Days go by at all agencies, and their keys are renewed.
void PassDays(World& world, int days, const std::vector<std::string>& agencies,
              const std::vector<std::string>& offline = {}) {
  for (int day = 0; day < days; ++day) {
    world.Advance(limits::kDayMs);
    world.Settle(offline);
    for (const std::string& agency : agencies)
      ASSERT_TRUE(world.node(agency)->Tick(world.now).ok());
  }
  world.Settle(offline);
}

TEST(UpkeepTest, WhatIsAcknowledgedAgainAfterItsKeyEndedIsSignedAnew) {
  World world({"FR.fiu", "BR.fiu"});
  PassDays(world, 86, {"FR.fiu", "BR.fiu"});
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle({"BR.fiu"});
  TestNode& node = world.node("BR.fiu");
  (void)node->StartPull();
  ASSERT_TRUE(node->OnPullResponse(world.broker.Pull("BR.fiu"), world.now).ok());
  const v1::GetEntriesRequest request = node->NextEntries();
  ASSERT_TRUE(node->OnEntries(request, world.broker.Entries(request), world.now).ok());
  ASSERT_FALSE(node->NextAcknowledges().empty());  // and lost on the way
  ASSERT_EQ(world.InboxOf("BR.fiu").size(), 1u);
  PassDays(world, 6, {"FR.fiu"}, {"BR.fiu"});
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Not(Contains("acknowledgement-forged")));
}

TEST(UpkeepTest, AGapNoteThatWaitedUntilItsKeyEndedIsSignedAnew) {
  World world({"FR.fiu", "AE.fiu"});
  PassDays(world, 86, {"FR.fiu", "AE.fiu"});
  std::string reason = "shutting-down";
  world.broker.refuses = [&](const v1::Submission& submission) -> std::optional<v1::Refusal> {
    if (submission.has_record() || reason.empty()) return std::nullopt;
    v1::Refusal refusal;
    refusal.set_reason(reason);
    return refusal;
  };
  world.Send("FR.fiu", world.Lead({"AE.fiu"}));
  PassDays(world, 6, {"FR.fiu", "AE.fiu"});
  // One that was on its way when its key ended.
  reason = "key-not-valid-then";
  world.Advance(limits::kMinuteMs);
  world.Settle();
  reason = "";
  PassDays(world, 1, {"FR.fiu", "AE.fiu"});
  world.Advance(2 * limits::kHourMs);
  world.Settle();
  ASSERT_TRUE(world.node("AE.fiu")->Tick(world.now).ok());
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
  EXPECT_THAT(world.AlarmsOf("AE.fiu"), IsEmpty());
  EXPECT_EQ(world.node("FR.fiu")->Status("admin", world.now)->outbox_waiting(), 0u);
}

TEST(UpkeepTest, AClockThatJumpsAheadDestroysNoKey) {
  World world({"FR.fiu", "BR.fiu"});
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle({"BR.fiu"});
  ASSERT_TRUE(world.node("BR.fiu")->Tick(world.now + 400 * limits::kDayMs).ok());
  EXPECT_EQ(CountKeys(world, "BR.fiu", "delivery", "destroyed"), 0u);
  world.Settle();
  EXPECT_EQ(world.InboxOf("BR.fiu").size(), 1u);
}

TEST(UpkeepTest, AClockAYearAheadForAMinuteErasesNothing) {
  World world({"FR.fiu", "BR.fiu"});
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  const Instant right = world.now;
  world.Advance(366 * limits::kDayMs);
  for (const auto* agency : {"FR.fiu", "BR.fiu"}) {
    ASSERT_TRUE(world.node(agency)->Tick(world.now).ok());
    // What is over by this clock is not shown, and not erased.
    EXPECT_TRUE(IsRefusal(world.Show(agency, id).status(), Reason::kExpired)) << agency;
    EXPECT_THAT(world.AlarmsOf(agency), Contains("erasure-held")) << agency;
  }
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
  EXPECT_EQ(world.SentLead("FR.fiu", id).own_reference(), "");
  world.node("BR.fiu").Restart(world.now);
  ASSERT_TRUE(world.node("BR.fiu")->Tick(world.now).ok());
  world.now = right + limits::kMinuteMs;
  TickAll(world);
  for (const auto* agency : {"FR.fiu", "BR.fiu"}) {
    EXPECT_TRUE(world.Show(agency, id).ok()) << agency;
    EXPECT_THAT(world.AlarmsOf(agency), Not(Contains("erasure-held"))) << agency;
  }
}

TEST(UpkeepTest, WhatExpiresWhileTheBrokerIsAwayIsErased) {
  World world({"FR.fiu", "BR.fiu"});
  world.Send("FR.fiu", LeadFor(world, limits::kDayMs));
  world.Settle();
  ASSERT_EQ(InVault(world, "BR.fiu"), 1u);
  for (int hour = 0; hour < 72; ++hour) {
    world.Advance(limits::kHourMs);
    ASSERT_TRUE(world.node("BR.fiu")->Tick(world.now).ok());
    if (hour % 10 == 0) world.node("BR.fiu").Restart(world.now);
  }
  EXPECT_EQ(InVault(world, "BR.fiu"), 0u);
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Not(Contains("erasure-held")));
}

TEST(UpkeepTest, AfterDaysSwitchedOffTheLogConfirmsTheTime) {
  World world({"FR.fiu", "BR.fiu"});
  world.Send("FR.fiu", LeadFor(world, limits::kDayMs));
  world.Settle();
  world.Advance(3 * limits::kDayMs);
  world.node("BR.fiu").Restart(world.now);
  ASSERT_TRUE(world.node("BR.fiu")->Tick(world.now).ok());
  EXPECT_EQ(InVault(world, "BR.fiu"), 1u);
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("erasure-held"));
  world.PublishPolicy("FR", 2);
  world.Settle();
  ASSERT_TRUE(world.node("BR.fiu")->Tick(world.now).ok());
  EXPECT_EQ(InVault(world, "BR.fiu"), 0u);
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Not(Contains("erasure-held")));
}

TEST(UpkeepTest, AnEntryThatNoCheckpointCoversConfirmsNoTime) {
  World world({"FR.fiu", "BR.fiu"});
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  const std::string covered = world.broker.log().Checkpoint();
  world.Advance(366 * limits::kDayMs);
  world.PublishPolicy("FR", 2);
  TestNode& node = world.node("BR.fiu");
  const v1::GetEntriesRequest request = node->NextEntries();
  v1::GetEntriesResponse response = world.broker.Entries(request);
  ASSERT_EQ(response.entries_size(), 1);
  response.set_checkpoint(covered);
  ASSERT_TRUE(node->OnEntries(request, response, world.now).ok());
  ASSERT_TRUE(node->Tick(world.now).ok());
  EXPECT_EQ(InVault(world, "BR.fiu"), 1u);
}

TEST(UpkeepTest, KeysMadeByAClockFarAheadLeaveNoHole) {
  testing::FederationOptions options;
  options.agencies = {"FR.fiu"};
  options.agencies_publish = true;
  const testing::Federation federation(options);
  const Instant right = testing::kFounded;
  TestNode node("FR.fiu", federation, right + 80 * limits::kDayMs);
  ASSERT_TRUE(node.Open(right).ok());
  ASSERT_TRUE(node->Tick(right).ok());
  const auto keys = node->Keys("admin", right);
  ASSERT_TRUE(keys.ok());
  for (const auto* use : {"record-signing", "acknowledgement", "delivery"}) {
    EXPECT_EQ(std::ranges::count_if(keys->keys(),
                                    [&](const v1::KeyInfo& key) {
                                      return key.use() == use && key.state() == "current";
                                    }),
              1)
        << use;
  }
}

TEST(UpkeepTest, AClockFarAheadMakesAndPublishesNoKey) {
  World world({"FR.fiu", "BR.fiu"});
  const auto before = world.node("BR.fiu")->Keys("reader", world.now);
  world.Advance(100 * limits::kDayMs);
  world.Settle();
  ASSERT_TRUE(world.node("BR.fiu")->Tick(world.now).ok());
  const auto after = world.node("BR.fiu")->Keys("reader", world.now);
  EXPECT_EQ(before->keys_size(), after->keys_size());
}

// One key that cannot be read: it is left as it is, and all else goes on.
TEST(UpkeepTest, ADamagedSlotKeepsNothingElseFromBeingDone) {
  World world({"FR.fiu", "BR.fiu"});
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  TestNode& node = world.node("BR.fiu");
  constexpr size_t kSlotBytes = 256;
  const std::string damage(kSlotBytes, 'x');
  ASSERT_TRUE(node.slots.Write(node.slots.bytes().size() - kSlotBytes, damage).ok());
  world.Send("FR.fiu", LeadFor(world, limits::kHourMs));
  world.Settle();
  ASSERT_EQ(InVault(world, "BR.fiu"), 2u);
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Not(Contains("keys-damaged")));
  world.Advance(limits::kDayMs);
  for (int tick = 0; tick < 2; ++tick) EXPECT_TRUE(node->Tick(world.now).ok());
  EXPECT_EQ(InVault(world, "BR.fiu"), 1u);
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("keys-damaged"));
}

TEST(UpkeepTest, ADamagedRowKeepsNothingElseFromBeingDone) {
  World world({"FR.fiu", "BR.fiu"});
  for (int i = 0; i < 2; ++i) world.Send("FR.fiu", LeadFor(world, limits::kHourMs));
  world.Send("BR.fiu", world.Lead({"FR.fiu"}));
  world.Settle();
  TestNode& node = world.node("BR.fiu");
  ASSERT_EQ(InVault(world, "BR.fiu"), 3u);
  const auto rows = *node.store.Iterate(kReceived, "");
  rows->SeekToFirst();
  ASSERT_TRUE(rows->Valid());
  store::WriteBatch batch;
  batch.Put(kReceived, rows->key(), std::string(300, '\xff'));
  ASSERT_TRUE(node.store.Write(batch, store::Sync::kYes).ok());
  world.Advance(limits::kDayMs);
  world.Settle();
  EXPECT_EQ(node->Tick(world.now).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(InVault(world, "BR.fiu"), 2u);
  EXPECT_GT(node->Status("author", world.now)->outbox_waiting(), 0u) << "no pair head";
}

TEST(UpkeepTest, ADamagedDraftKeepsNoOtherFromLeaving) {
  World world({"FR.fiu", "BR.fiu"});
  const std::string damaged = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  const std::string good = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  store::WriteBatch batch;
  batch.Put(kVault, *HexDecode(damaged), std::string(300, 'x'));
  ASSERT_TRUE(world.node("FR.fiu").store.Write(batch, store::Sync::kYes).ok());
  world.Settle();
  EXPECT_EQ(world.InboxOf("BR.fiu").size(), 1u);
  EXPECT_EQ(world.InboxOf("BR.fiu")[0].record_id(), good);
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("local-fault"));
}

TEST(UpkeepTest, TheStoreKeyIsReplacedDaily) {
  World world({"FR.fiu", "BR.fiu"});
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  const std::string before = world.node("BR.fiu").store_key.bytes();
  ASSERT_TRUE(world.node("BR.fiu")->Tick(world.now + limits::kDayMs).ok());
  EXPECT_NE(world.node("BR.fiu").store_key.bytes(), before);
  EXPECT_TRUE(world.Show("BR.fiu", id).ok());
}

TEST(UpkeepTest, AClockAnHourBehindIsReported) {
  World world({"FR.fiu", "BR.fiu"});
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle({"BR.fiu"});
  TestNode& node = world.node("BR.fiu");
  const Instant wrong = world.now - limits::kHourMs;
  const v1::GetEntriesRequest request = node->NextEntries();
  ASSERT_TRUE(node->OnEntries(request, world.broker.Entries(request), wrong).ok());
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("clock-differs"));
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Not(Contains("clock-differs")));
  EXPECT_EQ(world.InboxOf("BR.fiu").size(), 2u);
}

TEST(UpkeepTest, ARecordThatCameExpiredIsRefused) {
  World world({"FR.fiu", "BR.fiu"});
  v1::Draft lead = world.Lead({"BR.fiu"});
  SetExpiry(lead, world.now + limits::kHourMs);
  const std::string id = world.Send("FR.fiu", lead);
  world.Settle({"BR.fiu"});
  world.Advance(2 * limits::kHourMs);
  world.Settle();
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
  EXPECT_EQ(world.SentLead("FR.fiu", id).recipients(0).reason(), "expired");
}

TEST(UpkeepTest, PairHeadsGoOutOnceADay) {
  World world({"FR.fiu", "BR.fiu"});
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  TickAll(world);
  const uint64_t size = world.broker.log().size();
  world.Advance(limits::kDayMs - 1);
  world.Settle();
  TickAll(world);
  EXPECT_EQ(world.broker.log().size(), size);
  world.Advance(1);
  world.Settle();
  TickAll(world);
  // The head, and its acknowledgement range.
  EXPECT_EQ(world.broker.log().size(), size + 2);
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), IsEmpty());
}

TEST(UpkeepTest, KeysThatAreNotInTheLogAreReported) {
  testing::FederationOptions options;
  options.agencies = {"FR.fiu"};
  options.agencies_publish = true;
  const testing::Federation federation(options);
  TestNode node("FR.fiu", federation, testing::kFounded);
  EXPECT_FALSE(node->NextPublish(testing::kFounded).has_value());
  ASSERT_TRUE(node->Tick(testing::kFounded).ok());
  const auto status = node->Status("admin", testing::kFounded);
  ASSERT_EQ(status->alarms_size(), 1);
  EXPECT_EQ(status->alarms(0).code(), "keys-not-in-log");
}

}  // namespace
}  // namespace entente::node
