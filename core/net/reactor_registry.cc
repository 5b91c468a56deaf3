#include "core/net/reactor_registry.h"

#include <utility>
#include <vector>

namespace entente::net {

bool ReactorRegistry::Add(std::shared_ptr<LiveReactor> reactor) {
  absl::MutexLock lock(&mutex_);
  if (stopping_) return false;
  const LiveReactor* key = reactor.get();
  live_.emplace(key, std::move(reactor));
  return true;
}

void ReactorRegistry::Remove(const LiveReactor* reactor) {
  std::shared_ptr<LiveReactor> last;  // destroyed after the lock
  absl::MutexLock lock(&mutex_);
  const auto found = live_.find(reactor);
  if (found == live_.end()) return;
  last = std::move(found->second);
  live_.erase(found);
}

void ReactorRegistry::StopAll() {
  std::vector<std::shared_ptr<LiveReactor>> all;
  {
    absl::MutexLock lock(&mutex_);
    if (std::exchange(stopping_, true)) return;
    for (const auto& [key, reactor] : live_) all.push_back(reactor);
  }
  for (const auto& reactor : all) reactor->Stop();
}

bool ReactorRegistry::WaitUntilEmpty(absl::Duration timeout) {
  const auto empty = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return live_.empty(); };
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&empty), timeout);
}

size_t ReactorRegistry::size() const {
  absl::MutexLock lock(&mutex_);
  return live_.size();
}

}  // namespace entente::net
