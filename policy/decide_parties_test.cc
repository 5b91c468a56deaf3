// Who is meant: everyone, groups, agencies, States of origin, and what an instrument binds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy/test_world.h"

namespace entente::policy::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

std::string AllowTo(const std::string& to) {
  return RuleText("outbound.allow", "FR-A",
                  "to=[" + to +
                      "]\nfor_purpose=[\"investigate\"]\nabout=[\"suspect\"]\n"
                      "data=[\"identity\"]\nunder=[\"WIDE\", \"HOME\"]");
}

// True when FR's own half, with one allow for `to`, releases to `recipient`.
bool Reaches(World& world, const std::string& to, const std::string& recipient,
             const std::string& under = "WIDE") {
  world.of("FR").rules = AllowTo(to);
  world.recipient = {recipient, under};
  return DecideOutbound(*world.Compile(), world.record, world.recipient, world.now).releases();
}

TEST(Parties, EveryoneIsEveryOtherStateAndNobodyElse) {
  World world;
  EXPECT_TRUE(Reaches(world, "\"everyone\"", "BR.police-a"));
  EXPECT_TRUE(Reaches(world, "\"everyone\"", "DE.police-a"));
  EXPECT_FALSE(Reaches(world, "\"everyone\"", "ORG.help"));
  EXPECT_FALSE(Reaches(world, "\"everyone\"", "FR.police-b", "HOME"));
  EXPECT_FALSE(Reaches(world, "\"everyone\"", "JP.police-a"));
  EXPECT_FALSE(Reaches(world, "\"everyone\"", "ZZ.police-a"));
  EXPECT_FALSE(Reaches(world, "\"everyone-except\", \"BR\"", "JP.police-a"));
}

TEST(Parties, WhatIsNamedBesideEveryoneIsMeantToo) {
  World world;
  EXPECT_TRUE(Reaches(world, "\"everyone\", \"ORG\"", "ORG.help"));
  EXPECT_TRUE(Reaches(world, "\"ORG.help\"", "ORG.help"));
  EXPECT_FALSE(Reaches(world, "\"ORG.police\"", "ORG.help"));
  EXPECT_TRUE(Reaches(world, "\"everyone\", \"FR\"", "FR.police-b", "HOME"));
}

TEST(Parties, EveryoneExceptTakesOut) {
  World world;
  const std::string rest = "\"everyone-except\", \"group:EU\", \"XK\"";
  EXPECT_TRUE(Reaches(world, rest, "BR.police-a"));
  EXPECT_FALSE(Reaches(world, rest, "DE.police-a"));
  EXPECT_FALSE(Reaches(world, rest, "XK.police-a"));
  EXPECT_FALSE(Reaches(world, rest, "ORG.help"));
  EXPECT_FALSE(Reaches(world, rest, "FR.police-b", "HOME"));
  EXPECT_FALSE(Reaches(world, "\"everyone-except\", \"BR.police-a\"", "BR.police-a"));
  EXPECT_TRUE(Reaches(world, "\"everyone-except\", \"BR.police-a\"", "BR.police-b"));
}

TEST(Parties, AnAgencyNamedIsThatAgencyAlone) {
  World world;
  EXPECT_TRUE(Reaches(world, "\"BR.police-a\"", "BR.police-a"));
  EXPECT_FALSE(Reaches(world, "\"BR.police-a\"", "BR.police-b"));
}

TEST(Parties, AGroupIsItsMembersAtThatInstant) {
  World world;
  world.now = At("2026-06-30T23:59:59.999Z");
  EXPECT_TRUE(Reaches(world, "\"group:EU\"", "GB.police-a"));
  world.now = At("2026-07-01T00:00:00Z");
  EXPECT_FALSE(Reaches(world, "\"group:EU\"", "GB.police-a"));
  EXPECT_TRUE(Reaches(world, "\"everyone-except\", \"group:EU\"", "GB.police-a"));
  world.now = At("2026-07-31T23:59:59Z");
  EXPECT_FALSE(Reaches(world, "\"group:EU\"", "XK.police-a"));
  world.now = At("2026-08-01T00:00:00Z");
  EXPECT_TRUE(Reaches(world, "\"group:EU\"", "XK.police-a"));
}

