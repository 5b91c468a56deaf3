// Policies change while a record waits at the broker: what the recipient takes, and what the origin
// is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "node/engine_fixture.h"

namespace entente::node {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::string With(std::string text, std::string_view old, std::string_view now) {
  const size_t at = text.find(old);
  EXPECT_NE(at, std::string::npos) << old;
  return at == std::string::npos ? text : text.replace(at, old.size(), now);
}

// Where a victim lives stays away from Brazil too.
std::string Narrower(uint64_t version) {
  return With(testing::DefaultPolicy("FR", version), R"(["CH"])", R"(["BR", "CH"])");
}

// Brazil takes nothing any more.
std::string Closed(uint64_t version) {
  const std::string text = testing::DefaultPolicy("BR", version);
  return text.substr(0, text.find("\n[[inbound.allow]]"));
}

// FR sends while BR is away, the policy changes, and an hour later BR is back.
class DecidedAgain : public ::testing::Test {
 protected:
  std::string SendTo(const std::string& recipient) {
    std::string id = world.Send("FR.fiu", world.Lead({recipient}));
    world.Settle({recipient});
    return id;
  }
  void Change(std::string_view jurisdiction, const std::string& text, uint64_t version = 2) {
    world.PublishPolicy(jurisdiction, version, text);
    world.Settle({"BR.fiu", "CH.fiu"});
    world.Advance(limits::kHourMs);
  }
  v1::RecipientStatus SentTo(const std::string& id) {
    return world.SentLead("FR.fiu", id).recipients(0);
  }
  // What stands at the broker is given to BR, whose acknowledgement is lost with the connection.
  void GiveWithoutHearing() {
    TestNode& node = world.node("BR.fiu");
    world.broker.DecideAgain("BR.fiu", world.now);
    node->StartPull();
    do {
      const v1::GetEntriesRequest ask = node->NextEntries();
      ASSERT_TRUE(node->OnEntries(ask, world.broker.Entries(ask), world.now).ok());
    } while (node->BehindLog());
    for (const v1::GetTextRequest& ask : node->NextTexts()) {
      ASSERT_TRUE(node->OnText(ask, world.broker.Text("BR.fiu", ask), world.now).ok());
    }
    ASSERT_TRUE(node->OnPullResponse(world.broker.Pull("BR.fiu"), world.now).ok());
    node->StartPull();
  }
  // A day, and what is due in it.
  void PassADay(std::vector<std::string> offline = {}) {
    world.Advance(limits::kDayMs);
    world.Settle(offline);
    for (const char* agency : {"FR.fiu", "BR.fiu"}) {
      EXPECT_TRUE(world.node(agency)->Tick(world.now).ok());
    }
    world.Settle(offline);
  }
  std::vector<std::string> Receipts(std::string_view agency) {
    std::vector<std::string> names;
    const auto receipts = world.node(agency)->NextReceipts(100);
    EXPECT_TRUE(receipts.ok()) << receipts.status();
    for (const ReceiptFiles& one : *receipts) names.push_back(one.name);
    return names;
  }

  World world{{"FR.fiu", "BR.fiu", "DE.fiu", "CH.fiu"}};
};

TEST_F(DecidedAgain, NarrowerIsWhatIsShownAndTold) {
  const std::string id = SendTo("BR.fiu");
  Change("FR", Narrower(2));
  world.Settle();
  const auto shown = world.Show("BR.fiu", id);
  ASSERT_TRUE(shown.ok()) << shown.status();
  EXPECT_THAT(shown->sections(), SizeIs(1));
  ASSERT_THAT(shown->withheld(), SizeIs(1));
  EXPECT_THAT(shown->withheld(0).rules(), ElementsAre("FR-OUT-800"));
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), IsEmpty());
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
  const v1::RecipientStatus told = SentTo(id);
  EXPECT_EQ(told.state(), v1::RECIPIENT_STATE_DELIVERED);
  EXPECT_NE(told.decided_again_ms(), 0u);
  EXPECT_EQ(told.sections_withheld(), 1u);
  EXPECT_THAT(told.rules(), Contains("FR-OUT-800"));
}

