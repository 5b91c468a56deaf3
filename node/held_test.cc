// What would give away what is kept from a recipient waits for a second person.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "node/engine_fixture.h"

namespace entente::node {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// FR.fiu keeps a victim's address from CH.fiu, and tells it to BR.fiu.
class HeldTest : public ::testing::Test {
 protected:
  HeldTest() : world({"FR.fiu", "CH.fiu", "BR.fiu"}) {
    v1::AddOfficerRequest request;
    request.mutable_officer()->set_id("second");
    request.mutable_officer()->add_roles("releaser");
    EXPECT_TRUE(fr()->AddOfficer("admin", request, world.now).ok());
    request.mutable_officer()->set_id("author");
    request.mutable_officer()->add_roles("author");
    EXPECT_TRUE(fr()->AddOfficer("admin", request, world.now).ok());
  }

  TestNode& fr() { return world.node("FR.fiu"); }
  v1::Draft Leaking(std::vector<std::string> recipients) {
    v1::Draft lead = world.Lead(std::move(recipients));
    lead.mutable_sections(0)->mutable_content()->mutable_lead_ask()->set_summary(
        "watch the house at the quay");
    return lead;
  }
  std::vector<v1::HeldRecord> Held() {
    v1::ListHeldRequest request;
    request.set_justification("daily look");
    const auto held = fr()->ListHeld("second", request, world.now);
    EXPECT_TRUE(held.ok()) << held.status();
    for (const v1::HeldRecord& one : held->records()) seen = one.seen();
    return {held->records().begin(), held->records().end()};
  }
  absl::Status Judge(std::string_view officer, const std::string& id, bool release) {
    v1::JudgeHeldRequest request;
    request.set_record_id(id);
    request.set_release(release);
    request.set_justification("looked at it");
    if (release) request.set_seen(seen);
    return fr()->JudgeHeld(officer, request, world.now).status();
  }

  // What was looked at, and is let go.
  absl::Status Release(const std::string& id) {
    Held();
    return Judge("second", id, true);
  }

  World world;
  std::string seen;  // beside the last record that was listed
};

TEST_F(HeldTest, WaitsUntilAnotherReleasesIt) {
  const std::string id = world.Send("FR.fiu", Leaking({"CH.fiu"}));
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "CH.fiu"), v1::RECIPIENT_STATE_HELD);
  EXPECT_EQ(world.SentLead("FR.fiu", id).recipients(0).reason(), "policy-held:leak");
  EXPECT_THAT(world.InboxOf("CH.fiu"), IsEmpty());
  const auto held = Held();
  ASSERT_THAT(held, SizeIs(1));
  EXPECT_EQ(held[0].record_id(), id);
  EXPECT_EQ(held[0].author(), "author");
  ASSERT_THAT(held[0].recipients(0).leaks(), SizeIs(1));
  EXPECT_EQ(held[0].recipients(0).leaks(0).gives_away(), "the house at the quay");
  EXPECT_TRUE(IsRefusal(Judge("author", id, true), Reason::kNotAuthorised)) << "who wrote it";
  EXPECT_TRUE(IsRefusal(Judge("reader", id, true), Reason::kNotAuthorised)) << "no releaser";
  ASSERT_TRUE(Release(id).ok());
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "CH.fiu"), v1::RECIPIENT_STATE_DELIVERED);
  EXPECT_THAT(Held(), IsEmpty());
  EXPECT_TRUE(IsRefusal(Judge("second", id, true), Reason::kMalformed)) << "not held any more";
}

TEST_F(HeldTest, OneRecipientsLeakHoldsTheWholeRecord) {
  const std::string id = world.Send("FR.fiu", Leaking({"BR.fiu", "CH.fiu"}));
  world.Settle();
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_HELD);
}

TEST_F(HeldTest, WhoeverGetsEverythingLearnsNothingMore) {
  const std::string id = world.Send("FR.fiu", Leaking({"BR.fiu"}));
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
}

