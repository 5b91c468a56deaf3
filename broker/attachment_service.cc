#include "broker/attachment_service.h"

#include <functional>
#include <memory>
#include <utility>

#include "broker/stream.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"

namespace entente::broker {
namespace {

absl::Status MalformedOrder() {
  return Refuse(Reason::kMalformed, "a stream of an attachment starts once, with its start");
}

// One message in work: read, worked on by a worker, answered when there is an answer, and only then
// the next is read.
template <typename Request, typename Response>
class InTurn : public Stream<Request, Response>,
               public std::enable_shared_from_this<InTurn<Request, Response>> {
 public:
  using Stream<Request, Response>::Stream;

  void OnReadDone(bool ok) override {
    if (!ok) {
      absl::MutexLock lock(&this->mutex_);
      return this->EndLocked(grpc::Status::OK);
    }
    Work([this](Instant now) { Take(now); });
  }

  void Stop() override { this->End(Refuse(Reason::kShuttingDown, "the broker is stopping")); }

 protected:
  // On a worker. Ends in Answer(), ReadNext(), End() or Work().
  virtual void Take(Instant now) = 0;

  void Answer(Response response) {
    absl::MutexLock lock(&this->mutex_);
    if (!this->EndingLocked()) this->WriteLocked(std::move(response));
  }
  void ReadNext() {
    absl::MutexLock lock(&this->mutex_);
    if (!this->EndingLocked()) this->StartRead(&this->request_);
  }
  // `task` may use this object.
  void Work(std::function<void(Instant now)> task) {
    this->shell_.file_workers.Post([self = this->shared_from_this(), task = std::move(task)] {
      const auto now = self->shell_.log_clock.Now();
      if (!now.ok()) return self->End(now.status());
      task(*now);
    });
  }

 private:
  void OnWritten() override { ReadNext(); }
};

// ---- upload

absl::StatusOr<record::FileShape> ReadShape(const v1::SealedFile& file) {
  const auto root = FixedBytes<sizeof(Digest)>(file.root());
  if (root && record::IsSealedFileSize(file.size())) return record::FileShape{file.size(), *root};
  return Refuse(Reason::kMalformed, "no attachment has this size, or a root of this length");
}

class UploadReactor final : public InTurn<v1::UploadRequest, v1::UploadResponse> {
 public:
  UploadReactor(const Shell& shell, AgencyId agency) : InTurn(shell, std::move(agency), "upload") {}

 private:
  void Take(Instant now) override {
    auto status = shell_.engine.CheckAdmitted(agency_, now);
    if (status.ok()) status = upload_ ? Append(now) : Place(now);
    if (!status.ok()) return End(status);
    if (upload_->whole() && !upload_->complete()) return Check(now);
    Tell();
  }

  absl::Status Place(Instant now) {
    if (!request_.has_start()) return MalformedOrder();
    const auto shape = ReadShape(request_.start().file());
    if (!shape.ok()) return shape.status();
    auto upload = shell_.files.Begin({agency_.text(), *shape}, now);
    if (upload.ok()) upload_ = *std::move(upload);
    return upload.status();
  }

  absl::Status Append(Instant now) {
    return request_.has_piece() ? upload_->Append(request_.piece(), now) : MalformedOrder();
  }

  // To its end also when the sender is gone: it will find the file complete.
  void Check(Instant now) {
    const auto complete = upload_->Check(now);
    if (!complete.ok()) return End(complete.status());
    if (!*complete) return Work([this](Instant later) { Check(later); });
    Tell();
  }

  void Tell() {
    v1::UploadResponse response;
    response.set_stored(upload_->stored());
    response.set_complete(upload_->complete());
    Answer(std::move(response));
  }

  std::unique_ptr<AttachmentUpload> upload_;  // of the message in work
};

// ---- fetch

class FetchReactor final : public InTurn<v1::FetchRequest, v1::FetchResponse> {
 public:
  FetchReactor(const Shell& shell, AgencyId agency) : InTurn(shell, std::move(agency), "fetch") {}

 private:
  void Take(Instant now) override {
    const bool first = !std::exchange(started_, true);
    if (first != request_.has_start()) return End(MalformedOrder());
    if (first) start_ = request_.start();
    const auto file =
        shell_.engine.GrantedTo(agency_, start_.record_hash(), start_.section_id(), now);
    if (!file.ok()) return End(file.status());
    if (start_.offset() > file->shape.size) {
      return End(Refuse(Reason::kMalformed, "the attachment ends before this offset"));
    }
    if (first) return ReadNext();
    Give(*file);
  }

  void Give(const OwnedFile& file) {
    const uint32_t want = request_.want();
    if (want == 0 || want > limits::kPieceBytes) {
      return End(Refuse(Reason::kMalformed, "a want is of 1 to 65,536 bytes"));
    }
    auto piece = shell_.files.Read(file, start_.offset(), want);
    if (!piece.ok()) return End(piece.status());
    start_.set_offset(start_.offset() + piece->size());
    v1::FetchResponse response;
    response.set_piece(*std::move(piece));
    Answer(std::move(response));
  }

  // Of the message in work.
  bool started_ = false;
  v1::FetchStart start_;  // its offset moves on
};

}  // namespace

grpc::ServerBidiReactor<v1::UploadRequest, v1::UploadResponse>* AttachmentService::Upload(
    grpc::CallbackServerContext* context) {
  return OpenStream<UploadReactor, v1::UploadRequest, v1::UploadResponse>(shell_, *context);
}

grpc::ServerBidiReactor<v1::FetchRequest, v1::FetchResponse>* AttachmentService::Fetch(
    grpc::CallbackServerContext* context) {
  return OpenStream<FetchReactor, v1::FetchRequest, v1::FetchResponse>(shell_, *context);
}

}  // namespace entente::broker
