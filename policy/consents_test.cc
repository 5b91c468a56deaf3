// Consents: what another State lets go on, and what a person at the origin releases under H3.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy/test_world.h"

namespace entente::policy::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kNeedsConsent =
    "obtained_from = [\"another-state\"]\nunless = \"consent-of-source-attached\"";

ConsentLabels Of(const std::string& source, const World& world) {
  return {.source = source,
          .under = "WIDE",
          .about = {"suspect"},
          .data = {"identity"},
          .from = world.now,
          .until = world.now + 1000};
}

// France passes on to Brazil what Germany gave; Germany consents, and its policy lets it.
struct PassedOn : World {
  PassedOn() {
    of("FR").rules += RuleText("outbound.forbid", "FR-F", kNeedsConsent);
    policies.emplace("DE", PolicyText{Germany(), ""});
    record.obtained_from = {"DE"};
    recipient.consents = {Of("DE.police-a", *this)};
  }
  static std::string Germany(const std::string& more = "") {
    return RuleText("outbound.allow", "DE-A",
                    "to = [\"BR\"]\nfor_purpose = [\"investigate\"]\nabout = [\"suspect\"]\n"
                    "data = [\"identity\"]\nunder = [\"WIDE\"]\n" +
                        more);
  }
  ConsentLabels& consent() { return recipient.consents[0]; }
  void ExpectForbidden(const char* what) const {
    EXPECT_EQ(Decide().verdict, Verdict::kRefuse) << what;
    EXPECT_THAT(Reasons(Decide()), Contains("forbidden")) << what;
    EXPECT_THAT(Matched(Decide()), Contains("FR-F")) << what;
  }
};

TEST(Consents, AForbidYieldsToTheConsentOfTheSource) {
  PassedOn world;
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
  EXPECT_THAT(Matched(world.Decide()), Not(Contains("FR-F")));
  EXPECT_THAT(Reasons(world.Decide()), IsEmpty());
  world.recipient.consents.clear();
  world.ExpectForbidden("without");
}

TEST(Consents, AForbidWithoutUnlessDoesNotYield) {
  PassedOn world;
  world.of("FR").rules += RuleText("outbound.forbid", "FR-G", "obtained_from = [\"DE\"]");
  EXPECT_THAT(Matched(world.Decide()), Contains("FR-G"));
  EXPECT_EQ(world.Decide().verdict, Verdict::kRefuse);
}

TEST(Consents, TheDestinationsForbidsYieldToo) {
  PassedOn world;
  world.of("BR").rules += RuleText("inbound.forbid", "BR-F", kNeedsConsent);
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
  world.recipient.consents.clear();
  EXPECT_THAT(Matched(world.Decide()), Contains("BR-F"));
}

TEST(Consents, HoldFromTheirFirstInstantToBeforeTheirLast) {
  PassedOn world;
  const Instant start = world.now;
  for (const auto& [offset, released] :
       {std::pair(-1, false), {0, true}, {999, true}, {1000, false}, {1001, false}}) {
    world.now = start + offset;
    EXPECT_EQ(world.Decide().verdict, released ? Verdict::kRelease : Verdict::kRefuse) << offset;
  }
}

TEST(Consents, CoverWhatTheyNameAndNoMore) {
  PassedOn world;
  world.of("FR").rules += RuleText("outbound.allow", "FR-V",
                                   "to = [\"BR\"]\nfor_purpose = [\"investigate\"]\nabout = "
                                   "[\"victim\"]\ndata = [\"identity\"]\nunder = [\"FR-BR\"]");
  world.consent().about = {"victim"};
  world.ExpectForbidden("another person");
  world.consent().about = {"suspect", "victim"};
  world.Section({"victim"}, {"identity"});
  world.ExpectForbidden("Germany's policy does not let victims go");
  world.of("DE").rules += RuleText("outbound.allow", "DE-V",
                                   "to = [\"BR\"]\nfor_purpose = [\"investigate\"]\nabout = "
                                   "[\"victim\"]\ndata = [\"identity\"]\nunder = [\"WIDE\"]");
  EXPECT_TRUE(world.Decide().releases());
  world.consent().data = {"address"};
  world.ExpectForbidden("other data");
}

