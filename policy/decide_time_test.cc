// Step 2: which version of a policy counts at an instant, and a record sent under a newer one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy/test_world.h"

namespace entente::policy::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

Verdict VerdictAt(World world, const std::string& instant) {
  world.now = At(instant);
  return world.Decide().verdict;
}

TEST(Time, APolicyHoldsFromItsFirstInstantUpToItsLast) {
  World world;
  world.of("FR").from = "2026-06-01T00:00:00+02:00";
  world.of("FR").until = "2026-06-02T00:00:00+02:00";
  EXPECT_EQ(VerdictAt(world, "2026-05-31T21:59:59.999Z"), Verdict::kRefuse);
  EXPECT_EQ(VerdictAt(world, "2026-05-31T22:00:00Z"), Verdict::kRelease);
  EXPECT_EQ(VerdictAt(world, "2026-06-01T21:59:59.999Z"), Verdict::kRelease);
  EXPECT_EQ(VerdictAt(world, "2026-06-01T22:00:00Z"), Verdict::kRefuse);
}

TEST(Time, SummerTimeIsAnOffsetAndNothingElse) {
  // The hour from 02:00 to 03:00 exists twice on this day; the offset says which is meant.
  World world;
  world.of("FR").from = "2026-10-25T02:30:00+02:00";
  EXPECT_EQ(VerdictAt(world, "2026-10-25T00:29:59Z"), Verdict::kRefuse);
  EXPECT_EQ(VerdictAt(world, "2026-10-25T00:30:00Z"), Verdict::kRelease);
  world.of("FR").from = "2026-10-25T02:30:00+01:00";
  EXPECT_EQ(VerdictAt(world, "2026-10-25T01:29:59Z"), Verdict::kRefuse);
  EXPECT_EQ(VerdictAt(world, "2026-10-25T01:30:00Z"), Verdict::kRelease);
}

TEST(Time, TheYear9999IsAnEndLikeAnother) {
  World world;
  world.of("FR").until = "9999-12-31T23:59:59Z";
  world.of("BR").until = "9999-12-31T23:59:59Z";
  world.recipient.under = "WIDE";
  world.of("FR").rules = RuleText("outbound.allow", "FR-A",
                                  "to=[\"BR\"]\nfor_purpose=[\"investigate\"]\n"
                                  "about=[\"suspect\"]\ndata=[\"identity\"]\nunder=[\"WIDE\"]");
  EXPECT_EQ(VerdictAt(world, "9999-12-31T23:59:58.999Z"), Verdict::kRelease);
  EXPECT_EQ(VerdictAt(world, "9999-12-31T23:59:59Z"), Verdict::kRefuse);
}

TEST(Time, AbsentAndExpiredPoliciesAreToldApart) {
  World world;
  world.now = At("2026-10-01T00:00:00Z");
  world.of("BR").until = "2026-09-01T00:00:00Z";
  EXPECT_THAT(Reasons(world.Decide()), ElementsAre("policy-expired"));
  EXPECT_EQ(world.Decide().reasons[0].side, Side::kDestination);
  world.policies.erase("BR");
  EXPECT_THAT(Reasons(world.Decide()), ElementsAre("destination-policy-absent"));
  world.policies.erase("FR");
  EXPECT_THAT(Reasons(world.Decide()),
              ElementsAre("destination-policy-absent", "origin-policy-absent"));
  EXPECT_EQ(world.Decide().verdict, Verdict::kRefuse);
}

TEST(Time, ADestinationWithoutInboundRulesTakesNothing) {
  World world;
  world.of("BR").rules = RuleText("outbound.forbid", "BR-F", "");
  EXPECT_THAT(Reasons(world.Decide()), ElementsAre("no-rule-allows", "nothing-left"));
}

World TwoVersions() {
  World world;
  world.policies.insert({"FR",
                         {RuleText("outbound.forbid", "FR-2F", ""), "", 2, "2026-06-01T00:00:00Z",
                          "2026-09-01T00:00:00Z", "2026-05-01T00:00:00Z"}});
  return world;
}

