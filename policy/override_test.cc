// Overrides in an emergency: what two officers of the origin let go without the consent of those
// who gave it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/base/limits.h"
#include "tests/policy/test_world.h"

namespace entente::policy::testing {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kNeedsConsent =
    "obtained_from = [\"another-state\"]\nunless = \"consent-of-source-attached\"\n";

std::string AllowAbout(const std::string& id, const std::string& person) {
  return RuleText("outbound.allow", id,
                  "to = [\"BR\"]\nfor_purpose = [\"investigate\"]\nabout = [\"" + person +
                      "\"]\ndata = [\"identity\", \"address\"]\nunder = [\"FR-BR\"]");
}

// France passes on to Brazil what Germany gave, without Germany's consent, in an emergency.
struct Emergency : World {
  Emergency() {
    of("FR").rules += RuleText("outbound.forbid", "FR-F", kNeedsConsent);
    of("FR").rules += AllowAbout("FR-S", "suspect") + AllowAbout("FR-V", "victim") +
                      AllowAbout("FR-C", "child") + AllowAbout("FR-W", "witness");
    of("BR").rules += RuleText("inbound.allow", "BR-A",
                               "from = [\"FR\"]\nfor_purpose = [\"investigate\"]\nabout = "
                               "[\"suspect\", \"victim\", \"child\", \"witness\"]\ndata = "
                               "[\"identity\", \"address\"]\nunder = [\"FR-BR\"]");
    record.obtained_from = {"DE"};
    recipient.emergency = {.rules = {"FR-F"},
                           .about = {"suspect", "victim", "child", "witness"},
                           .data = {"identity", "address"},
                           .from = now,
                           .until = now + limits::kOverrideMs};
  }
  OverrideLabels& given() { return *recipient.emergency; }
  void Consent(const std::string& source, const std::string& data) {
    recipient.consents.push_back({.source = source,
                                  .under = "WIDE",
                                  .about = {"suspect"},
                                  .data = {data},
                                  .from = now,
                                  .until = now + 1000});
  }
  void ExpectForbidden(const char* what, const char* rule = "FR-F") const {
    EXPECT_EQ(Decide().verdict, Verdict::kRefuse) << what;
    EXPECT_THAT(Reasons(Decide()), Contains("forbidden")) << what;
    EXPECT_THAT(Matched(Decide()), Contains(rule)) << what;
  }
  void ExpectReleased(const char* what) const {
    EXPECT_EQ(Decide().verdict, Verdict::kRelease) << what;
  }
};

TEST(Override, AForbidYieldsToItAsToAConsent) {
  Emergency world;
  world.ExpectReleased("overridden");
  EXPECT_THAT(Matched(world.Decide()), Not(Contains("FR-F")));
  EXPECT_THAT(Reasons(world.Decide()), IsEmpty());
  const std::vector<std::string> obligations = world.Decide().obligations;
  world.recipient.emergency.reset();
  world.ExpectForbidden("without");
  world.record.obtained_from.clear();
  EXPECT_EQ(world.Decide().obligations, obligations);
}

TEST(Override, NamesTheRulesThatYield) {
  Emergency world;
  world.of("FR").rules += RuleText("outbound.forbid", "FR-G", kNeedsConsent);
  world.ExpectForbidden("another rule", "FR-G");
  world.given().rules = {"NOWHERE-1", "FR-G", "FR-S", "FR-F"};
  world.ExpectReleased("both, and some that mean nothing");
  world.given().rules = {};
  world.ExpectForbidden("none");
}

TEST(Override, StandsInForConsentAndForNothingElse) {
  Emergency firm;
  firm.of("FR").rules += RuleText("outbound.forbid", "FR-G", "obtained_from = [\"DE\"]");
  firm.given().rules.push_back("FR-G");
  firm.ExpectForbidden("a forbid without `unless`", "FR-G");
  Emergency withheld;
  withheld.of("FR").rules += RuleText("outbound.withhold", "FR-H", "to = [\"BR\"]");
  withheld.given().rules.push_back("FR-H");
  EXPECT_THAT(Reasons(withheld.Decide()), Contains("withheld"));
  Emergency held;
  held.record.handling = {"H3"};
  EXPECT_EQ(held.Decide().verdict, Verdict::kHold);
}

TEST(Override, TheDestinationsHalfDoesNotYield) {
  Emergency world;
  world.of("BR").rules += RuleText("inbound.forbid", "BR-F", kNeedsConsent);
  world.given().rules = {"FR-F", "BR-F"};
  world.ExpectForbidden("the destination's own rule", "BR-F");
  world.of("FR").rules += RuleText("inbound.forbid", "FR-I", kNeedsConsent);
  EXPECT_THAT(Matched(world.Decide()), Not(Contains("FR-F")));
  const auto decide = [&](auto half) {
    return half(*world.Compile(), world.record, world.recipient, world.now).verdict;
  };
  EXPECT_EQ(decide(DecideOutbound), Verdict::kRelease);
  EXPECT_EQ(decide(DecideInbound), Verdict::kRefuse);
}

TEST(Override, HoldsFromItsFirstInstantToBeforeItsLast) {
  Emergency world;
  const Instant start = world.now;
  world.given().until = start + 1000;
  for (const auto& [offset, released] :
       {std::pair(-1, false), {0, true}, {999, true}, {1000, false}, {1001, false}}) {
    world.now = start + offset;
    EXPECT_EQ(world.Decide().verdict, released ? Verdict::kRelease : Verdict::kRefuse) << offset;
  }
}

TEST(Override, OfMoreThanADayCoversNothing) {
  Emergency world;
  world.ExpectReleased("a day");
  world.given().until = world.given().until + 1;
  world.ExpectForbidden("a millisecond more");
  world.given().from = {std::numeric_limits<int64_t>::min()};
  world.given().until = {std::numeric_limits<int64_t>::max()};
  world.ExpectForbidden("all time");
}

TEST(Override, NothingGoesByItAboutAVictimOrAChild) {
  for (const char* person : {"victim", "child"}) {
    Emergency world;
    world.Section({person}, {"identity"});
    world.ExpectForbidden(person);
  }
  Emergency world;
  world.Section({"witness"}, {"identity"});
  world.ExpectReleased("a witness");
}

// Though nothing in the record is about them: a rule is theirs by whom it names.
TEST(Override, ARuleThatNamesVictimsOrChildrenDoesNotYield) {
  for (const char* about : {"[\"suspect\", \"victim\"]", "[\"child\", \"suspect\"]"}) {
    Emergency world;
    world.of("FR").rules +=
        RuleText("outbound.forbid", "FR-G", std::string("about = ") + about + "\n" + kNeedsConsent);
    world.given().rules.push_back("FR-G");
    world.ExpectForbidden(about, "FR-G");
  }
  Emergency world;
  world.of("FR").rules +=
      RuleText("outbound.forbid", "FR-G",
               std::string("about = [\"suspect\", \"witness\"]\n") + kNeedsConsent);
  world.given().rules.push_back("FR-G");
  world.ExpectReleased("suspects and witnesses");
}

// What the rule does not match is not asked for, protected or not.
TEST(Override, IsAskedForTheAtomsOfTheRuleAlone) {
  Emergency world;
  world.of("FR").rules =
      AllowAbout("FR-S", "suspect") + AllowAbout("FR-V", "victim") +
      RuleText("outbound.forbid", "FR-F", std::string("data = [\"address\"]\n") + kNeedsConsent);
  world.Section({"suspect"}, {"address"});
  world.Section({"victim"}, {"identity"});
  world.ExpectReleased("the address is a suspect's");
  world.Section({"victim"}, {"address"});
  world.ExpectForbidden("and a victim's");
}

TEST(Override, CoversWhatItNamesAndNoMore) {
  Emergency world;
  world.Section({"witness"}, {"identity"});
  world.given().about = {"suspect"};
  world.ExpectForbidden("another person");
  world.given().about = {"suspect", "witness"};
  world.ExpectReleased("both");
  world.given().data = {"address"};
  world.ExpectForbidden("other data");
  world.given().data = {"identity"};
  world.record.sections[1].about = {"witness", "hero"};
  world.given().about.push_back("hero");
  world.ExpectForbidden("a word that nobody knows");
}

TEST(Override, WithoutAStateToAskNothingYields) {
  Emergency world;
  world.of("FR").rules =
      AllowAbout("FR-S", "suspect") +
      RuleText("outbound.forbid", "FR-F", "unless = \"consent-of-source-attached\"");
  world.ExpectReleased("from Germany");
  world.record.obtained_from.clear();
  world.ExpectForbidden("its own data");
  world.record.obtained_from = {"FR"};
  world.ExpectForbidden("its own data, said");
  world.record.obtained_from = {"DE", "UK"};
  world.ExpectForbidden("a code that nobody knows");
}

TEST(Override, SharesTheWorkWithConsents) {
  Emergency world;
  world.policies.emplace(
      "DE", World::PolicyText{RuleText("outbound.allow", "DE-A",
                                       "to = [\"BR\"]\nfor_purpose = [\"investigate\"]\nabout = "
                                       "[\"suspect\"]\ndata = [\"address\"]\nunder = [\"WIDE\"]"),
                              ""});
  world.Section({"suspect"}, {"address"});
  world.given().data = {"identity"};
  world.ExpectForbidden("nobody lets the address go");
  world.Consent("DE.police-a", "address");
  world.ExpectReleased("the identity by the override, the address by consent");
  world.record.obtained_from = {"DE", "GB"};
  world.ExpectForbidden("Britain did not consent to the address");
}

}  // namespace
}  // namespace entente::policy::testing
