// What a broker keeps back, or gives although it said that it was refused: both sides see it, also
// when the record expires meanwhile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "node/engine_fixture.h"

namespace entente::node {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

v1::Draft ShortLead(const World& world, std::vector<std::string> recipients) {
  v1::Draft lead = world.Lead(std::move(recipients));
  SetExpiry(lead, world.now + limits::kHourMs);
  return lead;
}

void Tick(World& world, std::string_view agency) {
  const absl::Status status = world.node(agency)->Tick(world.now);
  EXPECT_TRUE(status.ok()) << status;
}

bool IsOverdue(World& world, std::string_view agency, const std::string& id) {
  v1::ListRequest request;
  request.set_kind(v1::RECORD_KIND_LEAD);
  request.set_overdue_only(true);
  const auto leads = world.node(agency)->ListRecords("author", request, world.now);
  return leads.ok() && std::ranges::find(leads->records(), id, &v1::RecordSummary::record_id) !=
                           leads->records().end();
}

TEST(KeptBackTest, ARecordThatExpiredUnseenIsAnAlarmOnBothSides) {
  World world({"FR.fiu", "BR.fiu"});
  world.broker.keeps_back = [](const v1::Delivery& delivery) { return delivery.has_record(); };
  const std::string id = world.Send("FR.fiu", ShortLead(world, {"BR.fiu"}));
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
  world.Advance(limits::kHourMs);
  world.Settle();
  Tick(world, "FR.fiu");
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_UNDELIVERED);
  EXPECT_TRUE(IsOverdue(world, "FR.fiu", id));
  // The origin's note closes the number; it must not close the matter.
  world.Advance(2 * limits::kHourMs);
  world.Settle();
  Tick(world, "BR.fiu");
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), ElementsAre("expired-on-the-way"));
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), ElementsAre("not-acknowledged"));
}

TEST(KeptBackTest, WhatExpiredAfterItWasDeliveredIsNoAlarm) {
  World world({"FR.fiu", "BR.fiu"});
  const std::string id = world.Send("FR.fiu", ShortLead(world, {"BR.fiu"}));
  world.Settle();
  world.Advance(limits::kHourMs);
  for (const auto* agency : {"FR.fiu", "BR.fiu"}) {
    world.Settle();
    Tick(world, agency);
  }
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_EXPIRED);
  EXPECT_FALSE(IsOverdue(world, "FR.fiu", id));
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), IsEmpty());
}

TEST(KeptBackTest, ADaysSilenceStandsOutUntilTheAcknowledgementComes) {
  World world({"FR.fiu", "BR.fiu"});
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle({"BR.fiu"});
  world.Advance(limits::kDayMs - 1);
  world.Settle({"BR.fiu"});
  Tick(world, "FR.fiu");
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
  world.Advance(1);
  Tick(world, "FR.fiu");
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), ElementsAre("not-acknowledged"));
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
}

TEST(KeptBackTest, SilenceAtTheDeadlineStandsOutAtOnce) {
  World world({"FR.fiu", "BR.fiu"});
  v1::Draft lead = world.Lead({"BR.fiu"});
  lead.mutable_sections(0)->mutable_content()->mutable_lead_ask()->set_deadline_ms(
      static_cast<uint64_t>((world.now + limits::kHourMs).ms));
  world.Send("FR.fiu", lead);
  world.Settle({"BR.fiu"});
  world.Advance(limits::kHourMs);
  world.Settle({"BR.fiu"});
  Tick(world, "FR.fiu");
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), ElementsAre("not-acknowledged"));
}

// The sender is told that it was refused, with a place in the log that was never looked at.
TEST(KeptBackTest, WhatWasDeliveredThoughRefusedIsKnownToBothSides) {
  World world({"FR.fiu", "BR.fiu"});
  world.broker.on_response = [](v1::SubmitResponse& response) {
    for (v1::SubmissionResult& result : *response.mutable_results()) {
      if (result.number() != 1) continue;
      result.mutable_refusal()->set_reason("policy-refused");
      result.mutable_refusal()->set_log_index(3);
    }
  };
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
  EXPECT_THAT(world.AlarmsOf("FR.fiu"),
              ElementsAre("delivered-though-refused", "submission-refused"));
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), ElementsAre("delivered-though-refused"));
}

