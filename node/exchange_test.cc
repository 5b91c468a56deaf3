// The way of one lead between engines and an honest broker.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/ledger/receipt.h"
#include "node/engine_fixture.h"

namespace entente::node {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ExchangeTest, ALeadIsDeliveredReadAnsweredAndReceipted) {
  World world;
  v1::Draft draft = world.Lead({"BR.fiu", "DE.fiu"});
  draft.mutable_sections(0)->mutable_content()->mutable_lead_ask()->set_reference("FR-2026-4711");
  const std::string id = world.Send("FR.fiu", draft);
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_WAITING);
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
  ASSERT_EQ(world.InboxOf("BR.fiu").size(), 1u);
  EXPECT_FALSE(world.InboxOf("BR.fiu")[0].read());

  const auto shown = world.Show("BR.fiu", id);
  ASSERT_TRUE(shown.ok()) << shown.status();
  ASSERT_EQ(shown->sections_size(), 2);
  EXPECT_EQ(shown->sections(0).content().lead_ask().summary(),
            "three accounts at the harbour bank");
  EXPECT_EQ(shown->instrument(), "TEST-ALL");
  EXPECT_THAT(shown->obligations(),
              ElementsAre("delete-after:P1Y", "no-judicial-use-without-consent",
                          "use-only-for-stated-purpose"));
  EXPECT_TRUE(world.InboxOf("BR.fiu")[0].read());

  v1::ListRequest received = Leads();
  received.set_received(true);
  const auto listed = world.node("BR.fiu")->ListRecords("reader", received, world.now);
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_EQ(listed->records(0).their_reference(), "FR-2026-4711");
  EXPECT_EQ(listed->records(0).own_reference(), "") << "BR has given none yet";
  EXPECT_EQ(world.Show("FR.fiu", id)->instrument(), "TEST-ALL") << "chosen for each recipient";

  v1::AnswerLeadRequest answer;
  answer.set_record_id(id);
  answer.set_taken(true);
  answer.set_own_reference("BR-77");
  answer.set_justification("frozen today");
  ASSERT_TRUE(world.node("BR.fiu")->AnswerLead("author", answer, world.now).ok());
  answer.set_taken(false);
  answer.set_reason(" ");
  const auto unsaid = world.node("DE.fiu")->AnswerLead("author", answer, world.now);
  ASSERT_TRUE(IsRefusal(unsaid.status(), Reason::kLabelMissing)) << unsaid.status();
  EXPECT_EQ(RefusalOf(unsaid.status())->subject, "reason");
  answer.set_reason("no such accounts here");
  ASSERT_TRUE(world.node("DE.fiu")->AnswerLead("author", answer, world.now).ok());
  world.Settle();
  const v1::RecordSummary lead = world.SentLead("FR.fiu", id);
  EXPECT_EQ(lead.recipients(0).state(), v1::RECIPIENT_STATE_TAKEN);
  EXPECT_EQ(lead.recipients(1).state(), v1::RECIPIENT_STATE_DECLINED);
  EXPECT_EQ(world.InboxOf("FR.fiu")[0].in_reply_to(), id);
  const auto declined = world.Show("FR.fiu", lead.recipients(1).answer_record_id());
  ASSERT_TRUE(declined.ok()) << declined.status();
  EXPECT_EQ(declined->sections(0).content().lead_answer().reason(), "no such accounts here");
  for (const auto* agency : {"FR.fiu", "BR.fiu", "DE.fiu"}) {
    EXPECT_THAT(world.AlarmsOf(agency), IsEmpty()) << agency;
  }
}

TEST(ExchangeTest, ReceiptsVerifyWithoutAnyServer) {
  World world;
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  for (const auto* agency : {"FR.fiu", "BR.fiu"}) {
    const auto receipts = world.node(agency)->NextReceipts(10);
    ASSERT_TRUE(receipts.ok());
    ASSERT_EQ(receipts->size(), 1u) << agency;
    EXPECT_EQ(receipts->front().name, id);
    const auto facts = ledger::VerifyReceiptBundle(
        world.federation.genesis(),
        {receipts->front().proof, receipts->front().entry, receipts->front().part});
    ASSERT_TRUE(facts.ok()) << facts.status();
    EXPECT_EQ(facts->verified.part.reader(), agency);
    ASSERT_TRUE(world.node(agency)->OnReceiptWritten(id).ok());
    EXPECT_TRUE(world.node(agency)->NextReceipts(10)->empty());
  }
}

