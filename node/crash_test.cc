// Faults at every write: what was promised is there after the crash, once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "node/engine_fixture.h"

namespace entente::node {
namespace {

using ::testing::IsEmpty;

// After any fault the lead that was accepted arrives once, is read, answered, and nobody alarms.
void ExpectDeliveredOnce(World& world, const std::string& id) {
  world.Settle();
  world.Advance(2 * limits::kMinuteMs);
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
  ASSERT_EQ(world.InboxOf("BR.fiu").size(), 1u);
  EXPECT_EQ(world.Show("BR.fiu", id)->sections_size(), 2);
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), IsEmpty());
}

// Exchanges until the fault struck, or nothing is left to do. True when it struck.
bool ExchangeUntilFault(World& world, TestNode& node, size_t writes_before_fault) {
  for (int round = 0; round < 4; ++round) {
    (void)world.Exchange(node);
    if (node.store.writes() > writes_before_fault) return true;
  }
  return false;
}

TEST(CrashTest, TheSendersDiskMayFailAtAnyWrite) {
  for (const store::Fault fault : {store::Fault::kSyncFailed, store::Fault::kDiskFull}) {
    for (size_t survivors : {0, 1}) {
      bool struck = true;
      for (size_t nth = 1; struck; ++nth) {
        ASSERT_LT(nth, 50u);
        World world;
        TestNode& node = world.node("FR.fiu");
        const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
        const size_t before = node.store.writes();
        node.store.FailWrite(nth, fault);
        (void)world.Exchange(node);
        struck = ExchangeUntilFault(world, node, before + nth - 1);
        world.Settle({"FR.fiu"});
        node.store.Crash(survivors);
        node.Restart(world.now);
        ExpectDeliveredOnce(world, id);
      }
    }
  }
}

TEST(CrashTest, TheRecipientsDiskMayFailAtAnyWrite) {
  for (const store::Fault fault : {store::Fault::kSyncFailed, store::Fault::kDiskFull}) {
    for (size_t survivors : {0, 1}) {
      bool struck = true;
      for (size_t nth = 1; struck; ++nth) {
        ASSERT_LT(nth, 50u);
        World world;
        TestNode& node = world.node("BR.fiu");
        const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
        world.Settle({"BR.fiu"});
        const size_t before = node.store.writes();
        node.store.FailWrite(nth, fault);
        struck = ExchangeUntilFault(world, node, before + nth - 1);
        node.store.Crash(survivors);
        node.Restart(world.now);
        ExpectDeliveredOnce(world, id);
      }
    }
  }
}

TEST(CrashTest, TheRecipientsKeySlotsMayBeFull) {
  World world;
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle({"BR.fiu"});
  TestNode& node = world.node("BR.fiu");
  node.slots.SetDiskFull(true);
  EXPECT_TRUE(IsRefusal(world.Exchange(node), Reason::kDiskFull));
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
  EXPECT_EQ(world.broker.waiting("BR.fiu"), 1u);
  node.slots.SetDiskFull(false);
  ExpectDeliveredOnce(world, id);
}

TEST(CrashTest, AFullDiskRefusesADraftAndLosesNothing) {
  World world;
  TestNode& node = world.node("FR.fiu");
  node.store.SetDiskFull(true);
  const auto refused = node->Send("author", world.Lead({"BR.fiu"}), world.now);
  EXPECT_TRUE(IsRefusal(refused.status(), Reason::kDiskFull)) << refused.status();
  node.store.SetDiskFull(false);
  EXPECT_EQ(node->ListRecords("author", Leads(), world.now)->records_size(), 0);
  ExpectDeliveredOnce(world, world.Send("FR.fiu", world.Lead({"BR.fiu"})));
}