// Both acknowledgements come at once: with one number for two notes nobody would miss the second.
TEST(KeptBackTest, TwoThatAreRecalledLateHaveNumbersOfTheirOwn) {
  World world({"FR.fiu", "BR.fiu"});
  world.broker.on_response = [](v1::SubmitResponse& response) {
    for (v1::SubmissionResult& result : *response.mutable_results()) {
      if (result.number() <= 2) result.mutable_refusal()->set_reason("policy-refused");
    }
  };
  const std::vector<std::string> ids = {world.Send("FR.fiu", world.Lead({"BR.fiu"})),
                                        world.Send("FR.fiu", world.Lead({"BR.fiu"}))};
  world.Settle({"BR.fiu"});
  for (const std::string& id : ids) {
    v1::RecallRequest request;
    request.set_record_id(id);
    request.set_ground(v1::RECALL_GROUND_WITHDRAWN);
    request.set_justification("it was wrong");
    ASSERT_TRUE(world.node("FR.fiu")->Recall("author", request, world.now).ok());
  }
  std::vector<uint64_t> numbers;
  world.broker.on_delivery = [&](v1::Delivery& delivery) {
    v1::RecallNote note;
    if (delivery.notice().type() == v1::NOTICE_TYPE_RECALL &&
        note.ParseFromString(delivery.notice().statement().body())) {
      numbers.push_back(note.number());
    }
  };
  world.Settle();
  EXPECT_THAT(numbers, ::testing::UnorderedElementsAre(1, 2));
  for (const std::string& id : ids) {
    EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_ERASED);
  }
}

// The acknowledgement comes first, the lie about what it acknowledges later.
TEST(KeptBackTest, ARefusalOfWhatWasAcknowledgedIsALie) {
  World world({"FR.fiu", "BR.fiu"});
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  TestNode& node = world.node("FR.fiu");
  const auto request = node->NextSubmit(world.now);
  ASSERT_TRUE(request.ok() && request->has_value());
  v1::SubmitResponse response = world.broker.Submit("FR.fiu", **request, world.now);
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
  response.mutable_results(0)->mutable_refusal()->set_reason("policy-refused");
  response.set_checkpoint(world.broker.log().Checkpoint());
  ASSERT_TRUE(node->OnSubmitResponse(response, world.now).ok());
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("delivered-though-refused"));
}

TEST(KeptBackTest, ADecisionIsCheckedAlsoWhenTheRecordWasErasedMeanwhile) {
  World world({"FR.fiu", "CH.fiu"});
  world.broker.on_decision = [](const std::string&, policy::Decision& decision) {
    decision.verdict = policy::Verdict::kRelease;
    decision.withheld.clear();
    decision.released = {0, 1};
  };
  const std::string id = world.Send("FR.fiu", ShortLead(world, {"CH.fiu"}));
  TestNode& node = world.node("FR.fiu");
  const auto request = node->NextSubmit(world.now);
  ASSERT_TRUE(request.ok() && request->has_value());
  const v1::SubmitResponse response = world.broker.Submit("FR.fiu", **request, world.now);
  world.Advance(2 * limits::kHourMs);
  Tick(world, "FR.fiu");
  EXPECT_EQ(world.StateOf("FR.fiu", id, "CH.fiu"), v1::RECIPIENT_STATE_UNDELIVERED);
  ASSERT_TRUE(node->OnSubmitResponse(response, world.now).ok());
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("decision-differs"));
}