// What a forbid does not match needs no consent.
TEST(Consents, AreAskedForTheAtomsOfTheRuleAlone) {
  PassedOn world;
  world.of("FR").rules =
      AllowOut("FR-BR") +
      RuleText("outbound.forbid", "FR-F", std::string("data = [\"identity\"]\n") + kNeedsConsent);
  world.Section({"suspect"}, {"narrative"});
  EXPECT_EQ(world.Decide().verdict, Verdict::kReleaseInPart);
}

TEST(Consents, ComeFromTheStateThatGaveTheData) {
  PassedOn world;
  world.consent().source = "GB.police-a";
  world.ExpectForbidden("another State's consent");
  world.consent().source = "FR.police-b";
  world.ExpectForbidden("one of the origin's own State");
  world.consent().source = "FR.police-a";
  world.ExpectForbidden("the origin's own");
  world.consent().source = "DE.nobody";
  world.ExpectForbidden("nobody's");
  world.consent().source = "DE.police-b";
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
}

TEST(Consents, EveryStateThatGaveDataMustConsent) {
  PassedOn world;
  world.policies.emplace("GB", World::PolicyText{PassedOn::Germany(), ""});
  world.record.obtained_from = {"DE", "GB"};
  world.ExpectForbidden("Britain was not asked");
  world.recipient.consents.push_back(Of("GB.police-a", world));
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
  // Each for itself: what one lets go does not speak for the other.
  world.recipient.consents[1].data = {"address"};
  world.ExpectForbidden("Britain consents to something else");
}

TEST(Consents, ARuleAboutOneStateAsksThatStateAlone) {
  PassedOn world;
  world.of("FR").rules = AllowOut("FR-BR") + RuleText("outbound.forbid", "FR-F",
                                                      "obtained_from = [\"DE\"]\nunless = "
                                                      "\"consent-of-source-attached\"");
  world.record.obtained_from = {"DE", "GB"};
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
}

TEST(Consents, WithoutAStateToAskNothingYields) {
  PassedOn world;
  world.of("FR").rules = AllowOut("FR-BR") + RuleText("outbound.forbid", "FR-F",
                                                      "unless = \"consent-of-source-attached\"");
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
  world.record.obtained_from.clear();
  world.ExpectForbidden("its own data");
  world.record.obtained_from = {"FR"};
  world.ExpectForbidden("its own data, said");
  world.record.obtained_from = {"DE", "UK"};
  world.ExpectForbidden("a code that nobody knows");
}

TEST(Consents, TheSourcesOwnPolicyOfTheDayDecides) {
  PassedOn world;
  world.of("DE").rules =
      PassedOn::Germany() + RuleText("outbound.withhold", "DE-W", "to = [\"BR\"]");
  world.ExpectForbidden("it withholds");
  world.of("DE").rules = PassedOn::Germany() + RuleText("outbound.forbid", "DE-F", "to = [\"BR\"]");
  world.ExpectForbidden("it forbids");
  world.of("DE").rules = PassedOn::Germany("to_kind = [\"fiu\"]");
  world.ExpectForbidden("it lets another kind of authority have it");
  world.record.handling = {"H1"};
  world.of("DE").rules = PassedOn::Germany("handling = [\"H1\"]");
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
  world.record.handling = {"H0", "H1"};
  world.ExpectForbidden("its allow does not list the handling code");
  world.policies.erase("DE");
  world.ExpectForbidden("it has no policy");
}

TEST(Consents, EndWithThePolicyOrTheAgencyBehindThem) {
  PassedOn world;
  world.of("DE").until = "2026-05-01T00:00:00Z";
  world.ExpectForbidden("its policy has ended");
  PassedOn other;
  other.agencies += "[[agency.suspended]]\nfrom = 2026-01-01T00:00:00Z\n";
  EXPECT_EQ(other.Decide().verdict, Verdict::kRelease);  // the last agency of the file
  const std::string germany = "id = \"DE.police-a\"";
  const size_t at = other.agencies.find("[[agency]]", other.agencies.find(germany));
  other.agencies.insert(at, "[[agency.suspended]]\nfrom = 2026-01-01T00:00:00Z\n");
  other.ExpectForbidden("its agency is suspended");
}

