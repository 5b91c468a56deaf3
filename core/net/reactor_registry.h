// Keeps callback reactors alive and finishes them before a server is shut down:
// grpc::Server::Shutdown() does not return while a callback RPC is unfinished. Thread-safe. The
// registry shares ownership, so a reactor lives until OnDone() removed it and nobody else holds it.
#pragma once

#include <cstddef>
#include <memory>
#include <unordered_map>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace entente::net {

class LiveReactor {
 public:
  virtual ~LiveReactor() = default;
  // Finish the call with shutting-down as soon as what it already took has been answered. Called at
  // most once, from any thread; may come after the call is done.
  virtual void Stop() = 0;
};

class ReactorRegistry {
 public:
  // False once StopAll() was called: then it is not kept, and the caller stops it.
  bool Add(std::shared_ptr<LiveReactor> reactor);
  // From OnDone(). The registry's share is dropped after its lock.
  void Remove(const LiveReactor* reactor);
  void StopAll();
  // False when some are left after `timeout`.
  bool WaitUntilEmpty(absl::Duration timeout);
  size_t size() const;

 private:
  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::unordered_map<const LiveReactor*, std::shared_ptr<LiveReactor>> live_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace entente::net
