// Rules of law as policies, each with a record and the decision that the law asks for. The sources
// are named for orientation; each test models one sentence of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy/test_world.h"

namespace entente::policy::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

// An allow under WIDE for all that a test needs, so that the rule under test decides.
std::string AllowAll(const std::string& more = "") {
  return RuleText("outbound.allow", "FR-ALL",
                  "to=[\"everyone\", \"ORG\"]\n"
                  "for_purpose=[\"investigate\", \"border-control\"]\n"
                  "about=[\"suspect\", \"victim\", \"child\", \"witness\", \"informant\"]\n"
                  "data=[\"identity\", \"address\", \"location\", \"victim-care\"]\n"
                  "under=[\"WIDE\"]\n" +
                      more);
}

World Law(const std::string& rules) {
  World world;
  world.of("FR").rules = rules;
  world.recipient.under = "WIDE";
  return world;
}

// Directive (EU) 2016/680 art. 35(1)(a): a transfer serves one of the listed purposes.
TEST(Law, L1ATransferServesAListedPurpose) {
  World world = Law(RuleText("outbound.allow", "FR-L1",
                             "to=[\"everyone-except\", \"group:EU\"]\n"
                             "for_purpose=[\"prevent\", \"investigate\", \"detect\", "
                             "\"prosecute\", \"execute-penalty\", \"public-security\"]\n"
                             "about=[\"suspect\"]\ndata=[\"identity\"]\nunder=[\"WIDE\"]"));
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
  world.record.purpose = "border-control";
  EXPECT_THAT(Reasons(world.Decide()), ElementsAre("no-rule-allows", "nothing-left"));
}

// Art. 35(1)(b): the recipient is a competent authority.
TEST(Law, L2TheRecipientIsCompetent) {
  World world = Law(AllowAll("to_kind=[\"police\", \"prosecutor\", \"judge\"]"));
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
  world.recipient.recipient = "BR.migration";
  EXPECT_EQ(world.Decide().verdict, Verdict::kRefuse);
}

// Art. 35(1)(c) and handling code H2: another State's data need its authorisation.
TEST(Law, L3AnotherStatesDataNeedItsConsent) {
  World world = Law(AllowAll() + RuleText("outbound.forbid", "FR-L3",
                                          "handling=[\"H2\"]\nobtained_from=[\"another-state\"]\n"
                                          "unless=\"consent-of-source-attached\""));
  world.record.handling = {"H2"};
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
  EXPECT_THAT(world.Decide().obligations, Contains("onward:with-consent"));
  world.record.obtained_from = {"DE"};
  EXPECT_THAT(Reasons(world.Decide()), ElementsAre("forbidden"));
  EXPECT_THAT(Matched(world.Decide()), Contains("FR-L3"));
  world.recipient.consents = {{.source = "DE.police-a",
                               .under = "WIDE",
                               .about = {"suspect"},
                               .data = {"identity"},
                               .from = world.now,
                               .until = world.now + 1}};
  EXPECT_THAT(Reasons(world.Decide()), ElementsAre("forbidden"));
  // The State that gave it must itself, today, allow what its agency consents to.
  world.policies.emplace("DE",
                         World::PolicyText{RuleText("outbound.allow", "DE-L3",
                                                    "to=[\"BR\"]\nfor_purpose=[\"investigate\"]\n"
                                                    "about=[\"suspect\"]\ndata=[\"identity\"]\n"
                                                    "under=[\"WIDE\"]"),
                                           ""});
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
}

// Art. 36(3), (5): what ends, ends for the future only, at its instant.
TEST(Law, L7WhatIsRepealedClosesFromThenOn) {
  World world = Law(AllowAll());
  const std::string joined = "{ party = \"BR\", joined = 2018-01-01T00:00:00Z";
  world.instruments.insert(world.instruments.rfind(joined) + joined.size(),
                           ", left = 2026-06-01T12:00:00Z");
  EXPECT_THAT(Reasons(world.Decide()), ElementsAre("instrument-not-party"));
  world.now = world.now - 1;
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
}

// Art. 6: categories of person are kept apart.
TEST(Law, L13CategoriesOfPersonAreKeptApart) {
  World world = Law(AllowAll() + RuleText("outbound.withhold", "FR-L13", "about=[\"witness\"]"));
  world.Section({"witness"}, {"identity"});
  world.Section({"suspect", "witness"}, {"identity"});
  const Decision decision = world.Decide();
  EXPECT_THAT(decision.released, ElementsAre(0));
}

// EES Regulation (EU) 2017/2226 art. 41: not to third States or organisations.
TEST(Law, B1EntryExitDataStayInTheUnion) {
  const std::string rules =
      AllowAll() +
      RuleText("outbound.forbid", "FR-B1",
               "to=[\"everyone-except\", \"group:EU\"]\ndata=[\"travel-document\"]") +
      RuleText("outbound.forbid", "FR-B1-ORG", "to=[\"ORG\"]\ndata=[\"travel-document\"]");
  World world = Law(rules);
  world.Section({"suspect"}, {"travel-document"});
  EXPECT_THAT(Reasons(world.Decide()), Contains("forbidden"));
  world.recipient.recipient = "ORG.help";
  const auto outbound = [&] {
    return DecideOutbound(*world.Compile(), world.record, world.recipient, world.now);
  };
  EXPECT_THAT(Reasons(outbound()), Contains("forbidden"));
  world.recipient.recipient = "DE.police-a";
  EXPECT_EQ(outbound().verdict, Verdict::kReleaseInPart);
}

