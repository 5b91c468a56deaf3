#include "broker/pull_service.h"

#include <memory>
#include <utility>

#include "broker/stream.h"
#include "core/base/limits.h"

namespace entente::broker {
namespace {

using PullStream = Stream<v1::PullRequest, v1::PullResponse>;

class PullReactor final : public PullStream, public std::enable_shared_from_this<PullReactor> {
 public:
  PullReactor(const Shell& shell, AgencyId agency) : PullStream(shell, std::move(agency), "pull") {}

  void OnReadDone(bool ok) override {
    if (!ok) {
      absl::MutexLock lock(&mutex_);
      return EndLocked(grpc::Status::OK);
    }
    if (request_.has_acknowledge()) return Acknowledge(std::move(*request_.mutable_acknowledge()));
    Start();
  }

  void Stop() override { End(Refuse(Reason::kShuttingDown, "the broker is stopping")); }

 private:
  void Start() {
    const size_t most = request_.start().max_deliveries();
    if (!request_.has_start() || most == 0 || most > limits::kBatchRecords) {
      return End(Refuse(Reason::kMalformed, "a pull starts with max_deliveries from 1 to " +
                                                std::to_string(limits::kBatchRecords)));
    }
    {
      absl::MutexLock lock(&mutex_);
      if (most_ != 0) return EndLocked(MalformedOrder());
      most_ = most;
      fetched_ = shell_.engine.Acknowledged(agency_);
      listener_ = shell_.bell.Listen(agency_.text(), [weak = weak_from_this()] {
        if (auto self = weak.lock()) self->shell_.workers.Post([self] { self->Deliver(); });
      });
    }
    Deliver();
    ReadNext();
  }

  grpc::Status MalformedOrder() {
    return shell_.Answer(
        Refuse(Reason::kMalformed, "a pull starts once, before any acknowledgement"));
  }

  void Acknowledge(v1::PullAcknowledge acknowledge) {
    {
      absl::MutexLock lock(&mutex_);
      if (most_ == 0) return EndLocked(MalformedOrder());
    }
    AcknowledgeStep(std::make_shared<const v1::PullAcknowledge>(std::move(acknowledge)));
  }

  // A long range is taken in steps, between which others have their turn.
  void AcknowledgeStep(const std::shared_ptr<const v1::PullAcknowledge>& acknowledge) {
    CommitOne(
        shell_,
        [this, acknowledge]() -> absl::StatusOr<std::variant<Command, Applied>> {
          const auto now = shell_.log_clock.Now();
          if (!now.ok()) return now.status();
          auto admitted =
              shell_.engine.AdmitAcknowledgement(*acknowledge, agency_, *now, shell_.random);
          if (!admitted.ok()) return admitted.status();
          if (!*admitted) return Applied{};
          return **std::move(admitted);
        },
        [self = shared_from_this(), acknowledge](const absl::StatusOr<Applied>& applied) {
          if (!applied.ok()) return self->End(applied.status());
          if (self->TakenThrough(acknowledge->lane()) < acknowledge->through_seq()) {
            return self->AcknowledgeStep(acknowledge);
          }
          self->ReadNext();
        });
  }

  uint64_t TakenThrough(v1::Lane lane) const {
    const LanePositions taken = shell_.engine.Acknowledged(agency_);
    return lane == v1::LANE_URGENT ? taken.urgent : taken.bulk;
  }

  void ReadNext() {
    absl::MutexLock lock(&mutex_);
    if (!EndingLocked()) StartRead(&request_);
  }

  void OnWritten() override { Deliver(); }

  void OnEnded() override {
    uint64_t listener;
    {
      absl::MutexLock lock(&mutex_);
      listener = listener_;
    }
    shell_.bell.Unlisten(agency_.text(), listener);
  }

  // Whoever comes while another looks makes it look again.
  bool BeginLooking() {
    absl::MutexLock lock(&mutex_);
    look_again_ = true;
    if (looking_ || WritingLocked() || EndingLocked()) return false;
    looking_ = true;
    return true;
  }

  void Deliver() {
    if (!BeginLooking()) return;
    while (true) {
      LanePositions after;
      size_t most;
      {
        absl::MutexLock lock(&mutex_);
        look_again_ = false;
        after = fetched_;
        most = most_;
      }
      const auto now = shell_.log_clock.Now();
      auto mail = now.ok() ? shell_.engine.Fetch(agency_, after, most, *now) : now.status();
      if (mail.ok() && mail->deliveries().empty() && DecideAgain(after, *now)) return;
      if (EndLooking(std::move(mail))) return;
    }
  }

  // True: what comes next is decided again first, and looked at when that is on disk.
  bool DecideAgain(LanePositions after, Instant now) {
    auto undecided = shell_.engine.Undecided(agency_, after, now, shell_.random);
    if (!undecided.ok()) {
      End(undecided.status());
      return true;
    }
    if (undecided->empty()) return false;
    shell_.committer.Enqueue(
        *std::move(undecided), [self = shared_from_this()](Committer::Outcomes outcomes) {
          self->shell_.workers.Post(
              [self, outcomes = std::move(outcomes)] { self->OnDecided(outcomes); });
        });
    return true;
  }

  void OnDecided(const Committer::Outcomes& outcomes) {
    for (const auto& outcome : outcomes) {
      if (!outcome.ok()) return End(outcome.status());
    }
    {
      absl::MutexLock lock(&mutex_);
      looking_ = false;
    }
    Deliver();
  }

  // False: look again.
  bool EndLooking(absl::StatusOr<v1::PullResponse> mail) {
    if (!mail.ok()) {
      End(mail.status());
      return true;
    }
    absl::MutexLock lock(&mutex_);
    if (EndingLocked()) return true;
    if (mail->deliveries().empty()) {
      looking_ = look_again_;
      return !look_again_;
    }
    looking_ = false;
    for (const v1::Delivery& delivery : mail->deliveries()) {
      (delivery.lane() == v1::LANE_URGENT ? fetched_.urgent : fetched_.bulk) =
          delivery.mailbox_seq();
    }
    WriteLocked(*std::move(mail));
    return true;
  }

  size_t most_ ABSL_GUARDED_BY(mutex_) = 0;  // 0: not started
  uint64_t listener_ ABSL_GUARDED_BY(mutex_) = 0;
  LanePositions fetched_ ABSL_GUARDED_BY(mutex_);
  bool looking_ ABSL_GUARDED_BY(mutex_) = false;
  bool look_again_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace

grpc::ServerBidiReactor<v1::PullRequest, v1::PullResponse>* PullService::Pull(
    grpc::CallbackServerContext* context) {
  return OpenStream<PullReactor, v1::PullRequest, v1::PullResponse>(shell_, *context);
}

}  // namespace entente::broker
