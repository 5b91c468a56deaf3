// What the broker's two streams have in common: a bidirectional reactor of gRPC's callback API with
// one outstanding write, which shares its own ownership until OnDone(), ends once and only when no
// write is outstanding, and is known to the registry that stops it.
//
// Callbacks come from any thread, also at the same time; `mutex_` guards the state. Calls into gRPC
// under it are safe: it runs callbacks on its own threads, never inside such a call.
#pragma once

#include <grpcpp/support/server_callback.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "broker/shell.h"
#include "core/base/agency.h"
#include "core/base/refusal.h"

namespace entente::broker {

template <typename Request, typename Response>
class Stream : public grpc::ServerBidiReactor<Request, Response>, public net::LiveReactor {
 public:
  Stream(const Shell& shell, AgencyId agency, std::string_view service)
      : shell_(shell), agency_(std::move(agency)), service_(service) {
    shell_.metrics.Streams(service_, +1);
  }
  ~Stream() override {
    shell_.streams.Close(agency_.text());
    shell_.metrics.Streams(service_, -1);
  }

  // Once, before the reactor is handed to gRPC.
  void Begin(std::shared_ptr<Stream> self) {
    {
      absl::MutexLock lock(&mutex_);
      self_ = self;
    }
    if (!shell_.reactors.Add(self)) return Stop();
    this->StartRead(&request_);
  }

  void OnCancel() override {
    absl::MutexLock lock(&mutex_);
    EndLocked(grpc::Status::CANCELLED);
  }

  void OnWriteDone(bool ok) override {
    {
      absl::MutexLock lock(&mutex_);
      writing_ = false;
      if (end_) return FinishLocked();
      if (!ok) return EndLocked(grpc::Status::CANCELLED);
    }
    OnWritten();
  }

  void OnDone() override {
    std::shared_ptr<Stream> last;
    OnEnded();
    shell_.reactors.Remove(this);
    absl::MutexLock lock(&mutex_);
    last = std::move(self_);
  }

 protected:
  // The write is done and the stream goes on.
  virtual void OnWritten() = 0;
  // Nothing more will come from gRPC.
  virtual void OnEnded() {}

  void WriteLocked(Response response) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    response_ = std::move(response);
    writing_ = true;
    this->StartWrite(&response_);
  }
  // The first call decides the status.
  void EndLocked(grpc::Status status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (end_) return;
    end_ = std::move(status);
    if (!writing_) FinishLocked();
  }
  void End(const absl::Status& status) {
    grpc::Status answer = shell_.Answer(status);
    absl::MutexLock lock(&mutex_);
    EndLocked(std::move(answer));
  }
  bool EndingLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return end_.has_value(); }
  bool WritingLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return writing_; }

  const Shell& shell_;
  const AgencyId agency_;
  Request request_;  // of the outstanding read, else of its callback
  absl::Mutex mutex_;

 private:
  void FinishLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { this->Finish(*end_); }

  const std::string_view service_;
  Response response_;  // of the outstanding write
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<grpc::Status> end_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<Stream> self_ ABSL_GUARDED_BY(mutex_);
};

// Ends a stream before it begins.
template <typename Request, typename Response>
class RefusedStream final : public grpc::ServerBidiReactor<Request, Response> {
 public:
  explicit RefusedStream(const grpc::Status& status) { this->Finish(status); }
  void OnDone() override { delete this; }
};

// The stream of an agency's node, or its refusal.
template <typename Reactor, typename Request, typename Response>
grpc::ServerBidiReactor<Request, Response>* OpenStream(const Shell& shell,
                                                       const grpc::ServerContextBase& context) {
  auto agency = shell.NodeOf(context);
  absl::Status status = agency.status();
  if (status.ok()) status = shell.streams.Open(agency->text());
  if (!status.ok()) return new RefusedStream<Request, Response>(shell.Answer(status));
  auto reactor = std::make_shared<Reactor>(shell, *std::move(agency));
  reactor->Begin(reactor);
  return reactor.get();
}

}  // namespace entente::broker
