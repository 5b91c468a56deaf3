// What does not compile, and what a snapshot keeps.
#include "policy/snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/policy/test_world.h"

namespace entente::policy::testing {
namespace {

using ::testing::HasSubstr;

std::string Refusal(const SnapshotParts& parts) {
  const auto snapshot = Snapshot::Compile(PublishedVocabulary(), parts);
  EXPECT_FALSE(snapshot.ok());
  return snapshot.ok() ? "compiled" : std::string(snapshot.status().message());
}

TEST(Snapshot, MoreRulesThanBitsDoNotCompile) {
  SnapshotParts parts = World().Parts();
  Policy& policy = parts.policies.back().policy;
  Rule rule;
  rule.kind = RuleKind::kForbid;
  rule.to_kind = {"ngo"};
  while (policy.outbound.size() < 256) {
    rule.id = "R" + std::to_string(policy.outbound.size());
    policy.outbound.push_back(rule);
  }
  EXPECT_TRUE(Snapshot::Compile(PublishedVocabulary(), parts).ok());
  policy.outbound.push_back(rule);
  EXPECT_THAT(Refusal(parts), HasSubstr("257 rules, more than 256"));
}

TEST(Snapshot, TheLastRuleOfTheWidestSideStillCounts) {
  World world;
  std::string rules = AllowOut("FR-A");
  for (int i = 0; i < 254; ++i) {
    rules += RuleText("outbound.forbid", "R" + std::to_string(i), "to_kind=[\"ngo\"]");
  }
  world.of("FR").rules = rules;
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
  world.of("FR").rules += RuleText("outbound.forbid", "FR-LAST", "to_kind=[\"police\"]");
  EXPECT_THAT(Matched(world.Decide()), ::testing::Contains("FR-LAST"));
}

TEST(Snapshot, NamesStandOnce) {
  const SnapshotParts good = World().Parts();
  SnapshotParts parts = good;
  parts.agencies.push_back(parts.agencies[0]);
  EXPECT_THAT(Refusal(parts), HasSubstr("the agency 'FR.police-a' stands twice"));
  parts = good;
  parts.groups.groups.push_back(parts.groups.groups[0]);
  EXPECT_THAT(Refusal(parts), HasSubstr("the group 'EU' stands twice"));
  parts = good;
  parts.instruments.instruments.push_back(parts.instruments.instruments[0]);
  EXPECT_THAT(Refusal(parts), HasSubstr("the instrument 'FR-BR' stands twice"));
  parts = good;
  parts.policies.push_back(parts.policies[0]);
  EXPECT_THAT(Refusal(parts), HasSubstr("version 1' stands twice"));
}

TEST(Snapshot, APolicyOfAnotherVocabularyDoesNotCompile) {
  SnapshotParts parts = World().Parts();
  parts.policies[0].policy.vocabulary = "2027.1";
  EXPECT_THAT(Refusal(parts), HasSubstr("is written in vocabulary 2027.1"));
}

TEST(Snapshot, AWordOutsideTheVocabularyDoesNotCompile) {
  SnapshotParts parts = World().Parts();
  for (PolicyInForce& in_force : parts.policies) {
    for (Rule& rule : in_force.policy.outbound) rule.about.push_back("hero");
  }
  EXPECT_THAT(Refusal(parts), HasSubstr("'hero', which is not in vocabulary 2026.1"));
}

TEST(Snapshot, AnAgencyOfAKindOutsideTheVocabularyMeetsNoRuleThatAsks) {
  World world;
  world.of("FR").rules = AllowOut("FR-A", "to_kind=[\"police\"]") +
                         RuleText("outbound.forbid", "FR-F", "to_kind=[\"ngo\"]");
  SnapshotParts parts = world.Parts();
  for (Agency& agency : parts.agencies) agency.kind = "militia";
  const auto snapshot = Snapshot::Compile(PublishedVocabulary(), parts);
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  const Decision decision = Decide(**snapshot, world.record, world.recipient, world.now);
  EXPECT_THAT(Matched(decision), ::testing::ElementsAre("BR-IN", "FR-BR", "FR-F"));
}

TEST(Snapshot, HoldsItsOwnCopyOfEverything) {
  std::shared_ptr<const Snapshot> snapshot;
  World world;
  {
    const SnapshotParts parts = world.Parts();
    snapshot = Snapshot::Compile(PublishedVocabulary(), parts).value();
  }
  EXPECT_EQ(Decide(*snapshot, world.record, world.recipient, world.now).verdict, Verdict::kRelease);
}

TEST(Snapshot, SameInputsSameBytesFromManyThreads) {
  World world;
  world.of("FR").rules += AllowOut("FR-B", "obligations=[\"onward:never\", \"second-person\"]");
  world.Section({"victim"}, {"identity"});
  const auto snapshot = world.Compile();
  const Decision first = Decide(*snapshot, world.record, world.recipient, world.now);
  const auto again = world.Compile();
  std::vector<std::thread> threads;
  std::array<bool, 4> same{};
  for (size_t i = 0; i < same.size(); ++i) {
    threads.emplace_back([&, i] {
      bool all = true;
      for (int k = 0; k < 200; ++k) {
        const auto& one = k % 2 == 0 ? *snapshot : *again;
        const Decision next = Decide(one, world.record, world.recipient, world.now);
        all = all && next == first && DecisionJson(next) == DecisionJson(first);
      }
      same[i] = all;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(same, ::testing::Each(true));
}

}  // namespace
}  // namespace entente::policy::testing
