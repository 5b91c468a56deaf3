// Who is told of an override, though a broker lies, and how it is reviewed and decided again.
#include "node/override_fixture.h"
#include "node/overrides.h"

namespace entente::node {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// ---- who lies

TEST_F(OverrideTest, ABrokerThatTellsNobodyIsNotBelieved) {
  world.broker.on_response = [](v1::SubmitResponse& response) {
    for (v1::SubmissionResult& result : *response.mutable_results()) result.clear_told();
  };
  const std::string id = SendAll();
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("evidence-bad"));
  EXPECT_THAT(List("FR.fiu"), IsEmpty());
  world.broker.on_response = nullptr;
  world.Advance(2 * limits::kMinuteMs);
  world.Settle();
  EXPECT_THAT(List("FR.fiu"), SizeIs(1));
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
}

TEST_F(OverrideTest, NorIsOneThatTellsAnother) {
  world.broker.on_response = [](v1::SubmitResponse& response) {
    for (v1::SubmissionResult& result : *response.mutable_results()) {
      if (result.told_size() > 0) *result.mutable_told(0) = result.committed();
    }
  };
  SendAll();
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("evidence-bad"));
}

TEST_F(OverrideTest, AForgedNoticeIsAnAlarmAndNothingElse) {
  world.broker.on_delivery = [](v1::Delivery& delivery) {
    if (delivery.notice().type() != v1::NOTICE_TYPE_OVERRIDE) return;
    v1::OverrideNote note;
    note.ParseFromString(delivery.notice().statement().body());
    note.set_recipient("CH.fiu");
    delivery.mutable_notice()->mutable_statement()->set_body(record::Encode(note));
  };
  SendAll();
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("DE.fiu"), Contains("notice-bad"));
  EXPECT_THAT(List("DE.fiu"), IsEmpty());
}

TEST_F(OverrideTest, ANoticeIsForWhomTheStatementNames) {
  world.broker.on_delivery = [&](v1::Delivery& delivery) {
    if (delivery.notice().type() != v1::NOTICE_TYPE_OVERRIDE) return;
    v1::OverrideNote note;
    note.ParseFromString(delivery.notice().statement().body());
    note.set_sources(0, "DE.other");
    *delivery.mutable_notice()->mutable_statement() = *record::StrictParse<v1::SignedStatement>(
        testing::SignOverride(world.federation, note, keys));
  };
  SendAll();
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("DE.fiu"), Contains("notice-bad"));
  EXPECT_THAT(List("DE.fiu"), IsEmpty());
}

TEST_F(OverrideTest, ToldTwiceItStandsOnce) {
  const std::string id = SendAll();
  world.Settle({"DE.fiu"});
  Engine& de = world.node("DE.fiu").engine();
  const v1::PullResponse pulled = world.broker.Pull("DE.fiu");
  const auto take = [&] {
    (void)de.StartPull();
    EXPECT_TRUE(de.OnPullResponse(pulled, world.now).ok());
    const v1::GetEntriesRequest request = de.NextEntries();
    EXPECT_TRUE(de.OnEntries(request, world.broker.Entries(request), world.now).ok());
  };
  take();
  ASSERT_TRUE(Review("DE.fiu", "protector", id).ok());
  take();
  const auto after = List("DE.fiu");
  ASSERT_THAT(after, SizeIs(1));
  EXPECT_NE(after[0].reviewed_ms(), 0u);
}

// ---- the review

TEST_F(OverrideTest, ItIsReviewedOnBothSidesOrAnAlarmStands) {
  const std::string id = SendAll();
  world.Settle();
  world.Advance(kOverrideReviewMs + 1);
  for (const auto* agency : {"FR.fiu", "DE.fiu"}) {
    EXPECT_TRUE(world.node(agency)->Tick(world.now).ok());
    EXPECT_THAT(world.AlarmsOf(agency), Contains("review-overdue")) << agency;
    EXPECT_TRUE(List(agency)[0].overdue());
    const auto status = world.node(agency)->Status("protector", world.now);
    ASSERT_TRUE(status.ok());
    EXPECT_EQ(status->overrides_to_review(), 1u);
    EXPECT_EQ(ReasonOf(Review(agency, "author", id)), "not-authorised");
    ASSERT_TRUE(Review(agency, "protector", id).ok());
    EXPECT_EQ(ReasonOf(Review(agency, "protector", id)), "malformed") << "it is reviewed";
    EXPECT_THAT(world.AlarmsOf(agency), ::testing::Not(Contains("review-overdue"))) << agency;
    const auto list = List(agency);
    EXPECT_EQ(list[0].finding(), v1::OVERRIDE_FINDING_JUSTIFIED);
    EXPECT_EQ(list[0].reviewed_by(), "protector");
    EXPECT_FALSE(list[0].overdue());
  }
}

TEST_F(OverrideTest, AFindingHasItsGrounds) {
  const std::string id = SendAll();
  world.Settle();
  v1::ReviewOverrideRequest request;
  request.set_record_id(id);
  request.set_finding(v1::OVERRIDE_FINDING_NOT_JUSTIFIED);
  EXPECT_EQ(ReasonOf(fr()->ReviewOverride("protector", request, world.now).status()),
            "label-missing:text");
  request.set_text("nothing was in danger");
  request.clear_finding();
  EXPECT_EQ(ReasonOf(fr()->ReviewOverride("protector", request, world.now).status()),
            "label-missing:finding");
}

TEST_F(OverrideTest, ListsAreForThoseWhoReview) {
  EXPECT_EQ(ReasonOf(fr()->ListOverrides("author", {}, world.now).status()), "not-authorised");
  EXPECT_TRUE(fr()->ListOverrides("protector", {}, world.now).ok());
}

// What is decided again must know of it.
TEST_F(OverrideTest, DecisionsAreExportedWithIt) {
  SendAll();
  world.Settle();
  v1::DecisionsRequest request;
  request.set_justification("yearly review");
  const auto decisions = fr()->Decisions("protector", request, world.now);
  ASSERT_TRUE(decisions.ok()) << decisions.status();
  ASSERT_THAT(decisions->records(), SizeIs(1));
  EXPECT_THAT(decisions->records(0).recipients(0).override().rules(), ElementsAre("FR-OUT-910"));
}

}  // namespace
}  // namespace entente::node
