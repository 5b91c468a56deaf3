// The lies about attachments. The program registers its service at one place; there another one is
// put before it, which tells each lie to one stream, in the order below, and hands every later
// stream to the true one. What the true one has on its disk is never touched.
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "broker/attachment_service.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/net/refusal_status.h"
#include "tests/hostile/lies.h"

#define REGISTER "_ZN4grpc13ServerBuilder15RegisterServiceEPNS_7ServiceE"

namespace entente::hostile {

grpc::ServerBuilder& RealRegister(grpc::ServerBuilder*, grpc::Service*) asm("__real_" REGISTER);
grpc::ServerBuilder& WrapRegister(grpc::ServerBuilder*, grpc::Service*) asm("__wrap_" REGISTER);

namespace {

template <typename Response>
struct Lie {
  std::vector<Response> answers{};     // to one message
  bool without_end = false;            // the last of them again and again
  std::optional<grpc::Status> then{};  // ends the stream behind them
};

// One stream. Answers each message with what is made up for it.
template <typename Request, typename Response>
class Liar final : public grpc::ServerBidiReactor<Request, Response> {
 public:
  using MakeUp = std::function<Lie<Response>(const Request&)>;
  explicit Liar(MakeUp make_up) : make_up_(std::move(make_up)) { this->StartRead(&request_); }

  void OnReadDone(bool ok) override {
    const absl::MutexLock lock(&mutex_);
    if (!ok) return Leave(grpc::Status::OK);
    Lie<Response> lie = make_up_(request_);
    for (Response& answer : lie.answers) waiting_.push_back(std::move(answer));
    without_end_ = without_end_ || lie.without_end;
    if (lie.then) then_ = lie.then;
    if (!std::exchange(told_, true)) Told();
    Go();
    if (!left_) this->StartRead(&request_);
  }
  void OnWriteDone(bool ok) override {
    const absl::MutexLock lock(&mutex_);
    writing_ = false;
    if (!ok || left_) return Leave(grpc::Status::OK);
    Go();
  }
  void OnCancel() override {
    const absl::MutexLock lock(&mutex_);
    Leave(grpc::Status::CANCELLED);
  }
  void OnDone() override { delete this; }

 private:
  void Go() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (writing_ || left_) return;
    if (waiting_.empty() && !(without_end_ && response_)) {
      if (then_) Leave(*then_);
      return;
    }
    if (!waiting_.empty()) {
      response_ = std::move(waiting_.front());
      waiting_.pop_front();
    }
    writing_ = true;
    this->StartWrite(&*response_);
  }
  // Not while something is being written.
  void Leave(const grpc::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    left_ = true;
    if (writing_ || finished_) return;
    finished_ = true;
    this->Finish(then_.value_or(status));
  }