TEST(CrashTest, ALostResponseIsAskedForAgainUnderTheSameNumber) {
  World world;
  TestNode& node = world.node("FR.fiu");
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  const auto first = node->NextSubmit(world.now);
  ASSERT_TRUE(first.ok() && first->has_value());
  (void)world.broker.Submit("FR.fiu", **first, world.now);
  EXPECT_FALSE((*node->NextSubmit(world.now)).has_value());
  node->OnDisconnected(absl::UnavailableError("gone"));
  EXPECT_FALSE(node->Status("admin", world.now)->broker_connected());
  node->OnConnected();
  const auto second = node->NextSubmit(world.now);
  ASSERT_TRUE(second.ok() && second->has_value());
  EXPECT_EQ((*second)->SerializeAsString(), (*first)->SerializeAsString());
  node->OnDisconnected(absl::UnavailableError("gone"));
  ExpectDeliveredOnce(world, id);
}

TEST(CrashTest, AnAcknowledgementMayOvertakeTheReceipt) {
  World world;
  TestNode& node = world.node("FR.fiu");
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  const auto first = node->NextSubmit(world.now);
  (void)world.broker.Submit("FR.fiu", **first, world.now);
  world.Settle({"FR.fiu"});
  world.broker.refuses = [](const v1::Submission&) {
    v1::Refusal refusal;
    refusal.set_reason("shutting-down");
    return refusal;
  };
  node->OnDisconnected(absl::UnavailableError("gone"));
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
  world.broker.refuses = nullptr;
  ExpectDeliveredOnce(world, id);
}

TEST(CrashTest, AnAnswerMayOvertakeTheReceipt) {
  World world;
  TestNode& node = world.node("FR.fiu");
  v1::Draft lead = world.Lead({"BR.fiu"});
  lead.set_urgency(v1::URGENCY_URGENT);
  const std::string id = world.Send("FR.fiu", lead);
  const auto first = node->NextSubmit(world.now);
  (void)world.broker.Submit("FR.fiu", **first, world.now);
  world.Settle({"FR.fiu"});
  v1::AnswerLeadRequest answer;
  answer.set_record_id(id);
  answer.set_taken(true);
  answer.set_justification("frozen");
  ASSERT_TRUE(world.node("BR.fiu")->AnswerLead("author", answer, world.now).ok());
  world.Settle({"FR.fiu"});
  world.broker.refuses = [](const v1::Submission&) {
    v1::Refusal refusal;
    refusal.set_reason("shutting-down");
    return refusal;
  };
  // The answer comes in the urgent lane, before the acknowledgement.
  world.broker.keeps_back = [](const v1::Delivery& delivery) { return delivery.has_notice(); };
  node->OnDisconnected(absl::UnavailableError("gone"));
  world.Settle();
  world.Advance(limits::kMinuteMs);
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_TAKEN);
  world.broker.refuses = nullptr;
  world.broker.keeps_back = nullptr;
  world.Advance(limits::kMinuteMs);
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_TAKEN);
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
}

TEST(CrashTest, ANodeOfAnotherAgencyOrGenesisIsNotOpened) {
  World world;
  TestNode& node = world.node("FR.fiu");
  Settings settings{.agency = *AgencyId::Parse("BR.fiu"),
                    .genesis = world.federation.genesis().text(),
                    .genesis_digest = world.federation.genesis().digest(),
                    .first_administrator = ""};
  testing::SeededRandom random(5);
  const auto open = [&](const crypto::SigningKey& identity) {
    return Engine::Open(settings, identity.Clone(),
                        {node.store, node.slots, node.store_key, random}, world.now)
        .status();
  };
  EXPECT_TRUE(absl::IsFailedPrecondition(open(world.federation.agency("BR.fiu").identity)));
  settings.agency = *AgencyId::Parse("FR.fiu");
  EXPECT_TRUE(absl::IsFailedPrecondition(open(world.federation.agency("BR.fiu").identity)));
  EXPECT_TRUE(open(world.federation.agency("FR.fiu").identity).ok());
  settings.genesis_digest[0] ^= 1;
  EXPECT_TRUE(absl::IsInvalidArgument(open(world.federation.agency("FR.fiu").identity)));
}

}  // namespace
}  // namespace entente::node
