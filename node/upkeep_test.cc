// What time does: expiry, keys, wrong clocks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

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

void TickAll(World& world) {
  for (const auto* agency : {"FR.fiu", "BR.fiu"}) {
    const absl::Status status = world.node(agency)->Tick(world.now);
    ASSERT_TRUE(status.ok()) << status;
  }
  world.Settle();
}

TEST(UpkeepTest, AnExpiredRecordIsErasedOnBothSides) {
  World world({"FR.fiu", "BR.fiu"});
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  ASSERT_TRUE(world.Show("BR.fiu", id).ok());
  const std::string old_slots = world.node("BR.fiu").slots.bytes();
  world.Advance(61 * limits::kDayMs);
  TickAll(world);
  for (const auto* agency : {"FR.fiu", "BR.fiu"}) {
    EXPECT_TRUE(IsRefusal(world.Show(agency, id).status(), Reason::kExpired)) << agency;
    auto it = world.node(agency).store.Iterate(kVault, "");
    (*it)->SeekToFirst();
    EXPECT_FALSE((*it)->Valid()) << agency;
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
  v1::SendLeadRequest lead = world.Lead({"BR.fiu"});
  lead.set_expires_ms(static_cast<uint64_t>((world.now + 3 * 365 * limits::kDayMs).ms));
  const std::string id = world.Send("FR.fiu", lead);
  world.Settle();
  ASSERT_TRUE(world.node("BR.fiu")->Tick(world.now + 364 * limits::kDayMs).ok());
  EXPECT_TRUE(world.Show("BR.fiu", id).ok());
  ASSERT_TRUE(world.node("BR.fiu")->Tick(world.now + 366 * limits::kDayMs).ok());
  EXPECT_TRUE(IsRefusal(world.Show("BR.fiu", id).status(), Reason::kExpired));
}

TEST(UpkeepTest, ADraftThatExpiresInTheOutboxNeverLeaves) {
  World world({"FR.fiu", "BR.fiu"});
  v1::SendLeadRequest lead = world.Lead({"BR.fiu"});
  lead.set_expires_ms(static_cast<uint64_t>((world.now + limits::kHourMs).ms));
  const std::string id = world.Send("FR.fiu", lead);
  world.Advance(2 * limits::kHourMs);
  ASSERT_TRUE(world.node("FR.fiu")->Tick(world.now).ok());
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_EXPIRED);
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
  v1::SendLeadRequest lead = world.Lead({"BR.fiu"});
  lead.set_expires_ms(static_cast<uint64_t>((world.now + limits::kHourMs).ms));
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
