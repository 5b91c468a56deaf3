// A streaming call that another thread may break off: at the end, or when the other side has left
// it without an answer for too long. Thread-safe.
#pragma once

#include <grpcpp/client_context.h>

#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace entente::node {

class OpenCall {
 public:
  // While it stands, the other side owes an answer.
  class Owed {
   public:
    explicit Owed(OpenCall& call) : call_(call) { call_.SetOwed(absl::Now()); }
    ~Owed() { call_.SetOwed(std::nullopt); }
    Owed(const Owed&) = delete;
    Owed& operator=(const Owed&) = delete;

   private:
    OpenCall& call_;
  };

  // The context must live until Close().
  void Open(grpc::ClientContext* context) {
    const absl::MutexLock lock(&mutex_);
    context_ = context;
    if (cancelled_) context_->TryCancel();
  }
  void Close() {
    const absl::MutexLock lock(&mutex_);
    context_ = nullptr;
  }
  // This one, and all that are opened later.
  void CancelAll() {
    const absl::MutexLock lock(&mutex_);
    cancelled_ = true;
    if (context_ != nullptr) context_->TryCancel();
  }
  void CancelWhenOwedFor(absl::Duration patience) {
    const absl::MutexLock lock(&mutex_);
    if (context_ != nullptr && owed_ && absl::Now() - *owed_ > patience) context_->TryCancel();
  }

 private:
  void SetOwed(std::optional<absl::Time> since) {
    const absl::MutexLock lock(&mutex_);
    owed_ = since;
  }

  absl::Mutex mutex_;
  grpc::ClientContext* context_ ABSL_GUARDED_BY(mutex_) = nullptr;
  std::optional<absl::Time> owed_ ABSL_GUARDED_BY(mutex_);
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace entente::node