TEST(Parties, AGroupThatIsGoneAllowsNobodyAndForbidsEverybody) {
  World world;
  SnapshotParts parts = world.Parts();
  parts.groups.groups.clear();
  const auto verdict = [&](const std::string& rules) {
    world.of("FR").rules = rules;
    parts.policies = {{world.Parsed("FR"), At("2026-01-01T00:00:00Z")}};
    const auto snapshot = Snapshot::Compile(PublishedVocabulary(), parts);
    EXPECT_TRUE(snapshot.ok()) << snapshot.status();
    return DecideOutbound(**snapshot, world.record, world.recipient, world.now).verdict;
  };
  world.recipient = {"BR.police-a", "WIDE"};
  EXPECT_EQ(verdict(AllowTo("\"group:EU\"")), Verdict::kRefuse);
  EXPECT_EQ(verdict(AllowTo("\"everyone-except\", \"group:EU\"")), Verdict::kRefuse);
  EXPECT_EQ(verdict(AllowTo("\"BR\"")), Verdict::kRelease);
  EXPECT_EQ(verdict(AllowTo("\"BR\"") + RuleText("outbound.forbid", "FR-F", "to=[\"group:EU\"]")),
            Verdict::kRefuse);
}

TEST(Parties, ASuspendedOrDepartedAgencyIsUnknown) {
  World world;
  world.agencies += R"([[agency]]
id = "BR.gone"
kind = "police"
name = "gone"
from = 2026-01-01T00:00:00Z
until = 2026-06-01T12:00:00Z
[[agency]]
id = "BR.paused"
kind = "police"
name = "paused"
from = 2026-01-01T00:00:00Z
suspended = [{ from = 2026-06-01T12:00:00Z, until = 2026-06-01T12:00:01Z }]
)";
  EXPECT_FALSE(Reaches(world, "\"BR\"", "BR.gone"));
  EXPECT_FALSE(Reaches(world, "\"BR\"", "BR.paused"));
  EXPECT_THAT(Reasons(world.Decide()), Contains("label-unknown:recipient"));
  world.now = At("2026-06-01T12:00:01Z");
  EXPECT_TRUE(Reaches(world, "\"BR\"", "BR.paused"));
  world.now = At("2026-06-01T11:59:59Z");
  EXPECT_TRUE(Reaches(world, "\"BR\"", "BR.gone"));
}

TEST(Parties, ObtainedFromAnotherState) {
  World world;
  world.of("FR").rules += RuleText("outbound.forbid", "FR-F", "obtained_from=[\"another-state\"]");
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
  world.record.obtained_from = {"FR"};
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
  world.record.obtained_from = {"DE"};
  EXPECT_THAT(Reasons(world.Decide()), ElementsAre("forbidden"));
  // A State outside the federation is another State all the same.
  world.record.obtained_from = {"JP"};
  EXPECT_THAT(Reasons(world.Decide()), ElementsAre("forbidden"));
}

TEST(Parties, AnAllowNeedsEveryStateOfOriginAForbidOnlyOne) {
  World world;
  world.of("FR").rules = AllowOut("FR-A", "obtained_from=[\"DE\", \"group:EU\"]");
  EXPECT_EQ(world.Decide().verdict, Verdict::kRefuse);  // obtained from nobody else
  world.record.obtained_from = {"DE", "GB"};
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
  world.record.obtained_from = {"DE", "BR"};
  EXPECT_EQ(world.Decide().verdict, Verdict::kRefuse);
  world.of("FR").rules =
      AllowOut("FR-A") + RuleText("outbound.forbid", "FR-F", "obtained_from=[\"BR\"]");
  EXPECT_THAT(Reasons(world.Decide()), ElementsAre("forbidden"));
}

TEST(Parties, TheInstrumentMustBindBothEnds) {
  World world;
  world.now = At("2026-02-28T23:59:59Z");
  EXPECT_FALSE(Reaches(world, "\"DE\"", "DE.police-a"));
  const Decision early = DecideOutbound(*world.Compile(), world.record, world.recipient, world.now);
  EXPECT_THAT(Reasons(early), Contains("instrument-not-party"));
  world.now = At("2026-03-01T00:00:00Z");
  EXPECT_TRUE(Reaches(world, "\"DE\"", "DE.police-a"));
}

