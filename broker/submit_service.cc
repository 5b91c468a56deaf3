#include "broker/submit_service.h"

#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "broker/stream.h"
#include "broker/submission_batch.h"

namespace entente::broker {
namespace {

using SubmitStream = Stream<v1::SubmitRequest, v1::SubmitResponse>;

class SubmitReactor final : public SubmitStream,
                            public std::enable_shared_from_this<SubmitReactor> {
 public:
  SubmitReactor(const Shell& shell, AgencyId agency)
      : SubmitStream(shell, std::move(agency), "submit") {}

  void OnReadDone(bool ok) override {
    std::shared_ptr<Slot> slot;
    {
      absl::MutexLock lock(&mutex_);
      if (!ok || stopping_ || EndingLocked()) {
        no_more_ = true;
        return EndWhenAnsweredLocked();
      }
      slot = std::make_shared<Slot>();
      slots_.push_back(slot);
    }
    SubmissionBatch::Run(shell_, agency_, std::move(request_),
                         [self = shared_from_this(), slot](absl::StatusOr<v1::SubmitResponse> r) {
                           self->Answered(*slot, std::move(r));
                         });
    absl::MutexLock lock(&mutex_);
    read_wanted_ = true;
    ReadLocked();
  }

  void Stop() override {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    EndWhenAnsweredLocked();
  }

 private:
  struct Slot {
    std::optional<v1::SubmitResponse> response;
  };

  void Answered(Slot& slot, absl::StatusOr<v1::SubmitResponse> response) {
    if (!response.ok()) return End(response.status());
    absl::MutexLock lock(&mutex_);
    slot.response = *std::move(response);
    WriteNextLocked();
  }

  void OnWritten() override {
    absl::MutexLock lock(&mutex_);
    WriteNextLocked();
    ReadLocked();
    EndWhenAnsweredLocked();
  }

  void WriteNextLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (WritingLocked() || EndingLocked() || slots_.empty() || !slots_.front()->response) return;
    v1::SubmitResponse response = *std::move(slots_.front()->response);
    slots_.pop_front();
    WriteLocked(std::move(response));
  }

  void ReadLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!read_wanted_ || stopping_ || EndingLocked() || slots_.size() >= kRequestsInWork) return;
    read_wanted_ = false;
    StartRead(&request_);
  }

  void EndWhenAnsweredLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (WritingLocked() || !slots_.empty()) return;
    if (stopping_) {
      EndLocked(shell_.Answer(Refuse(Reason::kShuttingDown, "the broker is stopping")));
    } else if (no_more_) {
      EndLocked(grpc::Status::OK);
    }
  }

  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool no_more_ ABSL_GUARDED_BY(mutex_) = false;
  bool read_wanted_ ABSL_GUARDED_BY(mutex_) = false;
  // In the order of their requests, until each is written.
  std::deque<std::shared_ptr<Slot>> slots_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

grpc::ServerBidiReactor<v1::SubmitRequest, v1::SubmitResponse>* SubmitService::Submit(
    grpc::CallbackServerContext* context) {
  return OpenStream<SubmitReactor, v1::SubmitRequest, v1::SubmitResponse>(shell_, *context);
}

}  // namespace entente::broker
