// What takes the place of another: nothing goes before the log lets somebody have the new one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "node/exchange_fixture.h"

namespace entente::node {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class ReplaceTest : public ::testing::Test {
 protected:
  ReplaceTest() {
    old_ = world.Publish(world.Alert({"BR.fiu", "DE.fiu"}));
    world.Settle();
  }

  v1::Draft Next(std::vector<std::string> to) {
    v1::Draft draft = world.Alert(std::move(to));
    draft.set_replaces(old_);
    return draft;
  }
  v1::SendResponse Send(const v1::Draft& draft) {
    const auto sent = world.node("FR.fiu")->Send("author", draft, world.now);
    EXPECT_TRUE(sent.ok()) << sent.status();
    return sent.value_or(v1::SendResponse());
  }
  std::vector<std::string> HitsAt(std::string_view agency) {
    std::vector<std::string> ids;
    const v1::SearchResponse found = world.Find(agency, world.ByDocument("L898902C3"));
    for (const v1::SearchHit& hit : found.hits()) {
      ids.push_back(hit.record_id());
    }
    return ids;
  }
  // At its first recipient.
  v1::RecipientState StateAt(const std::string& id) {
    for (const v1::RecordSummary& one : world.List("FR.fiu", v1::RECORD_KIND_ALERT, false)) {
      if (one.record_id() == id) return one.recipients(0).state();
    }
    return v1::RECIPIENT_STATE_UNSPECIFIED;
  }
  // From now on nothing leaves France.
  void Forbid() {
    std::string text = testing::DefaultPolicy("FR", 2);
    text.erase(text.find("\n[[outbound.allow]]"));
    world.PublishPolicy("FR", 2, text);
    world.Settle();
  }

  AlertWorld world;
  std::string old_;
};

TEST_F(ReplaceTest, TheOldOneGoesOnceTheNewOneIsInTheLog) {
  const v1::SendResponse sent = Send(Next({"BR.fiu"}));
  EXPECT_EQ(sent.replaces(), old_);
  EXPECT_EQ(sent.replaced(), v1::REPLACED_STATE_STANDS_UNTIL_LOGGED);
  EXPECT_EQ(StateAt(old_), v1::RECIPIENT_STATE_DELIVERED);
  world.Settle();
  EXPECT_THAT(HitsAt("BR.fiu"), ElementsAre(sent.record_id()));
  EXPECT_THAT(HitsAt("DE.fiu"), IsEmpty()) << "who is not named any more loses the copy";
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
}

TEST_F(ReplaceTest, TheOldOneStandsWhenOurOwnPolicyLetsNobodyHaveTheNewOne) {
  Forbid();
  EXPECT_EQ(Send(Next({"BR.fiu"})).replaced(), v1::REPLACED_STATE_STANDS);
  world.Settle();
  for (const char* agency : {"BR.fiu", "DE.fiu"}) {
    EXPECT_THAT(HitsAt(agency), ElementsAre(old_)) << agency;
  }
}

TEST_F(ReplaceTest, TheOldOneStandsWhenTheDeskRefusesTheNewOne) {
  EXPECT_FALSE(world.node("FR.fiu")->Send("author", Next({"BR.nobody"}), world.now).ok());
  world.Settle();
  EXPECT_THAT(HitsAt("BR.fiu"), ElementsAre(old_));
}

TEST_F(ReplaceTest, TheOldOneStandsWithAnAlarmWhenTheLogLetsNobodyHaveTheNewOne) {
  world.broker.on_decision = [](const std::string&, policy::Decision& decision) {
    decision.verdict = policy::Verdict::kRefuse;
    decision.released.clear();
  };
  const std::string next = Send(Next({"BR.fiu"})).record_id();
  world.Settle();
  EXPECT_EQ(StateAt(next), v1::RECIPIENT_STATE_REFUSED);
  EXPECT_THAT(HitsAt("BR.fiu"), ElementsAre(old_));
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("old-stands"));
  ASSERT_TRUE(world.Recall("FR.fiu", old_).ok());
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Not(Contains("old-stands")));
}