// A forbid of the source's policy looks at all that the consent names, also beside what it lets go.
TEST(Consents, AForbidOfTheSourceVoidsTheWholeConsent) {
  PassedOn world;
  world.of("DE").rules +=
      RuleText("outbound.forbid", "DE-F", "data = [\"address\"]\nto = [\"BR\"]");
  world.Section({"suspect"}, {"address"});
  world.of("FR").rules =
      AllowOut("FR-BR") +
      RuleText("outbound.forbid", "FR-F", std::string("data = [\"identity\"]\n") + kNeedsConsent);
  EXPECT_TRUE(world.Decide().releases());
  world.consent().data = {"identity", "address"};
  world.ExpectForbidden("the address is forbidden there");
}

TEST(Consents, NotTogetherOfTheSourceCounts) {
  PassedOn world;
  world.of("DE").rules =
      PassedOn::Germany() +
      RuleText("outbound.allow", "DE-B",
               "to = [\"BR\"]\nfor_purpose = [\"investigate\"]\nabout = "
               "[\"suspect\"]\ndata = [\"address\"]\nunder = [\"WIDE\"]") +
      RuleText("outbound.not_together", "DE-T", "data = [\"identity\", \"address\"]");
  world.consent().data = {"identity", "address"};
  EXPECT_TRUE(world.Decide().releases());
  world.Section({"suspect"}, {"address"});
  world.ExpectForbidden("both together");
}

TEST(Consents, NeedAnInstrumentBetweenSourceAndRecipient) {
  PassedOn world;
  world.consent().under = "FR-BR";
  world.ExpectForbidden("Germany is no party");
  world.consent().under = "NOWHERE";
  world.ExpectForbidden("unknown");
  world.consent().under = "";
  world.ExpectForbidden("none");
  PassedOn of_data;
  of_data.of("FR").rules += RuleText("outbound.allow", "FR-N",
                                     "to = [\"BR\"]\nfor_purpose = [\"investigate\"]\nabout = "
                                     "[\"suspect\"]\ndata = [\"narrative\"]\nunder = [\"FR-BR\"]");
  of_data.of("DE").rules += RuleText("outbound.allow", "DE-N",
                                     "to = [\"BR\"]\nfor_purpose = [\"investigate\"]\nabout = "
                                     "[\"suspect\"]\ndata = [\"narrative\"]\nunder = [\"WIDE\"]");
  of_data.Section({"suspect"}, {"narrative"});
  of_data.consent().data = {"identity", "narrative"};
  of_data.ExpectForbidden("it does not cover the narrative");
}

TEST(Consents, BringTheObligationsOfTheirState) {
  PassedOn world;
  EXPECT_THAT(world.Decide().obligations, Contains("verify-before-action"));  // of WIDE
  world.of("DE").rules =
      PassedOn::Germany("obligations = [\"delete-after:P7D\", \"onward:never\"]");
  EXPECT_THAT(world.Decide().obligations, Contains("delete-after:P7D"));
  EXPECT_THAT(world.Decide().origin_obligations, Not(Contains("onward:never")));
  // Also when no rule needs it.
  world.of("FR").rules = AllowOut("FR-BR");
  EXPECT_THAT(world.Decide().obligations, Contains("delete-after:P7D"));
  // One that covers nothing brings nothing.
  world.consent().about = {"victim"};
  EXPECT_THAT(world.Decide().obligations, Not(Contains("delete-after:P7D")));
}