TEST(ExchangeTest, AWithheldSectionIsNamedWithTheSendersRule) {
  World world({"FR.fiu", "BR.fiu", "CH.fiu"});
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu", "CH.fiu"}));
  world.Settle();
  const auto shown = world.Show("CH.fiu", id);
  ASSERT_TRUE(shown.ok()) << shown.status();
  EXPECT_EQ(shown->sections_size(), 1);
  ASSERT_EQ(shown->withheld_size(), 1);
  EXPECT_THAT(shown->withheld(0).rules(), ElementsAre("FR-OUT-800"));
  EXPECT_EQ(world.Show("BR.fiu", id)->sections_size(), 2);
  EXPECT_EQ(world.SentLead("FR.fiu", id).recipients(1).sections_withheld(), 1u);
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
}

TEST(ExchangeTest, ARefusalByTheDestinationIsLoggedAndItsNumberClosed) {
  World world({"FR.fiu", "BR.fiu", "AE.fiu"});
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu", "AE.fiu"}));
  world.Settle();
  const v1::RecordSummary lead = world.SentLead("FR.fiu", id);
  EXPECT_EQ(lead.recipients(1).state(), v1::RECIPIENT_STATE_REFUSED);
  EXPECT_EQ(lead.recipients(1).contact(), "Office of AE");
  EXPECT_EQ(lead.recipients(0).state(), v1::RECIPIENT_STATE_DELIVERED);
  EXPECT_THAT(world.InboxOf("AE.fiu"), IsEmpty());
  // The pair head and the gap note have come: nothing is missing there.
  ASSERT_TRUE(world.node("FR.fiu")->Tick(world.now).ok());
  world.Settle();
  world.Advance(2 * limits::kHourMs);
  world.Settle();
  ASSERT_TRUE(world.node("AE.fiu")->Tick(world.now).ok());
  EXPECT_THAT(world.AlarmsOf("AE.fiu"), IsEmpty());
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
}

TEST(ExchangeTest, OneThatIsOfflineGetsItWhenItReturns) {
  World world;
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu", "DE.fiu"}));
  world.Settle({"DE.fiu"});
  EXPECT_EQ(world.StateOf("FR.fiu", id, "DE.fiu"), v1::RECIPIENT_STATE_LOGGED);
  world.Advance(20 * limits::kDayMs);
  v1::ListRequest overdue;
  overdue.set_kind(v1::RECORD_KIND_LEAD);
  overdue.set_overdue_only(true);
  const auto late = world.node("FR.fiu")->ListRecords("author", overdue, world.now);
  ASSERT_EQ(late->records_size(), 1);
  EXPECT_TRUE(late->records(0).recipients(1).overdue());
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "DE.fiu"), v1::RECIPIENT_STATE_DELIVERED);
  EXPECT_EQ(world.InboxOf("DE.fiu").size(), 1u);
}

TEST(ExchangeTest, ADraftWaitsWhileTheBrokerIsAwayAndLeavesWhenItReturns) {
  World world;
  world.Advance(limits::kHourMs);
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  const auto next = world.node("FR.fiu")->NextSubmit(world.now);
  ASSERT_TRUE(next.ok());
  EXPECT_FALSE(next->has_value());
  EXPECT_EQ(world.SentLead("FR.fiu", id).recipients(0).reason(), "below-quorum");
  ASSERT_TRUE(world.node("FR.fiu")->Tick(world.now).ok());
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), ElementsAre("log-not-fresh"));
  world.node("FR.fiu").Restart(world.now);
  world.Settle();
  ASSERT_TRUE(world.node("FR.fiu")->Tick(world.now).ok());
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
}

TEST(ExchangeTest, ADraftWaitsForTheTextOfANewPolicyOfItsOwnState) {
  World world;
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.PublishPolicy("FR", 2);
  TestNode& node = world.node("FR.fiu");
  const v1::GetEntriesRequest entries = node->NextEntries();
  ASSERT_TRUE(node->OnEntries(entries, world.broker.Entries(entries), world.now).ok());
  EXPECT_FALSE((*node->NextSubmit(world.now)).has_value());
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_WAITING);
  EXPECT_TRUE(IsRefusal(node->Send("author", world.Lead({"BR.fiu"}), world.now).status(),
                        Reason::kSnapshotBehind));
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
}

TEST(ExchangeTest, WaitingDraftsAreSignedAsOneBatchUrgentFirst) {
  World world;
  for (int i = 0; i < 3; ++i) world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  v1::Draft urgent = world.Lead({"BR.fiu"});
  urgent.set_urgency(v1::URGENCY_URGENT);
  const std::string id = world.Send("FR.fiu", urgent);
  const auto next = world.node("FR.fiu")->NextSubmit(world.now);
  ASSERT_TRUE(next.ok() && next->has_value());
  ASSERT_EQ((*next)->submissions_size(), 4);
  const auto first = record::ReadRecord((*next)->submissions(0).record());
  EXPECT_EQ(HexEncode(first->header.record_id), id);
  EXPECT_EQ(first->signature.batch_size, 8);
  EXPECT_EQ((*next)->submissions(0).number(), 1u);
  EXPECT_EQ((*next)->submissions(0).officer_pseudonym().size(), 32u);
}

