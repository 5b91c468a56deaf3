// What a node does before enough witnesses have cosigned the log, and what it says of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/ledger/ceremony.h"
#include "node/engine_fixture.h"

namespace entente::node {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const std::vector<std::string> kMembers = {"FR.fiu", "BR.fiu", "DE.fiu", "CH.fiu"};

// Three of four must cosign. Witnesses stop with Freeze(), and go on with Thaw().
class QuorumAtNode : public ::testing::Test {
 protected:
  void Freeze() {
    world.broker.witnessed = [note = world.broker.witnessed()] { return note; };
  }
  void Thaw() { CosignBy(kMembers); }
  void CosignBy(const std::vector<std::string>& members) {
    world.broker.witnessed = [this, members] {
      return world.federation.Cosigned(world.broker.log().Checkpoint(), members, world.now);
    };
  }
  v1::StatusResponse StatusOf(std::string_view agency) {
    const auto status = world.node(agency)->Status("admin", world.now);
    EXPECT_TRUE(status.ok()) << status.status();
    return status.ok() ? *status : v1::StatusResponse();
  }
  // By FR.fiu, of its signing key, put into the log as it stands.
  void Revoke(std::optional<uint64_t> doubted_from = std::nullopt) {
    const auto keys = world.broker.registry().KeysOf("FR.fiu");
    const auto key = std::ranges::find(keys, crypto::KeyUse::kRecordSigning, &ledger::KeyInfo::use);
    ASSERT_NE(key, keys.end());
    const auto revocation = ledger::SignRevocation(
        world.federation.name(), "FR.fiu", key->id, "stolen", world.now,
        world.federation.agency("FR.fiu").identity, crypto::KeyUse::kIdentity, doubted_from);
    v1::PublishRequest request;
    request.set_entry_kind(revocation.kind);
    *request.mutable_statement() = revocation.statement;
    ASSERT_TRUE(world.broker.Publish(request, world.now).ok());
  }
  absl::Status Ticked(std::string_view agency) { return world.node(agency)->Tick(world.now); }

  World world{kMembers, {}, 3};
};

TEST_F(QuorumAtNode, ARecordIsExchangedUnderTheQuorum) {
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  const auto inbox = world.InboxOf("BR.fiu");
  ASSERT_THAT(inbox, SizeIs(1));
  EXPECT_FALSE(inbox[0].not_yet_witnessed());
  EXPECT_FALSE(inbox[0].doubted());
  const auto status = StatusOf("BR.fiu");
  EXPECT_EQ(status.quorum(), "3 of 4");
  EXPECT_EQ(status.witnessed_size(), status.tree_size());
  EXPECT_EQ(status.witnessed_ms(), static_cast<uint64_t>(world.now.ms) / 1000 * 1000);
}

TEST_F(QuorumAtNode, ARecordAboveWhatTheyHaveCosignedIsOpenedAndMarked) {
  Freeze();
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  auto inbox = world.InboxOf("BR.fiu");
  ASSERT_THAT(inbox, SizeIs(1));
  EXPECT_TRUE(inbox[0].not_yet_witnessed());
  const auto shown = world.Show("BR.fiu", id);
  ASSERT_TRUE(shown.ok()) << shown.status();
  EXPECT_TRUE(shown->item().not_yet_witnessed());
  EXPECT_FALSE(shown->sections().empty()) << "a rescue does not wait for witnesses";
  Thaw();
  world.Settle();
  inbox = world.InboxOf("BR.fiu");
  EXPECT_FALSE(inbox[0].not_yet_witnessed());
}

TEST_F(QuorumAtNode, AMinorityIsNoQuorum) {
  CosignBy({"FR.fiu", "DE.fiu"});
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  const auto inbox = world.InboxOf("BR.fiu");
  ASSERT_THAT(inbox, SizeIs(1));
  EXPECT_TRUE(inbox[0].not_yet_witnessed());
}

TEST_F(QuorumAtNode, WhatChangesKeysActsUnderTheQuorumAndNothingAboveItIsJudgedBefore) {
  Freeze();
  Revoke();
  world.Send("DE.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty()) << "held, not lost";
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Not(Contains("record-refused")));
  Thaw();
  world.Settle();
  EXPECT_THAT(world.InboxOf("BR.fiu"), SizeIs(1));
}

TEST_F(QuorumAtNode, AfterFifteenMinutesWithoutThemNothingLeaves) {
  Freeze();
  world.Advance(limits::kQuorumFreshnessMs + limits::kSecondMs);
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  EXPECT_EQ(world.broker.waiting("BR.fiu"), 0u);
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
  ASSERT_TRUE(Ticked("FR.fiu").ok());
  world.Advance(limits::kQuorumFreshnessMs);
  ASSERT_TRUE(Ticked("FR.fiu").ok());
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("log-not-fresh"));
  Thaw();
  world.Settle();
  EXPECT_THAT(world.InboxOf("BR.fiu"), SizeIs(1));
  ASSERT_TRUE(Ticked("FR.fiu").ok());
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Not(Contains("log-not-fresh")));
}

TEST_F(QuorumAtNode, AfterTenMinutesAnAlarmSaysThatWitnessesAreMissing) {
  Freeze();
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  world.Advance(9 * limits::kMinuteMs);
  world.Settle();
  ASSERT_TRUE(Ticked("BR.fiu").ok());
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Not(Contains("not-witnessed")));
  world.Advance(limits::kMinuteMs);
  ASSERT_TRUE(Ticked("BR.fiu").ok());
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("not-witnessed"));
  Thaw();
  world.Settle();
  ASSERT_TRUE(Ticked("BR.fiu").ok());
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Not(Contains("not-witnessed")));
}

