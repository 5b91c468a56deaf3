// What each reader sees of a decision, its words, and its JSON.
#include "policy/decision.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy/test_world.h"

namespace entente::policy::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// FR releases both sections; BR's own rules keep the second back.
World SecretRule() {
  World world;
  world.of("FR").rules = RuleText("outbound.allow", "FR-A",
                                  "to=[\"BR\"]\nfor_purpose=[\"investigate\"]\nabout=[\"suspect\"]"
                                  "\ndata=[\"identity\", \"location\"]\nunder=[\"FR-BR\"]");
  world.of("BR").rules += RuleText("inbound.withhold", "BR-SECRET", "data=[\"location\"]");
  world.Section({"suspect"}, {"location"});
  return world;
}

TEST(View, TheSenderLearnsThatTheDestinationRefusesAndWhomToAsk) {
  const VisibleDecision view = ViewFor(Reader::kOrigin, SecretRule().Decide());
  EXPECT_EQ(view.verdict, Verdict::kReleaseInPart);
  EXPECT_EQ(view.contact, "desk of BR");
  EXPECT_THAT(view.RuleIds(), ElementsAre("FR-A", "FR-BR"));
  EXPECT_THAT(view.reasons, IsEmpty());
  ASSERT_EQ(view.withheld.size(), 1u);
  EXPECT_EQ(view.withheld[0].section, 1u);
  EXPECT_THAT(view.withheld[0].rules, IsEmpty());
  EXPECT_THAT(view.withheld[0].reasons, IsEmpty());
}

TEST(View, TheDestinationSeesItsOwnRulesAndTheSenders) {
  const VisibleDecision view = ViewFor(Reader::kRecipient, SecretRule().Decide());
  EXPECT_EQ(view.contact, "");
  EXPECT_THAT(view.RuleIds(), ElementsAre("BR-IN", "BR-SECRET", "FR-A", "FR-BR"));
  EXPECT_THAT(view.withheld[0].rules, ElementsAre("BR-SECRET"));
  EXPECT_THAT(view.withheld[0].reasons, ElementsAre("withheld"));
}

TEST(View, AFileMaySayThatItsRulesArePublic) {
  World world = SecretRule();
  world.of("BR").head += "explain = \"public\"\n";
  const VisibleDecision view = ViewFor(Reader::kOrigin, world.Decide());
  EXPECT_THAT(view.RuleIds(), Contains("BR-SECRET"));
  EXPECT_THAT(view.withheld[0].rules, ElementsAre("BR-SECRET"));
  EXPECT_EQ(view.contact, "");
}

TEST(View, TheSendersOwnRuleIsShownToBothWithItsTitle) {
  World world;
  world.of("FR").rules += RuleText("outbound.withhold", "FR-W", "data=[\"location\"]");
  world.Section({"suspect"}, {"location"});
  for (const Reader reader : {Reader::kOrigin, Reader::kRecipient}) {
    const VisibleDecision view = ViewFor(reader, world.Decide());
    EXPECT_THAT(view.withheld[0].rules, ElementsAre("FR-W"));
    EXPECT_THAT(view.rules, Contains(MatchedRule{Side::kOrigin, "FR-W", "title of FR-W"}));
    EXPECT_THAT(view.withheld[0].reasons, ElementsAre("no-rule-allows", "withheld"));
  }
}

TEST(View, ADestinationsForbidIsHiddenButThatItCannotHonourIsNot) {
  World world;
  world.of("BR").rules += RuleText("inbound.forbid", "BR-F", "");
  world.of("BR").head = "";
  const Decision decision = world.Decide();
  EXPECT_THAT(Reasons(decision), Contains("forbidden"));
  const VisibleDecision view = ViewFor(Reader::kOrigin, decision);
  EXPECT_EQ(view.verdict, Verdict::kRefuse);
  EXPECT_THAT(view.reasons, ElementsAre("cannot-honour:no-judicial-use-without-consent"));
  EXPECT_EQ(view.contact, "desk of BR");
}

TEST(View, NoRuleOfASecretiveDestinationReachesTheSender) {
  World world = SecretRule();
  world.of("BR").rules +=
      RuleText("inbound.forbid", "BR-F", "") +
      RuleText("inbound.not_together", "BR-T", "data=[\"identity\", \"location\"]");
  const VisibleDecision view = ViewFor(Reader::kOrigin, world.Decide());
  for (const MatchedRule& rule : view.rules) EXPECT_NE(rule.side, Side::kDestination);
  for (const std::string& reason : view.reasons) EXPECT_NE(reason, "forbidden");
}

TEST(Words, OfVerdictsAndReasons) {
  for (const char* word : {"release", "release-in-part", "hold", "refuse"}) {
    ASSERT_TRUE(VerdictFromWord(word));
    EXPECT_EQ(VerdictWord(*VerdictFromWord(word)), word);
  }
  EXPECT_FALSE(VerdictFromWord("refused"));
  for (const char* good : {"withheld", "label-missing:purpose", "cannot-honour:delete-after:P1Y",
                           "quorum-needed", "engine-failed", "origin-policy-absent"}) {
    EXPECT_TRUE(IsPolicyReason(good)) << good;
  }
  for (const char* bad :
       {"", "label-missing", "label-missing:", "withheld:x", "Withheld", "nope"}) {
    EXPECT_FALSE(IsPolicyReason(bad)) << bad;
  }
  EXPECT_EQ(PolicyReasonWord(PolicyReason::kEngineFailed), "engine-failed");
  EXPECT_EQ(PolicyReasonWord(PolicyReason::kLabelMissing), "label-missing");
}

TEST(Json, IsOneLineInAFixedOrder) {
  World world;
  world.of("FR").rules += RuleText("outbound.withhold", "FR-W", "data=[\"location\"]");
  world.Section({"suspect"}, {"location"});
  EXPECT_EQ(
      DecisionJson(world.Decide()),
      "{\"verdict\": \"release-in-part\", \"released\": [0], \"withheld\": [{\"section\": 1, "
      "\"rules\": [\"FR-W\"], \"reasons\": [\"no-rule-allows\", \"withheld\"]}], "
      "\"obligations\": [\"no-judicial-use-without-consent\"], "
      "\"matched\": [\"BR-IN\", \"FR-A\", \"FR-BR\", \"FR-W\"], "
      "\"reasons\": [\"no-rule-allows\", \"withheld\"], "
      "\"at\": \"2026-06-01T12:00:00.000Z\", \"snapshot\": \"sha256:" +
          [] {
            std::string hex;
            for (int i = 0; i < 32; ++i) hex += "ab";
            return hex;
          }() +
          "\"}");
}

TEST(Json, EscapesWhatItQuotes) {
  Decision decision = EngineFailed({0}, 0, {});
  decision.reasons[0].text = "a\"b\\c\n";
  EXPECT_THAT(DecisionJson(decision), HasSubstr("[\"a\\\"b\\\\c\\u000a\"]"));
}

TEST(EngineFailed, RefusesAndReleasesNothing) {
  const Decision decision = EngineFailed({5}, 3, {});
  EXPECT_FALSE(decision.releases());
  EXPECT_EQ(decision.snapshot_number, 3u);
  EXPECT_THAT(Reasons(decision), ElementsAre("engine-failed"));
}

}  // namespace
}  // namespace entente::policy::testing
