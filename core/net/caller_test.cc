#include "core/net/caller.h"

#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/base/refusal.h"

namespace entente::net {
namespace {

AgencyId Agency(std::string_view text) { return *AgencyId::Parse(text); }

TEST(Caller, ReadsAndWritesEachForm) {
  const std::pair<const char*, Caller> forms[] = {
      {"spiffe://entente.test/agency/FR/fiu", AgencyCaller(Agency("FR.fiu"))},
      {"spiffe://entente.test/agency/ORG/interpol", AgencyCaller(Agency("ORG.interpol"))},
      {"spiffe://entente.test/agency/FR/fiu/officer/a.dupont",
       OfficerCaller(Agency("FR.fiu"), "a.dupont")},
      {"spiffe://entente.test/broker/broker-1", BrokerCaller("broker-1")},
      {"spiffe://entente.test/auditor/FR", AuditorCaller("FR")},
  };
  for (const auto& [uri, caller] : forms) {
    const auto read = ParseSpiffeId("entente.test", uri);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(*read, caller) << uri;
    EXPECT_EQ(SpiffeId("entente.test", caller), uri);
  }
}

TEST(Caller, KnowsTheJurisdictionThatAnswersForIt) {
  EXPECT_EQ(ParseSpiffeId("f", "spiffe://f/agency/BR/coaf")->jurisdiction, "BR");
  EXPECT_EQ(ParseSpiffeId("f", "spiffe://f/agency/BR/coaf/officer/ana")->jurisdiction, "BR");
  EXPECT_EQ(ParseSpiffeId("f", "spiffe://f/auditor/BR")->jurisdiction, "BR");
  EXPECT_EQ(ParseSpiffeId("f", "spiffe://f/broker/b")->jurisdiction, "");
}

TEST(Caller, RefusesEveryOtherName) {
  for (const char* uri : {"",
                          "spiffe://",
                          "spiffe://entente.test",
                          "spiffe://entente.test/",
                          "spiffe://other.test/agency/FR/fiu",
                          "spiffe://entente.test.other/agency/FR/fiu",
                          "spiffe://x.entente.test/agency/FR/fiu",
                          "https://entente.test/agency/FR/fiu",
                          "spiffe://entente.test/agency/FR",
                          "spiffe://entente.test/agency/FR/fiu/",
                          "spiffe://entente.test/agency/FR/fiu/officer",
                          "spiffe://entente.test/agency/FR/fiu/officer/",
                          "spiffe://entente.test/agency/FR/fiu/officer/A",
                          "spiffe://entente.test/agency/FR/fiu/x/anna",
                          "spiffe://entente.test/agency/fr/fiu",
                          "spiffe://entente.test/agency/UK/nca",
                          "spiffe://entente.test/agency/ZZ/fiu",
                          "spiffe://entente.test/agency/FR/FIU",
                          "spiffe://entente.test/agency/FR/fiu/officer/anna/more",
                          "spiffe://entente.test//agency/FR/fiu",
                          "spiffe://entente.test/broker",
                          "spiffe://entente.test/broker/A",
                          "spiffe://entente.test/auditor/UK",
                          "spiffe://entente.test/auditor/FR/x",
                          "spiffe://entente.test/agency/FR/fiu?x",
                          "spiffe://entente.test/agency/FR/fiu#x",
                          "SPIFFE://entente.test/agency/FR/fiu",
                          "spiffe://entente.test/agency/FR/fi%75"}) {
    EXPECT_TRUE(IsRefusal(ParseSpiffeId("entente.test", uri).status(), Reason::kNotAuthenticated))
        << uri;
  }
}

// One limit for the genesis file and for certificates: who can found can be met.
TEST(Caller, TheLongestNameOfAFederation) {
  const std::string label(limits::kHostLabelBytes, 'a');
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'a');
  ASSERT_EQ(longest.size(), limits::kHostNameBytes);
  const std::string uri = SpiffeId(longest, BrokerCaller("broker-1"));
  EXPECT_TRUE(ParseSpiffeId(longest, uri).ok());
}

}  // namespace
}  // namespace entente::net