TEST(KeptBackTest, AGapNoteThatComesAgainIsNoAlarm) {
  World world({"FR.fiu", "AE.fiu"});
  std::vector<v1::Delivery> notes;
  world.broker.on_delivery = [&](v1::Delivery& delivery) {
    if (delivery.notice().type() == v1::NOTICE_TYPE_GAP) notes.push_back(delivery);
  };
  world.Send("FR.fiu", world.Lead({"AE.fiu"}));
  world.Settle();
  ASSERT_FALSE(notes.empty());
  v1::PullResponse again;
  *notes.front().mutable_evidence() =
      world.broker.log().Evidence(notes.front().evidence().log_index(), "AE.fiu");
  for (uint64_t seq : {40, 41}) {
    *again.add_deliveries() = notes.front();
    again.mutable_deliveries()->rbegin()->set_mailbox_seq(seq);
  }
  again.set_checkpoint(world.broker.log().Checkpoint());
  ASSERT_TRUE(world.node("AE.fiu")->OnPullResponse(again, world.now).ok());
  EXPECT_THAT(world.AlarmsOf("AE.fiu"), IsEmpty());
}

// ---- the broker keeps back other things

TEST(KeptBackTest, ASubmissionThatIsNotAnsweredIsReported) {
  World world({"FR.fiu", "BR.fiu"});
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  ASSERT_TRUE((*world.node("FR.fiu")->NextSubmit(world.now)).has_value());
  for (int minute = 0; minute < 10; ++minute) {
    Tick(world, "FR.fiu");
    EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty()) << minute;
    world.Advance(limits::kMinuteMs);
    // The log goes on; nothing that is submitted has an answer.
    const v1::GetEntriesRequest request = world.node("FR.fiu")->NextEntries();
    const auto entries = world.broker.Entries(request);
    ASSERT_TRUE(world.node("FR.fiu")->OnEntries(request, entries, world.now).ok());
  }
  Tick(world, "FR.fiu");
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), ElementsAre("broker-silent"));
  world.node("FR.fiu")->OnConnected();
  world.Settle();
  Tick(world, "FR.fiu");
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
}

// A new policy stands in the log, and the broker does not give its text.
void PassWithoutText(World& world, std::string_view agency) {
  for (int minute = 0; minute < 5; ++minute) {
    world.Settle();
    Tick(world, agency);
    EXPECT_THAT(world.AlarmsOf(agency), IsEmpty()) << minute;
    world.Advance(limits::kMinuteMs);
  }
  world.Settle();
  Tick(world, agency);
  EXPECT_THAT(world.AlarmsOf(agency), ElementsAre("text-withheld"));
}

void PassWithText(World& world, std::string_view agency) {
  world.broker.withholds_texts = false;
  world.Advance(limits::kHourMs);
  world.Settle();
  world.Settle();
  Tick(world, agency);
  EXPECT_THAT(world.AlarmsOf(agency), IsEmpty());
}

TEST(KeptBackTest, ATextThatDraftsWaitForIsReportedByName) {
  World world({"FR.fiu", "BR.fiu"});
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.broker.withholds_texts = true;
  world.PublishPolicy("FR", 2);
  PassWithoutText(world, "FR.fiu");
  EXPECT_EQ(world.SentLead("FR.fiu", id).recipients(0).reason(), "snapshot-behind");
  const auto status = world.node("FR.fiu")->Status("admin", world.now);
  EXPECT_THAT(status->alarms(0).text(), ::testing::HasSubstr("the policy of FR, version 2"));
  PassWithText(world, "FR.fiu");
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
}

TEST(KeptBackTest, ATextThatTheInboxWaitsForIsReported) {
  World world({"FR.fiu", "BR.fiu"});
  world.broker.withholds_texts = true;
  world.PublishPolicy("BR", 2);
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  PassWithoutText(world, "BR.fiu");
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
  EXPECT_TRUE(world.node("BR.fiu")->HasRoomForMail());
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(world.node("BR.fiu")->OnPullResponse(world.broker.Pull("BR.fiu"), world.now).ok());
  }
  EXPECT_FALSE(world.node("BR.fiu")->HasRoomForMail());
  PassWithText(world, "BR.fiu");
  EXPECT_EQ(world.InboxOf("BR.fiu").size(), 1u);
}

}  // namespace
}  // namespace entente::node
