// The text of a policy: what is read, and where what is not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/audit/audit_fixture.h"
#include "core/audit/tlog_policy.h"
#include "core/base/limits.h"

namespace entente::audit {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string Key(uint8_t number, NoteKeyType type = NoteKeyType::kCosignatureV1) {
  return VerifierKey::Create("k" + std::to_string(number), type, TestKey(number).public_key())
      ->Text();
}
std::string LogLine(uint8_t number) { return "log " + Key(number, NoteKeyType::kEd25519) + "\n"; }
std::string WitnessLine(const std::string& name, uint8_t number) {
  return "witness " + name + " " + Key(number) + "\n";
}

const std::string kAb = WitnessLine("a", 1) + WitnessLine("b", 2);

void ExpectWrong(const std::string& text, const std::string& place, const std::string& words) {
  const auto policy = TlogPolicy::Parse("p", text);
  ASSERT_TRUE(absl::IsInvalidArgument(policy.status())) << text;
  EXPECT_THAT(std::string(policy.status().message()), StartsWith("p:" + place + ": ")) << text;
  EXPECT_THAT(std::string(policy.status().message()), HasSubstr(words)) << text;
}
void ExpectRead(const std::string& text) {
  const auto policy = TlogPolicy::Parse("p", text);
  EXPECT_TRUE(policy.ok()) << policy.status() << "\n" << text;
}

TEST(TlogPolicyText, LogsWitnessesAndUrlsAreReadInAnyOrder) {
  const auto policy = TlogPolicy::Parse(
      "p", "# a comment\n\n \t\n\t# another \xc3\xa9\xff\n" + WitnessLine("w", 2) + "quorum\tw \n" +
               "log  " + Key(1, NoteKeyType::kEd25519) + " https://log.example/ \n" +
               "  witness v " + Key(3) + " https://w.example/\n");
  ASSERT_TRUE(policy.ok()) << policy.status();
  ASSERT_EQ(policy->logs().size(), 1u);
  EXPECT_EQ(policy->logs()[0].Text(), Key(1, NoteKeyType::kEd25519));
  ASSERT_EQ(policy->witnesses().size(), 2u);
  EXPECT_EQ(policy->witnesses()[1].Text(), Key(3));
}

TEST(TlogPolicyText, QuorumNoneNeedsNothingElse) { ExpectRead("quorum none\n"); }

TEST(TlogPolicyText, NamesAreBytes) {
  ExpectRead(WitnessLine("\xe2\x84\xaa", 1) + WitnessLine("K", 2) + WitnessLine("\xff", 3) +
             "group any all \xe2\x84\xaa K \xff\nquorum any\n");
}

TEST(TlogPolicyText, AQuorumLineStandsThereExactlyOnce) {
  ExpectWrong("", "1:1", "no quorum line");
  ExpectWrong(kAb, "3:1", "no quorum line");
  ExpectWrong("quorum none\nquorum none\n", "2:1", "already");
  ExpectWrong(kAb + "quorum a\nquorum b\n", "4:1", "already");
}

TEST(TlogPolicyText, NamesStandAboveWhereTheyAreUsed) {
  ExpectWrong("quorum a\n" + kAb, "1:8", "not defined on a line above");
  ExpectWrong(kAb + "group g any a c\nquorum g\n", "3:15", "not defined");
  ExpectWrong(kAb + "group g any h\ngroup h any g\nquorum g\n", "3:13", "not defined");
  ExpectWrong(kAb + "group g any g\nquorum g\n", "3:13", "not defined");
  ExpectWrong(kAb + "group g any A\nquorum g\n", "3:13", "not defined");
}

TEST(TlogPolicyText, ANameIsDefinedOnce) {
  ExpectWrong(kAb + WitnessLine("a", 3) + "quorum a\n", "3:9", "defined above already");
  ExpectWrong(kAb + "group a any b\nquorum a\n", "3:7", "defined above already");
  ExpectWrong(kAb + "group g any a\ngroup g any b\nquorum g\n", "4:7", "defined above already");
}

TEST(TlogPolicyText, NoneIsPredefined) {
  ExpectWrong(WitnessLine("none", 1) + "quorum none\n", "1:9", "predefined");
  ExpectWrong(kAb + "group none any a\nquorum none\n", "3:7", "predefined");
  ExpectWrong(kAb + "group g any a none\nquorum g\n", "3:15", "cannot be a member");
}

TEST(TlogPolicyText, ANameIsAMemberOnce) {
  ExpectWrong(kAb + "group g 2 a a\nquorum g\n", "3:13", "member of a group already");
  ExpectWrong(kAb + "group g any a\ngroup h any b a\nquorum g\n", "4:15", "already");
  ExpectWrong(kAb + "group g any a\ngroup h any g\ngroup i any g\nquorum i\n", "5:13", "already");
}

TEST(TlogPolicyText, AKeyStandsThereOnce) {
  ExpectWrong(LogLine(1) + LogLine(1) + "quorum none\n", "2:5", "already");
  ExpectWrong(WitnessLine("a", 1) + WitnessLine("b", 1) + "quorum a\n", "2:11", "already");
  const std::string renamed =
      VerifierKey::Create("other", NoteKeyType::kCosignatureV1, TestKey(1).public_key())->Text();
  ExpectWrong(WitnessLine("a", 1) + "witness b " + renamed + "\nquorum a\n", "2:11", "already");
  // Of a log and of a witness it may.
  ExpectRead(LogLine(1) + WitnessLine("a", 1) + "quorum a\n");
}

TEST(TlogPolicyText, KeysAreOfTheirType) {
  ExpectWrong("log " + Key(1) + "\nquorum none\n", "1:5", "type 1");
  ExpectWrong("witness a " + Key(1, NoteKeyType::kEd25519) + "\nquorum a\n", "1:11", "type 4");
  ExpectWrong("witness a k1+00000000+AAAA\nquorum a\n", "1:11", "verifier key");
}

TEST(TlogPolicyText, AThresholdIsAllAnyOrFromOneToTheMembers) {
  for (const char* good : {"1", "2", "any", "all"}) {
    ExpectRead(kAb + "group g " + good + " a b\nquorum g\n");
  }
  for (const char* bad :
       {"0", "3", "-1", "+1", "01", "1.5", "ANY", "All", "none", "x", "18446744073709551617"}) {
    ExpectWrong(kAb + "group g " + bad + " a b\nquorum g\n", "3:9", "from 1 to 2");
  }
}

TEST(TlogPolicyText, LinesHaveTheirNumberOfWords) {
  ExpectWrong("log\nquorum none\n", "1:4", "log KEY");
  ExpectWrong("log " + Key(1, NoteKeyType::kEd25519) + " url x\nquorum none\n",
              "1:" + std::to_string(10 + Key(1).size()), "too many");
  ExpectWrong("witness a\nquorum none\n", "1:10", "witness NAME KEY");
  ExpectWrong("witness a " + Key(1) + " url x\nquorum none\n",
              "1:" + std::to_string(16 + Key(1).size()), "too many");
  ExpectWrong(kAb + "group g\nquorum a\n", "3:8", "group NAME");
  ExpectWrong(kAb + "group g any\nquorum a\n", "3:12", "group NAME");
  ExpectWrong(kAb + "quorum\n", "3:7", "quorum NAME");
  ExpectWrong(kAb + "quorum a b\n", "3:10", "too many");
  ExpectWrong(kAb + "quorum a # why\n", "3:10", "too many");
}

TEST(TlogPolicyText, OtherWordsAndBytesAreRefused) {
  ExpectWrong("Quorum none\n", "1:1", "is not log, witness, group or quorum");
  ExpectWrong("quorum none\r\n", "1:12", "control character");
  ExpectWrong("# \x01\nquorum none\n", "1:3", "control character");
  ExpectWrong("quorum none\n# \x7f\n", "2:3", "control character");
  ExpectWrong("quorum none\n" + std::string("#\0", 2) + "\n", "2:2", "control character");
  ExpectWrong("quorum\vnone\n", "1:7", "control character");
  ExpectWrong("quorum\u00a0none\n", "1:1", "is not log");
}

TEST(TlogPolicyText, ALastLineWithoutItsEndIsRefused) {
  ExpectWrong("quorum none", "1:1", "may be cut");
  ExpectWrong(kAb + "quorum a\n# the end", "4:1", "may be cut");
}

TEST(TlogPolicyText, LargePoliciesAreRead) {
  std::string text;
  std::string group = "group all-of-them 200";
  for (int i = 0; i < 200; ++i) {
    const auto number = static_cast<uint8_t>(i + 1);
    text += LogLine(number) + WitnessLine("w" + std::to_string(i), number);
    text += "group g" + std::to_string(i) + " any w" + std::to_string(i) + "\n";
    group += " g" + std::to_string(i);
  }
  ExpectRead(text + group + "\nquorum all-of-them\n");
  ExpectWrong(std::string(limits::kConfigBytes, '#') + "\nquorum none\n", "1:1", "larger");
}

}  // namespace
}  // namespace entente::audit