// Neither holds the policy of the State that consents; all else they see themselves.
TEST(Consents, OneHalfAloneTakesTheSourcesPolicyAsGiven) {
  PassedOn world;
  world.policies.erase("DE");
  world.of("BR").rules += RuleText("inbound.forbid", "BR-F", kNeedsConsent);
  const auto verdicts = [&] {
    const auto snapshot = world.Compile();
    return std::pair(DecideOutbound(*snapshot, world.record, world.recipient, world.now).verdict,
                     DecideInbound(*snapshot, world.record, world.recipient, world.now).verdict);
  };
  EXPECT_EQ(verdicts(), std::pair(Verdict::kRelease, Verdict::kRelease));
  EXPECT_THAT(DecideInbound(*world.Compile(), world.record, world.recipient, world.now).obligations,
              Not(Contains("verify-before-action")));
  EXPECT_EQ(world.Decide().verdict, Verdict::kRefuse);
  world.consent().under = "FR-BR";
  EXPECT_EQ(verdicts(), std::pair(Verdict::kRefuse, Verdict::kRefuse));
  world.consent() = Of("DE.police-a", world);
  world.consent().until = world.now;
  EXPECT_EQ(verdicts(), std::pair(Verdict::kRefuse, Verdict::kRefuse));
}

TEST(Consents, OfMoreThanThereMayBeNoneIsLookedAt) {
  PassedOn world;
  while (world.recipient.consents.size() < 16) world.recipient.consents.push_back(world.consent());
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
  world.recipient.consents.push_back(world.consent());
  EXPECT_THAT(Reasons(world.Decide()), ElementsAre("engine-failed"));
}

// ---- H3

ConsentLabels Release(const World& world) {
  ConsentLabels release = Of(world.record.origin, world);
  release.under = world.recipient.under;
  return release;
}

TEST(HandlingH3, IsHeldUntilAPersonAtTheOriginLetsItGo) {
  World world;
  world.record.handling = {"H0", "H3"};
  EXPECT_EQ(world.Decide().verdict, Verdict::kHold);
  EXPECT_THAT(Reasons(world.Decide()), ElementsAre("handling-needs-person"));
  EXPECT_THAT(world.Decide().released, IsEmpty());
  world.recipient.consents = {Release(world)};
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
  EXPECT_THAT(Reasons(world.Decide()), IsEmpty());
}

TEST(HandlingH3, WhatIsRefusedIsNotHeld) {
  World world;
  world.record.handling = {"H3"};
  world.record.purpose = "prosecute";
  EXPECT_EQ(world.Decide().verdict, Verdict::kRefuse);
}

TEST(HandlingH3, TheReleaseIsOfAllOfThisRecordByItsOriginForItsTime) {
  World world;
  world.record.handling = {"H3"};
  const auto verdict = [&](auto change) {
    ConsentLabels release = Release(world);
    change(release);
    world.recipient.consents = {release};
    return world.Decide().verdict;
  };
  EXPECT_EQ(verdict([](auto&) {}), Verdict::kRelease);
  EXPECT_EQ(verdict([](auto& r) { r.source = "FR.police-b"; }), Verdict::kHold);
  EXPECT_EQ(verdict([](auto& r) { r.source = "BR.police-b"; }), Verdict::kHold);
  EXPECT_EQ(verdict([](auto& r) { r.under = "WIDE"; }), Verdict::kHold);
  EXPECT_EQ(verdict([](auto& r) { r.about = {"victim"}; }), Verdict::kHold);
  EXPECT_EQ(verdict([](auto& r) { r.data.clear(); }), Verdict::kHold);
  EXPECT_EQ(verdict([](auto& r) { r.from = r.from + 1; }), Verdict::kHold);
  EXPECT_EQ(verdict([](auto& r) { r.until = r.from; }), Verdict::kHold);
  world.Section({"victim"}, {"address"});  // withheld, and still part of the record
  EXPECT_EQ(verdict([](auto&) {}), Verdict::kHold);
}

TEST(HandlingH3, TheOriginsReleaseIsNoConsentOfAnotherState) {
  PassedOn world;
  world.record.handling = {"H3"};
  world.recipient.consents = {Release(world)};
  world.ExpectForbidden("Germany did not consent");
}

}  // namespace
}  // namespace entente::policy::testing
