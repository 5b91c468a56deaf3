// Decide() against a second reading of the rules, on random federations and records.
#include "tests/policy/oracle.h"

#include <gtest/gtest.h>

#include <array>

#include "policy/decide.h"
#include "tests/policy/random_world.h"

namespace entente::policy::testing {
namespace {

constexpr uint64_t kWorlds = 600;
constexpr int kRecordsPerWorld = 60;

// The oracle does not say whom to ask.
Decision WithoutContact(Decision decision) {
  decision.destination_contact.clear();
  decision.destination_public = false;
  return decision;
}

std::string Shown(const Decision& decision) {
  std::string out = DecisionJson(decision) + " sides:";
  for (const SidedReason& reason : decision.reasons) {
    out += " " + std::to_string(static_cast<int>(reason.side)) + "/" + reason.text;
  }
  return out;
}

TEST(Oracle, AgreesOnRandomPoliciesAndRecords) {
  std::array<int, 4> verdicts{};
  for (uint64_t seed = 1; seed <= kWorlds; ++seed) {
    RandomWorld world(seed);
    const SnapshotParts parts = world.Parts();
    const auto snapshot = Snapshot::Compile(PublishedVocabulary(), parts);
    ASSERT_TRUE(snapshot.ok()) << snapshot.status();
    for (int i = 0; i < kRecordsPerWorld; ++i) {
      const RecordLabels record = world.Record(parts);
      const RecipientLabels recipient = world.Recipient();
      const Instant t = world.When();
      const Decision expected = OracleDecide(PublishedVocabulary(), parts, record, recipient, t);
      const Decision actual = WithoutContact(Decide(**snapshot, record, recipient, t));
      ASSERT_EQ(actual, expected) << "seed " << seed << " record " << i << "\n"
                                  << Shown(actual) << "\n"
                                  << Shown(expected);
      ++verdicts[static_cast<size_t>(actual.verdict)];
    }
  }
  // The worlds must exercise each verdict, else agreement says little.
  for (const int count : verdicts) EXPECT_GT(count, 100);
  std::cout << "release " << verdicts[0] << ", in part " << verdicts[1] << ", hold " << verdicts[2]
            << ", refuse " << verdicts[3] << '\n';
}

TEST(Oracle, OneSideAloneNeverReleasesLessThanBoth) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    RandomWorld world(seed);
    const SnapshotParts parts = world.Parts();
    const auto snapshot = Snapshot::Compile(PublishedVocabulary(), parts);
    ASSERT_TRUE(snapshot.ok()) << snapshot.status();
    for (int i = 0; i < kRecordsPerWorld; ++i) {
      const RecordLabels record = world.Record(parts);
      const RecipientLabels recipient = world.Recipient();
      const Instant t = world.When();
      const Decision both = Decide(**snapshot, record, recipient, t);
      const Decision outbound = DecideOutbound(**snapshot, record, recipient, t);
      const Decision inbound = DecideInbound(**snapshot, record, recipient, t);
      // not_together looks at what is left, so one side may refuse where both leave less.
      const auto together = [](const Decision& d) {
        return std::any_of(d.reasons.begin(), d.reasons.end(),
                           [](const SidedReason& r) { return r.text == "not-together"; });
      };
      if (!both.releases() || together(outbound) || together(inbound)) continue;
      for (const Decision* one : {&outbound, &inbound}) {
        ASSERT_TRUE(std::includes(one->released.begin(), one->released.end(), both.released.begin(),
                                  both.released.end()))
            << "seed " << seed << " record " << i;
      }
      ASSERT_EQ(outbound.origin_obligations, both.origin_obligations);
    }
  }
}

}  // namespace
}  // namespace entente::policy::testing
