// What the tables say of small policies.
#include "policy/matrix_fixture.h"
#include "tests/policy/test_world.h"

namespace entente::policy {
namespace {

using testing::AllowIn;
using testing::AllowOut;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::RuleText;
using testing::World;
using State = MatrixCell::State;

std::vector<PartnerMatrix> MatricesOfFrance(World& world, const std::string& rules,
                                            const std::vector<std::string>& purposes = {
                                                "investigate"}) {
  world.of("FR").rules = rules;
  return Made{world.Parts(), world.now}.Matrices(world.Parsed("FR"), purposes);
}

TEST(Matrix, ToEachDestinationWhatGoesAndByWhichArticle) {
  World world;
  const auto all = MatricesOfFrance(
      world,
      AllowOut("FREE") + AllowOut("OBLIGED", "obligations = [\"onward:never\"]\n") +
          RuleText("outbound.withhold", "KEPT", "about = [\"victim\"]\ndata = [\"address\"]"));
  const PartnerMatrix* brazil = Of(all, "BR");
  ASSERT_NE(brazil, nullptr);
  EXPECT_THAT(brazil->partners, ElementsAre("BR"));
  const MatrixCell& identity = CellAt(*brazil, "suspect", "identity");
  EXPECT_EQ(identity.state, State::kObliged);
  EXPECT_THAT(identity.by, ElementsAre("FREE", "OBLIGED"));
  EXPECT_THAT(identity.against, IsEmpty());
  EXPECT_EQ(CellAt(*brazil, "suspect", "photo").state, State::kNothing);
  const MatrixCell& address = CellAt(*brazil, "victim", "address");
  EXPECT_EQ(address.state, State::kStays);
  EXPECT_THAT(address.against, ElementsAre("KEPT"));
}

TEST(Matrix, WithoutMoreThanTheHandlingCodeObligesItIsFree) {
  World world;
  const auto all = MatricesOfFrance(world, AllowOut("FREE"));
  EXPECT_EQ(CellAt(*Of(all, "BR"), "suspect", "identity").state, State::kFree);
}

// H0 obliges to the same as the rule; under H1 the rule adds to the code.
TEST(Matrix, FreeUnderOneCodeAloneIsNotFree) {
  World world;
  const auto state_for = [&](const std::string& more) {
    const auto all = MatricesOfFrance(world, AllowOut("A", more));
    return CellAt(*Of(all, "BR"), "suspect", "identity").state;
  };
  const std::string of_h0 = "obligations = [\"use-only-for-stated-purpose\"]\n";
  EXPECT_EQ(state_for(of_h0), State::kObliged);
  EXPECT_EQ(state_for(of_h0 + "handling = [\"H0\"]\n"), State::kFree);
  const std::string of_h1 = "obligations = [\"no-judicial-use-without-consent\"]\n";
  EXPECT_EQ(state_for(of_h1 + "handling = [\"H1\", \"H2\"]\n"), State::kObliged);
}

TEST(Matrix, DestinationsOfEqualTablesStandTogether) {
  World world;
  const auto all = MatricesOfFrance(world, AllowOut("A"));
  EXPECT_THAT(Of(all, "DE")->partners,
              ElementsAre("DE", "FR", "GB", "XK", "ORG.help", "ORG.police"));
  EXPECT_TRUE(Of(all, "DE")->empty());
  EXPECT_FALSE(Of(all, "BR")->empty());
}

// An immigration service gets nothing; others do: the cell says both.
TEST(Matrix, WhatSomeGetAndOthersDoNotNamesBothRules) {
  World world;
  const auto all =
      MatricesOfFrance(world, AllowOut("A") + RuleText("outbound.withhold", "NOT-THERE",
                                                       "to_kind = [\"immigration-enforcement\"]\n"
                                                       "about = [\"suspect\"]"));
  const MatrixCell& cell = CellAt(*Of(all, "BR"), "suspect", "identity");
  EXPECT_EQ(cell.state, State::kFree);
  EXPECT_THAT(cell.by, ElementsAre("A"));
  EXPECT_THAT(cell.against, ElementsAre("NOT-THERE"));
}

TEST(Matrix, WhatForbidsEverythingIsNotSaidOfEachCombination) {
  World world;
  const auto all =
      MatricesOfFrance(world, AllowOut("A", "to_kind = [\"police\"]\n") +
                                  RuleText("outbound.forbid", "NO-COURT", "to_kind = [\"judge\"]"));
  EXPECT_EQ(CellAt(*Of(all, "BR"), "victim", "health").state, State::kNothing);
  EXPECT_EQ(CellAt(*Of(all, "BR"), "suspect", "identity").state, State::kFree);
}

// A rule for one handling code, evaluation or source lets a record of that kind go.
TEST(Matrix, WhatGoesInAnyCaseIsShown) {
  for (const char* condition :
       {"handling = [\"H1\"]", "reliability = [\"A1\"]", "reliability = [\"3\"]",
        "obtained_from = [\"JP\"]", "obtained_from = [\"group:EU\"]",
        "obtained_from = [\"another-state\"]", "record = [\"recall\"]"}) {
    World world;
    const auto all = MatricesOfFrance(world, AllowOut("A", std::string(condition) + "\n"));
    EXPECT_EQ(CellAt(*Of(all, "BR"), "suspect", "identity").state, State::kFree) << condition;
  }
}

// Held against the sender's own data under the first code; what concerns others alone is named
// apart, unless nothing else keeps it back.
TEST(Matrix, WhatConcernsOtherLabelsIsNamedApart) {
  const std::string forbid = RuleText("outbound.forbid", "CODE", "handling = [\"H2\"]") +
                             RuleText("outbound.forbid", "ALWAYS",
                                      "about = [\"suspect\"]\ndata = [\"photo\"]\n"
                                      "obtained_from = [\"another-state\"]");
  World world;
  const auto all = MatricesOfFrance(world, AllowOut("A") + forbid);
  EXPECT_THAT(CellAt(*Of(all, "BR"), "suspect", "identity").against, IsEmpty());
  EXPECT_THAT(CellAt(*Of(all, "BR"), "suspect", "identity").sometimes, ElementsAre("CODE"));
  const auto others = MatricesOfFrance(
      world,
      AllowOut("A", "obtained_from = [\"another-state\"]\n") +
          RuleText("outbound.forbid", "NOT-OF-OTHERS", "obtained_from = [\"another-state\"]"));
  const MatrixCell& stays = CellAt(*Of(others, "BR"), "suspect", "identity");
  EXPECT_EQ(stays.state, State::kStays);
  EXPECT_THAT(stays.against, ElementsAre("NOT-OF-OTHERS"));
}

TEST(Matrix, ForThePurposesAskedForAlone) {
  World world;
  const std::string rules = AllowOut("A");
  EXPECT_FALSE(Of(MatricesOfFrance(world, rules, {"investigate", "prevent"}), "BR")->empty());
  EXPECT_TRUE(Of(MatricesOfFrance(world, rules, {"asset-recovery"}), "BR")->empty());
}

TEST(Matrix, AtTheInstantAlone) {
  World world;
  world.now = testing::At("2026-11-01T00:00:00Z");  // the first instant at which Brazil is no party
  EXPECT_TRUE(Of(MatricesOfFrance(world, AllowOut("A")), "BR")->empty());
  world.now = world.now - 1;
  EXPECT_FALSE(Of(MatricesOfFrance(world, AllowOut("A")), "BR")->empty());
}

TEST(Matrix, AnAgencyThatARuleNamesStandsForItself) {
  World world;
  const std::string rule =
      RuleText("outbound.allow", "A",
               "to = [\"BR.fiu\"]\nfor_purpose = [\"investigate\"]\nabout = [\"suspect\"]\n"
               "data = [\"identity\"]\nunder = [\"FR-BR\"]");
  const auto all = MatricesOfFrance(world, rule);
  EXPECT_EQ(CellAt(*Of(all, "BR.fiu"), "suspect", "identity").state, State::kFree);
  EXPECT_TRUE(Of(all, "BR")->empty());
}

TEST(Matrix, WithoutAgenciesThePartiesOfInstrumentsTakePart) {
  World world;
  world.of("FR").rules = AllowOut("A");
  Made made{world.Parts(), world.now};
  made.parts.agencies.clear();
  const auto all = made.Matrices(world.Parsed("FR"), {"investigate"});
  EXPECT_EQ(CellAt(*Of(all, "BR"), "suspect", "identity").state, State::kFree);
  EXPECT_EQ(Of(all, "ORG.help"), nullptr);
}

std::vector<PartnerMatrix> MatricesIntoFrance(World& world, const std::string& rules) {
  world.of("FR").rules = rules;
  return Made{world.Parts(), world.now}.Matrices(world.Parsed("FR"), {"investigate"},
                                                 Direction::kInbound);
}

// France is the recipient: its kinds of authority are those asked of `to_kind`.
TEST(Matrix, WhatComesInIsAskedOfTheInboundHalf) {
  World world;
  const auto all = MatricesIntoFrance(
      world,
      AllowOut("OUT") + AllowIn("IN", "to_kind = [\"customs\"]\nfrom_kind = [\"judge\"]\n") +
          RuleText("inbound.withhold", "KEPT", "about = [\"victim\"]\ndata = [\"address\"]"));
  EXPECT_EQ(CellAt(*Of(all, "BR"), "suspect", "identity").state, State::kObliged)
      << "the instrument obliges";
  EXPECT_THAT(CellAt(*Of(all, "BR"), "suspect", "identity").by, ElementsAre("IN"));
  EXPECT_THAT(CellAt(*Of(all, "BR"), "victim", "address").against, ElementsAre("KEPT"));
}

// Another State than the one that sends, which may be the recipient's own.
TEST(Matrix, AnotherStateIsAnotherThanTheOrigin) {
  World world;
  const auto state = [&](const char* from) {
    const auto all = MatricesIntoFrance(
        world, AllowIn("IN", "obtained_from = [\"" + std::string(from) + "\"]\n"));
    return CellAt(*Of(all, "BR"), "suspect", "identity").state;
  };
  EXPECT_EQ(state("another-state"), State::kObliged);
  EXPECT_EQ(state("FR"), State::kObliged);
  EXPECT_EQ(state("BR"), State::kObliged);
}

// Also where no group and no rule names a State that an organisation could have it from.
TEST(Matrix, OrganisationsHaveItFromAnyState) {
  World world;
  world.of("FR").rules = AllowIn("IN", "obtained_from = [\"another-state\"]\n");
  Made made{world.Parts(), world.now};
  made.parts.groups = {};
  const auto all = made.Matrices(world.Parsed("FR"), {"investigate"}, Direction::kInbound);
  EXPECT_EQ(CellAt(*Of(all, "ORG.help"), "suspect", "identity").state, State::kObliged);
}

// The instrument does not cover photographs: that H2 is kept back everywhere is not why.
TEST(Matrix, WhatNoInstrumentCarriesIsNotPutDownToARule) {
  World world;
  const auto all = MatricesOfFrance(
      world, RuleText("outbound.allow", "A",
                      "to = [\"BR\"]\nfor_purpose = [\"investigate\"]\nabout = [\"suspect\"]\n"
                      "data = [\"identity\", \"photo\"]\nunder = [\"FR-BR\"]") +
                 RuleText("outbound.withhold", "CODE", "handling = [\"H2\"]"));
  EXPECT_THAT(CellAt(*Of(all, "BR"), "suspect", "identity").sometimes, ElementsAre("CODE"));
  EXPECT_EQ(CellAt(*Of(all, "BR"), "suspect", "photo").state, State::kNothing);
}

// What the instrument obliges to, France cannot honour: no record comes in, and no rule says so.
TEST(Matrix, WhatCannotBeHonouredDoesNotComeIn) {
  World world;
  world.of("FR").rules = AllowIn("IN");
  Policy policy = world.Parsed("FR");
  policy.can_honour.clear();
  const auto all =
      Made{world.Parts(), world.now}.Matrices(policy, {"investigate"}, Direction::kInbound);
  EXPECT_EQ(CellAt(*Of(all, "BR"), "suspect", "identity").state, State::kNothing);
}

}  // namespace
}  // namespace entente::policy
