#include "node/endings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/limits.h"
#include "node/engine_fixture.h"

namespace entente::node {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Endings, AreTold90And30And7DaysBefore) {
  const Instant end{100 * limits::kDayMs};
  const auto told = [&](int64_t ms_before) { return DaysToTell(end, end + -ms_before); };
  EXPECT_EQ(told(90 * limits::kDayMs + 1), std::nullopt);
  EXPECT_EQ(told(90 * limits::kDayMs), 90);
  EXPECT_EQ(told(30 * limits::kDayMs + 1), 90);
  EXPECT_EQ(told(30 * limits::kDayMs), 30);
  EXPECT_EQ(told(7 * limits::kDayMs + 1), 30);
  EXPECT_EQ(told(7 * limits::kDayMs), 7);
  EXPECT_EQ(told(1), 7);
  EXPECT_EQ(told(0), 0);
  EXPECT_EQ(told(-limits::kDayMs), 0);
}

// The default policy with its end moved to so many days from now.
std::string EndingPolicy(Instant end) {
  std::string text = testing::DefaultPolicy("FR", 2);
  const size_t at = text.find("until");
  EXPECT_NE(at, text.npos) << text;
  const size_t line = text.find('\n', at);
  return text.replace(at, line - at, "until = " + FormatInstant(end));
}

std::vector<std::string> Ending(World& world) {
  std::vector<std::string> out;
  for (const std::string& alarm : world.AlarmsOf("FR.fiu")) {
    if (alarm.find("ends-soon") != alarm.npos) out.push_back(alarm);
  }
  return out;
}

// An hour passes; what is asked for comes.
void Hour(World& world) {
  world.Advance(limits::kHourMs);
  for (int round = 0; round < 2; ++round) {
    world.Settle();
    EXPECT_TRUE(world.node("FR.fiu")->Tick(world.now).ok());
  }
}

TEST(Endings, AStandingAlarmSaysThatAPolicyEnds) {
  World world;
  Hour(world);
  EXPECT_THAT(Ending(world), IsEmpty());
  world.PublishPolicy("FR", 2, EndingPolicy(world.now + 40 * limits::kDayMs));
  Hour(world);
  EXPECT_EQ(Ending(world).size(), 1u);
  world.Advance(20 * limits::kDayMs);
  Hour(world);
  EXPECT_EQ(Ending(world).size(), 1u) << "the later one takes the place of the earlier";
  world.PublishPolicy("FR", 3);
  Hour(world);
  EXPECT_THAT(Ending(world), IsEmpty()) << "renewed";
}

TEST(Endings, ACertificateHasOneToo) {
  World world;
  const AgencyId own = *AgencyId::Parse("FR.fiu");
  const ledger::Registry& registry = world.broker.registry();
  const Instant end = world.now + limits::kDayMs;
  const auto with = EndingsOf(registry, own, end, world.now);
  ASSERT_FALSE(with.empty());
  EXPECT_THAT(with.front().what, HasSubstr("certificate"));
  EXPECT_EQ(with.front().end, end);
  EXPECT_EQ(EndingsOf(registry, own, std::nullopt, world.now).size(), with.size() - 1);
}

TEST(Endings, TheIdentityKeyHasOne) {
  World world;
  const auto endings =
      EndingsOf(world.broker.registry(), *AgencyId::Parse("FR.fiu"), std::nullopt, world.now);
  const auto found = std::ranges::find_if(endings, [](const struct Ending& one) {
    return one.what.find("identity key") != std::string::npos;
  });
  ASSERT_NE(found, endings.end());
  EXPECT_EQ(
      found->end,
      world.broker.registry().CurrentKey("FR.fiu", crypto::KeyUse::kIdentity, world.now)->until);
}

}  // namespace
}  // namespace entente::node
