#include "broker/mail_bell.h"

#include <utility>
#include <vector>

namespace entente::broker {

uint64_t MailBell::Listen(const std::string& agency, std::function<void()> wake) {
  absl::MutexLock lock(&mutex_);
  listeners_[agency].emplace(++last_, std::move(wake));
  return last_;
}

void MailBell::Unlisten(const std::string& agency, uint64_t listener) {
  absl::MutexLock lock(&mutex_);
  const auto found = listeners_.find(agency);
  if (found == listeners_.end()) return;
  found->second.erase(listener);
  if (found->second.empty()) listeners_.erase(found);
}

void MailBell::Ring(const std::set<std::string>& agencies) {
  std::vector<std::function<void()>> wakes;
  {
    absl::MutexLock lock(&mutex_);
    for (const std::string& agency : agencies) {
      const auto found = listeners_.find(agency);
      if (found == listeners_.end()) continue;
      for (const auto& [listener, wake] : found->second) wakes.push_back(wake);
    }
  }
  for (const auto& wake : wakes) wake();
}

}  // namespace entente::broker
