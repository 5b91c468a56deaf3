// Step 1: labels that are missing or unknown, and what they do to rules.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/policy/test_world.h"

namespace entente::policy::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

TEST(Labels, ACompleteRecordIsReleased) {
  const Decision decision = World().Decide();
  EXPECT_EQ(decision.verdict, Verdict::kRelease);
  EXPECT_THAT(decision.released, ElementsAre(0));
  EXPECT_THAT(Reasons(decision), ElementsAre());
  EXPECT_THAT(Matched(decision), ElementsAre("BR-IN", "FR-A", "FR-BR"));
}

struct Damage {
  const char* reason;
  std::function<void(World&)> act;
};

TEST(Labels, EachMissingLabelRefuses) {
  const std::vector<Damage> cases = {
      {"label-missing:origin", [](World& w) { w.record.origin.clear(); }},
      {"label-missing:recipient", [](World& w) { w.recipient.recipient.clear(); }},
      {"label-missing:kind", [](World& w) { w.record.kind.clear(); }},
      {"label-missing:purpose", [](World& w) { w.record.purpose.clear(); }},
      {"label-missing:under", [](World& w) { w.recipient.under.clear(); }},
      {"label-missing:handling", [](World& w) { w.record.handling.clear(); }},
      {"label-missing:evaluation", [](World& w) { w.record.evaluation.clear(); }},
      {"label-missing:urgency", [](World& w) { w.record.urgency.clear(); }},
      {"label-missing:created", [](World& w) { w.record.created.reset(); }},
      {"label-missing:expires", [](World& w) { w.record.expires.reset(); }},
      {"label-missing:section", [](World& w) { w.record.sections.clear(); }},
      {"label-missing:about", [](World& w) { w.record.sections[0].about.clear(); }},
      {"label-missing:data", [](World& w) { w.record.sections[0].data.clear(); }},
  };
  for (const Damage& damage : cases) {
    World world;
    damage.act(world);
    const Decision decision = world.Decide();
    EXPECT_EQ(decision.verdict, Verdict::kRefuse) << damage.reason;
    EXPECT_THAT(Reasons(decision), Contains(damage.reason));
    EXPECT_THAT(decision.released, ElementsAre()) << damage.reason;
    EXPECT_THAT(decision.obligations, ElementsAre()) << damage.reason;
  }
}

TEST(Labels, EachUnknownLabelRefuses) {
  const std::vector<Damage> cases = {
      {"label-unknown:origin", [](World& w) { w.record.origin = "FR.nobody"; }},
      {"label-unknown:origin", [](World& w) { w.record.origin = "nonsense"; }},
      {"label-unknown:recipient", [](World& w) { w.recipient.recipient = "BR.nobody"; }},
      {"label-unknown:kind", [](World& w) { w.record.kind = "rumour"; }},
      {"label-unknown:purpose", [](World& w) { w.record.purpose = "curiosity"; }},
      {"label-unknown:handling",
       [](World& w) {
         w.record.handling = {"H1", "H9"};
       }},
      {"label-unknown:evaluation", [](World& w) { w.record.evaluation = "E5"; }},
      {"label-unknown:evaluation", [](World& w) { w.record.evaluation = "B22"; }},
      {"label-unknown:urgency", [](World& w) { w.record.urgency = "soon"; }},
      {"label-unknown:about",
       [](World& w) {
         w.record.sections[0].about = {"suspect", "hero"};
       }},
      {"label-unknown:data", [](World& w) { w.record.sections[0].data = {"gossip"}; }},
      {"label-unknown:basis", [](World& w) { w.record.sections[0].basis = "hunch"; }},
      {"label-unknown:obtained_from", [](World& w) { w.record.obtained_from = {"UK"}; }},
      {"instrument-unknown", [](World& w) { w.recipient.under = "NO-SUCH"; }},
  };
  for (const Damage& damage : cases) {
    World world;
    damage.act(world);
    const Decision decision = world.Decide();
    EXPECT_EQ(decision.verdict, Verdict::kRefuse) << damage.reason;
    EXPECT_THAT(Reasons(decision), Contains(damage.reason));
  }
}

TEST(Labels, ABasisMayBeLeftOut) {
  World world;
  world.record.sections[0].basis.clear();
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
}

TEST(Labels, AMissingLabelSatisfiesAForbidThatAsksForIt) {
  World world;
  world.of("FR").rules += RuleText("outbound.forbid", "FR-F", "handling = [\"H2\"]") +
                          RuleText("outbound.forbid", "FR-G", "for_purpose = [\"prosecute\"]") +
                          RuleText("outbound.withhold", "FR-W", "reliability = [\"X4\"]");
  EXPECT_THAT(Matched(world.Decide()), ElementsAre("BR-IN", "FR-A", "FR-BR"));
  world.record.handling.clear();
  world.record.purpose.clear();
  world.record.evaluation.clear();
  const Decision decision = world.Decide();
  EXPECT_THAT(Matched(decision), Contains("FR-F"));
  EXPECT_THAT(Matched(decision), Contains("FR-G"));
  EXPECT_THAT(Matched(decision), Contains("FR-W"));
  EXPECT_THAT(Matched(decision), Not(Contains("FR-A")));
  EXPECT_THAT(Reasons(decision), Contains("forbidden"));
}

TEST(Labels, AnUnknownWordSatisfiesForbidsButNoAllow) {
  World world;
  world.of("FR").rules += RuleText("outbound.forbid", "FR-F", "about = [\"child\"]") +
                          RuleText("outbound.withhold", "FR-W", "data = [\"health\"]") +
                          RuleText("outbound.forbid", "FR-K", "to_kind = [\"ngo\"]");
  world.record.sections[0].about = {"unborn"};
  world.record.sections[0].data = {"aura"};
  world.recipient.recipient = "BR.nobody";
  const Decision decision = world.Decide();
  EXPECT_THAT(Matched(decision), ElementsAre("FR-BR", "FR-F", "FR-K", "FR-W"));
  EXPECT_EQ(decision.verdict, Verdict::kRefuse);
}

TEST(Labels, AnUnknownHandlingCodeDoesNotHideBehindAKnownOne) {
  World world;
  world.of("FR").rules = AllowOut("FR-A", "handling = [\"H1\"]");
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
  world.record.handling = {"H1", "H7"};
  EXPECT_THAT(Matched(world.Decide()), Not(Contains("FR-A")));
}

TEST(Labels, MoreSectionsThanTheTablesHoldIsAFailureAndRefused) {
  World world;
  while (world.record.sections.size() < 32) world.Section({"suspect"}, {"identity"});
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
  EXPECT_EQ(world.Decide().released.size(), 32u);
  world.Section({"suspect"}, {"identity"});
  const Decision decision = world.Decide();
  EXPECT_EQ(decision.verdict, Verdict::kRefuse);
  EXPECT_THAT(Reasons(decision), ElementsAre("engine-failed"));
  EXPECT_EQ(decision.snapshot_number, 7u);
  EXPECT_EQ(decision.at, world.now);
}

}  // namespace
}  // namespace entente::policy::testing
