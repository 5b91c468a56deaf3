// A fixed number of threads for what follows a commit: proofs, receipts, fetching mail. Keeps that
// work off the committer and off the threads of gRPC that admit. Thread-safe.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace entente::broker {

class Workers {
 public:
  explicit Workers(size_t threads);
  // Runs what waits, then returns.
  ~Workers();

  // Runs `task` once, soon, on one of the threads. Tasks may post tasks.
  void Post(std::function<void()> task);

 private:
  void Run();

  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<std::function<void()>> waiting_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

}  // namespace entente::broker
