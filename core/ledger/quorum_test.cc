// The quorum: whose cosignatures let open entries act, and how it is changed.
#include "core/ledger/follower.h"
#include "core/ledger/ledger_fixture.h"
#include "core/ledger/parts.h"

namespace entente::ledger {
namespace {

using Agencies = std::vector<std::string>;
const Agencies kAll = {"FR.fiu", "BR.fiu", "DE.fiu", "CH.fiu", "AE.fiu"};
const Agencies kFour = {"FR.fiu", "BR.fiu", "DE.fiu", "CH.fiu"};
const Agencies kThree = {"FR.fiu", "BR.fiu", "DE.fiu"};

FederationOptions Quorum(int needed) {
  FederationOptions options;
  options.quorum = needed;
  return options;
}

class QuorumTest : public LedgerTest {
 protected:
  explicit QuorumTest(int needed = 4) : LedgerTest(Quorum(needed)) {
    EXPECT_TRUE(follower.AddEntries(0, log.entries()).ok());
  }

  // One sealed entry more, given to the follower.
  void Grow() {
    const Act act{.instant = instant,
                  .acting_agency = "FR.fiu",
                  .officer_pseudonym = {},
                  .justification_digest = {}};
    auto parts = NoticeParts(act, "gap", "BR.fiu", random.Bytes<32>());
    const auto sealed = WriteSealedEntry(v1::ENTRY_KIND_NOTICE, instant, parts, random.Bytes<32>());
    log.Append(*sealed, std::move(parts));
    AddLast();
  }
  void Append(const Publication& publication) {
    log.Append(testing::EntryOf(publication, instant));
    AddLast();
  }
  void AddLast() {
    EXPECT_TRUE(follower.AddEntries(log.size() - 1, std::span(&log.entries().back(), 1)).ok());
  }
  // How many open entries began to act; the reason when it was refused.
  std::string Take(const std::string& note) {
    const auto taken = follower.Take(note);
    return taken.ok() ? std::to_string(taken->applied.size()) : Outcome(taken.status());
  }
  std::string Cosigned(uint64_t size, const Agencies& agencies, int64_t after_ms = 0) {
    return federation.Cosigned(log.Checkpoint(size), agencies, instant + after_ms);
  }
  std::string Cosigned(const Agencies& agencies) { return Cosigned(log.size(), agencies); }
  std::vector<crypto::SigningKey> Authorities(const std::vector<std::string>& codes) {
    std::vector<crypto::SigningKey> keys;
    for (const std::string& code : codes) {
      keys.push_back(federation.jurisdiction(code).authority.Clone());
    }
    return keys;
  }
  Publication Changed(uint64_t number, std::string_view policy,
                      const std::vector<std::string>& by = {"FR", "BR", "DE", "CH"}) {
    return SignQuorum(federation.name(), number, policy, instant, Authorities(by));
  }