// Regulation (EU) 2016/794 art. 29: source and information codes decide what is acted on.
TEST(Law, E3TheEvaluationTravelsAndCounts) {
  World world = Law(AllowAll());
  world.of("BR").rules =
      AllowIn("BR-IN") + RuleText("inbound.forbid", "BR-E3", "reliability=[\"X4\"]");
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
  world.record.evaluation = "X4";
  EXPECT_THAT(Reasons(world.Decide()), ElementsAre("forbidden"));
  world.record.evaluation.clear();
  EXPECT_THAT(Reasons(world.Decide()), ElementsAre("forbidden", "label-missing:evaluation"));
}

// Art. 30: victims, witnesses, informants and children only where strictly necessary.
TEST(Law, E4ProtectedPersonsStayBehindUnlessTheirOwnRuleAllows) {
  const char* const kProtected[] = {"victim", "witness", "informant", "child"};
  for (const char* person : kProtected) {
    World world = Law(AllowAll() + RuleText("outbound.withhold", "FR-E4",
                                            "about=[\"victim\", \"witness\", \"informant\", "
                                            "\"child\"]\nto_kind=[\"immigration-enforcement\"]"));
    world.Section({person}, {"identity"});
    EXPECT_EQ(world.Decide().verdict, Verdict::kRelease) << person;
    world.recipient.recipient = "BR.migration";
    EXPECT_THAT(world.Decide().released, ElementsAre(0)) << person;
  }
}

// Handling codes H0 to H3.
TEST(Law, HandlingCodesOblige) {
  World world = Law(AllowAll());
  const auto obliges = [&](const char* code) {
    world.record.handling = {code};
    return world.Decide().obligations;
  };
  EXPECT_THAT(obliges("H0"), Contains("use-only-for-stated-purpose"));
  EXPECT_THAT(obliges("H1"), Contains("no-judicial-use-without-consent"));
  EXPECT_THAT(obliges("H2"), Contains("onward:with-consent"));
  EXPECT_THAT(obliges("H3"), ElementsAre());
  EXPECT_THAT(Reasons(world.Decide()), ElementsAre("handling-needs-person"));
}

// Interpretive note to FATF Recommendation 40, para. 3: for the purpose given, no other use, no
// passing on without authorisation.
TEST(Law, F1UnitsExchangeWithUnitsUnderTheirConditions) {
  World world;
  world.of("FR").rules = RuleText(
      "outbound.allow", "FR-F1",
      "to=[\"everyone\"]\nfrom_kind=[\"fiu\"]\nto_kind=[\"fiu\"]\nfor_purpose=[\"fiu-analysis\"]\n"
      "about=[\"suspect\"]\ndata=[\"financial\"]\nunder=[\"FR-BR\"]\n"
      "obligations=[\"use-only-for-stated-purpose\", \"onward:with-consent\", "
      "\"no-judicial-use-without-consent\"]");
  world.record.origin = "FR.fiu";
  world.record.purpose = "fiu-analysis";
  world.record.sections[0].data = {"financial"};
  world.recipient.recipient = "BR.fiu";
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
  EXPECT_THAT(world.Decide().origin_obligations,
              ElementsAre("no-judicial-use-without-consent", "onward:with-consent",
                          "use-only-for-stated-purpose"));
  world.recipient.recipient = "BR.police-a";
  EXPECT_EQ(world.Decide().verdict, Verdict::kRefuse);
}

// Exchange may rest on agreement, memorandum or reciprocity.
TEST(Law, F2ReciprocityIsAnInstrumentLikeAnother) {
  World world = Law(AllowAll());
  const size_t at = world.instruments.find("kind = \"treaty\"", world.instruments.find("WIDE"));
  for (const char* kind : {"reciprocity", "memorandum", "union-law"}) {
    World other = world;
    other.instruments.replace(at, 15, std::string("kind = \"") + kind + "\"");
    EXPECT_EQ(other.Decide().verdict, Verdict::kRelease) << kind;
  }
}

// Palermo Protocol art. 6(1): privacy and identity of victims.
TEST(Law, P1WhereAVictimLivesNeverLeavesTheUnion) {
  World world = Law(AllowAll() + RuleText("outbound.withhold", "FR-P1",
                                          "to=[\"everyone-except\", \"group:EU\"]\n"
                                          "about=[\"victim\", \"child\"]\n"
                                          "data=[\"address\", \"location\", \"family\"]"));
  world.Section({"victim"}, {"address"});
  Decision decision = world.Decide();
  EXPECT_EQ(decision.verdict, Verdict::kReleaseInPart);
  EXPECT_THAT(RuleIdsOf(decision.withheld[0].rules), ElementsAre("FR-P1"));
  world.recipient.recipient = "DE.police-a";
  decision = DecideOutbound(*world.Compile(), world.record, world.recipient, world.now);
  EXPECT_EQ(decision.verdict, Verdict::kRelease);
}

// Palermo Protocol art. 10(3): the receiving State complies with restrictions of use; CETS 197
// art. 34: who cannot honour a condition says so first.
TEST(Law, P3P5AConditionBindsOrNothingGoes) {
  World world = Law(AllowAll("obligations=[\"use-only-for-stated-purpose\"]"));
  EXPECT_THAT(world.Decide().obligations, Contains("use-only-for-stated-purpose"));
  world.of("BR").head =
      "can_honour=[\"no-judicial-use-without-consent\", \"verify-before-action\"]\n";
  EXPECT_THAT(Reasons(world.Decide()), ElementsAre("cannot-honour:use-only-for-stated-purpose"));
}

// Rules and procedures of Interpol, as implemented: verify with the source before acting.
TEST(Law, I5VerifyBeforeActing) {
  EXPECT_THAT(Law(AllowAll()).Decide().obligations, Contains("verify-before-action"));
}

}  // namespace
}  // namespace entente::policy::testing
