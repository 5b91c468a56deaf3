// Units: what is assigned to whom, who reads outside, and how that is reported.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "node/assignment.h"
#include "node/engine_fixture.h"
#include "node/exchange_fixture.h"
#include "node/families.h"

namespace entente::node {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PeopleTest : public ::testing::Test {
 protected:
  PeopleTest() : world({"FR.fiu", "BR.fiu", "DE.fiu"}) {}

  void AddOfficer(std::string_view agency, const std::string& id,
                  const std::vector<std::string>& roles, const std::string& unit) {
    v1::AddOfficerRequest request;
    request.mutable_officer()->set_id(id);
    for (const std::string& role : roles) request.mutable_officer()->add_roles(role);
    request.mutable_officer()->set_unit(unit);
    EXPECT_TRUE(world.node(agency)->AddOfficer("admin", request, world.now).ok());
  }
  // At BR.fiu: two units; leads from France go to "assets".
  void Units() {
    AddOfficer("BR.fiu", "ana", {"author", "reader"}, "assets");
    AddOfficer("BR.fiu", "davi", {"author", "reader"}, "desk");
    ASSERT_TRUE(Rule(v1::RECORD_KIND_LEAD, "FR", "assets").ok());
    ASSERT_TRUE(Rule(v1::RECORD_KIND_UNSPECIFIED, "", "desk").ok());
  }
  absl::Status Rule(v1::RecordKind kind, const std::string& from, const std::string& unit,
                    std::string_view by = "admin") {
    v1::SetUnitRuleRequest request;
    request.mutable_rule()->set_kind(kind);
    request.mutable_rule()->set_origin(from);
    request.mutable_rule()->set_unit(unit);
    return world.node("BR.fiu")->SetUnitRule(by, request, world.now).status();
  }
  absl::StatusOr<v1::ShowResponse> Show(std::string_view agency, std::string_view officer,
                                        const std::string& id) {
    v1::ShowRequest request;
    request.set_record_id(id);
    request.set_justification("on duty, case 4711");
    return world.node(agency)->Show(officer, request, world.now);
  }
  bool IsOutside(std::string_view agency, std::string_view officer, const std::string& id) {
    const auto shown = Show(agency, officer, id);
    EXPECT_TRUE(shown.ok()) << shown.status();
    return shown.ok() && shown->item().outside();
  }
  absl::Status Assign(std::string_view officer, const std::string& id, const std::string& unit,
                      const std::vector<std::string>& officers = {}) {
    v1::AssignRequest request;
    request.set_record_id(id);
    request.set_unit(unit);
    request.mutable_officers()->Assign(officers.begin(), officers.end());
    request.set_justification("theirs");
    return world.node("BR.fiu")->Assign(officer, request, world.now).status();
  }
  std::vector<v1::Consultation> OutsideLines(std::string_view agency = "BR.fiu") {
    v1::ConsultationsRequest request;
    request.set_justification("review");
    request.set_outside_only(true);
    const auto log = world.node(agency)->Consultations("protector", request, world.now);
    EXPECT_TRUE(log.ok()) << log.status();
    return {log->consultations().begin(), log->consultations().end()};
  }
  uint64_t Waiting(std::string_view officer = "protector") {
    return world.node("BR.fiu")->Status(officer, world.now)->outside_reads();
  }
  absl::Status Reviewed(std::string_view officer, uint64_t through) {
    v1::ReviewOutsideRequest request;
    request.set_through(through);
    request.set_justification("looked at them");
    return world.node("BR.fiu")->ReviewOutside(officer, request, world.now).status();
  }
  std::string LeadFromFrance() {
    const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
    world.Settle();
    return id;
  }

