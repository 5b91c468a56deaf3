// Workers, MailBell, StreamCount, Periodic, TimedStore: the small parts of the shell.
#include <gtest/gtest.h>

#include <atomic>

#include "broker/families.h"
#include "broker/mail_bell.h"
#include "broker/periodic.h"
#include "broker/shell.h"
#include "broker/timed_store.h"
#include "broker/workers.h"
#include "core/base/refusal.h"
#include "core/store/memory_store.h"

namespace entente::broker {
namespace {

TEST(Workers, RunEverythingBeforeTheyEnd) {
  std::atomic<int> done = 0;
  {
    Workers workers(3);
    for (int i = 0; i < 100; ++i) {
      workers.Post([&] {
        ++done;
        workers.Post([&] { ++done; });
      });
    }
  }
  EXPECT_EQ(done, 200);
}

TEST(MailBell, WakesThoseWhoListenForIt) {
  MailBell bell;
  int fr = 0, br = 0;
  const uint64_t first = bell.Listen("FR.fiu", [&] { ++fr; });
  bell.Listen("FR.fiu", [&] { ++fr; });
  bell.Listen("BR.fiu", [&] { ++br; });
  bell.Ring({"FR.fiu", "DE.fiu"});
  EXPECT_EQ(fr, 2);
  EXPECT_EQ(br, 0);
  bell.Unlisten("FR.fiu", first);
  bell.Unlisten("FR.fiu", first);
  bell.Unlisten("XX.none", 9);
  bell.Ring({"FR.fiu"});
  EXPECT_EQ(fr, 3);
}

TEST(MailBell, AListenerMayLeaveWhileItRings) {
  MailBell bell;
  uint64_t own = 0;
  own = bell.Listen("FR.fiu", [&] { bell.Unlisten("FR.fiu", own); });
  bell.Ring({"FR.fiu"});
  bell.Ring({"FR.fiu"});
}

TEST(StreamCount, HasABoundForEachAgency) {
  StreamCount streams(1);
  EXPECT_TRUE(streams.Open("FR.fiu").ok());
  EXPECT_TRUE(IsRefusal(streams.Open("FR.fiu"), Reason::kQuota));
  EXPECT_TRUE(streams.Open("BR.fiu").ok());
  streams.Close("FR.fiu");
  EXPECT_TRUE(streams.Open("FR.fiu").ok());
}

TEST(Periodic, RunsUntilItEnds) {
  std::atomic<int> runs = 0;
  {
    const Periodic periodic(absl::Milliseconds(1), [&] { ++runs; });
    while (runs < 3) absl::SleepFor(absl::Milliseconds(1));
  }
  const int last = runs;
  absl::SleepFor(absl::Milliseconds(5));
  EXPECT_EQ(runs, last);
}

TEST(TimedStore, TellsOfSyncedWritesThatSucceed) {
  store::MemoryStore memory(kBrokerFamilies);
  int told = 0;
  TimedStore timed(memory, [&](double seconds) {
    EXPECT_GE(seconds, 0);
    ++told;
  });
  store::WriteBatch batch;
  EXPECT_TRUE(timed.Write(batch, store::Sync::kNo).ok());
  EXPECT_EQ(told, 0);
  EXPECT_TRUE(timed.Write(batch, store::Sync::kYes).ok());
  EXPECT_EQ(told, 1);
  memory.SetDiskFull(true);
  EXPECT_FALSE(timed.Write(batch, store::Sync::kYes).ok());
  EXPECT_EQ(told, 1);
}

}  // namespace
}  // namespace entente::broker
