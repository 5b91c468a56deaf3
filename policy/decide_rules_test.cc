// Steps 4 to 7: atoms, allow, withhold, forbid, not_together, what is left.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy/test_world.h"

namespace entente::policy::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(Rules, WithoutARuleNothingGoes) {
  World world;
  world.of("FR").rules.clear();
  const Decision decision = world.Decide();
  EXPECT_EQ(decision.verdict, Verdict::kRefuse);
  EXPECT_THAT(Reasons(decision), ElementsAre("no-rule-allows", "nothing-left"));
  EXPECT_EQ(decision.reasons[0].side, Side::kRecord);
  ASSERT_EQ(decision.withheld.size(), 1u);
  EXPECT_THAT(decision.withheld[0].rules, IsEmpty());
}

TEST(Rules, WithoutADestinationRuleNothingGoes) {
  World world;
  world.of("BR").rules.clear();
  EXPECT_EQ(world.Decide().verdict, Verdict::kRefuse);
  EXPECT_THAT(Reasons(world.Decide()), ElementsAre("no-rule-allows", "nothing-left"));
}

TEST(Rules, ASectionAboutSuspectAndVictimNeedsBothAllowed) {
  World world;
  world.Section({"suspect", "victim"}, {"identity"});
  Decision decision = world.Decide();
  EXPECT_EQ(decision.verdict, Verdict::kReleaseInPart);
  EXPECT_THAT(decision.released, ElementsAre(0));
  ASSERT_EQ(decision.withheld.size(), 1u);
  EXPECT_EQ(decision.withheld[0].section, 1u);
  world.of("FR").rules += RuleText("outbound.allow", "FR-B",
                                   "to=[\"BR\"]\nfor_purpose=[\"investigate\"]\nabout=[\"victim\"]"
                                   "\ndata=[\"identity\"]\nunder=[\"FR-BR\"]");
  decision = world.Decide();
  EXPECT_EQ(decision.verdict, Verdict::kRelease);
  EXPECT_THAT(decision.released, ElementsAre(0, 1));
}

TEST(Rules, TwoAllowsThatTogetherMissOneAtomDoNotRelease) {
  World world;
  const std::string head = "to=[\"BR\"]\nfor_purpose=[\"investigate\"]\nunder=[\"FR-BR\"]\n";
  world.of("FR").rules =
      RuleText("outbound.allow", "FR-1", head + "about=[\"suspect\"]\ndata=[\"identity\"]") +
      RuleText("outbound.allow", "FR-2", head + "about=[\"witness\"]\ndata=[\"address\"]") +
      RuleText("outbound.allow", "FR-3", head + "about=[\"suspect\"]\ndata=[\"address\"]");
  world.record.sections.clear();
  world.Section({"suspect", "witness"}, {"identity", "address"});
  const Decision decision = world.Decide();
  EXPECT_EQ(decision.verdict, Verdict::kRefuse);
  EXPECT_THAT(Matched(decision), ElementsAre("BR-IN", "FR-1", "FR-2", "FR-3", "FR-BR"));
  world.of("FR").rules +=
      RuleText("outbound.allow", "FR-4", head + "about=[\"witness\"]\ndata=[\"identity\"]");
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
}

TEST(Rules, AllowAndForbidBothMatchAndBothAreReported) {
  World world;
  world.of("FR").rules += RuleText("outbound.forbid", "FR-F", "about = [\"suspect\"]");
  const Decision decision = world.Decide();
  EXPECT_EQ(decision.verdict, Verdict::kRefuse);
  EXPECT_THAT(Matched(decision), ElementsAre("BR-IN", "FR-A", "FR-BR", "FR-F"));
  EXPECT_THAT(Reasons(decision), ElementsAre("forbidden"));
}

TEST(Rules, AWithholdKeepsItsSectionAndNamesItself) {
  World world;
  world.of("FR").rules += AllowOut("FR-B") + RuleText("outbound.withhold", "FR-W",
                                                      "about=[\"suspect\"]\ndata=[\"location\"]");
  world.of("FR").rules += RuleText(
      "outbound.allow", "FR-L",
      "to=[\"BR\"]\nfor_purpose=[\"investigate\"]\nabout=[\"suspect\"]\ndata=[\"location\"]\n"
      "under=[\"FR-BR\"]");
  world.Section({"suspect"}, {"identity", "location"});
  const Decision decision = world.Decide();
  EXPECT_EQ(decision.verdict, Verdict::kReleaseInPart);
  ASSERT_EQ(decision.withheld.size(), 1u);
  EXPECT_EQ(decision.withheld[0].section, 1u);
  EXPECT_THAT(RuleIdsOf(decision.withheld[0].rules), ElementsAre("FR-W"));
  EXPECT_EQ(decision.withheld[0].rules[0].title, "title of FR-W");
  EXPECT_EQ(decision.withheld[0].reasons, (std::vector<SidedReason>{{Side::kOrigin, "withheld"}}));
}

