// Step 8: the union of obligations, the strictest value, and what the destination can honour.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy/test_world.h"

namespace entente::policy::testing {
namespace {

using ::testing::ElementsAre;

TEST(Obligations, OfEveryMatchingAllowAndTheStrictestWins) {
  World world;
  world.of("FR").rules =
      AllowOut("FR-1", "obligations=[\"delete-after:P1Y\", \"onward:free\"]") +
      AllowOut("FR-2", "obligations=[\"delete-after:P30D\", \"onward:with-consent\"]") +
      AllowOut("FR-3", "obligations=[\"delete-after:P2Y\", \"second-person\"]");
  world.of("BR").rules =
      AllowIn("BR-IN", "obligations=[\"delete-after:P6M\", \"inform-source:P2D\"]");
  const Decision decision = world.Decide();
  EXPECT_EQ(decision.verdict, Verdict::kRelease);
  EXPECT_THAT(decision.obligations, ElementsAre("delete-after:P30D", "inform-source:P2D",
                                                "no-judicial-use-without-consent",
                                                "onward:with-consent", "second-person"));
  EXPECT_THAT(decision.origin_obligations,
              ElementsAre("delete-after:P30D", "onward:with-consent", "second-person"));
}

TEST(Obligations, TheStricterOneOfTheDestinationWinsToo) {
  World world;
  world.of("FR").rules = AllowOut("FR-1", "obligations=[\"onward:free\", \"delete-after:P1Y\"]");
  world.of("BR").rules = AllowIn("BR-IN", "obligations=[\"onward:never\", \"delete-after:P11M\"]");
  EXPECT_THAT(world.Decide().obligations,
              ElementsAre("delete-after:P11M", "no-judicial-use-without-consent", "onward:never"));
  EXPECT_THAT(world.Decide().origin_obligations, ElementsAre("delete-after:P1Y", "onward:free"));
}

TEST(Obligations, OfTheInstrumentAndTheHandlingCodes) {
  World world;
  world.of("FR").rules = RuleText("outbound.allow", "FR-A",
                                  "to=[\"BR\"]\nfor_purpose=[\"investigate\"]\n"
                                  "about=[\"suspect\"]\ndata=[\"identity\"]\nunder=[\"WIDE\"]");
  world.recipient.under = "WIDE";
  world.record.handling = {"H0", "H1", "H2"};
  EXPECT_THAT(world.Decide().obligations,
              ElementsAre("no-judicial-use-without-consent", "onward:with-consent",
                          "use-only-for-stated-purpose", "verify-before-action"));
  EXPECT_THAT(world.Decide().origin_obligations, ElementsAre());
}

TEST(Obligations, AnAllowThatDoesNotMatchObligesToNothing) {
  World world;
  world.of("FR").rules += AllowOut("FR-2", "to_kind=[\"fiu\"]\nobligations=[\"second-person\"]");
  EXPECT_THAT(world.Decide().obligations, ElementsAre("no-judicial-use-without-consent"));
}

TEST(Obligations, WhatTheDestinationDoesNotDeclareRefuses) {
  World world;
  world.of("FR").rules = AllowOut("FR-1", "obligations=[\"second-person\"]");
  world.of("BR").head = "can_honour = [\"no-judicial-use-without-consent\"]\n";
  const Decision decision = world.Decide();
  EXPECT_EQ(decision.verdict, Verdict::kRefuse);
  EXPECT_THAT(Reasons(decision), ElementsAre("cannot-honour:second-person"));
  EXPECT_THAT(decision.obligations, ElementsAre());
  // The origin's own node does not ask what the destination can honour.
  EXPECT_EQ(DecideOutbound(*world.Compile(), world.record, world.recipient, world.now).verdict,
            Verdict::kRelease);
  world.of("BR").head = "";
  EXPECT_THAT(Reasons(world.Decide()), ElementsAre("cannot-honour:no-judicial-use-without-consent",
                                                   "cannot-honour:second-person"));
}

TEST(Obligations, DeclaringTheStricterHonoursTheLooser) {
  World world;
  const auto verdict = [&](const std::string& obligation, const std::string& honoured) {
    world.of("FR").rules = AllowOut("FR-1", "obligations=[\"" + obligation + "\"]");
    world.of("BR").head =
        "can_honour = [\"no-judicial-use-without-consent\", \"" + honoured + "\"]\n";
    return world.Decide().verdict;
  };
  EXPECT_EQ(verdict("delete-after:P1Y", "delete-after:P1Y"), Verdict::kRelease);
  EXPECT_EQ(verdict("delete-after:P1Y", "delete-after:P12M"), Verdict::kRelease);
  EXPECT_EQ(verdict("delete-after:P1Y", "delete-after:P30D"), Verdict::kRelease);
  EXPECT_EQ(verdict("delete-after:P30D", "delete-after:P1Y"), Verdict::kRefuse);
  EXPECT_EQ(verdict("onward:with-consent", "onward:never"), Verdict::kRelease);
  EXPECT_EQ(verdict("onward:never", "onward:with-consent"), Verdict::kRefuse);
  EXPECT_EQ(verdict("onward:free", "onward:free"), Verdict::kRelease);
  EXPECT_EQ(verdict("onward:free", "second-person"), Verdict::kRefuse);
}

}  // namespace
}  // namespace entente::policy::testing