  const MakeUp make_up_;
  Request request_;  // of the outstanding read, else of its callback
  absl::Mutex mutex_;
  std::optional<Response> response_;  // of the outstanding write
  std::deque<Response> waiting_ ABSL_GUARDED_BY(mutex_);
  bool without_end_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<grpc::Status> then_ ABSL_GUARDED_BY(mutex_);
  bool told_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool left_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

grpc::Status Refused(Reason reason) { return net::ToGrpcStatus(Refuse(reason, "so it says")); }

// ---- to who fetches

using Piece = v1::FetchResponse;
using FetchLie = Lie<Piece> (*)(const v1::FetchRequest&);

Piece PieceOf(size_t bytes) {
  Piece piece;
  piece.set_piece(std::string(bytes, 'x'));
  return piece;
}

Lie<Piece> Unasked(const v1::FetchRequest& request) {
  if (request.has_start()) return {.answers = {3, PieceOf(16 * 1024)}};
  return {.answers = {PieceOf(request.want())}};
}
Lie<Piece> Empty(const v1::FetchRequest&) { return {.answers = {PieceOf(0)}, .without_end = true}; }
Lie<Piece> TooShort(const v1::FetchRequest& request) {
  return {.answers = {2, PieceOf(request.want() / 2)}};
}
Lie<Piece> TooLong(const v1::FetchRequest& request) {
  return {.answers = {PieceOf(request.want() + 1)}};
}
// What was taken of it is damaged when it goes on.
Lie<Piece> EndsEarly(const v1::FetchRequest& request) {
  if (request.has_start()) return {};
  return {.answers = {PieceOf(request.want())}, .then = grpc::Status::OK};
}
Lie<Piece> AnotherFile(const v1::FetchRequest& request) {
  if (request.has_start()) return {};
  return {.answers = {PieceOf(request.want())}};
}
Lie<Piece> EndsNever(const v1::FetchRequest& request) {
  Lie<Piece> lie = AnotherFile(request);
  lie.without_end = !lie.answers.empty();
  return lie;
}
Lie<Piece> Unavailable(const v1::FetchRequest&) {
  return {.then = grpc::Status(grpc::StatusCode::UNAVAILABLE, "so it says")};
}

constexpr std::array<FetchLie, 8> kFetchLies = {Unasked,   Empty,       TooShort,  TooLong,
                                                EndsEarly, AnotherFile, EndsNever, Unavailable};

Lie<Piece> Denied(const v1::FetchRequest&) { return {.then = Refused(Reason::kAttachmentMissing)}; }

// ---- to who uploads

using Stands = v1::UploadResponse;
using UploadLie = Lie<Stands> (*)(const v1::UploadRequest&);

Stands StandsAt(uint64_t stored, bool complete = false) {
  Stands stands;
  stands.set_stored(stored);
  stands.set_complete(complete);
  return stands;
}

Lie<Stands> HasItAll(const v1::UploadRequest& request) {
  return {.answers = {StandsAt(request.start().file().size(), true)}};
}
Lie<Stands> HasSomeOfIt(const v1::UploadRequest&) { return {.answers = {StandsAt(16 * 1024)}}; }
Lie<Stands> HasMoreThanAll(const v1::UploadRequest& request) {
  return {.answers = {StandsAt(request.start().file().size() + 1)}};
}
Lie<Stands> AnswersWithoutEnd(const v1::UploadRequest&) {
  return {.answers = {StandsAt(0)}, .without_end = true};
}
Lie<Stands> HangsUp(const v1::UploadRequest&) {
  return {.answers = {StandsAt(0)}, .then = grpc::Status::OK};
}
Lie<Stands> HasNoRoom(const v1::UploadRequest&) { return {.then = Refused(Reason::kQuota)}; }

constexpr std::array<UploadLie, 6> kUploadLies = {HasItAll,          HasSomeOfIt, HasMoreThanAll,
                                                  AnswersWithoutEnd, HangsUp,     HasNoRoom};

// ---- in place of the true service

// Of the certificate's spiffe://…/agency/DE/fiu.
bool FromVictim(const grpc::CallbackServerContext& context) {
  std::string name = FromEnvironment("HOSTILE_TO");
  std::ranges::replace(name, '.', '/');
  return std::ranges::any_of(
      context.auth_context()->FindPropertyValues("peer_spiffe_id"),
      [&](const grpc::string_ref& id) { return id.ends_with("/agency/" + name); });
}

class HostileAttachments final : public v1::Attachments::CallbackService {
 public:
  explicit HostileAttachments(broker::AttachmentService& honest) : honest_(honest) {}

  grpc::ServerBidiReactor<v1::UploadRequest, v1::UploadResponse>* Upload(
      grpc::CallbackServerContext* context) override {
    if (!Lies("files-up") || uploads_ >= kUploadLies.size()) return honest_.Upload(context);
    return new Liar<v1::UploadRequest, Stands>(kUploadLies.at(uploads_++));
  }
  grpc::ServerBidiReactor<v1::FetchRequest, v1::FetchResponse>* Fetch(
      grpc::CallbackServerContext* context) override {
    if (!FromVictim(*context)) return honest_.Fetch(context);
    if (Lies("deny-file")) return new Liar<v1::FetchRequest, Piece>(Denied);
    if (!Lies("files-down") || fetches_ >= kFetchLies.size()) return honest_.Fetch(context);
    return new Liar<v1::FetchRequest, Piece>(kFetchLies.at(fetches_++));
  }

 private:
  broker::AttachmentService& honest_;
  std::atomic<size_t> uploads_ = 0;
  std::atomic<size_t> fetches_ = 0;
};

}  // namespace

grpc::ServerBuilder& WrapRegister(grpc::ServerBuilder* builder, grpc::Service* service) {
  auto* const honest = dynamic_cast<broker::AttachmentService*>(service);
  if (honest == nullptr) return RealRegister(builder, service);
  static auto* const hostile = new HostileAttachments(*honest);
  return RealRegister(builder, hostile);
}

}  // namespace entente::hostile