TEST_F(DecidedAgain, BothKeepTheReceiptOfEachDecision) {
  const std::string id = SendTo("BR.fiu");
  Change("FR", Narrower(2));
  world.Settle();
  for (const char* agency : {"FR.fiu", "BR.fiu"}) {
    EXPECT_THAT(Receipts(agency),
                ::testing::UnorderedElementsAre(id, ::testing::StartsWith(id + "-again-")));
  }
}

TEST_F(DecidedAgain, WhatStandsIsNotShownAsNarrowed) {
  const std::string id = SendTo("BR.fiu");
  Change("DE", testing::DefaultPolicy("DE", 2));
  world.Settle();
  EXPECT_THAT(world.Show("BR.fiu", id)->sections(), SizeIs(2));
  EXPECT_EQ(SentTo(id).decided_again_ms(), 0u);
  EXPECT_EQ(SentTo(id).state(), v1::RECIPIENT_STATE_DELIVERED);
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
}

TEST_F(DecidedAgain, ThreePoliciesThreeDecisions) {
  const std::string id = SendTo("BR.fiu");
  Change("FR", Narrower(2));
  GiveWithoutHearing();
  Change("FR", testing::DefaultPolicy("FR", 3), 3);
  world.Settle();
  EXPECT_THAT(world.Show("BR.fiu", id)->withheld(), SizeIs(1)) << "what it was given stays";
  EXPECT_EQ(SentTo(id).state(), v1::RECIPIENT_STATE_DELIVERED);
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), IsEmpty());
}

// ---- refused

TEST_F(DecidedAgain, RefusedIsToldAndItsNumberIsNoHole) {
  const std::string id = SendTo("BR.fiu");
  Change("BR", Closed(2));
  world.Settle();
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
  const v1::RecipientStatus told = SentTo(id);
  EXPECT_EQ(told.state(), v1::RECIPIENT_STATE_REFUSED);
  EXPECT_EQ(told.reason(), "policy-refused");
  EXPECT_NE(told.decided_again_ms(), 0u);
  EXPECT_EQ(told.contact(), "Office of BR");
  for (int day = 0; day < 3; ++day) PassADay();
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), IsEmpty());
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
}

// It was delivered on a connection that broke before it was acknowledged, and refused after that.
TEST_F(DecidedAgain, WhoHasItAlreadySaysSo) {
  const std::string id = SendTo("BR.fiu");
  GiveWithoutHearing();
  Change("BR", Closed(2));
  world.Settle();
  EXPECT_TRUE(world.Show("BR.fiu", id).ok());
  EXPECT_EQ(SentTo(id).state(), v1::RECIPIENT_STATE_DELIVERED);
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), IsEmpty());
}

TEST_F(DecidedAgain, AnAlarmThatItIsNotAcknowledgedEnds) {
  SendTo("BR.fiu");
  PassADay({"BR.fiu"});
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("not-acknowledged"));
  Change("BR", Closed(2));
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Not(Contains("not-acknowledged")));
}

// ---- a broker that does wrong

TEST_F(DecidedAgain, ABrokerThatSkipsItIsRefused) {
  world.broker.skips_again = true;
  const std::string id = SendTo("BR.fiu");
  Change("FR", Narrower(2));
  world.Settle();
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("record-refused"));
  EXPECT_EQ(SentTo(id).state(), v1::RECIPIENT_STATE_NOT_OPENED);
  EXPECT_EQ(SentTo(id).reason(), "snapshot-behind");
}

// However long it was away: what the log shows counts, not what was seen of it before.
TEST_F(DecidedAgain, ABrokerThatSkipsItAndDeliversBeforeItShowsTheLogIsRefused) {
  world.broker.skips_again = true;
  const std::string id = SendTo("BR.fiu");
  world.Advance(limits::kMinuteMs);  // what BR has seen of the log is older than the change
  Change("FR", Narrower(2));
  TestNode& node = world.node("BR.fiu");
  node->StartPull();
  ASSERT_TRUE(node->OnPullResponse(world.broker.Pull("BR.fiu"), world.now).ok());
  world.Settle();
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
  EXPECT_EQ(SentTo(id).reason(), "snapshot-behind");
}

TEST_F(DecidedAgain, WhatChangedAMomentAgoIsNotHeldAgainstIt) {
  world.broker.skips_again = true;
  const std::string id = SendTo("BR.fiu");
  world.PublishPolicy("FR", 2, Narrower(2));
  world.Advance(10 * limits::kMinuteMs);
  world.Settle();
  EXPECT_TRUE(world.Show("BR.fiu", id).ok());
}