TEST(ExchangeTest, AfterALossTheBatchIsHalved) {
  World world;
  for (int i = 0; i < 4; ++i) world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  TestNode& node = world.node("FR.fiu");
  std::vector<int> sizes;
  for (int i = 0; i < 4; ++i) {
    const auto next = node->NextSubmit(world.now);
    ASSERT_TRUE(next.ok() && next->has_value());
    sizes.push_back((*next)->submissions_size());
    node->OnDisconnected(absl::ResourceExhaustedError("the message is too large"));
  }
  EXPECT_THAT(sizes, ElementsAre(4, 2, 1, 1));
  world.Settle();
  EXPECT_EQ(world.InboxOf("BR.fiu").size(), 4u);
}

// Offered again, it might be taken while its refusal is still to be read.
TEST(ExchangeTest, WhatHasItsAnswerIsNotOfferedAgainAfterALoss) {
  World world;
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  TestNode& node = world.node("FR.fiu");
  const auto asked = node->NextSubmit(world.now);
  ASSERT_TRUE(asked.ok() && asked->has_value());
  // The answer's checkpoint is ahead of what this node has of the log.
  world.Send("BR.fiu", world.Lead({"FR.fiu"}));
  world.Settle({"FR.fiu"});
  world.broker.refuses = [](const v1::Submission&) {
    v1::Refusal refusal;
    refusal.set_reason("future-dated");
    return std::optional(refusal);
  };
  const v1::SubmitResponse response = world.broker.Submit("FR.fiu", **asked, world.now);
  world.broker.refuses = nullptr;
  ASSERT_TRUE(node->OnSubmitResponse(response, world.now).ok());
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_WAITING);
  node->OnDisconnected(absl::UnavailableError("gone"));
  const auto again = node->NextSubmit(world.now);
  ASSERT_TRUE(again.ok());
  EXPECT_FALSE(again->has_value());
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_REFUSED);
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
}

TEST(ExchangeTest, ARefusalAfterALossIsAskedOnceMoreBeforeItIsBelieved) {
  for (const bool taken : {true, false}) {
    World world;
    const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
    TestNode& node = world.node("FR.fiu");
    const auto lost = node->NextSubmit(world.now);
    ASSERT_TRUE(lost.ok() && lost->has_value());
    node->OnDisconnected(absl::UnavailableError("gone"));
    int asked = 0;
    world.broker.refuses = [&](const v1::Submission&) -> std::optional<v1::Refusal> {
      if (taken && asked++ != 0) return std::nullopt;
      v1::Refusal refusal;
      refusal.set_reason("future-dated");
      return refusal;
    };
    world.Settle();
    EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_WAITING);
    // What was sent before the loss arrives.
    if (taken) world.broker.Submit("FR.fiu", **lost, world.now);
    world.Advance(5 * limits::kSecondMs);
    world.Settle();
    EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"),
              taken ? v1::RECIPIENT_STATE_DELIVERED : v1::RECIPIENT_STATE_REFUSED);
    EXPECT_EQ(world.InboxOf("BR.fiu").size(), taken ? 1u : 0u);
  }
}

TEST(ExchangeTest, WhatAnAnswerLeavesOutIsAskedAgain) {
  World world;
  for (int i = 0; i < 3; ++i) world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  TestNode& node = world.node("FR.fiu");
  const auto asked = node->NextSubmit(world.now);
  ASSERT_TRUE(asked.ok() && asked->has_value());
  v1::SubmitResponse response = world.broker.Submit("FR.fiu", **asked, world.now);
  response.mutable_results()->DeleteSubrange(1, 2);
  ASSERT_TRUE(node->OnSubmitResponse(response, world.now).ok());
  const auto again = node->NextSubmit(world.now);
  ASSERT_TRUE(again.ok() && again->has_value());
  ASSERT_EQ((*again)->submissions_size(), 2);
  EXPECT_EQ((*again)->submissions(0).number(), 2u);
  EXPECT_EQ((*again)->submissions(1).number(), 3u);
}

TEST(ExchangeTest, NothingOfAContentStandsInTheStoreInClear) {
  World world;
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  ASSERT_TRUE(world.Show("BR.fiu", id).ok());
  for (const auto* agency : {"FR.fiu", "BR.fiu"}) {
    for (const store::Family family : Engine::Families()) {
      auto it = world.node(agency).store.Iterate(family, "");
      for ((*it)->SeekToFirst(); (*it)->Valid(); (*it)->Next()) {
        EXPECT_EQ((*it)->value().find("harbour"), std::string_view::npos) << family.name();
        EXPECT_EQ((*it)->value().find("FR-2026-4711"), std::string_view::npos) << family.name();
      }
    }
  }
}

}  // namespace
}  // namespace entente::node
