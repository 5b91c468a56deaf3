// Strict reading of policy files: what is refused, where, and in which words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy/test_world.h"

namespace entente::policy::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr const char* kHead = R"(policy = "sharing-policy/1"
vocabulary = "2026.1"
jurisdiction = "FR"
version = 14
valid_from = 2026-12-01T00:00:00+01:00
valid_until = 9999-12-31T23:59:59Z
contact = "desk"
)";

constexpr const char* kAllow = R"([[outbound.allow]]
id = "FR-A"
title = "t"
law = "l"
to = ["BR"]
for_purpose = ["investigate"]
about = ["suspect"]
data = ["identity"]
under = ["X"]
)";

absl::StatusOr<Policy> Parse(const std::string& text) {
  return ParsePolicy(text, "p/fr.toml", PublishedVocabulary());
}

std::string Refusal(const std::string& text) {
  const auto policy = Parse(text);
  EXPECT_FALSE(policy.ok()) << text;
  return policy.ok() ? "accepted" : std::string(policy.status().message());
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, text.npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(ParsePolicy, ReadsTheHeadAndARule) {
  const auto policy =
      Parse(std::string(kHead) + "explain = \"public\"\n" +
            "can_honour = [\"delete-after:P12M\"]\n" + "quorum_first = [\"alert\", \"lead\"]\n" +
            kAllow + "obligations = [\"onward:never\"]\nto_kind = [\"police\"]\n");
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(policy->version, 14u);
  EXPECT_EQ(policy->valid.from, At("2026-11-30T23:00:00Z"));
  EXPECT_EQ(policy->valid.until, At("9999-12-31T23:59:59Z"));
  EXPECT_TRUE(policy->explain_public);
  EXPECT_EQ(policy->can_honour[0].text, "delete-after:P1Y");
  EXPECT_THAT(policy->quorum_first, ElementsAre("alert", "lead"));
  ASSERT_THAT(policy->outbound, SizeIs(1));
  EXPECT_EQ(policy->outbound[0].at.line, 11u);
  EXPECT_THAT(policy->outbound[0].to_kind, ElementsAre("police"));
  ASSERT_THAT(policy->references, SizeIs(1));
  EXPECT_EQ(policy->references[0].id, "X");
}

TEST(ParsePolicy, EachErrorHasItsPlaceAndASentence) {
  const std::string good = std::string(kHead) + kAllow;
  const std::vector<std::tuple<std::string, std::string, std::string>> cases = {
      {"about = [\"suspect\"]", "about = [\"suspekt\"]",
       "p/fr.toml:14:10: 'suspekt' is not a word of 'person' in vocabulary 2026.1"},
      {"title = \"t\"", "titel = \"t\"", "p/fr.toml:8:1: the key 'title' is missing"},
      {"contact = \"desk\"\n", "contact = \"desk\"\ncolour = \"red\"\n",
       "p/fr.toml:8:1: 'colour' is not a key of a policy file"},
      {"2026-12-01T00:00:00+01:00", "2026-12-01T00:00:00",
       "p/fr.toml:5:14: 'valid_from' has no offset"},
      {"2026-12-01T00:00:00+01:00", "2026-12-01", "p/fr.toml:5:14: 'valid_from' has no offset"},
      {"2026-12-01T00:00:00+01:00", "\"2026-12-01T00:00:00Z\"",
       "p/fr.toml:5:14: 'valid_from' must be a date and time"},
      {"2026-12-01T00:00:00+01:00", "1969-12-01T00:00:00Z",
       "p/fr.toml:5:14: 'valid_from' must exist"},
      {"2026-12-01T00:00:00+01:00", "2026-12-01T00:00:00.0001Z",
       "p/fr.toml:5:14: 'valid_from' must exist, lie in the years 1970 to 9999, and be whole"},
      {"to = [\"BR\"]", "to = [\"EL\"]",
       "p/fr.toml:12:7: 'EL' is not a jurisdiction code: write GR"},
      {"to = [\"BR\"]", "to = [\"BR\", \"UK\"]",
       "p/fr.toml:12:13: 'UK' is not a jurisdiction code: write GB"},
      {"jurisdiction = \"FR\"", "jurisdiction = \"UK\"",
       "p/fr.toml:3:16: 'UK' is not a jurisdiction code: write GB"},
      {"to = [\"BR\"]", "to = [\"ZZ\"]", "p/fr.toml:12:7: 'ZZ' is not a jurisdiction code"},
      {"to = [\"BR\"]", "to = \"BR\"", "p/fr.toml:12:6: 'to' must be a list"},
      {"to = [\"BR\"]", "to = []", "p/fr.toml:12:6: 'to' must be a list of at least one"},
      {"to = [\"BR\"]", "to = [\"BR\", \"BR\"]", "p/fr.toml:12:13: 'BR' stands twice in 'to'"},
      {"to = [\"BR\"]", "to = [\"BR\", \"everyone-except\"]",
       "p/fr.toml:12:13: 'everyone-except' must stand first"},
      {"to = [\"BR\"]", "to = [\"everyone-except\"]",
       "p/fr.toml:12:7: 'everyone-except' must be followed"},
      {"to = [\"BR\"]", "to = [\"everyone-except\", \"everyone\"]",
       "p/fr.toml:12:26: 'everyone' cannot stand"},
      {"to = [\"BR\"]", "to = [\"group:\"]", "p/fr.toml:12:7: write the id of a group"},
      {"to = [\"BR\"]", "to = [\"BR.Bad\"]", "p/fr.toml:12:7: 'BR.Bad' is not an agency"},
      {"to = [\"BR\"]", "from = [\"BR\"]", "p/fr.toml:8:1: the key 'to' is missing"},
      {"to = [\"BR\"]\n", "", "p/fr.toml:8:1: the key 'to' is missing"},
      {"for_purpose = [\"investigate\"]\n", "", "the key 'for_purpose' is missing"},
      {"about = [\"suspect\"]\n", "", "the key 'about' is missing"},
      {"data = [\"identity\"]\n", "", "the key 'data' is missing"},
      {"under = [\"X\"]\n", "", "the key 'under' is missing"},
      {"under = [\"X\"]", "under = [\"X Y\"]", "p/fr.toml:16:10: 'X Y' is not an identifier"},
      {"version = 14", "version = 0", "p/fr.toml:4:11: 'version' must be a whole number from 1"},
      {"version = 14", "version = 1.5", "p/fr.toml:4:11: 'version' must be a whole number"},
      {"\"2026.1\"", "\"2031.1\"", "p/fr.toml:2:14: this policy is written in vocabulary 2031.1"},
      {"contact = \"desk\"\n", "", "p/fr.toml:1:1: the key 'contact' is missing"},
      {"contact = \"desk\"", "contact = \"de\\u001bsk\"",
       "p/fr.toml:7:11: 'contact' must be one line"},
      {"9999-12-31T23:59:59Z", "2020-01-01T00:00:00Z", "'valid_until' must be later"},
      {"contact = \"desk\"\n", "contact = \"desk\"\nquorum_first = [\"alarm\"]\n",
       "p/fr.toml:8:17: 'alarm' is no"},
      {"contact = \"desk\"\n", "contact = \"desk\"\nexplain = \"all\"\n",
       "p/fr.toml:8:11: 'explain' can only be \"public\""},
      {"\"sharing-policy/1\"", "\"sharing-policy/2\"", "p/fr.toml:1:1: the first key must say"},
  };
  for (const auto& [from, to, expected] : cases) {
    EXPECT_THAT(Refusal(Replaced(good, from, to)), HasSubstr(expected)) << to;
  }
}

TEST(ParsePolicy, ARepeatedKeyIsRefused) {
  const std::string text = Replaced(std::string(kHead) + kAllow, "contact = \"desk\"",
                                    "contact = \"desk\"\nversion = 15");
  EXPECT_THAT(Refusal(text), StartsWith("p/fr.toml:8:"));
}

TEST(ParsePolicy, WhatIsNotTomlIsRefusedWhereItStops) {
  EXPECT_THAT(Refusal("policy = \"sharing-policy/1\"\nversion = = 3\n"),
              StartsWith("p/fr.toml:2:"));
  EXPECT_THAT(Refusal(""), StartsWith("p/fr.toml:1:1: the file says nothing"));
  EXPECT_THAT(Refusal("policy: sharing-policy/1\n"), StartsWith("p/fr.toml:1:"));
  EXPECT_THAT(Refusal(std::string("policy = \"a\0b\"", 14)), StartsWith("p/fr.toml:1:"));
  EXPECT_THAT(Refusal(std::string(kPolicyFileBytes + 1, '#')), HasSubstr("larger than 1048576"));
  EXPECT_THAT(Refusal("policy = " + std::string(100'000, '[')), StartsWith("p/fr.toml:1:"));
}

TEST(ParsePolicy, TheTypeMustBeTheFirstKey) {
  EXPECT_THAT(Refusal("version = 1\npolicy = \"sharing-policy/1\"\n"),
              StartsWith("p/fr.toml:1:1: the first key must say what the file is"));
  EXPECT_THAT(Refusal("groups = \"groups/1\"\nversion = 1\n"),
              StartsWith("p/fr.toml:1:1: the first key must be policy = \"sharing-policy/1\""));
}

TEST(ParsePolicy, AllErrorsOfAFileAreTold) {
  std::string text = Replaced(std::string(kHead) + kAllow, "\"BR\"", "\"UK\"");
  text = Replaced(text, "\"suspect\"", "\"hero\"");
  const std::string refusal = Refusal(text);
  EXPECT_THAT(refusal, HasSubstr("p/fr.toml:12:7:"));
  EXPECT_THAT(refusal, HasSubstr("\np/fr.toml:14:10:"));
}

TEST(ParsePolicy, OnlyAnAllowObligesAndOnlyAForbidYields) {
  const auto rule = [](const std::string& table, const std::string& key) {
    return std::string(kHead) + "[[" + table + "]]\nid = \"R\"\ntitle = \"t\"\nlaw = \"l\"\n" +
           key + "\n";
  };
  EXPECT_THAT(Refusal(rule("outbound.forbid", "obligations = [\"second-person\"]")),
              HasSubstr("'obligations' is not a key of this outbound.forbid rule"));
  EXPECT_THAT(Refusal(rule("outbound.withhold", "unless = \"consent-of-source-attached\"")),
              HasSubstr("'unless' is not a key of this outbound.withhold rule"));
  EXPECT_THAT(Refusal(rule("outbound.forbid", "unless = \"urgent\"")),
              HasSubstr("'unless' can only be"));
  const auto yields = Parse(rule("outbound.forbid", "unless = \"consent-of-source-attached\""));
  ASSERT_TRUE(yields.ok()) << yields.status();
  EXPECT_TRUE(yields->outbound[0].unless_consent_of_source);
  EXPECT_THAT(Refusal(rule("inbound.forbid", "to = [\"BR\"]")), HasSubstr("'to' is not a key"));
  EXPECT_THAT(Refusal(rule("outbound.permit", "")), HasSubstr("'permit' is not a key of the "));
  EXPECT_THAT(Refusal(rule("outbound.not_together", "data = [\"identity\"]")),
              HasSubstr("needs at least two"));
  EXPECT_THAT(Refusal(rule("outbound.not_together", "")), HasSubstr("'data' is missing"));
}

TEST(ParsePolicy, ConditionsAreClosedLists) {
  const auto with = [](const std::string& key) { return std::string(kHead) + kAllow + key + "\n"; };
  EXPECT_THAT(Refusal(with("reliability = [\"B5\"]")), HasSubstr("'B5' is not an evaluation"));
  EXPECT_THAT(Refusal(with("obtained_from = [\"everyone\"]")), HasSubstr("'everyone' is not a"));
  EXPECT_THAT(Refusal(with("obtained_from = [\"UK\"]")), HasSubstr("write GB"));
  EXPECT_THAT(Refusal(with("handling = [\"H4\"]")), HasSubstr("'H4' is not a word of 'handling'"));
  EXPECT_THAT(Refusal(with("to_kind = [\"army\"]")), HasSubstr("'army' is not a word"));
  EXPECT_THAT(Refusal(with("record = [\"rumour\"]")), HasSubstr("'rumour' is not a word"));
  EXPECT_THAT(Refusal(with("obligations = [\"delete-after\"]")),
              HasSubstr("delete-after:<duration"));
  EXPECT_THAT(Refusal(with("obligations = [\"onward:maybe\"]")), HasSubstr("onward:never"));
}

TEST(ParsePolicy, AnObligationOfMoreThanAHundredYearsIsRefusedWhereItStands) {
  const std::string text =
      std::string(kHead) + kAllow + "obligations = [\"delete-after:P31000Y\"]\n";
  EXPECT_THAT(Refusal(text), ::testing::ContainsRegex(
                                 "p/fr.toml:[0-9]+:[0-9]+: .*'delete-after:P31000Y' is not an"));
  EXPECT_TRUE(Parse(Replaced(text, "P31000Y", "P100Y")).ok());
}

TEST(ParsePolicy, NorwayIsACountry) {
  const auto policy = Parse(Replaced(std::string(kHead) + kAllow, "[\"BR\"]", "[\"NO\", \"XK\"]"));
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_THAT(policy->outbound[0].party->jurisdictions, ElementsAre("NO", "XK"));
}

TEST(ParsePolicy, ARuleIdStandsOnce) {
  EXPECT_THAT(Refusal(std::string(kHead) + kAllow + kAllow),
              HasSubstr("p/fr.toml:17:1: the rule id 'FR-A' stands twice"));
}

TEST(ParsePolicy, MoreRulesThanBitsAreRefused) {
  std::string text = kHead;
  for (int i = 0; i < 256; ++i) {
    text +=
        "[[outbound.forbid]]\nid = \"R" + std::to_string(i) + "\"\ntitle = \"t\"\nlaw = \"l\"\n";
  }
  EXPECT_TRUE(Parse(text).ok());
  EXPECT_THAT(Refusal(text + "[[outbound.withhold]]\nid = \"W\"\ntitle = \"t\"\nlaw = \"l\"\n"),
              HasSubstr("the outbound half has 257 rules, more than 256"));
  EXPECT_TRUE(Parse(text + "[[inbound.withhold]]\nid = \"W\"\ntitle = \"t\"\nlaw = \"l\"\n").ok());
}

std::string WithExample(const std::string& record, const std::string& rest) {
  return std::string(kHead) + kAllow + "[[example]]\nsay = \"s\"\nrecord = " + record + "\n" + rest;
}

TEST(ParsePolicy, ExamplesAreReadStrictlyAndGetTheirDefaults) {
  const auto policy = Parse(WithExample(
      "{ to = \"BR\", purpose = \"investigate\", under = \"X\", sections = [[\"victim\", "
      "\"address\"], [[\"suspect\", \"witness\"], [\"identity\"]], { about = [\"child\"], data = "
      "[\"photo\"], essential = true }] }",
      "expect = \"refused\"\nbecause = [\"FR-A\", \"no-rule-allows\", \"label-missing:under\"]\n"));
  ASSERT_TRUE(policy.ok()) << policy.status();
  const Example& example = policy->examples[0];
  EXPECT_EQ(example.expect, "refuse");
  EXPECT_EQ(example.direction, Direction::kOutbound);
  EXPECT_EQ(example.when, policy->valid.from);
  EXPECT_EQ(example.record.kind, "information");
  EXPECT_EQ(example.record.evaluation, "B2");
  EXPECT_THAT(example.record.handling, ElementsAre("H0"));
  EXPECT_EQ(example.own_kind, "police");
  ASSERT_THAT(example.record.sections, SizeIs(3));
  EXPECT_THAT(example.record.sections[1].about, ElementsAre("suspect", "witness"));
  EXPECT_TRUE(example.record.sections[2].essential);
}

TEST(ParsePolicy, ExamplesWithErrorsRefuseTheFile) {
  const std::string ok =
      "{ to = \"BR\", purpose = \"investigate\", under = \"X\", sections = [[\"victim\", "
      "\"address\"]] }";
  const std::string expect = "expect = \"refused\"\n";
  EXPECT_THAT(Refusal(WithExample(ok, "expect = \"denied\"\n")), HasSubstr("'expect' must be"));
  EXPECT_THAT(Refusal(WithExample(ok, expect + "because = [\"FR-Z\"]\n")),
              HasSubstr("'FR-Z' in 'because' is neither"));
  EXPECT_THAT(Refusal(WithExample(ok, expect + "why = \"x\"\n")), HasSubstr("'why' is not a key"));
  EXPECT_THAT(Refusal(WithExample(Replaced(ok, "victim", "hero"), expect)),
              HasSubstr("write words of 'person'"));
  EXPECT_THAT(Refusal(WithExample(Replaced(ok, "\"BR\"", "\"UK\""), expect)),
              HasSubstr("write GB"));
  EXPECT_THAT(Refusal(WithExample(Replaced(ok, "to = ", "from = \"DE\", to = "), expect)),
              HasSubstr("either 'to'"));
  EXPECT_THAT(Refusal(WithExample(Replaced(ok, "to = \"BR\", ", ""), expect)),
              HasSubstr("either 'to'"));
  EXPECT_THAT(Refusal(WithExample(Replaced(ok, "investigate", "curiosity"), expect)),
              HasSubstr("'curiosity' is not a word"));
  EXPECT_THAT(Refusal(WithExample(Replaced(ok, "under = \"X\", ", ""), expect)),
              HasSubstr("'under' is missing"));
}

TEST(ParsePolicy, NamesOfOtherFilesAreCheckedApart) {
  const auto policy = Parse(Replaced(std::string(kHead) + kAllow, "[\"BR\"]", "[\"group:EU\"]"));
  ASSERT_TRUE(policy.ok()) << policy.status();
  const absl::Status status = CheckReferences(*policy, {}, {});
  EXPECT_EQ(status.message(),
            "p/fr.toml:12:7: no group 'EU' is known\n"
            "p/fr.toml:16:10: no instrument 'X' is known");
  Groups groups;
  groups.groups.push_back({"EU", "Union", {}});
  Instruments instruments;
  instruments.instruments.emplace_back().id = "X";
  EXPECT_TRUE(CheckReferences(*policy, groups, instruments).ok());
}

}  // namespace
}  // namespace entente::policy::testing
