// The engine with its one lock: what the desk's threads and the link's threads share. Every use of
// the engine is a function given to With(); Changed() wakes the link. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/cleanup/cleanup.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "node/engine.h"

namespace entente::node {

class Driver {
 public:
  // `on_broken`: called once, by whichever thread sees it first, when the engine can do no more.
  Driver(std::unique_ptr<Engine> engine, std::function<void()> on_broken)
      : on_broken_(std::move(on_broken)), engine_(std::move(engine)) {}

  template <typename Use>
  auto With(Use use) ABSL_LOCKS_EXCLUDED(mutex_) {
    const absl::MutexLock lock(&mutex_);
    const absl::Cleanup look = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
      if (!engine_->broken() || told_) return;
      told_ = true;
      on_broken_();
    };
    return use(*engine_);
  }

  // Something may wait to be sent.
  void Changed() {
    const absl::MutexLock lock(&wake_mutex_);
    changed_ = true;
  }
  // Returns when Changed() was called since the last time, or after `timeout`.
  void WaitForChange(absl::Duration timeout) {
    const absl::MutexLock lock(&wake_mutex_);
    wake_mutex_.AwaitWithTimeout(absl::Condition(&changed_), timeout);
    changed_ = false;
  }

 private:
  const std::function<void()> on_broken_;
  absl::Mutex mutex_;
  bool told_ ABSL_GUARDED_BY(mutex_) = false;
  std::unique_ptr<Engine> engine_ ABSL_GUARDED_BY(mutex_) ABSL_PT_GUARDED_BY(mutex_);
  absl::Mutex wake_mutex_;
  bool changed_ ABSL_GUARDED_BY(wake_mutex_) = false;
};

}  // namespace entente::node