TEST(Rules, AForbidSeesSectionsThatWouldBeWithheld) {
  World world;
  world.of("FR").rules += RuleText("outbound.withhold", "FR-W", "about=[\"child\"]") +
                          RuleText("outbound.forbid", "FR-F", "data=[\"health\"]");
  world.Section({"child"}, {"health"});
  const Decision decision = world.Decide();
  EXPECT_EQ(decision.verdict, Verdict::kRefuse);
  EXPECT_THAT(Reasons(decision), Contains("forbidden"));
  world.record.sections[1].data = {"narrative"};
  EXPECT_EQ(world.Decide().verdict, Verdict::kReleaseInPart);
}

TEST(Rules, AForbidNeedsPersonAndDataInOneSection) {
  World world;
  world.of("FR").rules +=
      RuleText("outbound.forbid", "FR-F", "about=[\"child\"]\ndata=[\"health\"]");
  world.Section({"child"}, {"narrative"});
  world.Section({"suspect"}, {"health"});
  EXPECT_THAT(Reasons(world.Decide()), Not(Contains("forbidden")));
  world.record.sections[2].about = {"suspect", "child"};
  EXPECT_THAT(Reasons(world.Decide()), Contains("forbidden"));
}

TEST(Rules, TheDestinationMayWithholdAndForbid) {
  World world;
  world.of("BR").rules += RuleText("inbound.withhold", "BR-W", "about=[\"suspect\"]");
  EXPECT_EQ(world.Decide().withheld[0].rules[0].side, Side::kDestination);
  EXPECT_THAT(Reasons(world.Decide()), ElementsAre("nothing-left", "withheld"));
  world.of("BR").rules += RuleText("inbound.forbid", "BR-F", "from=[\"FR\"]");
  EXPECT_THAT(Reasons(world.Decide()), ElementsAre("forbidden", "nothing-left", "withheld"));
}

TEST(Rules, TheInstrumentCoversItsDataOnly) {
  World world;
  world.of("FR").rules =
      RuleText("outbound.allow", "FR-A",
               "to=[\"BR\"]\nfor_purpose=[\"investigate\"]\nabout=[\"suspect\"]\n"
               "data=[\"identity\", \"location\", \"narrative\"]\nunder=[\"WIDE\"]");
  world.recipient.under = "WIDE";
  world.Section({"suspect"}, {"identity", "narrative"});
  const Decision decision = world.Decide();
  EXPECT_EQ(decision.verdict, Verdict::kReleaseInPart);
  ASSERT_EQ(decision.withheld.size(), 1u);
  EXPECT_EQ(decision.withheld[0].reasons,
            (std::vector<SidedReason>{{Side::kInstrument, "no-rule-allows"}}));
  EXPECT_THAT(RuleIdsOf(decision.withheld[0].rules), ElementsAre("WIDE"));
}

TEST(Rules, AMissingEssentialSectionRefuses) {
  World world;
  world.Section({"victim"}, {"identity"}, true);
  const Decision decision = world.Decide();
  EXPECT_EQ(decision.verdict, Verdict::kRefuse);
  EXPECT_THAT(Reasons(decision), ElementsAre("essential-missing", "no-rule-allows"));
  world.record.sections[1].essential = false;
  world.record.sections[0].essential = true;
  EXPECT_EQ(world.Decide().verdict, Verdict::kReleaseInPart);
}