TEST(Parties, AStateThatLeavesStopsNewTransfers) {
  World world;
  world.now = At("2026-10-31T23:59:59.999Z");
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
  world.now = At("2026-11-01T00:00:00Z");
  EXPECT_THAT(Reasons(world.Decide()), ElementsAre("instrument-not-party"));
  EXPECT_EQ(world.Decide().verdict, Verdict::kRefuse);
}

TEST(Parties, AnInstrumentNotInForceOrOfAnotherPurpose) {
  World world;
  world.of("FR").rules = RuleText(
      "outbound.allow", "FR-A",
      "to=[\"BR\"]\nfor_purpose=[\"investigate\", \"border-control\"]\nabout=[\"suspect\"]\n"
      "data=[\"identity\"]\nunder=[\"FR-BR\"]");
  world.record.purpose = "border-control";
  EXPECT_THAT(Reasons(world.Decide()), ElementsAre("instrument-purpose"));
  world.record.purpose = "investigate";
  for (const char* state : {"suspended", "terminated"}) {
    World other = world;
    const size_t at = other.instruments.find("in-force");
    other.instruments.replace(at, 8, state);
    EXPECT_THAT(Reasons(other.Decide()), ElementsAre("instrument-not-in-force")) << state;
  }
}

TEST(Parties, TwoAgenciesOfOneStateNeedADomesticInstrument) {
  World world;
  world.of("FR").rules =
      AllowTo("\"FR\"") + RuleText("inbound.allow", "FR-IN",
                                   "from=[\"FR\"]\nfor_purpose=[\"investigate\"]\n"
                                   "about=[\"suspect\"]\ndata=[\"identity\"]\n"
                                   "under=[\"WIDE\", \"HOME\"]");
  world.recipient = {"FR.police-b", "WIDE"};
  EXPECT_THAT(Reasons(world.Decide()), ElementsAre("instrument-not-party"));
  world.recipient.under = "HOME";
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
  EXPECT_THAT(Matched(world.Decide()), ElementsAre("FR-A", "FR-IN", "HOME"));
  world.recipient.recipient = "BR.police-b";
  EXPECT_THAT(Reasons(world.Decide()), Contains("instrument-not-party"));
}

TEST(Parties, AWithholdForEveryoneButTheUnionSparesTheUnion) {
  World world;
  world.of("FR").rules = AllowTo("\"BR\", \"DE\", \"ORG\"") +
                         RuleText("outbound.withhold", "FR-W",
                                  "to=[\"everyone-except\", \"group:EU\"]\nabout=[\"suspect\"]");
  const auto matched = [&](const std::string& recipient) {
    world.recipient = {recipient, "WIDE"};
    return Matched(DecideOutbound(*world.Compile(), world.record, world.recipient, world.now));
  };
  EXPECT_THAT(matched("BR.police-a"), Contains("FR-W"));
  EXPECT_THAT(matched("DE.police-a"), Not(Contains("FR-W")));
  EXPECT_THAT(matched("ORG.help"), Not(Contains("FR-W")));
  EXPECT_THAT(matched("JP.police-a"), Contains("FR-W"));  // unknown: always
}

TEST(Parties, InstrumentsForAPair) {
  World world;
  const auto snapshot = world.Compile();
  EXPECT_THAT(snapshot->InstrumentsFor("FR.fiu", "BR.fiu", "investigate", world.now),
              ElementsAre("FR-BR", "WIDE"));
  EXPECT_THAT(snapshot->InstrumentsFor("FR.fiu", "BR.fiu", "fiu-analysis", world.now),
              ElementsAre("FR-BR"));
  EXPECT_THAT(snapshot->InstrumentsFor("FR.fiu", "FR.police-a", "investigate", world.now),
              ElementsAre("HOME"));
  EXPECT_THAT(snapshot->InstrumentsFor("FR.fiu", "BR.nobody", "investigate", world.now),
              ElementsAre());
  EXPECT_THAT(snapshot->InstrumentsFor("FR.fiu", "BR.fiu", "curiosity", world.now), ElementsAre());
}

}  // namespace
}  // namespace entente::policy::testing
