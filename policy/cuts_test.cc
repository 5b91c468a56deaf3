// What an article permits and others take back: by the rules of a world, and against decisions.
#include "policy/cuts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "policy/decide.h"
#include "policy/vocabulary.h"
#include "tests/policy/random_world.h"
#include "tests/policy/test_world.h"

namespace entente::policy {
namespace {

using testing::AllowIn;
using testing::AllowOut;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using testing::RandomWorld;
using testing::RuleText;
using testing::World;

Cuts Of(const World& world, Direction direction = Direction::kOutbound) {
  const SnapshotParts parts = world.Parts();
  const RenderSetting setting{PublishedVocabulary(), parts.groups, parts.instruments,
                              parts.agencies, world.now};
  auto cuts = CutsOf(setting, world.Parsed("FR"), direction);
  EXPECT_TRUE(cuts.ok()) << cuts.status();
  return cuts.value_or(Cuts());
}

Cuts Beside(const std::string& table, const std::string& body) {
  World world;
  world.of("FR").rules = AllowOut("FR-A") + RuleText(table, "FR-B", body);
  return Of(world);
}

TEST(Cuts, AreWhatMeetsSomethingThatTheArticlePermits) {
  for (const char* kind : {"outbound.withhold", "outbound.forbid", "outbound.not_together"}) {
    EXPECT_THAT(Beside(kind, "data = [\"identity\", \"photo\"]\n"),
                ElementsAre(Pair("FR-A", ElementsAre("FR-B"))))
        << kind;
  }
  EXPECT_THAT(
      Beside("outbound.forbid",
             "obtained_from = [\"another-state\"]\nunless = \"consent-of-source-attached\"\n"),
      ElementsAre(Pair("FR-A", ElementsAre("FR-B"))))
      << "without a consent it is refused";
  EXPECT_THAT(Beside("outbound.forbid", "reliability = [\"X4\"]\n"),
              ElementsAre(Pair("FR-A", ElementsAre("FR-B"))));
}

TEST(Cuts, AreNotWhatIsAboutOtherThings) {
  for (const char* body : {"data = [\"photo\"]\n", "about = [\"victim\"]\n", "to = [\"DE\"]\n",
                           "for_purpose = [\"prosecute\"]\n"}) {
    EXPECT_THAT(Beside("outbound.withhold", body), IsEmpty()) << body;
  }
  EXPECT_THAT(Of(World{}, Direction::kInbound), IsEmpty());
}

TEST(Cuts, OfWhatComesInAreTheInboundRules) {
  World world;
  world.of("FR").rules = AllowOut("FR-A") + AllowIn("FR-B") +
                         RuleText("inbound.forbid", "FR-C", "handling = [\"H2\"]\n");
  EXPECT_THAT(Of(world), IsEmpty());
  EXPECT_THAT(Of(world, Direction::kInbound), ElementsAre(Pair("FR-B", ElementsAre("FR-C"))));
}

// Nothing is permitted that no instrument carries, nor by a policy that is over.
TEST(Cuts, AreOfWhatIsCarriedAtTheInstant) {
  World world;
  world.of("FR").rules =
      AllowOut("FR-A") + RuleText("outbound.withhold", "FR-B", "data = [\"identity\"]\n");
  EXPECT_EQ(Of(world).size(), 1u);
  world.now = testing::At("2026-11-01T00:00:00Z");  // Brazil is no party any more
  EXPECT_THAT(Of(world), IsEmpty());
  world.now = testing::At("2027-01-01T00:00:00Z");
  EXPECT_THAT(Of(world), IsEmpty());
}

Policy WithoutDenials(const Policy& policy) {
  Policy out = policy;
  std::erase_if(out.outbound, [](const Rule& rule) { return rule.kind != RuleKind::kAllow; });
  return out;
}

// One policy of a random world against what is decided about single combinations.
class Checked {
 public:
  Checked(SnapshotParts parts, const Policy& policy, Instant at) : at_(at) {
    const RenderSetting setting{PublishedVocabulary(), parts.groups, parts.instruments,
                                parts.agencies, at};
    cuts_ = CutsOf(setting, policy, Direction::kOutbound).value();
    for (const Rule& rule : policy.outbound) {
      (rule.kind == RuleKind::kAllow ? allows_ : denials_).insert(rule.id);
    }
    parts.policies = {{policy, policy.valid.from}};
    whole_ = Snapshot::Compile(PublishedVocabulary(), parts).value();
    parts.policies = {{WithoutDenials(policy), policy.valid.from}};
    open_ = Snapshot::Compile(PublishedVocabulary(), parts).value();
  }

  // How many pairs of rules it meets.
  size_t Meet(RecordLabels record, const RecipientLabels& recipient) const {
    if (record.sections.empty() || record.sections[0].about.empty() ||
        record.sections[0].data.empty()) {
      return 0;
    }
    record.sections.resize(1);
    record.sections[0].about.resize(1);
    record.sections[0].data.resize(1);
    if (!DecideOutbound(*open_, record, recipient, at_).releases()) return 0;
    const Decision whole = DecideOutbound(*whole_, record, recipient, at_);
    size_t pairs = 0;
    for (const MatchedRule& allow : whole.matched) {
      if (allow.side != Side::kOrigin || !allows_.contains(allow.id)) continue;
      for (const MatchedRule& denial : whole.matched) {
        if (denial.side != Side::kOrigin || !denials_.contains(denial.id)) continue;
        const auto found = cuts_.find(allow.id);
        EXPECT_TRUE(found != cuts_.end() && found->second.contains(denial.id))
            << denial.id << " takes something of " << allow.id;
        ++pairs;
      }
    }
    return pairs;
  }

 private:
  const Instant at_;
  Cuts cuts_;
  std::set<std::string> allows_, denials_;
  std::shared_ptr<const Snapshot> whole_, open_;
};

TEST(Cuts, LeaveOutNothingThatADecisionMeets) {
  size_t pairs = 0;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    RandomWorld world(seed);
    const SnapshotParts parts = world.Parts();
    for (const PolicyInForce& one : parts.policies) {
      const Checked checked(parts, one.policy, one.policy.valid.from);
      for (int i = 0; i < 100; ++i) {
        const auto asked = world.Question(parts, 1);
        pairs += checked.Meet(asked.record, asked.recipient);
      }
    }
  }
  EXPECT_GT(pairs, 200u) << "too little is met";
}

}  // namespace
}  // namespace entente::policy