TEST(Rules, NotTogetherIsTestedOnWhatIsReleased) {
  World world;
  world.of("FR").rules =
      RuleText("outbound.allow", "FR-A",
               "to=[\"BR\"]\nfor_purpose=[\"investigate\"]\nabout=[\"suspect\", \"victim\"]\n"
               "data=[\"identity\", \"location\"]\nunder=[\"FR-BR\"]") +
      RuleText("outbound.not_together", "FR-T",
               "about=[\"victim\"]\ndata=[\"identity\", \"location\"]");
  world.record.sections.clear();
  world.Section({"victim"}, {"identity"});
  world.Section({"suspect"}, {"location"});
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
  world.Section({"victim"}, {"location"});
  const Decision decision = world.Decide();
  EXPECT_EQ(decision.verdict, Verdict::kRefuse);
  EXPECT_THAT(Reasons(decision), ElementsAre("not-together"));
  EXPECT_THAT(Matched(decision), Contains("FR-T"));
  // Once the destination keeps one half back, the other may go.
  world.of("BR").rules +=
      RuleText("inbound.withhold", "BR-W", "about=[\"victim\"]\ndata=[\"location\"]");
  EXPECT_EQ(world.Decide().verdict, Verdict::kReleaseInPart);
  EXPECT_THAT(Matched(world.Decide()), Not(Contains("FR-T")));
}

TEST(Rules, KindsOfAgencyAndRecordCount) {
  World world;
  world.of("FR").rules =
      AllowOut("FR-A", "to_kind=[\"fiu\"]\nfrom_kind=[\"police\"]\nrecord=[\"lead\"]");
  EXPECT_EQ(world.Decide().verdict, Verdict::kRefuse);
  world.recipient.recipient = "BR.fiu";
  EXPECT_EQ(world.Decide().verdict, Verdict::kRefuse);
  world.record.kind = "lead";
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
  world.record.origin = "FR.fiu";
  EXPECT_EQ(world.Decide().verdict, Verdict::kRefuse);
}

TEST(Rules, AnAllowNeedsEveryHandlingCodeAForbidOnlyOne) {
  World world;
  world.of("FR").rules = AllowOut("FR-A", "handling=[\"H0\", \"H1\"]");
  world.record.handling = {"H0", "H1"};
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
  world.record.handling = {"H0", "H2"};
  EXPECT_EQ(world.Decide().verdict, Verdict::kRefuse);
  world.of("FR").rules =
      AllowOut("FR-A") + RuleText("outbound.forbid", "FR-F", "handling=[\"H2\"]");
  EXPECT_THAT(Reasons(world.Decide()), ElementsAre("forbidden"));
}

TEST(Rules, ReliabilityTakesWholeCodesAndHalves) {
  World world;
  world.of("FR").rules = AllowOut("FR-A", "reliability=[\"A\", \"1\", \"B2\"]");
  for (const auto& [code, verdict] :
       std::vector<std::pair<std::string, Verdict>>{{"A4", Verdict::kRelease},
                                                    {"X1", Verdict::kRelease},
                                                    {"B2", Verdict::kRelease},
                                                    {"B3", Verdict::kRefuse},
                                                    {"C2", Verdict::kRefuse}}) {
    world.record.evaluation = code;
    EXPECT_EQ(world.Decide().verdict, verdict) << code;
  }
}

TEST(Rules, TheOrderOfRulesAndSetsMeansNothing) {
  World world;
  const std::string a = AllowOut("FR-A");
  const std::string b = AllowOut("FR-B", "obligations=[\"onward:never\"]");
  const std::string w = RuleText("outbound.withhold", "FR-W", "about=[\"victim\"]");
  world.Section({"suspect", "victim"}, {"identity", "address"});
  world.of("FR").rules = a + b + w;
  const Decision forward = world.Decide();
  world.of("FR").rules = w + b + a;
  std::swap(world.record.sections[1].about[0], world.record.sections[1].about[1]);
  std::swap(world.record.sections[1].data[0], world.record.sections[1].data[1]);
  EXPECT_EQ(world.Decide(), forward);
  EXPECT_EQ(DecisionJson(world.Decide()), DecisionJson(forward));
}

TEST(Rules, OneSideAloneAsksOnlyItsOwn) {
  World world;
  world.of("BR").rules.clear();
  EXPECT_EQ(DecideOutbound(*world.Compile(), world.record, world.recipient, world.now).verdict,
            Verdict::kRelease);
  EXPECT_EQ(DecideInbound(*world.Compile(), world.record, world.recipient, world.now).verdict,
            Verdict::kRefuse);
  world.policies.erase("BR");
  EXPECT_EQ(DecideOutbound(*world.Compile(), world.record, world.recipient, world.now).verdict,
            Verdict::kRelease);
  world.recipient.under = "WIDE";
  EXPECT_EQ(DecideOutbound(*world.Compile(), world.record, world.recipient, world.now).verdict,
            Verdict::kRefuse);
}

}  // namespace
}  // namespace entente::policy::testing
