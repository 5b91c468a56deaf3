#include "node/narrow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/refusal.h"
#include "node/exchange_fixture.h"

namespace entente::node {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

v1::Draft TwoSections() {
  v1::Draft draft;
  draft.add_sections();
  draft.add_sections();
  return draft;
}

policy::Decision AllReleased() {
  policy::Decision decision;
  decision.verdict = policy::Verdict::kRelease;
  decision.released = {0, 1};
  return decision;
}

TEST(NarrowTest, KeepsARecordFromAStateAKindOrAnAgency) {
  for (const std::string word : {"CH", "kind:police", "CH.police"}) {
    v1::Draft draft = TwoSections();
    draft.add_never_to(word);
    policy::Decision decision = AllReleased();
    Narrow(draft, "CH.police", "police", decision);
    EXPECT_FALSE(decision.releases()) << word;
    EXPECT_THAT(decision.released, IsEmpty()) << word;
    EXPECT_EQ(decision.reasons.back().text, kNarrowed);
    decision = AllReleased();
    Narrow(draft, "BR.fiu", "fiu", decision);
    EXPECT_EQ(decision, AllReleased()) << word;
  }
}

TEST(NarrowTest, KeepsOneSection) {
  v1::Draft draft = TwoSections();
  draft.mutable_sections(1)->add_never_to("CH");
  policy::Decision decision = AllReleased();
  Narrow(draft, "CH.fiu", "fiu", decision);
  EXPECT_EQ(decision.verdict, policy::Verdict::kReleaseInPart);
  EXPECT_THAT(decision.released, ElementsAre(0));
  ASSERT_THAT(decision.withheld, SizeIs(1));
  EXPECT_EQ(decision.withheld[0].section, 1u);
}

TEST(NarrowTest, AnEssentialSectionTakesTheRecordWithIt) {
  v1::Draft draft = TwoSections();
  draft.mutable_sections(1)->add_never_to("CH");
  draft.mutable_sections(1)->set_essential(true);
  policy::Decision decision = AllReleased();
  Narrow(draft, "CH.fiu", "fiu", decision);
  EXPECT_FALSE(decision.releases());
}

TEST(NarrowTest, NeverWidens) {
  v1::Draft draft = TwoSections();
  draft.add_never_to("BR");
  policy::Decision decision;
  Narrow(draft, "CH.fiu", "fiu", decision);
  EXPECT_EQ(decision, policy::Decision());
}

TEST(NarrowTest, WordsThatNameNobodyAreRefused) {
  for (const std::string word : {"", "XX", "Switzerland", "kind:", "kind:FIU", "CH."}) {
    v1::Draft draft = TwoSections();
    draft.mutable_sections(0)->add_never_to(word);
    EXPECT_TRUE(IsRefusal(CheckNeverTo(draft), Reason::kMalformed)) << word;
  }
}

TEST(NarrowTest, WhoIsKeptOutGetsNothingAndIsShownSo) {
  World world;
  v1::Draft lead = world.Lead({"BR.fiu", "DE.fiu"});
  lead.add_never_to("DE");
  lead.mutable_sections(1)->add_never_to("BR.fiu");
  const std::string id = world.Send("FR.fiu", lead);
  world.Settle();
  EXPECT_THAT(world.InboxOf("DE.fiu"), IsEmpty());
  EXPECT_EQ(world.StateOf("FR.fiu", id, "DE.fiu"), v1::RECIPIENT_STATE_NOT_SENT);
  const auto shown = world.Show("BR.fiu", id);
  ASSERT_TRUE(shown.ok()) << shown.status();
  EXPECT_THAT(shown->sections(), SizeIs(1));
  EXPECT_THAT(shown->withheld(), IsEmpty()) << "what the origin keeps back leaves no trace";
  const v1::RecordSummary summary = world.SentLead("FR.fiu", id);
  for (const v1::RecipientStatus& recipient : summary.recipients()) {
    if (recipient.recipient() == "BR.fiu") {
      EXPECT_EQ(recipient.sections_withheld(), 1u);
    } else {
      EXPECT_THAT(recipient.reasons(), Contains(kNarrowed));
    }
  }
  for (const auto* agency : {"FR.fiu", "BR.fiu"}) EXPECT_THAT(world.AlarmsOf(agency), IsEmpty());
}

TEST(NarrowTest, WhatATextGivesAwayOfItHoldsTheRecord) {
  World world;
  v1::Draft lead = world.Lead({"BR.fiu"});
  lead.mutable_sections(1)->add_never_to("BR");
  lead.mutable_sections(0)->mutable_content()->mutable_lead_ask()->set_summary(
      "the money comes from the house at the quay");
  const auto sent = world.node("FR.fiu")->Send("author", lead, world.now);
  ASSERT_TRUE(sent.ok()) << sent.status();
  EXPECT_THAT(sent->recipients(0).leaks(), SizeIs(1));
}

}  // namespace
}  // namespace entente::node