TEST_F(ReplaceTest, TheOldOneStandsWithAnAlarmWhenTheBrokerRefusesTheNewOneForGood) {
  world.broker.refuses = [](const v1::Submission& submission) {
    v1::Refusal refusal;
    refusal.set_reason("too-large");
    return submission.record().empty() ? std::nullopt : std::optional(refusal);
  };
  Send(Next({"BR.fiu"}));
  world.Settle();
  EXPECT_THAT(HitsAt("BR.fiu"), ElementsAre(old_));
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("old-stands"));
}

TEST_F(ReplaceTest, OneOfTwoIsEnough) {
  world.broker.on_decision = [](const std::string& recipient, policy::Decision& decision) {
    if (recipient == "BR.fiu") return;
    decision.verdict = policy::Verdict::kRefuse;
    decision.released.clear();
  };
  const std::string next = Send(Next({"BR.fiu", "DE.fiu"})).record_id();
  world.Settle();
  EXPECT_THAT(HitsAt("BR.fiu"), ElementsAre(next));
  EXPECT_THAT(HitsAt("DE.fiu"), IsEmpty());
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Not(Contains("old-stands")));
}

TEST_F(ReplaceTest, WhatIsWrongGoesAlthoughNobodyGetsTheNewOneAndThatIsSaid) {
  Forbid();
  v1::Draft draft = Next({"BR.fiu"});
  draft.set_replace_ground(v1::RECALL_GROUND_INCORRECT);
  EXPECT_EQ(Send(draft).replaced(), v1::REPLACED_STATE_CLOSED);
  world.Settle();
  EXPECT_THAT(HitsAt("BR.fiu"), IsEmpty());
}

TEST_F(ReplaceTest, TheNodeMayStopWhenTheNewOneIsOnItsWay) {
  const std::string next = Send(Next({"BR.fiu"})).record_id();
  world.node("FR.fiu").Restart(world.now);
  world.Settle();
  EXPECT_THAT(HitsAt("BR.fiu"), ElementsAre(next));
}

// An officer who recalls the new one means the matter: what it has not replaced yet goes too.
TEST_F(ReplaceTest, RecallingTheNewOneOnItsWayRecallsTheOldOne) {
  const std::string next = Send(Next({"BR.fiu"})).record_id();
  const auto recalled = world.Recall("FR.fiu", next);
  ASSERT_TRUE(recalled.ok()) << recalled.status();
  EXPECT_THAT(recalled->recipients(), UnorderedElementsAre("BR.fiu", "DE.fiu"));
  world.Settle();
  EXPECT_THAT(HitsAt("BR.fiu"), IsEmpty());
  EXPECT_THAT(HitsAt("DE.fiu"), IsEmpty());
}

TEST_F(ReplaceTest, RecallingANewOneThatNobodyGotLeavesTheOldOne) {
  world.broker.on_decision = [](const std::string&, policy::Decision& decision) {
    decision.verdict = policy::Verdict::kRefuse;
    decision.released.clear();
  };
  const std::string next = Send(Next({"BR.fiu"})).record_id();
  world.Settle();
  ASSERT_TRUE(world.Recall("FR.fiu", next).ok());
  world.Settle();
  EXPECT_THAT(HitsAt("BR.fiu"), ElementsAre(old_));
}

TEST_F(ReplaceTest, ThreeInARowLeaveTheLast) {
  v1::Draft third = Next({"BR.fiu"});
  third.set_replaces(Send(Next({"BR.fiu"})).record_id());
  const std::string last = Send(third).record_id();
  world.Settle();
  EXPECT_THAT(HitsAt("BR.fiu"), ElementsAre(last));
  EXPECT_THAT(HitsAt("DE.fiu"), IsEmpty());
}

}  // namespace
}  // namespace entente::node
