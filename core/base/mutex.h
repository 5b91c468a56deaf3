// A lock that the compiler checks (clang -Wthread-safety) and ThreadSanitizer sees. Debian's
// absl::Mutex is built without its annotations for the sanitizer, which then reports every access
// it guards; std::mutex is a POSIX mutex, which it knows. Used as absl::Mutex is:
//   MutexLock lock(&mutex_);
#pragma once

#include <mutex>

#include "absl/base/thread_annotations.h"

namespace entente {

class ABSL_LOCKABLE Mutex {
 public:
  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void Unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

// Holds the lock as long as it lives.
class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex* mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) : mutex_(mutex) {
    mutex_->Lock();
  }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mutex_->Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex* const mutex_;
};

}  // namespace entente
