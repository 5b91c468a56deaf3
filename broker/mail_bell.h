// Wakes the pull streams of an agency when a commit put something in its mailbox. Thread-safe. A
// ring that comes while nobody listens is lost: a listener first listens, then looks.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace entente::broker {

class MailBell {
 public:
  // `wake` is called from any thread, also shortly after Unlisten(); it returns quickly.
  uint64_t Listen(const std::string& agency, std::function<void()> wake);
  void Unlisten(const std::string& agency, uint64_t listener);
  void Ring(const std::set<std::string>& agencies);

 private:
  absl::Mutex mutex_;
  uint64_t last_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, std::map<uint64_t, std::function<void()>>> listeners_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace entente::broker
