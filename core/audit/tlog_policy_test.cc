#include "core/audit/tlog_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/audit/audit_fixture.h"
#include "core/audit/checkpoint.h"

namespace entente::audit {
namespace {

using ::testing::HasSubstr;

// `names` become witnesses in this order, with keys 1, 2, ...
TlogPolicy Policy(const std::vector<std::string>& names, const std::string& rest) {
  std::string text;
  uint8_t number = 0;
  for (const std::string& name : names) {
    const auto key = VerifierKey::Create("w.test/" + name, NoteKeyType::kCosignatureV1,
                                         TestKey(++number).public_key());
    text += "witness " + name + " " + key->Text() + "\n";
  }
  auto policy = TlogPolicy::Parse("p", text + rest);
  EXPECT_TRUE(policy.ok()) << policy.status();
  return *std::move(policy);
}

bool Meets(const TlogPolicy& policy, std::vector<size_t> cosigned) {
  return policy.Meets(cosigned);
}

TEST(TlogPolicyTest, NoneIsAlwaysMet) { EXPECT_TRUE(Meets(Policy({"a"}, "quorum none\n"), {})); }

TEST(TlogPolicyTest, AWitnessAloneIsAQuorum) {
  const TlogPolicy policy = Policy({"a", "b"}, "quorum b\n");
  EXPECT_FALSE(Meets(policy, {}));
  EXPECT_FALSE(Meets(policy, {0}));
  EXPECT_TRUE(Meets(policy, {1}));
}

TEST(TlogPolicyTest, AGroupNeedsItsThreshold) {
  const TlogPolicy policy = Policy({"a", "b", "c"}, "group g 2 a b c\nquorum g\n");
  EXPECT_FALSE(Meets(policy, {2}));
  EXPECT_TRUE(Meets(policy, {2, 0}));
  EXPECT_TRUE(Meets(policy, {0, 1, 2}));
  // Once is once, however often it is said.
  EXPECT_FALSE(Meets(policy, {2, 2}));
}

TEST(TlogPolicyTest, AnyIsOneAndAllIsEach) {
  const TlogPolicy any = Policy({"a", "b"}, "group g any a b\nquorum g\n");
  EXPECT_TRUE(Meets(any, {1}));
  EXPECT_FALSE(Meets(any, {}));
  const TlogPolicy all = Policy({"a", "b"}, "group g all a b\nquorum g\n");
  EXPECT_FALSE(Meets(all, {1}));
  EXPECT_TRUE(Meets(all, {0, 1}));
}

TEST(TlogPolicyTest, TheExampleOfTheSpecification) {
  const TlogPolicy policy = Policy({"X1", "X2", "X3", "Y1", "Y2", "Y3"},
                                   "group X-witnesses 2 X1 X2 X3\n"
                                   "group Y-witnesses any Y1 Y2 Y3\n"
                                   "group X-and-Y all X-witnesses Y-witnesses\n"
                                   "quorum X-and-Y\n");
  EXPECT_FALSE(Meets(policy, {0, 1, 2}));
  EXPECT_FALSE(Meets(policy, {0, 3, 4, 5}));
  EXPECT_TRUE(Meets(policy, {0, 2, 4}));
}

TEST(TlogPolicyTest, WitnessesOutsideOfTheQuorumDoNotCount) {
  const TlogPolicy policy = Policy({"a", "b", "c"}, "group g any a\ngroup h any c\nquorum h\n");
  EXPECT_FALSE(Meets(policy, {0, 1}));
  EXPECT_TRUE(Meets(policy, {2}));
}

TEST(TlogPolicyTest, CountsWhatVerifiedUnderACheckpoint) {
  const TlogPolicy policy = Policy({"a", "b", "c"}, "group g 2 a b c\nquorum g\n");
  const std::string text = CheckpointText({kOrigin, 1, LeafHash("x")});
  const auto verified = [&](const std::vector<NoteSignature>& cosignatures) {
    std::vector<NoteSignature> all{SignNote(text, kOrigin, TestKey(1))};
    all.insert(all.end(), cosignatures.begin(), cosignatures.end());
    const auto checkpoint =
        VerifyCheckpoint(*FormatNote({text, all}), LogKey(), policy.witnesses());
    EXPECT_TRUE(checkpoint.ok()) << checkpoint.status();
    std::vector<size_t> by;
    for (const Cosignature& one : checkpoint->cosignatures) by.push_back(one.witness);
    return policy.Meets(by);
  };
  const NoteSignature a = CosignNote(text, "w.test/a", 5, TestKey(1));
  const NoteSignature again = CosignNote(text, "w.test/a", 6, TestKey(1));
  const NoteSignature c = CosignNote(text, "w.test/c", 5, TestKey(3));
  const NoteSignature stranger = CosignNote(text, "w.test/b", 5, TestKey(9));
  EXPECT_TRUE(verified({a, c}));
  EXPECT_FALSE(verified({a, again}));
  EXPECT_FALSE(verified({a, stranger}));
}

// The rule of a federation.

void ExpectNotTheRule(const TlogPolicy& policy, const std::string& why) {
  const absl::Status status = policy.CheckOneVoteEach();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(why));
}

TEST(OneVoteEach, MoreThanTwoThirdsOfTheJurisdictions) {
  for (int n = 1; n <= 7; ++n) {
    const std::vector<std::string> all = {"FR.fiu", "DE.fiu", "BR.fiu", "CH.fiu",
                                          "NL.fiu", "AE.fiu", "XK.fiu"};
    const std::vector<std::string> names(all.begin(), all.begin() + n);
    for (int k = 1; k <= n; ++k) {
      std::string group = "group members " + std::to_string(k);
      for (const std::string& name : names) group += " " + name;
      const TlogPolicy policy = Policy(names, group + "\nquorum members\n");
      EXPECT_EQ(policy.CheckOneVoteEach().ok(), 3 * k > 2 * n) << k << " of " << n;
    }
  }
}

TEST(OneVoteEach, TheAgenciesOfAJurisdictionShareOneVote) {
  const std::vector<std::string> names = {"FR.fiu", "FR.border", "DE.fiu", "BR.fiu"};
  EXPECT_TRUE(Policy(names,
                     "group FR any FR.fiu FR.border\n"
                     "group members 3 FR DE.fiu BR.fiu\nquorum members\n")
                  .CheckOneVoteEach()
                  .ok());
  ExpectNotTheRule(
      Policy(names, "group members 3 FR.fiu FR.border DE.fiu BR.fiu\nquorum members\n"),
      "FR has two votes");
  ExpectNotTheRule(Policy(names,
                          "group A any FR.fiu\ngroup B any FR.border\n"
                          "group members all A B DE.fiu BR.fiu\nquorum members\n"),
                   "FR has two votes");
}

TEST(OneVoteEach, AVoteIsOfOneJurisdictionAlsoFurtherDown) {
  const std::vector<std::string> names = {"FR.fiu", "FR.border", "DE.fiu", "BR.fiu"};
  ExpectNotTheRule(Policy(names,
                          "group inner any FR.border DE.fiu\ngroup mixed any FR.fiu inner\n"
                          "group members all mixed BR.fiu\nquorum members\n"),
                   "mixed mixes");
}

TEST(OneVoteEach, WitnessesAreNamedByAgenciesOfStates) {
  ExpectNotTheRule(Policy({"w1"}, "quorum w1\n"), "w1");
  ExpectNotTheRule(Policy({"UK.fiu"}, "quorum UK.fiu\n"), "UK.fiu");
  ExpectNotTheRule(Policy({"ORG.iom"}, "quorum ORG.iom\n"), "ORG.iom");
  // Those that the quorum does not count are not asked.
  EXPECT_TRUE(Policy({"w1", "FR.fiu"}, "quorum FR.fiu\n").CheckOneVoteEach().ok());
}

TEST(OneVoteEach, NoneIsNotTheRule) {
  ExpectNotTheRule(Policy({"FR.fiu"}, "quorum none\n"), "nobody");
}

TEST(OneVoteEach, TheRefusalSaysHowManyAreNeeded) {
  ExpectNotTheRule(Policy({"FR.fiu", "DE.fiu", "BR.fiu"},
                          "group members 2 FR.fiu DE.fiu BR.fiu\nquorum members\n"),
                   "2 of 3 votes, which is not more than two thirds: write 3 or more");
}

}  // namespace
}  // namespace entente::audit
