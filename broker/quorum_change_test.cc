// What members act on, when the quorum is another from some entry on.
#include "broker/cosigning_fixture.h"
#include "core/ledger/follower.h"

namespace entente::broker {
namespace {

// A member as its node drives it: core/ledger/follower.h.
struct Member {
  ledger::Follower follower;

  explicit Member(const EngineFixture& f)
      : follower(ledger::Follower::Create(f.federation.genesis())) {}
  void Take(const std::string& note) {
    if (note.empty()) return;
    const auto taken = follower.Take(note);
    EXPECT_TRUE(taken.ok()) << taken.status();
  }
  // Up to `limit` entries, and what comes with them.
  void Poll(const EngineFixture& f, const Cosigning& cosigning, uint32_t limit = 1000) {
    const uint64_t from = follower.next_index();
    const std::string witnessed = cosigning.WitnessedFor(from);
    const auto entries = f.engine->Entries(from, limit);
    ASSERT_TRUE(entries.ok()) << entries.status();
    const std::vector<std::string> some(entries->entries().begin(), entries->entries().end());
    ASSERT_TRUE(follower.AddEntries(from, some).ok());
    Take(entries->checkpoint());
    Take(witnessed);
  }
  // One whose open entries wait asks from the first of them.
  void AskFromWhatWaits(const Cosigning& cosigning) {
    Take(cosigning.WitnessedFor(follower.judged_below()));
  }
};

class ChangeTest : public CosigningTest {
 protected:
  // From four of five to all of three of whom two were there before.
  void SetUp() override {
    Turn(kAll);
    member.Poll(f, *cosigning);
    EXPECT_EQ(member.follower.acted(), Size());
    Change(1, f.federation.QuorumText(3, {"DE.fiu", "CH.fiu", "AE.fiu"}));
    Pass(kRoundMs);
  }
  Member member{f};
};

TEST_F(ChangeTest, BothQuorumsCosignTheChange) {
  Grow();
  Turn(kAll);
  Member late(f);
  for (Member* one : {&member, &late}) {
    one->Poll(f, *cosigning);
    EXPECT_EQ(one->follower.acted(), Size());
    EXPECT_EQ(one->follower.registry().quorum_number(), 1u);
  }
  Grow();
  Pass(kRoundMs);
  EXPECT_EQ(Turn("FR.fiu"), "not-authorised") << "its time is over";
  Turn({"DE.fiu", "CH.fiu", "AE.fiu"});
  member.Poll(f, *cosigning);
  EXPECT_EQ(member.follower.acted(), Size());
}

TEST_F(ChangeTest, WhoWasAskedIsHeardThoughTheOthersWereFaster) {
  ASSERT_EQ(Asked("FR.fiu", 0), std::to_string(Size()));
  Turn({"BR.fiu", "DE.fiu", "CH.fiu", "AE.fiu"});
  EXPECT_EQ(Asked("FR.fiu", 0), "not-authorised");
  const std::string line = audit::SignatureLine(audit::CosignNote(
      audit::ParseNote(f.engine->LatestCheckpoint().note)->text,
      f.federation.WitnessKey("FR.fiu").name(), 1'800'000'000, f.federation.witness("FR.fiu")));
  EXPECT_EQ(Send("FR.fiu", Size(), line), "ok");
}

TEST_F(ChangeTest, TheNewQuorumAloneMovesNobodyWhoHasNotSeenTheChangeUnderTheOld) {
  Turn({"DE.fiu", "CH.fiu", "AE.fiu"});
  EXPECT_EQ(WitnessedSize(), Size());
  member.Poll(f, *cosigning);
  EXPECT_LT(member.follower.acted(), Size());
  Grow();
  Pass(kRoundMs);
  Turn(kAll);  // the old one is still asked
  member.Poll(f, *cosigning);
  EXPECT_EQ(member.follower.acted(), Size());
}

TEST_F(ChangeTest, TheChangeIsKeptForThoseWhoComeLater) {
  Turn(kFour);
  const uint64_t handed_over = Size();
  for (int i = 0; i < 3; ++i) {
    Grow();
    Pass(kRoundMs);
    Turn({"DE.fiu", "CH.fiu", "AE.fiu"});
  }
  Restart();
  Member late(f);
  while (late.follower.next_index() < Size()) late.Poll(f, *cosigning, 7);
  late.Poll(f, *cosigning);
  EXPECT_EQ(late.follower.acted(), Size());
  // One that followed the log, but was away when the old quorum cosigned the change.
  Member away(f);
  const auto entries = f.engine->Entries(0, 1000);
  ASSERT_TRUE(away.follower
                  .AddEntries(0, std::vector<std::string>(entries->entries().begin(),
                                                          entries->entries().end()))
                  .ok());
  away.Take(entries->checkpoint());
  away.Poll(f, *cosigning);
  EXPECT_EQ(away.follower.acted(), 0u) << "the newest is of a quorum that it does not know";
  away.AskFromWhatWaits(*cosigning);
  EXPECT_EQ(away.follower.acted(), handed_over);
  away.Poll(f, *cosigning);
  EXPECT_EQ(away.follower.acted(), Size());
  EXPECT_EQ(f.Findings(), "");
}

TEST_F(ChangeTest, AQuorumIsNotAskedForWhatStandsBelowIt) {
  Restart();
  ASSERT_EQ(Asked("FR.fiu", 0), std::to_string(Size()));
  Change(2, f.federation.QuorumText(1, {"AE.fiu"}));
  EXPECT_EQ(Turn("AE.fiu"), std::to_string(Size() - 1)) << "as a witness of those before";
  EXPECT_EQ(WitnessedSize() + 2, Size()) << "that of before the first change";
}

TEST_F(CosigningTest, AChangeToNoQuorumEndsTheAsking) {
  Turn(kFour);
  Change(1, "none");
  Pass(kRoundMs);
  Turn(kFour);
  EXPECT_EQ(Turn("FR.fiu"), "not-authorised");
  Member late(f);
  late.Poll(f, *cosigning);
  EXPECT_EQ(late.follower.acted(), Size());
  EXPECT_FALSE(late.follower.registry().Quorum());
}

class WithoutQuorumTest : public CosigningTest {
 protected:
  WithoutQuorumTest() : CosigningTest(0) {}
};

TEST_F(WithoutQuorumTest, NobodyIsAsked) {
  EXPECT_EQ(Turn("FR.fiu"), "not-authorised");
  EXPECT_EQ(cosigning->Witnessed(), "");
  EXPECT_FALSE(cosigning->WitnessedLevel());
}

TEST_F(WithoutQuorumTest, AFirstQuorumIsAskedFromItsPlaceOn) {
  Member member(f);
  member.Poll(f, *cosigning);
  Change(1, f.federation.QuorumText(4, kAll));
  member.Poll(f, *cosigning);
  EXPECT_EQ(member.follower.registry().quorum_number(), 1u);
  EXPECT_EQ(member.follower.acted(), 0u);
  Turn(kFour);
  member.Poll(f, *cosigning);
  EXPECT_EQ(member.follower.acted(), Size());
}

}  // namespace
}  // namespace entente::broker