  World world;
};

TEST_F(PeopleTest, AnAgencyWithoutUnitsNeedsNoRules) {
  const std::string id = LeadFromFrance();
  EXPECT_FALSE(IsOutside("BR.fiu", "reader", id));
  EXPECT_FALSE(IsOutside("FR.fiu", "reader", id)) << "what a colleague sent";
  EXPECT_THAT(OutsideLines(), IsEmpty());
}

TEST_F(PeopleTest, TheAssignedUnitReadsAndAnyOtherReadIsReported) {
  Units();
  const std::string id = LeadFromFrance();
  EXPECT_FALSE(IsOutside("BR.fiu", "ana", id));
  EXPECT_THAT(OutsideLines(), IsEmpty());
  EXPECT_EQ(Waiting(), 0u);
  EXPECT_TRUE(IsOutside("BR.fiu", "davi", id));
  EXPECT_TRUE(IsOutside("BR.fiu", "reader", id)) << "in no unit";
  const auto lines = OutsideLines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].officer(), "davi");
  EXPECT_EQ(lines[0].record_id(), id);
  EXPECT_TRUE(lines[0].outside());
  EXPECT_EQ(lines[0].justification(), "on duty, case 4711");
  EXPECT_EQ(Waiting(), 2u);
  EXPECT_EQ(Waiting("davi"), 0u) << "for the data-protection officer alone";
  world.node("BR.fiu").Restart(world.now);
  EXPECT_EQ(Waiting(), 2u);
}

TEST_F(PeopleTest, NothingIsReadOutsideThatIsNotReported) {
  Units();
  const std::string id = LeadFromFrance();
  world.node("BR.fiu").store.FailWrite(1, store::Fault::kDiskFull);
  EXPECT_TRUE(IsRefusal(Show("BR.fiu", "davi", id).status(), Reason::kDiskFull));
  world.node("BR.fiu").Restart(world.now);
  EXPECT_EQ(Waiting(), 0u);
  ASSERT_TRUE(Show("BR.fiu", "davi", id).ok());
  world.node("BR.fiu").Restart(world.now);
  EXPECT_EQ(Waiting(), 1u);
  EXPECT_EQ(OutsideLines().size(), 1u);
}