TEST_F(HeldTest, ARefusedOneNeverLeaves) {
  const std::string id = world.Send("FR.fiu", Leaking({"CH.fiu"}));
  ASSERT_TRUE(Judge("second", id, false).ok());
  fr().Restart(world.now);
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "CH.fiu"), v1::RECIPIENT_STATE_NOT_SENT);
  EXPECT_EQ(world.SentLead("FR.fiu", id).recipients(0).reason(),
            "not-released-by:second:looked at it");
  EXPECT_THAT(world.InboxOf("CH.fiu"), IsEmpty());
  EXPECT_TRUE(IsRefusal(Judge("second", id, true), Reason::kMalformed));
}

TEST_F(HeldTest, IsHeldAndReleasedAcrossACrash) {
  const std::string id = world.Send("FR.fiu", Leaking({"CH.fiu"}));
  fr().Restart(world.now);
  world.Settle();
  EXPECT_THAT(world.InboxOf("CH.fiu"), IsEmpty());
  ASSERT_TRUE(Release(id).ok());
  fr().Restart(world.now);
  world.Settle();
  EXPECT_THAT(world.InboxOf("CH.fiu"), SizeIs(1));
}

// It was let go while everything went to BR.fiu; by the time it is sealed the address does not.
TEST_F(HeldTest, APolicyThatKeepsMoreBackHoldsItAnew) {
  const std::string id = world.Send("FR.fiu", Leaking({"BR.fiu"}));
  std::string text = testing::DefaultPolicy("FR", 2);
  const std::string_view to_swiss = "to    = [\"CH\"]";
  const size_t at = text.find(to_swiss);
  ASSERT_NE(at, text.npos);
  text.replace(at, to_swiss.size(), "to    = [\"BR\"]");
  world.PublishPolicy("FR", 2, text);
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_HELD);
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
  EXPECT_THAT(Held(), SizeIs(1));
}

// It was let go as far as Switzerland is concerned; by the time it is sealed Brazil does not get
// the address either.
TEST_F(HeldTest, WhatIsReleasedToOneIsNotReleasedToAnother) {
  const std::string id = world.Send("FR.fiu", Leaking({"BR.fiu", "CH.fiu"}));
  ASSERT_TRUE(Release(id).ok());
  std::string text = testing::DefaultPolicy("FR", 2);
  const std::string_view to_swiss = "to    = [\"CH\"]";
  const size_t at = text.find(to_swiss);
  ASSERT_NE(at, text.npos);
  text.replace(at, to_swiss.size(), "to    = [\"BR\", \"CH\"]");
  world.PublishPolicy("FR", 2, text);
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_HELD);
  EXPECT_THAT(world.InboxOf("CH.fiu"), IsEmpty());
  EXPECT_THAT(Held(), SizeIs(1));
}

TEST_F(HeldTest, PreviewSaysSoBeforeAnythingIsSent) {
  const auto preview = fr()->Preview("author", Leaking({"CH.fiu"}), world.now);
  ASSERT_TRUE(preview.ok()) << preview.status();
  EXPECT_THAT(preview->recipients(0).leaks(), SizeIs(1));
}

TEST_F(HeldTest, ARecalledOneIsReleasedNoMore) {
  const std::string id = world.Send("FR.fiu", Leaking({"CH.fiu"}));
  v1::RecallRequest recall;
  recall.set_record_id(id);
  recall.set_ground(v1::RECALL_GROUND_INCORRECT);
  recall.set_justification("not so");
  ASSERT_TRUE(fr()->Recall("author", recall, world.now).ok());
  EXPECT_THAT(Held(), IsEmpty());
  EXPECT_FALSE(Judge("second", id, true).ok());
  EXPECT_EQ(world.StateOf("FR.fiu", id, "CH.fiu"), v1::RECIPIENT_STATE_RECALLED);
}

}  // namespace
}  // namespace entente::node