TEST(QuorumFirst, OurPolicyMayWantWitnessesBeforeARecordOfAKindIsOpened) {
  std::string policy = testing::DefaultPolicy("BR");
  const size_t at = policy.find("contact");
  ASSERT_NE(at, policy.npos);
  policy.insert(at, "quorum_first = [\"lead\"]\n");
  World world(kMembers, {{"BR", policy}}, 3);
  const auto witnessed = world.broker.witnessed;
  world.broker.witnessed = [note = witnessed()] { return note; };
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu", "DE.fiu"}));
  world.Settle();
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty()) << "held";
  EXPECT_THAT(world.InboxOf("DE.fiu"), SizeIs(1)) << "where the law does not ask it";
  EXPECT_EQ(world.broker.waiting("BR.fiu"), 1u) << "and not lost";
  world.node("BR.fiu").Restart(world.now);
  world.broker.witnessed = witnessed;
  world.Settle();
  ASSERT_THAT(world.InboxOf("BR.fiu"), SizeIs(1));
  EXPECT_FALSE(world.InboxOf("BR.fiu")[0].not_yet_witnessed());
}

TEST_F(QuorumAtNode, WhatItKnowsIsKeptOverARestart) {
  Freeze();
  Revoke();
  world.Send("DE.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  world.node("BR.fiu").Restart(world.now);
  world.Settle();
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
  Thaw();
  world.Settle();
  EXPECT_THAT(world.InboxOf("BR.fiu"), SizeIs(1));
  world.node("BR.fiu").Restart(world.now);
  EXPECT_EQ(StatusOf("BR.fiu").witnessed_size(), StatusOf("BR.fiu").tree_size());
}

TEST_F(QuorumAtNode, AnEntryThatIsDatedBackBeforeWhatWitnessesSawIsObjectedTo) {
  world.Advance(limits::kHourMs);
  world.Settle();  // cosigned now, and the entry is not there
  const Instant real = world.now;
  world.now = real - 6 * limits::kMinuteMs;
  Revoke();
  world.now = real;
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("log-instant"));
}

TEST_F(QuorumAtNode, WitnessesThatWereAwayMakeNoInstantWrong) {
  Freeze();
  Revoke();
  world.Settle();
  world.Advance(limits::kHourMs);
  Thaw();
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Not(Contains("log-instant")));
}

TEST_F(QuorumAtNode, WhatAStolenKeySignedIsFlaggedWhereverItLies) {
  const std::string before = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  const uint64_t index = world.broker.log().size();
  const std::string after = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Send("DE.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  Revoke();
  Revoke(index);
  world.Settle();
  for (const v1::InboxItem& item : world.InboxOf("BR.fiu")) {
    EXPECT_EQ(item.doubted(), item.record_id() == after) << item.origin();
  }
  EXPECT_TRUE(world.Show("BR.fiu", after)->item().doubted());
  EXPECT_FALSE(world.Show("BR.fiu", before)->item().doubted());
}

TEST_F(QuorumAtNode, AKeyOfOursThatIsRevokedIsReplacedAtOnce) {
  Revoke();
  world.Settle();
  world.Advance(limits::kMinuteMs);
  ASSERT_TRUE(Ticked("FR.fiu").ok());
  world.Settle();
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  ASSERT_THAT(world.InboxOf("BR.fiu"), SizeIs(1));
  EXPECT_FALSE(world.Show("BR.fiu", id)->item().doubted());
  ASSERT_TRUE(Ticked("FR.fiu").ok());
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Not(Contains("keys-not-in-log")));
}

// Else it would publish them again, be refused, and wait half a minute with the next.
TEST_F(QuorumAtNode, WhatWasPublishedIsNotPublishedAgainWhileItWaitsForTheQuorum) {
  Freeze();
  Revoke();
  Thaw();
  world.Settle();
  Freeze();
  world.Advance(limits::kMinuteMs);
  ASSERT_TRUE(Ticked("FR.fiu").ok());
  auto publish = world.node("FR.fiu")->NextPublish(world.now);
  ASSERT_TRUE(publish);
  world.node("FR.fiu")->OnPublished(world.broker.Publish(*publish, world.now), world.now);
  const auto request = world.node("FR.fiu")->NextEntries();
  const auto entries = world.broker.Entries(request);
  ASSERT_TRUE(world.node("FR.fiu")->OnEntries(request, entries, world.now).ok());
  EXPECT_FALSE(world.node("FR.fiu")->NextPublish(world.now)) << "it is in the log, and waits";
}

TEST_F(QuorumAtNode, ACheckpointOfAnotherTreeIsNotFollowed) {
  EXPECT_TRUE(*world.node("BR.fiu")->Follows(world.broker.log().Checkpoint(), world.now));
  testing::TestLog other(world.federation.log_origin(), world.federation.checkpoint_key().Clone());
  for (size_t i = 0; i + 1 < world.broker.log().size(); ++i) {
    other.Append(world.broker.log().entries()[i]);
  }
  other.Append(world.broker.log().entries()[1]);
  const auto follows = world.node("BR.fiu")->Follows(other.Checkpoint(), world.now);
  EXPECT_EQ(follows.status().code(), absl::StatusCode::kDataLoss) << follows.status();
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("fork"));
}

}  // namespace
}  // namespace entente::node