TEST_F(PeopleTest, TheDataProtectionOfficerLooksAtThemAndSaysSo) {
  Units();
  const std::string id = LeadFromFrance();
  ASSERT_TRUE(Show("BR.fiu", "davi", id).ok());
  const uint64_t first = OutsideLines()[0].number();
  ASSERT_TRUE(Show("BR.fiu", "davi", id).ok());
  EXPECT_TRUE(IsRefusal(Reviewed("davi", first), Reason::kNotAuthorised));
  EXPECT_TRUE(IsRefusal(Reviewed("protector", first - 1), Reason::kMalformed));
  EXPECT_TRUE(IsRefusal(Reviewed("protector", 99'999), Reason::kMalformed)) << "not seen yet";
  ASSERT_TRUE(Reviewed("protector", first).ok());
  EXPECT_EQ(Waiting(), 1u);
  EXPECT_EQ(OutsideLines().size(), 2u) << "the log keeps them";
  v1::ConsultationsRequest request;
  request.set_justification("review");
  const auto log = world.node("BR.fiu")->Consultations("protector", request, world.now);
  bool logged = false;
  for (const v1::Consultation& line : log->consultations()) {
    logged = logged || line.detail().starts_with("1 reads outside looked at");
  }
  EXPECT_TRUE(logged);
}

TEST_F(PeopleTest, WithUnitsAndNoRuleWhatComesIsNobodys) {
  AddOfficer("BR.fiu", "ana", {"reader"}, "assets");
  const std::string id = LeadFromFrance();
  EXPECT_TRUE(IsOutside("BR.fiu", "ana", id));
  // What came before there was a rule goes by the rules of now.
  ASSERT_TRUE(Rule(v1::RECORD_KIND_LEAD, "", "assets").ok());
  EXPECT_FALSE(IsOutside("BR.fiu", "ana", id));
}

TEST_F(PeopleTest, WhatCameStaysWhereItIsWhenRulesChange) {
  Units();
  const std::string id = LeadFromFrance();
  ASSERT_TRUE(Rule(v1::RECORD_KIND_LEAD, "FR", "desk").ok());
  EXPECT_FALSE(IsOutside("BR.fiu", "ana", id));
  EXPECT_FALSE(IsOutside("BR.fiu", "davi", LeadFromFrance()));
}

TEST_F(PeopleTest, WhatIsSentBelongsToItsAuthorAndTheirUnit) {
  Units();
  AddOfficer("BR.fiu", "aldo", {"reader"}, "assets");
  const auto sent = world.node("BR.fiu")->Send("ana", world.Lead({"DE.fiu"}), world.now);
  ASSERT_TRUE(sent.ok()) << sent.status();
  EXPECT_FALSE(IsOutside("BR.fiu", "ana", sent->record_id()));
  EXPECT_FALSE(IsOutside("BR.fiu", "aldo", sent->record_id()));
  EXPECT_TRUE(IsOutside("BR.fiu", "davi", sent->record_id()));
}

TEST_F(PeopleTest, WhatIsSentWithoutAUnitIsItsAuthorsAlone) {
  Units();
  AddOfficer("BR.fiu", "alone", {"author", "reader"}, "");
  const auto sent = world.node("BR.fiu")->Send("alone", world.Lead({"DE.fiu"}), world.now);
  ASSERT_TRUE(sent.ok()) << sent.status();
  EXPECT_FALSE(IsOutside("BR.fiu", "alone", sent->record_id()));
  EXPECT_TRUE(IsOutside("BR.fiu", "ana", sent->record_id()));
}

TEST_F(PeopleTest, ADamagedRuleKeepsNothingFromComingAndAllFromBeingRead) {
  Units();
  store::WriteBatch batch;
  batch.Put(kNode, "unit-rules", "\x0a\xff");
  ASSERT_TRUE(world.node("BR.fiu").store.Write(batch, store::Sync::kYes).ok());
  const std::string id = LeadFromFrance();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), ElementsAre("local-fault"));
  EXPECT_TRUE(absl::IsDataLoss(Show("BR.fiu", "ana", id).status()));
}

TEST_F(PeopleTest, AnAnswerGoesToWhoAsked) {
  Units();
  const auto sent = world.node("BR.fiu")->Send("ana", world.Lead({"FR.fiu"}), world.now);
  ASSERT_TRUE(sent.ok()) << sent.status();
  world.Settle();
  v1::AnswerLeadRequest answer;
  answer.set_record_id(sent->record_id());
  answer.set_taken(true);
  answer.set_justification("known here");
  const auto answered = world.node("FR.fiu")->AnswerLead("author", answer, world.now);
  ASSERT_TRUE(answered.ok()) << answered.status();
  world.Settle();
  EXPECT_FALSE(IsOutside("BR.fiu", "ana", answered->record_id()));
  EXPECT_TRUE(IsOutside("BR.fiu", "davi", answered->record_id())) << "the desk has all else";
}

// Nobody reads outside what was theirs before there was a unit.
TEST_F(PeopleTest, TheFirstUnitTakesNothingFromWhoAskedAndWhoOpened) {
  AddOfficer("BR.fiu", "ana", {"author", "reader"}, "");
  const auto sent = world.node("BR.fiu")->Send("ana", world.Lead({"FR.fiu"}), world.now);
  ASSERT_TRUE(sent.ok()) << sent.status();
  const auto opened =
      world.node("BR.fiu")->OpenCase("ana", CaseWith(world.now, {"FR.fiu"}), world.now);
  ASSERT_TRUE(opened.ok()) << opened.status();
  world.Settle();
  v1::AnswerLeadRequest answer;
  answer.set_record_id(sent->record_id());
  answer.set_taken(true);
  answer.set_justification("known here");
  const auto answered = world.node("FR.fiu")->AnswerLead("author", answer, world.now);
  ASSERT_TRUE(answered.ok()) << answered.status();
  world.Settle();
  Units();
  AddOfficer("BR.fiu", "ana", {"author", "reader"}, "");
  EXPECT_FALSE(IsOutside("BR.fiu", "ana", answered->record_id()));
  EXPECT_TRUE(IsOutside("BR.fiu", "davi", answered->record_id()));
  v1::AssignRequest request;
  request.set_case_id(opened->case_id());
  request.set_unit("desk");
  request.set_justification("the desk takes it over");
  const absl::Status taken = world.node("BR.fiu")->Assign("davi", request, world.now).status();
  ASSERT_TRUE(IsRefusal(taken, Reason::kNotAuthorised)) << taken;
  EXPECT_THAT(RefusalOf(taken)->text, HasSubstr("officers ana"));
  EXPECT_TRUE(world.node("BR.fiu")->Assign("ana", request, world.now).ok());
}

TEST_F(PeopleTest, WhatIsNobodysAnAdministratorAssigns) {
  AddOfficer("BR.fiu", "ana", {"author", "reader"}, "assets");
  const absl::Status mine = Assign("ana", LeadFromFrance(), "assets");
  ASSERT_TRUE(IsRefusal(mine, Reason::kNotAuthorised)) << mine;
  EXPECT_EQ(RefusalOf(mine)->text, "this is assigned to nobody");
  EXPECT_EQ(RefusalOf(mine)->advice, "ask an administrator to assign it");
}

TEST_F(PeopleTest, AnItemOfACaseGoesToThoseOfTheCase) {
  Units();
  const auto opened =
      world.node("BR.fiu")->OpenCase("ana", CaseWith(world.now, {"FR.fiu"}), world.now);
  ASSERT_TRUE(opened.ok()) << opened.status();
  world.Settle();
  v1::Draft post = world.Lead({});
  post.set_kind(v1::RECORD_KIND_CASE_ITEM);
  post.set_case_id(opened->case_id());
  post.mutable_sections()->DeleteSubrange(0, 1);
  const std::string item = world.Send("FR.fiu", post);
  world.Settle();
  EXPECT_FALSE(IsOutside("BR.fiu", "ana", item));
  EXPECT_TRUE(IsOutside("BR.fiu", "davi", item));
  v1::AssignRequest request;
  request.set_case_id(opened->case_id());
  request.set_unit("desk");
  request.set_justification("the desk takes it over");
  EXPECT_TRUE(IsRefusal(world.node("BR.fiu")->Assign("davi", request, world.now).status(),
                        Reason::kNotAuthorised));
  ASSERT_TRUE(world.node("BR.fiu")->Assign("ana", request, world.now).ok());
  EXPECT_FALSE(IsOutside("BR.fiu", "davi", item));
  EXPECT_TRUE(IsOutside("BR.fiu", "ana", item));
}

TEST_F(PeopleTest, WhoIsAssignedHandsOnAndNobodyTakes) {
  Units();
  const std::string id = LeadFromFrance();
  EXPECT_TRUE(IsRefusal(Assign("davi", id, "desk"), Reason::kNotAuthorised));
  EXPECT_TRUE(IsRefusal(Assign("protector", id, "desk"), Reason::kNotAuthorised));
  EXPECT_TRUE(IsOutside("BR.fiu", "davi", id));
  ASSERT_TRUE(Assign("ana", id, "", {"davi"}).ok());
  EXPECT_FALSE(IsOutside("BR.fiu", "davi", id));
  EXPECT_TRUE(IsOutside("BR.fiu", "ana", id));
  ASSERT_TRUE(Assign("admin", id, "assets").ok())
      << "an administrator puts right, and reads nothing";
  EXPECT_FALSE(IsOutside("BR.fiu", "ana", id));
  v1::ConsultationsRequest request;
  request.set_justification("review");
  request.set_record_id(id);
  const auto log = world.node("BR.fiu")->Consultations("protector", request, world.now);
  std::vector<std::string> changes;
  for (const v1::Consultation& line : log->consultations()) {
    if (line.operation() == "alteration") changes.push_back(line.detail());
  }
  EXPECT_THAT(changes, ElementsAre("assigned to officers davi; before: unit assets",
                                   "assigned to unit assets; before: officers davi"));
}

TEST_F(PeopleTest, OnlyWhoCanReadIsAssigned) {
  Units();
  const std::string id = LeadFromFrance();
  EXPECT_TRUE(IsRefusal(Assign("ana", id, "nowhere"), Reason::kMalformed));
  EXPECT_TRUE(IsRefusal(Assign("ana", id, "", {"nobody"}), Reason::kMalformed));
  EXPECT_TRUE(IsRefusal(Assign("ana", id, "", {"admin"}), Reason::kMalformed));
  EXPECT_TRUE(IsRefusal(Assign("ana", id, ""), Reason::kLabelMissing));
  EXPECT_TRUE(absl::IsNotFound(Assign("ana", std::string(32, '0'), "desk")));
}

TEST_F(PeopleTest, TheInboxSaysWhoseItIs) {
  Units();
  LeadFromFrance();
  v1::InboxRequest request;
  const auto of = [&](std::string_view officer) {
    return *world.node("BR.fiu")->Inbox(officer, request, world.now);
  };
  ASSERT_EQ(of("davi").items_size(), 1);
  EXPECT_EQ(of("davi").items(0).unit(), "assets");
  EXPECT_TRUE(of("davi").items(0).outside());
  EXPECT_FALSE(of("ana").items(0).outside());
  request.set_mine_only(true);
  EXPECT_EQ(of("davi").items_size(), 0);
  EXPECT_EQ(of("ana").items_size(), 1);
}

TEST_F(PeopleTest, RulesAreAnAdministratorsAndNameUnitsThatExist) {
  Units();
  EXPECT_TRUE(IsRefusal(Rule(v1::RECORD_KIND_LEAD, "FR", "desk", "ana"), Reason::kNotAuthorised));
  EXPECT_TRUE(IsRefusal(Rule(v1::RECORD_KIND_LEAD, "FR", "nowhere"), Reason::kMalformed));
  EXPECT_TRUE(IsRefusal(Rule(v1::RECORD_KIND_LEAD, "France", "desk"), Reason::kMalformed));
  EXPECT_TRUE(IsRefusal(Rule(v1::RECORD_KIND_LEAD, "DE", ""), Reason::kMalformed)) << "no such";
  EXPECT_TRUE(IsRefusal(Rule(static_cast<v1::RecordKind>(99), "", "desk"), Reason::kMalformed));
  ASSERT_TRUE(Rule(v1::RECORD_KIND_LEAD, "FR", "").ok());
  const auto units = world.node("BR.fiu")->ListUnits("reader");
  ASSERT_TRUE(units.ok()) << units.status();
  EXPECT_EQ(units->units_size(), 2);
  ASSERT_EQ(units->rules_size(), 1);
  EXPECT_EQ(units->rules(0).unit(), "desk");
}

TEST_F(PeopleTest, AUnitsNameCanBeToldFromAnothers) {
  for (const std::string& bad :
       {std::string(" desk"), std::string("de\nsk"), std::string(65, 'x')}) {
    v1::AddOfficerRequest request;
    request.mutable_officer()->set_id("ana");
    request.mutable_officer()->add_roles("reader");
    request.mutable_officer()->set_unit(bad);
    EXPECT_TRUE(IsRefusal(world.node("BR.fiu")->AddOfficer("admin", request, world.now).status(),
                          Reason::kMalformed));
  }
}

TEST(UnitOfTest, TheRuleThatSaysMostCounts) {
  state::UnitRules rules;
  const auto add = [&](v1::RecordKind kind, const std::string& origin, const std::string& unit) {
    v1::UnitRule& rule = *rules.add_rules();
    rule.set_kind(kind);
    rule.set_origin(origin);
    rule.set_unit(unit);
  };
  add(v1::RECORD_KIND_UNSPECIFIED, "", "rest");
  add(v1::RECORD_KIND_UNSPECIFIED, "DE", "germany");
  add(v1::RECORD_KIND_UNSPECIFIED, "DE.fiu", "german-fiu");
  add(v1::RECORD_KIND_ALERT, "", "border");
  add(v1::RECORD_KIND_ALERT, "DE", "german-alerts");
  EXPECT_EQ(UnitOf(rules, v1::RECORD_KIND_LEAD, "FR.fiu"), "rest");
  EXPECT_EQ(UnitOf(rules, v1::RECORD_KIND_LEAD, "DE.police"), "germany");
  EXPECT_EQ(UnitOf(rules, v1::RECORD_KIND_LEAD, "DE.fiu"), "german-fiu");
  EXPECT_EQ(UnitOf(rules, v1::RECORD_KIND_ALERT, "FR.border"), "border");
  EXPECT_EQ(UnitOf(rules, v1::RECORD_KIND_ALERT, "DE.fiu"), "german-alerts");
  rules.mutable_rules()->erase(rules.rules().begin());
  EXPECT_EQ(UnitOf(rules, v1::RECORD_KIND_LEAD, "FR.fiu"), "");
}

}  // namespace
}  // namespace entente::node
