#include "core/base/agency.h"

#include <gtest/gtest.h>

#include "core/base/limits.h"

namespace entente {
namespace {

TEST(Agency, ReadsItsParts) {
  const auto agency = AgencyId::Parse("FR.paf-roissy");
  ASSERT_TRUE(agency.ok());
  EXPECT_EQ(agency->jurisdiction(), "FR");
  EXPECT_EQ(agency->name(), "paf-roissy");
  EXPECT_FALSE(agency->international());
  EXPECT_TRUE(AgencyId::Parse("ORG.interpol")->international());
  EXPECT_TRUE(AgencyId::Parse("XK.fiu").ok());
}

TEST(Agency, KnowsTheAssignedCodesAndNoOthers) {
  size_t assigned = 0;
  for (char first = 'A'; first <= 'Z'; ++first) {
    for (char second = 'A'; second <= 'Z'; ++second) {
      assigned += IsJurisdiction(std::string{first, second}) ? 1 : 0;
    }
  }
  EXPECT_EQ(assigned, 250u);  // ISO 3166-1 assigns 249; and XK
  for (const char* code : {"AD", "ZW", "XK", "FR"}) EXPECT_TRUE(IsJurisdiction(code)) << code;
  for (const char* code : {"AA", "ZZ", "EL", "UK", "EU", "fr", "F", "FRA", "A[", "@A", ""}) {
    EXPECT_FALSE(IsJurisdiction(code)) << code;
  }
}

TEST(Agency, SaysWhichCodeToWrite) {
  EXPECT_NE(AgencyId::Parse("EL.fiu").status().message().find("write GR"), std::string::npos);
  EXPECT_NE(AgencyId::Parse("UK.nca").status().message().find("write GB"), std::string::npos);
}

TEST(Agency, RefusesOtherForms) {
  for (const char* text :
       {"", "FR", "FR.", ".a", "fr.a", "FR.A", "FR.-a", "FR.a-", "ZZ.a", "FR.a.b", "FR.a b",
        "FRA.a", "FR.abcdefghijklmnopqrstuvwxyz0123456", "FR.a\n"}) {
    EXPECT_FALSE(AgencyId::Parse(text).ok()) << text;
  }
}

TEST(Agency, OfficerForm) {
  EXPECT_TRUE(IsOfficerId("a.dupont"));
  EXPECT_FALSE(IsOfficerId("a"));
  EXPECT_FALSE(IsOfficerId(".dupont"));
  EXPECT_FALSE(IsOfficerId("A.Dupont"));
  EXPECT_FALSE(IsOfficerId(std::string(42, 'a')));
}

TEST(Agency, NamesOfFederationsAndBrokers) {
  const std::string label(limits::kHostLabelBytes, 'a');
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'a');
  ASSERT_EQ(longest.size(), limits::kHostNameBytes);
  for (const std::string& text : {std::string("entente.test"), std::string("x"), label, longest}) {
    EXPECT_TRUE(IsFederationName(text)) << text;
  }
  for (const std::string& text :
       {std::string(), std::string("."), std::string("a..b"), std::string("-a"), std::string("a-"),
        std::string("A"), std::string("a b"), std::string("a/b"), std::string("a."), label + "a",
        longest + "a"}) {
    EXPECT_FALSE(IsFederationName(text)) << text;
  }
  EXPECT_TRUE(IsBrokerName("broker-1"));
  EXPECT_FALSE(IsBrokerName("broker.1"));
  EXPECT_FALSE(IsBrokerName(label + "a"));
}

}  // namespace
}  // namespace entente
