#include "core/net/reactor_registry.h"

#include <gtest/gtest.h>

#include <thread>

namespace entente::net {
namespace {

class Counted final : public LiveReactor {
 public:
  explicit Counted(int& stops) : stops_(stops) {}
  void Stop() override { ++stops_; }

 private:
  int& stops_;
};

TEST(ReactorRegistry, StopsEachOnce) {
  ReactorRegistry registry;
  int stops = 0;
  ASSERT_TRUE(registry.Add(std::make_shared<Counted>(stops)));
  ASSERT_TRUE(registry.Add(std::make_shared<Counted>(stops)));
  registry.StopAll();
  registry.StopAll();
  EXPECT_EQ(stops, 2);
  EXPECT_EQ(registry.size(), 2u);
}

TEST(ReactorRegistry, KeepsNothingNewWhenStopping) {
  ReactorRegistry registry;
  int stops = 0;
  registry.StopAll();
  EXPECT_FALSE(registry.Add(std::make_shared<Counted>(stops)));
  EXPECT_EQ(registry.size(), 0u);
}

TEST(ReactorRegistry, SharesOwnershipUntilRemoved) {
  ReactorRegistry registry;
  int stops = 0;
  auto reactor = std::make_shared<Counted>(stops);
  const std::weak_ptr<Counted> seen = reactor;
  const LiveReactor* key = reactor.get();
  ASSERT_TRUE(registry.Add(std::move(reactor)));
  EXPECT_FALSE(seen.expired());
  registry.Remove(key);
  EXPECT_TRUE(seen.expired());
  registry.Remove(key);
}

TEST(ReactorRegistry, WaitsForTheLast) {
  ReactorRegistry registry;
  int stops = 0;
  auto reactor = std::make_shared<Counted>(stops);
  ASSERT_TRUE(registry.Add(reactor));
  EXPECT_FALSE(registry.WaitUntilEmpty(absl::ZeroDuration()));
  std::thread other([&] { registry.Remove(reactor.get()); });
  EXPECT_TRUE(registry.WaitUntilEmpty(absl::Seconds(10)));
  other.join();
}

}  // namespace
}  // namespace entente::net