  testing::TestLog log = federation.NewLog();
  Follower follower = Follower::Create(federation.genesis());
};

TEST_F(QuorumTest, OpenEntriesActUnderAQuorumAndNotBefore) {
  EXPECT_EQ(Take(log.Checkpoint()), "0");
  EXPECT_EQ(follower.size(), log.size()) << "it is followed all the same";
  EXPECT_EQ(follower.acted(), 0u);
  EXPECT_EQ(follower.judged_below(), 0u) << "the genesis file waits too";
  EXPECT_EQ(Take(Cosigned(kThree)), "0") << "three of five are a minority that could be shown this";
  EXPECT_EQ(follower.registry().snapshot_number(), 0u);
  EXPECT_EQ(Take(Cosigned(kFour)), std::to_string(log.size()));
  EXPECT_EQ(follower.registry().snapshot_hash(), registry.snapshot_hash());
  EXPECT_EQ(follower.acted(), log.size());
  EXPECT_EQ(follower.judged_below(), log.size());
}

TEST_F(QuorumTest, CosignaturesComeLaterUnderAnOlderSize) {
  const uint64_t founded = log.size();
  ASSERT_EQ(Take(log.Checkpoint()), "0");
  Grow();
  ASSERT_EQ(Take(log.Checkpoint()), "0");
  EXPECT_EQ(Take(Cosigned(founded, kFour)), std::to_string(founded));
  EXPECT_EQ(follower.acted(), founded);
  EXPECT_EQ(follower.size(), founded + 1);
  EXPECT_EQ(follower.judged_below(), founded + 1) << "no open entry is below it that waits";
  EXPECT_EQ(Take(Cosigned(kFour)), "0");
  EXPECT_EQ(follower.acted(), founded + 1);
  EXPECT_EQ(Take(Cosigned(founded, kAll)), "0");
  EXPECT_EQ(follower.acted(), founded + 1) << "an older one takes nothing back";
}

TEST_F(QuorumTest, NothingIsJudgedAboveAnOpenEntryThatWaits) {
  ASSERT_NE(Take(Cosigned(kFour)), "0");
  Grow();
  const uint64_t place = log.size();
  const auto key = SigningKeyId("FR.fiu");
  Append(Revoke("FR.fiu", key, federation.agency("FR.fiu").identity, KeyUse::kIdentity));
  Grow();
  ASSERT_EQ(Take(log.Checkpoint()), "0");
  EXPECT_EQ(follower.size(), place + 2);
  EXPECT_EQ(follower.judged_below(), place);
  EXPECT_TRUE(
      follower.registry().FindKey("FR.fiu", key, KeyUse::kRecordSigning, place + 1, instant).ok());
  EXPECT_EQ(Take(Cosigned(kFour)), "1");
  EXPECT_EQ(follower.judged_below(), place + 2);
  EXPECT_EQ(Outcome(follower.registry()
                        .FindKey("FR.fiu", key, KeyUse::kRecordSigning, place + 1, instant)
                        .status()),
            "key-not-valid-then");
}

TEST_F(QuorumTest, TheTimeIsThatAtWhichTheLastOneNeededSigned) {
  std::string note = federation.Cosigned(log.Checkpoint(), kThree, instant);
  note = federation.Cosigned(std::move(note), {"CH.fiu"}, instant - 7000);
  note = federation.Cosigned(std::move(note), {"AE.fiu"}, instant - 60'000);
  ASSERT_NE(Take(note), "0");
  EXPECT_EQ(follower.witnessed().time, Ms(instant - 7000) / 1000);
  ASSERT_EQ(Take(Cosigned(log.size(), kFour, 30'000)), "0");
  EXPECT_EQ(follower.witnessed().time, Ms(instant + 30'000) / 1000) << "cosigned again";
  ASSERT_EQ(Take(Cosigned(log.size(), kFour, 10'000)), "0");
  EXPECT_EQ(follower.witnessed().time, Ms(instant + 30'000) / 1000) << "it never goes back";
}

TEST_F(QuorumTest, OneWrongCosignatureRefusesTheNote) {
  std::string note = Cosigned(kFour);
  Grow();
  const std::string other = Cosigned({"AE.fiu"});
  note += other.substr(other.rfind("\xE2\x80\x94"));
  EXPECT_EQ(Take(note), "bad-signature");
  EXPECT_EQ(follower.registry().snapshot_number(), 0u);
}

TEST_F(QuorumTest, AWitnessThatSignsTwiceHasOneVote) {
  std::string note = Cosigned(kThree);
  note = federation.Cosigned(std::move(note), {"DE.fiu"}, instant + 1000);
  EXPECT_NE(Take(note), std::to_string(log.size()));
  EXPECT_EQ(follower.registry().snapshot_number(), 0u);
}

TEST_F(QuorumTest, AForkUnderAQuorumIsAFork) {
  ASSERT_NE(Take(Cosigned(kFour)), "0");
  testing::TestLog other(federation.log_origin(), federation.checkpoint_key().Clone());
  for (uint64_t i = 0; i + 1 < log.size(); ++i) other.Append(log.entries()[i]);
  other.Append(testing::EntryOf(Changed(1, kQuorumNone), instant));
  EXPECT_EQ(Take(federation.Cosigned(other.Checkpoint(), kAll, instant)), "fork");
}

TEST_F(QuorumTest, ANewQuorumIsJudgedUnderTheOldOneAndThenAsked) {
  ASSERT_NE(Take(Cosigned(kFour)), "0");
  const uint64_t place = log.size();
  Append(Changed(1, federation.QuorumText(3, {"BR.fiu", "DE.fiu", "CH.fiu"})));
  Append(Revoke("FR.fiu", SigningKeyId("FR.fiu"), federation.agency("FR.fiu").identity,
                KeyUse::kIdentity));
  EXPECT_EQ(Take(Cosigned({"BR.fiu", "DE.fiu", "CH.fiu"})), "0") << "the old one asks four";
  EXPECT_EQ(Take(Cosigned({"FR.fiu", "BR.fiu", "DE.fiu", "AE.fiu"})), "1");
  EXPECT_EQ(follower.registry().quorum_number(), 1u);
  EXPECT_EQ(follower.judged_below(), place + 1) << "the revocation needs the new one";
  EXPECT_EQ(Take(Cosigned({"BR.fiu", "DE.fiu", "CH.fiu"})), "1");
  EXPECT_EQ(follower.judged_below(), log.size());
}

TEST_F(QuorumTest, OneNoteMayServeBothQuorums) {
  ASSERT_NE(Take(Cosigned(kFour)), "0");
  Append(Changed(1, federation.QuorumText(3, {"BR.fiu", "DE.fiu", "CH.fiu"})));
  Append(Revoke("FR.fiu", SigningKeyId("FR.fiu"), federation.agency("FR.fiu").identity,
                KeyUse::kIdentity));
  EXPECT_EQ(Take(Cosigned(kFour)), "2");
}

TEST_F(QuorumTest, IsKeptOverARestart) {
  ASSERT_NE(Take(Cosigned(kFour)), "0");
  Grow();
  Append(Revoke("FR.fiu", SigningKeyId("FR.fiu"), federation.agency("FR.fiu").identity,
                KeyUse::kIdentity));
  ASSERT_EQ(Take(log.Checkpoint()), "0");
  std::vector<OpenEntry> open;
  for (uint64_t i = 0; i + 2 < log.size(); ++i) open.push_back({i, log.entries()[i]});
  auto restored = Follower::Restore(federation.genesis(), follower.Save(), open);
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(restored->acted(), follower.acted());
  EXPECT_EQ(restored->judged_below(), follower.judged_below());
  EXPECT_EQ(restored->witnessed().time, follower.witnessed().time);
  EXPECT_EQ(restored->witnessed().note, follower.witnessed().note);
  const auto taken = restored->Take(Cosigned(kFour));
  ASSERT_TRUE(taken.ok()) << taken.status();
  EXPECT_EQ(taken->applied.size(), 1u);
}

// ---- the statement

TEST_F(QuorumTest, IsChangedByMoreThanTwoThirdsOfTheAuthorities) {
  const std::string policy = federation.QuorumText(4, kAll);
  EXPECT_EQ(Offer(Changed(1, policy, {"FR", "BR", "DE"})), "bad-signature");
  EXPECT_EQ(Offer(Changed(1, policy)), "ok");
  EXPECT_EQ(registry.quorum_number(), 1u);
  EXPECT_EQ(Offer(Changed(1, policy)), "snapshot-behind");
  EXPECT_EQ(Offer(Changed(3, policy)), "snapshot-behind");
  EXPECT_EQ(Offer(Changed(2, kQuorumNone)), "ok");
  EXPECT_EQ(registry.Quorum(), nullptr);
}

TEST_F(QuorumTest, APolicyThatIsNotTheRuleIsRefused) {
  EXPECT_EQ(Offer(Changed(1, federation.QuorumText(3, kAll))), "malformed") << "3 of 5";
  EXPECT_EQ(Offer(Changed(1, "quorum none\n")), "malformed");
  EXPECT_EQ(Offer(Changed(1, "")), "malformed");
  FederationOptions elsewhere;
  elsewhere.seed = 5;
  testing::Federation other(elsewhere);
  EXPECT_EQ(Offer(Changed(1, other.QuorumText(4, kAll))), "malformed") << "of another log";
  EXPECT_EQ(registry.quorum_number(), 0u);
}

TEST_F(QuorumTest, StandsInTheGenesisFileAndIsReadBack) {
  const auto read = Genesis::Parse(federation.genesis().text());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->fields().quorum, federation.QuorumText(4, kAll));
  ASSERT_NE(read->quorum(), nullptr);
  EXPECT_EQ(read->quorum()->votes().needed, 4u);
  EXPECT_EQ(read->quorum()->votes().all, 5u);
}

TEST_F(QuorumTest, AGenesisFileWithTooSmallAQuorumIsRefused) {
  GenesisFields fields = federation.genesis().fields();
  fields.quorum = federation.QuorumText(3, kAll);
  EXPECT_FALSE(Genesis::Create(fields).ok());
  fields.quorum = federation.QuorumText(4, kAll) + "# '''\n";
  EXPECT_FALSE(Genesis::Create(fields).ok());
  fields.quorum = "";
  EXPECT_FALSE(Genesis::Create(fields).ok());
}

// ---- a key in other hands

TEST_F(QuorumTest, DoubtMayFollowARevocationAndReachFurtherBack) {
  const auto revoke = [&](std::optional<uint64_t> doubted) {
    return SignRevocation(federation.name(), "FR.fiu", SigningKeyId("FR.fiu"), "stolen", instant,
                          federation.agency("FR.fiu").identity, KeyUse::kIdentity, doubted);
  };
  const auto key = [&] {
    for (const KeyInfo& one : registry.KeysOf("FR.fiu")) {
      if (one.id == SigningKeyId("FR.fiu")) return one;
    }
    return KeyInfo{};
  };
  const uint64_t place = index;
  EXPECT_EQ(Offer(revoke(std::nullopt)), "ok");
  EXPECT_EQ(Offer(revoke(std::nullopt)), "key-not-valid-then");
  EXPECT_EQ(Offer(revoke(20)), "ok");
  EXPECT_EQ(Offer(revoke(20)), "key-not-valid-then");
  EXPECT_EQ(Offer(revoke(25)), "key-not-valid-then");
  EXPECT_EQ(Offer(revoke(10)), "ok");
  EXPECT_EQ(Offer(revoke(index + 1)), "future-dated");
  EXPECT_EQ(key().revoked_at, place) << "of the first";
  EXPECT_EQ(key().doubted_from, 10u);
}

}  // namespace
}  // namespace entente::ledger
