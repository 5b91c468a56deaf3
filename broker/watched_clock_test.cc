// A clock that somebody moves while the broker runs must not move the log's time.
#include "broker/watched_clock.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "tests/support/broker_server_fixture.h"

namespace entente::broker {
namespace {

struct Watched {
  HandClock clock{testing::kFounded};
  std::vector<std::string> said;
  WatchedClock watched{clock, clock.Steady(),
                       [this](const std::string& sentence) { said.push_back(sentence); }};
};

TEST(WatchedClockTest, FollowsAClockThatRuns) {
  Watched w;
  for (int64_t ms : {limits::kSecondMs, limits::kQueueMs, limits::kRecordLifeMs}) {
    w.clock.Move(ms);
    ASSERT_TRUE(w.watched.Now().ok());
    EXPECT_EQ(*w.watched.Now(), w.clock.Now());
  }
  EXPECT_TRUE(w.said.empty());
}

TEST(WatchedClockTest, BearsWhatTwoHonestClocksMayDiffer) {
  Watched w;
  w.clock.Jump(limits::kClockToleranceMs);
  EXPECT_TRUE(w.watched.Now().ok());
  w.clock.Jump(-2 * limits::kClockToleranceMs);
  EXPECT_TRUE(w.watched.Now().ok());
}

TEST(WatchedClockTest, AClockThatLeapsAheadOrBackIsNotUsedAgain) {
  for (int64_t by : {limits::kClockToleranceMs + 1, -limits::kClockToleranceMs - 1}) {
    Watched w;
    w.clock.Jump(by);
    EXPECT_TRUE(IsRefusal(w.watched.Now().status(), Reason::kShuttingDown));
    w.clock.Jump(-by);
    EXPECT_TRUE(IsRefusal(w.watched.Now().status(), Reason::kShuttingDown));
    ASSERT_EQ(w.said.size(), 1u);
    EXPECT_NE(w.said[0].find("the clock was moved by "), std::string::npos) << w.said[0];
  }
}

TEST(WatchedClockTest, ManySmallStepsAreALeapToo) {
  Watched w;
  for (int i = 0; i < 6; ++i) w.clock.Jump(limits::kMinuteMs);
  EXPECT_FALSE(w.watched.Now().ok());
}

TEST(WatchedClockTest, TheSystemsSteadyClockGoesOn) {
  const SteadyClock steady = SystemSteadyClock();
  const int64_t before = steady();
  EXPECT_GT(before, 0);
  EXPECT_GE(steady(), before);
}

TEST(LongSilenceTest, IsWorthARemark) {
  const Instant last = testing::kFounded;
  EXPECT_FALSE(LongSilence(last, last + limits::kLongSilenceMs));
  const auto remark = LongSilence(last, last + limits::kLongSilenceMs + 1);
  ASSERT_TRUE(remark);
  EXPECT_NE(remark->find(FormatInstant(last)), std::string::npos) << *remark;
}

TEST(ClockAheadTest, NothingIsLoggedUnderAClockThatLeaptAhead) {
  ShellWorld world;
  const uint64_t size = world.TreeSize();
  world.clock.Jump(limits::kDayMs);
  const auto response = world.Submit("FR.fiu", {world.PairHead(1, "FR.fiu", "BR.fiu")});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->results(0).refusal().reason(), "shutting-down");
  const absl::Status published =
      world.Publish(world.federation.SignPolicy("DE", 2, testing::DefaultPolicy("DE", 2)));
  EXPECT_TRUE(IsRefusal(published, Reason::kShuttingDown)) << published;
  EXPECT_EQ(world.TreeSize(), size);
  EXPECT_EQ(world.failures, 1);
  EXPECT_TRUE(world.server->clock_moved());
  // Set right and started again, it goes on where it was.
  world.Stop();
  world.clock.Jump(-limits::kDayMs);
  world.Start();
  const auto again = world.Submit("FR.fiu", {world.PairHead(1, "FR.fiu", "BR.fiu")});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->results(0).has_committed());
}

}  // namespace
}  // namespace entente::broker
