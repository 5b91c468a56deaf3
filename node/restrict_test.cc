// What is restricted after it was delivered: kept and not used, or used under more obligations,
// whatever policy says by then.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "node/restrict_fixture.h"

namespace entente::node {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

using RestrictTest = RestrictionTest;

TEST_F(RestrictTest, WhatIsRestrictedIsKeptAndNeitherFoundNorListed) {
  const std::string id = world.Publish(world.Alert({"BR.fiu", "DE.fiu"}));
  world.Settle();
  EXPECT_THAT(Restrict(id), UnorderedElementsAre("BR.fiu", "DE.fiu"));
  EXPECT_EQ(Hits("FR.fiu"), 0u) << "nor at its origin";
  world.Settle();
  for (const auto* agency : {"BR.fiu", "DE.fiu"}) {
    EXPECT_EQ(Hits(agency), 0u) << agency;
    EXPECT_EQ(Indexed(agency), 0u) << agency;
    EXPECT_THAT(world.InboxOf(agency), IsEmpty()) << agency;
    ASSERT_THAT(Kept(agency), SizeIs(1)) << agency;
    EXPECT_TRUE(Kept(agency)[0].restrictions(0).processing()) << agency;
    EXPECT_EQ(ContentsOf(agency), 1u) << agency;
    EXPECT_THAT(world.AlarmsOf(agency), IsEmpty()) << agency;
    EXPECT_NE(AlertTold(agency).confirmed_ms(), 0u) << agency;
    EXPECT_EQ(world.node(agency)->Status("reader", world.now)->inbox_unread(), 0u) << agency;
  }
  const auto left_out = world.node("BR.fiu")->Inbox("reader", {}, world.now);
  EXPECT_EQ(left_out->restricted(), 1u);
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
}

TEST_F(RestrictTest, ItsReadingSaysSoFirstAndIsLoggedAsSuch) {
  const std::string id = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  Restrict(id);
  world.Settle();
  const auto shown = world.Show("BR.fiu", id);
  ASSERT_TRUE(shown.ok()) << shown.status();
  ASSERT_THAT(shown->item().restrictions(), SizeIs(1));
  const v1::Restriction& restriction = shown->item().restrictions(0);
  EXPECT_EQ(restriction.ground(), v1::RESTRICTION_GROUND_CONTESTED);
  EXPECT_EQ(restriction.since_ms(), static_cast<uint64_t>(world.now.ms));
  EXPECT_TRUE(restriction.processing());
  const std::vector<v1::Consultation> log = world.LogOf("BR.fiu");
  ASSERT_THAT(log, Not(IsEmpty()));
  EXPECT_EQ(log.back().operation(), "consultation");
  EXPECT_EQ(log.back().detail(), "read while its use is restricted");
  // At the origin the record, and who restricted it and why.
  EXPECT_THAT(world.Show("FR.fiu", id)->item().restrictions(), SizeIs(1));
  EXPECT_THAT(world.LogOf("FR.fiu"), Contains(::testing::Truly([](const v1::Consultation& line) {
                return line.operation() == "alteration" && line.officer() == "author" &&
                       line.justification() == "as the court says";
              })));
}

TEST_F(RestrictTest, NothingRestsOnIt) {
  const std::string alert = world.Publish(world.Alert({"BR.fiu"}));
  const std::string lead = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  const std::string asked = world.Ask("BR.fiu", alert);
  world.Settle();
  Restrict(alert);
  Restrict(lead);
  world.Settle();
  TestNode& node = world.node("BR.fiu");
  v1::AnswerLeadRequest take;
  take.set_record_id(lead);
  take.set_taken(true);
  take.set_justification("a test");
  EXPECT_TRUE(
      IsRefusal(node->AnswerLead("author", take, world.now).status(), Reason::kPolicyRefused));
  v1::JudgeHitRequest judge;
  judge.set_record_id(alert);
  judge.set_result(v1::FINDING_RESULT_IDENTICAL);
  judge.set_justification("a test");
  const absl::Status judged = node->JudgeHit("author", judge, world.now).status();
  EXPECT_TRUE(IsRefusal(judged, Reason::kPolicyRefused)) << judged;
  EXPECT_THAT(std::string(judged.message()), HasSubstr("contested"));
  v1::ShowLeadRequest show;
  show.set_record_id(lead);
  show.set_justification("a test");
  EXPECT_TRUE(
      IsRefusal(node->ShowLead("reader", show, world.now).status(), Reason::kPolicyRefused));
  v1::Draft about = world.Lead({"FR.fiu"});
  about.set_about(alert);
  EXPECT_TRUE(IsRefusal(node->Send("author", about, world.now).status(), Reason::kPolicyRefused));
  // Nor does its origin let it go on.
  v1::GiveConsentRequest consent;
  consent.set_record_id(lead);
  consent.set_holder("BR.fiu");
  consent.set_recipient("DE.fiu");
  consent.set_purpose("asset-recovery");
  consent.set_until_ms(static_cast<uint64_t>((world.now + limits::kDayMs).ms));
  consent.set_justification("a test");
  EXPECT_TRUE(IsRefusal(world.node("FR.fiu")->GiveConsent("author", consent, world.now).status(),
                        Reason::kPolicyRefused));
  EXPECT_FALSE(asked.empty());
}

TEST_F(RestrictTest, WhatIsLiftedIsFoundAgain) {
  const std::string id = world.Publish(world.Alert({"BR.fiu", "DE.fiu"}));
  world.Settle();
  Restrict(id);
  world.Settle();
  Lift(id);
  EXPECT_EQ(Hits("FR.fiu"), 1u);
  world.Settle();
  for (const auto* agency : {"BR.fiu", "DE.fiu"}) {
    EXPECT_EQ(Hits(agency), 1u) << agency;
    EXPECT_THAT(world.InboxOf(agency), SizeIs(1)) << agency;
    EXPECT_THAT(Kept(agency), IsEmpty()) << agency;
    EXPECT_FALSE(AlertTold(agency).processing()) << agency;
    EXPECT_EQ(AlertTold(agency).ground(), v1::RESTRICTION_GROUND_LIFTED) << agency;
  }
  const absl::Status again = Ask(Asked(id, v1::RESTRICTION_GROUND_LIFTED)).status();
  EXPECT_TRUE(IsRefusal(again, Reason::kMalformed)) << again;
}

TEST_F(RestrictTest, TellsWhomItIsMeantForAlone) {
  const std::string id = world.Publish(world.Alert({"BR.fiu", "DE.fiu"}));
  world.Settle();
  EXPECT_THAT(Restrict(id, {"BR.fiu"}), ElementsAre("BR.fiu"));
  world.Settle();
  EXPECT_EQ(Hits("BR.fiu"), 0u);
  EXPECT_EQ(Hits("DE.fiu"), 1u);
  EXPECT_EQ(Hits("FR.fiu"), 1u) << "others use it";
  v1::RestrictRequest stranger = Asked(id, v1::RESTRICTION_GROUND_LAW);
  stranger.set_processing(true);
  stranger.add_recipients("CH.fiu");
  EXPECT_TRUE(IsRefusal(Ask(stranger).status(), Reason::kWrongAgency));
}

TEST_F(RestrictTest, ObligationsAreAddedAndStay) {
  const std::string id = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  Oblige(id, "onward:with-consent");
  Oblige(id, "onward:never");
  Restrict(id);
  Lift(id);
  world.Settle();
  const auto shown = world.Show("BR.fiu", id);
  ASSERT_TRUE(shown.ok()) << shown.status();
  EXPECT_THAT(shown->obligations(), Contains("onward:never"));
  EXPECT_THAT(shown->obligations(), Contains("use-only-for-stated-purpose")) << "and its own";
  EXPECT_THAT(shown->obligations(), Not(Contains("onward:with-consent"))) << "the stricter wins";
  EXPECT_THAT(world.Find("BR.fiu", world.ByDocument("L898902C3")).hits(0).obligations(),
              Contains("onward:never"));
  EXPECT_EQ(Hits("BR.fiu"), 1u) << "an obligation keeps nobody from using it";
}

TEST_F(RestrictTest, DeleteAfterShortensItsLife) {
  const std::string id = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  Oblige(id, "delete-after:P30D");
  world.Settle();
  world.Advance(29 * limits::kDayMs);
  Tick("BR.fiu");
  EXPECT_EQ(ContentsOf("BR.fiu"), 1u);
  world.Advance(2 * limits::kDayMs);
  Tick("BR.fiu");
  EXPECT_EQ(ContentsOf("BR.fiu"), 0u);
  EXPECT_EQ(ContentsOf("FR.fiu"), 1u) << "it binds the recipient";
  world.Advance(31 * limits::kDayMs);
  Tick("BR.fiu");
  size_t erasures = 0;
  for (const v1::Consultation& line : world.LogOf("BR.fiu")) {
    erasures += line.operation() == "erasure" && line.record_id() == id ? 1 : 0;
  }
  EXPECT_EQ(erasures, 1u);
}

TEST_F(RestrictTest, ReachesWhomPolicyWouldNotAllowAnyMore) {
  const std::string id = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  std::string text = testing::DefaultPolicy("FR", 2);
  text.erase(text.find("\n[[outbound.allow]]"));
  world.PublishPolicy("FR", 2, text);
  world.Settle();
  Restrict(id);
  world.Settle();
  EXPECT_EQ(Hits("BR.fiu"), 0u);
}

TEST_F(RestrictTest, OnlyItsOriginRestrictsARecord) {
  const std::string id = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  v1::RestrictRequest request = Asked(id, v1::RESTRICTION_GROUND_LAW);
  request.set_processing(true);
  EXPECT_TRUE(IsRefusal(Ask(request, "BR.fiu").status(), Reason::kWrongAgency));
}

TEST_F(RestrictTest, AnAnswerThatIsRestrictedIsNotReckonedWith) {
  const std::string lead = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  v1::AnswerLeadRequest take;
  take.set_record_id(lead);
  take.set_taken(true);
  take.set_justification("a test");
  const auto answer = world.node("BR.fiu")->AnswerLead("author", take, world.now);
  ASSERT_TRUE(answer.ok()) << answer.status();
  world.Settle();
  v1::RestrictRequest request = Asked(answer->record_id(), v1::RESTRICTION_GROUND_CONTESTED);
  request.set_processing(true);
  ASSERT_TRUE(Ask(request, "BR.fiu").ok());
  world.Settle();
  v1::ShowLeadRequest show;
  show.set_record_id(lead);
  show.set_justification("a test");
  const auto shown = world.node("FR.fiu")->ShowLead("reader", show, world.now);
  ASSERT_TRUE(shown.ok()) << shown.status();
  ASSERT_THAT(shown->standings(), SizeIs(1));
  EXPECT_THAT(shown->standings(0).answers(0).why_not(), HasSubstr("contested"));
}

TEST_F(RestrictTest, APostGoesWithItsCopiesAndToNobodyWhoComesLater) {
  TestNode& origin = world.node("FR.fiu");
  const auto opened = origin->OpenCase("author", CaseWith(world.now, {"BR.fiu"}), world.now);
  ASSERT_TRUE(opened.ok()) << opened.status();
  world.Settle();
  v1::Draft post = world.Lead({});
  post.set_kind(v1::RECORD_KIND_CASE_ITEM);
  post.set_case_id(opened->case_id());
  post.mutable_sections()->DeleteSubrange(0, 1);
  const auto sent = origin->Send("author", post, world.now);
  ASSERT_TRUE(sent.ok()) << sent.status();
  world.Settle();
  v1::ChangeCaseRequest change;
  change.set_case_id(opened->case_id());
  change.set_justification("a test");
  v1::CaseMember& member = *change.add_members();
  member.set_agency("DE.fiu");
  member.set_role(v1::CASE_ROLE_INVESTIGATOR);
  ASSERT_TRUE(origin->ChangeCase("author", change, world.now).ok());
  world.Settle();
  v1::ShareCaseRequest share;
  share.set_case_id(opened->case_id());
  share.set_recipient("DE.fiu");
  share.set_justification("a test");
  const auto shared = origin->ShareCase("author", share, world.now);
  ASSERT_TRUE(shared.ok()) << shared.status();
  ASSERT_THAT(shared->entries(), SizeIs(1));
  // What has not left yet does not leave.
  Restrict(sent->record_id());
  world.Settle();
  EXPECT_THAT(Kept("BR.fiu"), SizeIs(1));
  EXPECT_THAT(Kept("DE.fiu"), IsEmpty());
  EXPECT_THAT(world.InboxOf("DE.fiu"), SizeIs(1)) << "the membership alone";
  EXPECT_THAT(origin->ShareCase("author", share, world.now)->entries(), IsEmpty());
  Lift(sent->record_id());
  EXPECT_THAT(origin->ShareCase("author", share, world.now)->entries(), SizeIs(1));
  world.Settle();
  EXPECT_THAT(Restrict(sent->record_id()), UnorderedElementsAre("BR.fiu", "DE.fiu"));
  world.Settle();
  EXPECT_THAT(Kept("DE.fiu"), SizeIs(1));
}

TEST_F(RestrictTest, WhatHasNotLeftIsNotRestricted) {
  const std::string id = world.Publish(world.Alert({"BR.fiu"}));
  v1::RestrictRequest request = Asked(id, v1::RESTRICTION_GROUND_LAW);
  request.set_processing(true);
  EXPECT_TRUE(IsRefusal(Ask(request).status(), Reason::kMalformed));
}

TEST_F(RestrictTest, ARestrictionSaysWhyAndWhat) {
  const std::string id = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  const auto refused = [&](auto change) {
    v1::RestrictRequest request = Asked(id, v1::RESTRICTION_GROUND_SAFETY);
    request.set_processing(true);
    change(request);
    const std::optional<Refusal> refusal = RefusalOf(Ask(request).status());
    return refusal ? ReasonText(*refusal) : "";
  };
  EXPECT_EQ(refused([](auto& r) { r.clear_justification(); }), "label-missing:justification");
  EXPECT_EQ(refused([](auto& r) { r.clear_ground(); }), "label-missing:ground");
  EXPECT_EQ(refused([](auto& r) { r.set_processing(false); }), "label-missing:restriction");
  EXPECT_EQ(refused([](auto& r) { r.add_obligations("onward:sometimes"); }),
            "label-unknown:obligation");
  EXPECT_EQ(refused([](auto& r) { r.set_ground(v1::RESTRICTION_GROUND_LIFTED); }), "malformed");
  EXPECT_EQ(refused([](auto&) {}), "");
  EXPECT_TRUE(IsRefusal(world.node("FR.fiu")
                            ->Restrict("reader", Asked(id, v1::RESTRICTION_GROUND_LAW), world.now)
                            .status(),
                        Reason::kNotAuthorised));
}

}  // namespace
}  // namespace entente::node
