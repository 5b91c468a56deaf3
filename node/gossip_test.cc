// What members tell each other of the log, inside records and by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/audit/fork_proof.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/ledger/parts.h"
#include "node/engine_fixture.h"

namespace entente::node {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class Gossip : public ::testing::Test {
 protected:
  // The broker's log up to `size`, and one entry that is not in it.
  testing::TestLog Forked(uint64_t size) {
    testing::TestLog other(world.federation.log_origin(),
                           world.federation.checkpoint_key().Clone());
    for (uint64_t i = 0; i < size; ++i) other.Append(world.broker.log().entries()[i]);
    const ledger::Act act{.instant = world.now,
                          .acting_agency = "DE.fiu",
                          .officer_pseudonym = {},
                          .justification_digest = {}};
    auto parts = ledger::NoticeParts(act, "gap", "BR.fiu", random.Bytes<32>());
    const auto sealed =
        ledger::WriteSealedEntry(v1::ENTRY_KIND_NOTICE, world.now, parts, random.Bytes<32>());
    other.Append(*sealed, std::move(parts));
    return other;
  }
  absl::Status Follow(std::string_view agency, const testing::TestLog& log) {
    Engine& engine = world.node(agency).engine();
    const v1::GetEntriesRequest request = engine.NextEntries();
    v1::GetEntriesResponse response;
    for (uint64_t i = request.from(); i < log.size(); ++i) {
      response.add_entries(log.entries()[i]);
    }
    response.set_checkpoint(log.Checkpoint());
    return engine.OnEntries(request, response, world.now);
  }
  // The broker has it, and the node never hears that it has.
  void Submit(std::string_view agency) {
    const auto request = world.node(agency)->NextSubmit(world.now);
    ASSERT_TRUE(request.ok() && *request) << request.status();
    (void)world.broker.Submit(std::string(agency), **request, world.now);
  }
  absl::StatusOr<v1::CompareLogResponse> Compare(std::string_view agency, const std::string& note) {
    v1::CompareLogRequest request;
    request.set_checkpoint(note);
    request.set_origin("FR.fiu");
    return world.node(agency)->CompareLog("admin", request, world.now);
  }
  // That of the fork found here holds for anyone with the log's key.
  void ExpectProven(std::string_view agency) {
    const auto log = world.node(agency)->LogCheckpoint("admin");
    ASSERT_TRUE(log.ok()) << log.status();
    ASSERT_TRUE(log->has_fork());
    const auto proof = audit::ParseForkProof(log->fork().proof());
    ASSERT_TRUE(proof.ok()) << proof.status() << log->fork().unproven();
    const auto facts = audit::JudgeFork(*proof, world.federation.genesis()->checkpoint);
    ASSERT_TRUE(facts.ok()) << facts.status();
    EXPECT_TRUE(facts->forked());
  }

  World world;
  testing::SeededRandom random{31};
};

TEST_F(Gossip, TwoMembersThatWereShownTwoLogsFindOutByOneRecord) {
  ASSERT_TRUE(Follow("FR.fiu", Forked(world.broker.log().size())).ok());
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  Submit("FR.fiu");
  world.Settle({"FR.fiu", "BR.fiu"});
  (void)world.Exchange(world.node("BR.fiu"));
  (void)world.Exchange(world.node("BR.fiu"));
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("fork"));
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
  EXPECT_GT(world.broker.waiting("BR.fiu"), 0u) << "it waits, and is not lost";
  ExpectProven("BR.fiu");
  world.node("BR.fiu").Restart(world.now);
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("fork"));
  ExpectProven("BR.fiu");
}

TEST_F(Gossip, WhatFitsIsSaidToNobody) {
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  EXPECT_THAT(world.InboxOf("BR.fiu"), SizeIs(1));
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), IsEmpty());
  EXPECT_FALSE(world.node("BR.fiu")->LogCheckpoint("admin")->has_fork());
}

TEST_F(Gossip, ACheckpointThatAnotherMemberGaveIsCompared) {
  const testing::TestLog& log = world.broker.log();
  for (const uint64_t size : {uint64_t{1}, log.size() / 2, log.size()}) {
    const auto compared = Compare("BR.fiu", log.Checkpoint(size));
    ASSERT_TRUE(compared.ok()) << compared.status();
    EXPECT_EQ(compared->their_size(), size);
    EXPECT_FALSE(compared->beyond());
  }
  const auto fork = Compare("BR.fiu", Forked(log.size() / 2).Checkpoint());
  EXPECT_TRUE(IsRefusal(fork.status(), Reason::kFork)) << fork.status();
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("fork"));
  ExpectProven("BR.fiu");
}

TEST_F(Gossip, AForgedOneIsNoFork) {
  testing::TestLog forged(world.federation.log_origin(), world.federation.receipt_key().Clone());
  forged.Append(world.broker.log().entries()[0]);
  EXPECT_TRUE(IsRefusal(Compare("BR.fiu", forged.Checkpoint()).status(), Reason::kBadSignature));
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Not(Contains("fork")));
}

TEST_F(Gossip, AMemberThatIsShownLessThanOthersSays) {
  testing::TestLog other = Forked(world.broker.log().size());
  const auto compared = Compare("BR.fiu", other.Checkpoint());
  ASSERT_TRUE(compared.ok()) << compared.status();
  EXPECT_TRUE(compared->beyond());
  ASSERT_TRUE(world.node("BR.fiu")->Tick(world.now).ok());
  (void)world.Exchange(world.node("BR.fiu"));
  world.Advance(limits::kMinuteMs / 2);
  ASSERT_TRUE(world.node("BR.fiu")->Tick(world.now).ok());
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Not(Contains("log-behind")));
  world.Advance(limits::kMinuteMs);
  ASSERT_TRUE(world.node("BR.fiu")->Tick(world.now).ok());
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("log-behind"));
}

TEST_F(Gossip, WhatGoesBeyondUsIsComparedWhenItIsReachedAlsoAfterARestart) {
  const testing::TestLog other = Forked(world.broker.log().size());
  ASSERT_TRUE(Compare("BR.fiu", other.Checkpoint()).ok());
  world.node("BR.fiu").Restart(world.now);
  world.Send("DE.fiu", world.Lead({"FR.fiu"}));
  world.Settle({"BR.fiu"});
  (void)world.Exchange(world.node("BR.fiu"));
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("fork"));
  ExpectProven("BR.fiu");
}

}  // namespace
}  // namespace entente::node
