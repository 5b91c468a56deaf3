// What an operator is to read once, although it comes up every second. Thread-safe.
#pragma once

#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "core/base/instant.h"
#include "core/base/limits.h"
#include "core/base/mutex.h"

namespace entente::broker {

class Remarks {
 public:
  // True when nothing was said about this subject, or another thing, or the same an hour ago.
  // Subjects are kept for good: they are of a bounded number.
  bool Worth(const std::string& subject, const std::string& sentence, Instant now) {
    MutexLock lock(&mutex_);
    Said& said = said_[subject];
    if (said.sentence == sentence && now - said.at < limits::kHourMs) return false;
    said = {sentence, now};
    return true;
  }
  // What comes next is said again.
  void Forget(const std::string& subject) {
    MutexLock lock(&mutex_);
    said_.erase(subject);
  }

 private:
  struct Said {
    std::string sentence;
    Instant at;
  };
  Mutex mutex_;
  std::map<std::string, Said> said_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace entente::broker
