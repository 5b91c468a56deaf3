// Decide() against a second reading of the rules, on random federations and records.
#include "tests/policy/oracle.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <map>

#include "policy/decide.h"
#include "tests/policy/random_world.h"
#include "tests/policy/shrink.h"

namespace entente::policy::testing {
namespace {

// A million cases on demand: ENTENTE_ORACLE_WORLDS=1000 ENTENTE_ORACLE_RECORDS=1000.
uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}
const uint64_t kWorlds = FromEnvironment("ENTENTE_ORACLE_WORLDS", 500);
const uint64_t kRecordsPerWorld = FromEnvironment("ENTENTE_ORACLE_RECORDS", 60);

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

Decision ByEngine(const Case& c) {
  const auto snapshot = Snapshot::Compile(PublishedVocabulary(), c.parts);
  if (!snapshot.ok()) return EngineFailed(c.t, c.parts.number, c.parts.hash);
  return WithoutContact(Decide(**snapshot, c.record, c.recipient, c.t));
}

Decision ByOracle(const Case& c) {
  return OracleDecide(PublishedVocabulary(), c.parts, c.record, c.recipient, c.t);
}

// What was met, for whoever asks whether agreement says anything.
struct Tally {
  std::array<uint64_t, 4> verdicts{};
  std::map<std::string, uint64_t> reasons;  // without subjects
  std::map<std::string, uint64_t> met;      // of consents and overrides

  void Add(const Decision& decision, const std::set<std::string>& of_one) {
    ++verdicts[static_cast<size_t>(decision.verdict)];
    for (const SidedReason& reason : decision.reasons) {
      ++reasons[reason.text.substr(0, reason.text.find(':'))];
    }
    for (const std::string& one : of_one) ++met[one];
    if (!decision.releases()) return;
    if (of_one.contains("yields")) ++met["released by consent"];
    if (of_one.contains("override-yields")) ++met["released by override"];
  }
  void Print() const {
    std::cout << "release " << verdicts[0] << ", in part " << verdicts[1] << ", hold "
              << verdicts[2] << ", refuse " << verdicts[3] << '\n';
    for (const auto& [reason, count] : reasons) std::cout << "  " << reason << ' ' << count << '\n';
    for (const auto& [what, count] : met)
      std::cout << "  consents and overrides: " << what << ' ' << count << '\n';
  }
};

TEST(Oracle, AgreesOnRandomPoliciesAndRecords) {
  Tally tally;
  for (uint64_t seed = 1; seed <= kWorlds; ++seed) {
    RandomWorld world(seed);
    const SnapshotParts parts = world.Parts();
    const auto snapshot = Snapshot::Compile(PublishedVocabulary(), parts);
    ASSERT_TRUE(snapshot.ok()) << snapshot.status();
    for (uint64_t i = 0; i < kRecordsPerWorld; ++i) {
      const auto [record, recipient, t] = world.Question(parts);
      std::set<std::string> met;
      const Decision expected =
          OracleDecide(PublishedVocabulary(), parts, record, recipient, t, &met);
      const Decision actual = WithoutContact(Decide(**snapshot, record, recipient, t));
      tally.Add(actual, met);
      if (actual == expected) continue;
      const Case small = Shrink({parts, record, recipient, t},
                                [](const Case& c) { return ByEngine(c) != ByOracle(c); });
      FAIL() << "seed " << seed << " record " << i << ", made small:\n"
             << Describe(small) << Shown(ByEngine(small)) << "\n"
             << Shown(ByOracle(small));
    }
  }
  tally.Print();
  // The worlds must exercise each verdict and each reason that rests on labels and rules, else
  // agreement says little: 500 times each in a million cases.
  const uint64_t cases = kWorlds * kRecordsPerWorld;
  const uint64_t least = std::max<uint64_t>(cases / 2'000, 1);
  for (const uint64_t count : tally.verdicts) EXPECT_GE(count, least);
  for (const char* reason :
       {"label-missing", "label-unknown", "origin-policy-absent", "destination-policy-absent",
        "policy-expired", "snapshot-behind", "instrument-unknown", "instrument-not-in-force",
        "instrument-not-party", "instrument-purpose", "no-rule-allows", "withheld", "forbidden",
        "not-together", "nothing-left", "essential-missing", "cannot-honour",
        "handling-needs-person", "engine-failed"}) {
    EXPECT_GE(tally.reasons[reason], least) << reason;
  }
  for (const char* met : {"yields",
                          "released by consent",
                          "yields-to-several",
                          "other-state",
                          "no-consent",
                          "time",
                          "words",
                          "source",
                          "instrument",
                          "source-policy",
                          "source-forbid",
                          "source-together",
                          "let-go",
                          "override-yields",
                          "released by override",
                          "override-yields-for-several",
                          "override-shares",
                          "override-time",
                          "override-too-long",
                          "override-other-rule",
                          "override-inbound",
                          "override-firm-rule",
                          "override-protected-rule",
                          "override-protected",
                          "override-words",
                          "override-unknown-word",
                          "override-nobody-asked"}) {
    EXPECT_GE(tally.met[met], least) << met;
  }
}

// A case on which the oracle is made to differ comes out small, and still differs.
TEST(Oracle, ADisagreementIsMadeSmall) {
  const auto fails = [](const Case& c) {
    Case deaf = c;  // one reader that knows no withhold
    for (PolicyInForce& in_force : deaf.parts.policies) {
      std::erase_if(in_force.policy.outbound,
                    [](const Rule& rule) { return rule.kind == RuleKind::kWithhold; });
    }
    return ByEngine(c).withheld != ByOracle(deaf).withheld;
  };
  int tried = 0;
  for (uint64_t seed = 1; tried < 5; ++seed) {
    RandomWorld world(seed);
    const SnapshotParts parts = world.Parts();
    const auto [record, recipient, t] = world.Question(parts);
    const Case found{parts, record, recipient, t};
    if (!fails(found)) continue;
    ++tried;
    const Case small = Shrink(found, fails);
    EXPECT_TRUE(fails(small));
    EXPECT_LE(SizeOf(small), 12u) << Describe(small);
    EXPECT_EQ(small.record.sections.size(), 1u);
  }
}

TEST(Oracle, OneSideAloneNeverReleasesLessThanBoth) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    RandomWorld world(seed);
    const SnapshotParts parts = world.Parts();
    const auto snapshot = Snapshot::Compile(PublishedVocabulary(), parts);
    ASSERT_TRUE(snapshot.ok()) << snapshot.status();
    for (uint64_t i = 0; i < kRecordsPerWorld; ++i) {
      const auto [record, recipient, t] = world.Question(parts);
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