TEST(Time, TheHighestVersionInEffectCounts) {
  World world = TwoVersions();
  const auto snapshot = world.Compile();
  EXPECT_EQ(snapshot->PolicyVersion("FR", At("2025-12-31T23:59:59Z")), std::nullopt);
  EXPECT_EQ(snapshot->PolicyVersion("FR", At("2026-05-31T23:59:59Z")), 1u);
  EXPECT_EQ(snapshot->PolicyVersion("FR", At("2026-06-01T00:00:00Z")), 2u);
  EXPECT_EQ(snapshot->PolicyVersion("JP", world.now), std::nullopt);
  EXPECT_EQ(VerdictAt(world, "2026-05-31T23:59:59Z"), Verdict::kRelease);
  EXPECT_EQ(VerdictAt(world, "2026-06-01T00:00:00Z"), Verdict::kRefuse);
  // The newer one has ended; the older one, still within its dates, does not come back.
  world.now = At("2026-09-01T00:00:00Z");
  EXPECT_THAT(Reasons(world.Decide()), ElementsAre("policy-expired"));
}

TEST(Time, TheLogMayPutAVersionInForceLaterThanItsDates) {
  World world = TwoVersions();
  for (auto& [state, text] : world.policies) {
    if (text.version == 2) text.in_force = "2026-07-01T00:00:00Z";
  }
  EXPECT_EQ(VerdictAt(world, "2026-06-30T23:59:59Z"), Verdict::kRelease);
  EXPECT_EQ(VerdictAt(world, "2026-07-01T00:00:00Z"), Verdict::kRefuse);
}

TEST(Time, AReplayedOlderVersionChangesNothing) {
  World world = TwoVersions();
  for (auto& [state, text] : world.policies) {
    if (state == "FR" && text.version == 1) text.in_force = "2026-06-15T00:00:00Z";
  }
  EXPECT_EQ(VerdictAt(world, "2026-06-20T00:00:00Z"), Verdict::kRefuse);
}

TEST(Time, ARecordSentUnderANewerVersionWaitsAnHourAndNoLonger) {
  World world;
  world.record.sent_under = 2;
  Decision decision = world.Decide();
  EXPECT_EQ(decision.verdict, Verdict::kHold);
  EXPECT_THAT(Reasons(decision), ElementsAre("snapshot-behind"));
  EXPECT_THAT(decision.released, ElementsAre());
  EXPECT_THAT(decision.obligations, ElementsAre());
  world.now = *world.record.created + int64_t{3'599'999};
  EXPECT_EQ(world.Decide().verdict, Verdict::kHold);
  world.now = *world.record.created + int64_t{3'600'000};
  EXPECT_EQ(world.Decide().verdict, Verdict::kRefuse);
  EXPECT_THAT(Reasons(world.Decide()), ElementsAre("snapshot-behind"));
  world.record.sent_under = 1;
  EXPECT_EQ(world.Decide().verdict, Verdict::kRelease);
}

TEST(Time, AnOriginWithoutAnyPolicyYetIsWaitedForToo) {
  World world;
  world.policies.erase("FR");
  world.record.sent_under = 1;
  EXPECT_EQ(world.Decide().verdict, Verdict::kHold);
  EXPECT_THAT(Reasons(world.Decide()), ElementsAre("origin-policy-absent"));
  world.record.sent_under = 0;
  EXPECT_EQ(world.Decide().verdict, Verdict::kRefuse);
}

TEST(Time, WhatIsRefusedAnywayDoesNotWait) {
  World world;
  world.record.sent_under = 2;
  world.of("BR").rules += RuleText("inbound.forbid", "BR-F", "");
  EXPECT_EQ(world.Decide().verdict, Verdict::kRefuse);
  EXPECT_THAT(Reasons(world.Decide()), ElementsAre("forbidden", "snapshot-behind"));
  world.of("BR").rules = AllowIn("BR-IN");
  world.record.created.reset();
  EXPECT_EQ(world.Decide().verdict, Verdict::kRefuse);
}

TEST(Time, ADecisionNamesItsSnapshotAndInstant) {
  World world;
  const Decision decision = world.Decide();
  EXPECT_EQ(decision.at, world.now);
  EXPECT_EQ(decision.snapshot_number, 7u);
  EXPECT_EQ(decision.snapshot_hash[0], 0xab);
  const auto renumbered = world.Compile()->Renumbered(9, Digest{});
  EXPECT_EQ(renumbered->number(), 9u);
  Decision again = Decide(*renumbered, world.record, world.recipient, world.now);
  EXPECT_EQ(again.snapshot_number, 9u);
  again.snapshot_number = decision.snapshot_number;
  again.snapshot_hash = decision.snapshot_hash;
  EXPECT_EQ(again, decision);
}

}  // namespace
}  // namespace entente::policy::testing