TEST_F(DecidedAgain, KeysThatChangedAreNoReason) {
  world.broker.skips_again = true;
  const std::string id = SendTo("BR.fiu");
  world.Advance(8 * limits::kDayMs);  // FR publishes further delivery keys
  world.Settle({"BR.fiu"});
  world.Advance(limits::kHourMs);
  world.Settle();
  EXPECT_TRUE(world.Show("BR.fiu", id).ok());
}

TEST_F(DecidedAgain, WiderThanBeforeIsRefusedAndAnAlarmAtBothEnds) {
  world.broker.on_again = [](v1::RecipientDecision& decision) {
    decision.clear_withheld();
    decision.set_verdict(v1::VERDICT_RELEASE);
  };
  const std::string id = SendTo("CH.fiu");
  Change("DE", testing::DefaultPolicy("DE", 2));
  world.Settle();
  EXPECT_THAT(world.InboxOf("CH.fiu"), IsEmpty());
  EXPECT_EQ(SentTo(id).reason(), "proof-bad");
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("decision-differs"));
}

TEST_F(DecidedAgain, ADroppedObligationIsRefused) {
  world.broker.on_again = [](v1::RecipientDecision& decision) { decision.clear_obligations(); };
  const std::string id = SendTo("BR.fiu");
  Change("DE", testing::DefaultPolicy("DE", 2));
  world.Settle();
  EXPECT_EQ(SentTo(id).reason(), "proof-bad");
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("decision-differs"));
}

TEST_F(DecidedAgain, TheDecisionOfAnotherRecordIsNone) {
  std::optional<v1::Evidence> other;
  world.broker.on_delivery = [&](v1::Delivery& delivery) {
    if (!delivery.has_again()) return;
    if (!other) other = delivery.again();
    *delivery.mutable_again() = *other;
  };
  SendTo("BR.fiu");
  const std::string second = SendTo("BR.fiu");
  Change("DE", testing::DefaultPolicy("DE", 2));
  world.Settle();
  EXPECT_THAT(world.InboxOf("BR.fiu"), SizeIs(1));
  EXPECT_EQ(SentTo(second).reason(), "proof-bad");
}

TEST_F(DecidedAgain, ARecordThatTheLogRefusedAtReleaseIsNotTaken) {
  const std::string id = SendTo("BR.fiu");
  const std::string record = world.broker.Pull("BR.fiu").deliveries(0).record();
  world.broker.on_delivery = [&](v1::Delivery& delivery) {
    if (delivery.has_again()) delivery.set_record(record);
  };
  // With nothing else in it that would give it away.
  world.broker.on_again = [](v1::RecipientDecision& decision) {
    decision.set_verdict(v1::VERDICT_REFUSE);
  };
  Change("DE", testing::DefaultPolicy("DE", 2));
  world.Settle();
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("record-refused"));
  EXPECT_EQ(SentTo(id).reason(), "proof-bad");
}

TEST_F(DecidedAgain, NoRecordAndNoRefusalInTheLogIsAnAlarm) {
  world.broker.on_delivery = [&](v1::Delivery& delivery) {
    if (delivery.has_again()) delivery.clear_record();
  };
  SendTo("BR.fiu");
  Change("DE", testing::DefaultPolicy("DE", 2));
  GiveWithoutHearing();
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("notice-bad"));
}

TEST_F(DecidedAgain, TheNoteIsOfTheDecisionThatCounts) {
  world.broker.on_delivery = [&](v1::Delivery& delivery) {
    if (delivery.has_again()) delivery.clear_withholding_note();
  };
  const std::string id = SendTo("BR.fiu");
  Change("FR", Narrower(2));
  world.Settle();
  EXPECT_EQ(SentTo(id).reason(), "proof-bad");
}

TEST_F(DecidedAgain, NarrowedWithoutAReasonIsAnAlarmAtTheOrigin) {
  world.broker.on_again = [](v1::RecipientDecision& decision) {
    decision.set_verdict(v1::VERDICT_REFUSE);
    decision.clear_obligations();
  };
  SendTo("BR.fiu");
  Change("DE", testing::DefaultPolicy("DE", 2));
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("decision-differs"));
}

}  // namespace
}  // namespace entente::node
