// Clocks that are wrong, disks that are full, a broker that is away: the party refuses or waits,
// says why, and recovers; nothing is lost.
#include "core/base/refusal.h"
#include "tests/federation/calm_world.h"

namespace entente::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Trouble : public CalmWorld {
 protected:
  void TearDown() override {
    EXPECT_THAT(world_.scene.wrong, IsEmpty()) << world_.scene.trace.Tail();
  }
};

TEST_F(Trouble, ANodeAnHourAheadIsToldSoAndRecovers) {
  world_.StepClock("FR.fiu", limits::kHourMs);
  const std::string early = Send("FR.fiu", {"BR.fiu"});
  world_.Run(5 * limits::kMinuteMs);
  EXPECT_EQ(StateOf("FR.fiu", early, "BR.fiu"), v1::RECIPIENT_STATE_REFUSED);
  EXPECT_EQ(world_.StateOf("FR.fiu", early, "BR.fiu").reason(), "future-dated");
  EXPECT_THAT(Alarms("FR.fiu"), Contains("clock-differs"));
  EXPECT_THAT(world_.Inbox("BR.fiu"), IsEmpty());
  world_.StepClock("FR.fiu", 0);
  const std::string later = Send("FR.fiu", {"BR.fiu"});
  world_.Run(5 * limits::kMinuteMs);
  EXPECT_EQ(StateOf("FR.fiu", later, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
  EXPECT_THAT(Alarms("FR.fiu"), Not(Contains("clock-differs")));
  // The number of the one that was refused is not missed.
  world_.Jump(limits::kDayMs + limits::kHourMs);
  EXPECT_TRUE(world_.Settle(limits::kHourMs));
  world_.Jump(2 * limits::kHourMs);
  EXPECT_TRUE(world_.Settle(limits::kHourMs));
  EXPECT_THAT(Alarms("BR.fiu"), IsEmpty());
}

TEST_F(Trouble, ANodeAnHourBehindIsToldSoAndLosesNothing) {
  world_.StepClock("BR.fiu", -limits::kHourMs);
  const std::string lead = Send("FR.fiu", {"BR.fiu"});
  world_.Run(5 * limits::kMinuteMs);
  EXPECT_THAT(Alarms("BR.fiu"), Contains("clock-differs"));
  world_.StepClock("BR.fiu", 0);
  world_.Run(5 * limits::kMinuteMs);
  EXPECT_THAT(Alarms("BR.fiu"), IsEmpty());
  EXPECT_EQ(world_.Inbox("BR.fiu").size(), 1u);
  EXPECT_EQ(StateOf("FR.fiu", lead, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
}

TEST_F(Trouble, AnAcknowledgementFromAnHourAheadIsTakenAnHourLater) {
  world_.StepClock("BR.fiu", 50 * limits::kMinuteMs);
  const std::string lead = Send("FR.fiu", {"BR.fiu"});
  world_.Run(10 * limits::kMinuteMs);
  EXPECT_EQ(world_.Inbox("BR.fiu").size(), 1u);
  EXPECT_EQ(StateOf("FR.fiu", lead, "BR.fiu"), v1::RECIPIENT_STATE_LOGGED);
  world_.StepClock("BR.fiu", 0);
  world_.Run(limits::kHourMs);
  EXPECT_EQ(world_.Inbox("BR.fiu").size(), 1u);
  EXPECT_EQ(StateOf("FR.fiu", lead, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
}

TEST_F(Trouble, ABrokerAnHourBehindItsLogDoesNotStartAndSaysWhy) {
  world_.broker.Crash(0);
  world_.StepClock("", -limits::kHourMs);
  world_.broker.Start();
  EXPECT_FALSE(world_.broker.up());
  EXPECT_THAT(world_.scene.trace.Tail(), HasSubstr("set the clock"));
  const std::string lead = Send("FR.fiu", {"BR.fiu"});
  world_.Run(5 * limits::kMinuteMs);
  EXPECT_EQ(StateOf("FR.fiu", lead, "BR.fiu"), v1::RECIPIENT_STATE_WAITING);
  world_.StepClock("", 0);
  world_.Run(20 * limits::kMinuteMs);
  EXPECT_TRUE(world_.broker.up());
  EXPECT_EQ(StateOf("FR.fiu", lead, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
}

TEST_F(Trouble, WhenTheLogIsNotFreshNothingLeavesAndTheDeskSaysWhy) {
  world_.broker.Crash(0);
  world_.Run(20 * limits::kMinuteMs);
  EXPECT_THAT(Alarms("FR.fiu"), Contains("log-not-fresh"));
  const std::string lead = Send("FR.fiu", {"BR.fiu"});
  world_.link("FR.fiu").Wake(0);
  world_.broker.Start();
  // Connected again, but cut off before it has seen the log.
  world_.link("FR.fiu").CutFor(limits::kHourMs);
  world_.Run(5 * limits::kMinuteMs);
  EXPECT_EQ(StateOf("FR.fiu", lead, "BR.fiu"), v1::RECIPIENT_STATE_WAITING);
  world_.Run(2 * limits::kHourMs);
  EXPECT_EQ(StateOf("FR.fiu", lead, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
  EXPECT_THAT(Alarms("FR.fiu"), IsEmpty());
}

TEST_F(Trouble, AFullDiskRefusesAtTheDeskAndWaitsElsewhere) {
  node("FR.fiu").SetDiskFull(true);
  node("BR.fiu").SetDiskFull(true);
  const Instant now = world_.scene.timeline.now();
  const auto refused = world_.Send("FR.fiu", {.recipients = {"DE.fiu"},
                                              .pieces = {Piece::kAsk},
                                              .expires = now + limits::kDayMs,
                                              .deadline = now + limits::kHourMs});
  EXPECT_TRUE(IsRefusal(refused.status(), Reason::kDiskFull)) << refused.status();
  EXPECT_THAT(RefusalOf(refused.status())->advice, Not(IsEmpty()));
  const std::string lead = Send("DE.fiu", {"FR.fiu"});
  world_.Run(5 * limits::kMinuteMs);
  EXPECT_EQ(StateOf("DE.fiu", lead, "FR.fiu"), v1::RECIPIENT_STATE_LOGGED);
  node("FR.fiu").SetDiskFull(false);
  node("BR.fiu").SetDiskFull(false);
  world_.Run(10 * limits::kMinuteMs);
  EXPECT_EQ(StateOf("DE.fiu", lead, "FR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
  EXPECT_TRUE(world_.Leads("FR.fiu", false).empty());
}

TEST_F(Trouble, AFullDiskAtTheBrokerHoldsEverythingAndLosesNothing) {
  world_.broker.store.SetDiskFull(true);
  const std::string lead = Send("FR.fiu", {"BR.fiu"});
  world_.Run(10 * limits::kMinuteMs);
  EXPECT_EQ(StateOf("FR.fiu", lead, "BR.fiu"), v1::RECIPIENT_STATE_WAITING);
  EXPECT_EQ(world_.StateOf("FR.fiu", lead, "BR.fiu").reason(), "disk-full");
  world_.broker.store.SetDiskFull(false);
  world_.Run(10 * limits::kMinuteMs);
  EXPECT_EQ(StateOf("FR.fiu", lead, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
}

// Its mail is late; the broker fixes the order.
TEST_F(Trouble, WhoHadNotHeardOfARemovalPostsToNobody) {
  ModelCase& in = OpenCase("FR.fiu", {"DE.fiu", "NL.fiu"});
  world_.broker.alterations.pull = [](const std::string& agency, v1::PullResponse& mail) {
    if (agency == "DE.fiu") mail.clear_deliveries();
  };
  ASSERT_TRUE(world_.ChangeCase(in, "", "NL.fiu").ok());
  world_.Run(limits::kMinuteMs);
  const std::string late = Post("DE.fiu", in);
  world_.Run(limits::kMinuteMs);
  const v1::CaseEntry refused = world_.EntriesOf("DE.fiu", in.id).back();
  ASSERT_EQ(refused.record_id(), late);
  for (const v1::RecipientStatus& one : refused.recipients()) {
    EXPECT_EQ(one.state(), v1::RECIPIENT_STATE_REFUSED) << one.recipient();
    EXPECT_EQ(one.reason(), "membership-behind") << one.recipient();
  }
  world_.broker.alterations.pull = nullptr;
  world_.link("DE.fiu").CutFor(0);
  world_.Run(limits::kMinuteMs);
  Post("DE.fiu", in);
  world_.Run(limits::kMinuteMs);
  EXPECT_EQ(world_.Inbox("NL.fiu").size(), 1u) << "the first membership alone";
  EXPECT_EQ(world_.Inbox("FR.fiu").size(), 1u);
}

// Of three chunks; the node dies in its upload, the broker too, and the recipient in its fetch.
TEST_F(Trouble, AFileGoesOnWhereItStood) {
  world_.network.delay_ms = 50;
  const std::string lead = Send("FR.fiu", {"BR.fiu"}, {Piece::kAsk, Piece::kFile});
  const auto run_until = [this](const std::function<bool()>& there) {
    for (int i = 0; i < 30'000 && !there(); ++i) world_.Run(20);
    EXPECT_TRUE(there());
  };
  const auto at_broker = [this] {
    uint64_t bytes = 0;
    world_.broker.files.ForEach([&](auto&, const std::string& file) { bytes = file.size(); });
    return bytes;
  };
  const auto at_brazil = [this] {
    uint64_t bytes = 0;
    node("BR.fiu").files.ForEach([&](auto&, const std::string& file) { bytes = file.size(); });
    return bytes;
  };
  run_until([&] { return at_broker() > limits::kChunkBytes; });
  node("FR.fiu").CrashAndStart(limits::kSecondMs);
  run_until([&] { return at_broker() > limits::kChunkBytes + 2 * limits::kPieceBytes; });
  world_.broker.CrashAndStart(0, limits::kSecondMs);
  EXPECT_EQ(at_broker(), limits::kChunkBytes) << "what was synced";
  run_until([&] { return at_brazil() > limits::kChunkBytes; });
  node("BR.fiu").CrashAndStart(limits::kSecondMs);
  EXPECT_GE(at_brazil(), limits::kChunkBytes);
  world_.Run(10 * limits::kMinuteMs);
  const ModelRecord& record = *world_.FindRecord(lead);
  const auto file = world_.ReadFile("BR.fiu", lead, record.files.at(Piece::kFile));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(*file == FileContent(record.number, Piece::kFile), true);
  EXPECT_NE(world_.StateOf("FR.fiu", lead, "BR.fiu").attachments_fetched_ms(), 0u);
  EXPECT_THAT(world_.scene.trace.Tail(), HasSubstr("fetches on from"));
}

// Ninety days: delivery keys follow each other and die, signing keys too, pairs say what they sent.
TEST_F(Trouble, AQuarterOfAYearPassesWithoutAnAlarm) {
  for (int day = 0; day < 90; day += 5) {
    const std::string lead = Send("FR.fiu", {"BR.fiu", "CH.fiu"});
    EXPECT_TRUE(world_.Settle(limits::kHourMs)) << "day " << day;
    EXPECT_EQ(StateOf("FR.fiu", lead, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED) << "day " << day;
    world_.Jump(5 * limits::kDayMs);
    EXPECT_TRUE(world_.Settle(limits::kHourMs)) << "day " << day;
    for (const std::string& agency : kAgencies) EXPECT_THAT(Alarms(agency), IsEmpty()) << agency;
  }
  const auto keys = node("BR.fiu").engine().Keys(kOfficer, node("BR.fiu").Now());
  ASSERT_TRUE(keys.ok());
  const auto destroyed = std::ranges::count(keys->keys(), "destroyed", &v1::KeyInfo::state);
  EXPECT_GE(destroyed, 5);
}

}  // namespace
}  // namespace entente::testing
