// What an author is shown of a lead before and when it is sent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/refusal.h"
#include "node/engine_fixture.h"

namespace entente::node {
namespace {

using ::testing::ElementsAre;

// What the officer is shown beforehand is what sending says, and leaves no trace.
TEST(PreviewTest, APreviewSaysWhatSendingWouldAndSendsNothing) {
  World world;
  const v1::Draft lead = world.Lead({"BR.fiu", "DE.fiu"});
  TestNode& node = world.node("FR.fiu");
  EXPECT_TRUE(IsRefusal(node->Preview("reader", lead, world.now).status(), Reason::kNotAuthorised));
  v1::Draft bad = lead;
  bad.clear_purpose();
  EXPECT_TRUE(IsRefusal(node->Preview("author", bad, world.now).status(), Reason::kLabelMissing));
  const auto preview = node->Preview("author", lead, world.now);
  ASSERT_TRUE(preview.ok()) << preview.status();
  world.Settle();
  EXPECT_EQ(node->Status("author", world.now)->outbox_waiting(), 0u);
  EXPECT_TRUE(node->ListRecords("author", Leads(), world.now)->records().empty());
  EXPECT_TRUE(world.InboxOf("BR.fiu").empty());
  const auto sent = node->Send("author", lead, world.now);
  ASSERT_TRUE(sent.ok()) << sent.status();
  ASSERT_EQ(sent->recipients_size(), preview->recipients_size());
  for (int i = 0; i < sent->recipients_size(); ++i) {
    EXPECT_EQ(sent->recipients(i).SerializeAsString(), preview->recipients(i).SerializeAsString());
  }
}

TEST(PreviewTest, ThePreviewShowsOwnRulesInFull) {
  World world({"FR.fiu", "BR.fiu", "CH.fiu"});
  const auto sent =
      world.node("FR.fiu")->Send("author", world.Lead({"BR.fiu", "CH.fiu"}), world.now);
  ASSERT_TRUE(sent.ok()) << sent.status();
  EXPECT_EQ(sent->recipients(0).verdict(), v1::VERDICT_RELEASE);
  EXPECT_EQ(sent->recipients(1).verdict(), v1::VERDICT_RELEASE_IN_PART);
  EXPECT_THAT(sent->recipients(1).withheld(), ElementsAre(1u));
  EXPECT_THAT(sent->recipients(1).rules(), ::testing::Contains("FR-OUT-800"));
  EXPECT_EQ(sent->reference().size(), 21u);
}

TEST(PreviewTest, WhoTheOwnPolicyRefusesGetsNothing) {
  World world;
  v1::Draft lead = world.Lead({"BR.fiu"});
  lead.set_purpose("prosecute");
  lead.set_instrument("TEST-ALL");
  const auto sent = world.node("FR.fiu")->Send("author", lead, world.now);
  ASSERT_TRUE(sent.ok()) << sent.status();
  EXPECT_EQ(sent->recipients(0).verdict(), v1::VERDICT_REFUSE);
  const uint64_t size = world.broker.log().size();
  world.Settle();
  EXPECT_EQ(world.broker.log().size(), size);
  const v1::RecordSummary shown = world.SentLead("FR.fiu", sent->record_id());
  EXPECT_EQ(shown.recipients(0).state(), v1::RECIPIENT_STATE_NOT_SENT);
  EXPECT_EQ(shown.recipients(0).reason(), "policy-refused");
  EXPECT_EQ(world.node("FR.fiu")->Status("admin", world.now)->outbox_waiting(), 0u);
}

}  // namespace
}  // namespace entente::node
