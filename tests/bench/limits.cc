#include "tests/bench/limits.h"

#include <fcntl.h>
#include <grpcpp/server_builder.h>
#include <unistd.h>

#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "core/net/channel.h"
#include "core/net/refusal_status.h"
#include "entente/v1/broker.grpc.pb.h"
#include "tests/bench/records.h"
#include "tests/bench/stopwatch.h"

namespace entente::bench {
namespace {

constexpr int kSyncs = 400;
constexpr int kEchoes = 40'000;
constexpr int kVerifications = 8'000;

absl::StatusOr<double> MedianSync(const std::string& folder) {
  const std::string path = folder + "/sync";
  const int file = open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  const std::string block(4096, 's');
  std::vector<double> seconds;
  bool good = file >= 0;
  for (int i = 0; i < kSyncs && good; ++i) {
    const Stopwatch watch;
    good = write(file, block.data(), block.size()) == static_cast<ssize_t>(block.size()) &&
           fdatasync(file) == 0;
    seconds.push_back(watch.Seconds());
  }
  close(file);
  if (!good) return absl::InternalError("cannot sync a file in " + folder);
  return Quantile(seconds, 0.5) * 1e6;
}

// Sends back each message in the order it came, and does nothing else.
class EchoReactor final : public grpc::ServerBidiReactor<v1::SubmitRequest, v1::SubmitResponse> {
 public:
  EchoReactor() { StartRead(&request_); }

  void OnReadDone(bool ok) override {
    absl::MutexLock lock(&mutex_);
    if (!ok) {
      closing_ = true;
      return FinishLocked();
    }
    v1::SubmitResponse response;
    response.set_checkpoint(request_.submissions(0).record());
    waiting_.push_back(std::move(response));
    WriteLocked();
    StartRead(&request_);
  }
  void OnWriteDone(bool) override {
    absl::MutexLock lock(&mutex_);
    waiting_.pop_front();
    writing_ = false;
    WriteLocked();
    FinishLocked();
  }
  void OnDone() override { delete this; }

 private:
  void WriteLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (writing_ || waiting_.empty()) return;
    writing_ = true;
    StartWrite(&waiting_.front());
  }
  void FinishLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (closing_ && waiting_.empty()) Finish(grpc::Status::OK);
  }

  absl::Mutex mutex_;
  v1::SubmitRequest request_;
  std::deque<v1::SubmitResponse> waiting_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
};

class EchoService final : public v1::Broker::CallbackService {
  grpc::ServerBidiReactor<v1::SubmitRequest, v1::SubmitResponse>* Submit(
      grpc::CallbackServerContext*) override {
    return new EchoReactor;
  }
};

absl::StatusOr<double> EchoesPerSecond(const Ground& ground) {
  EchoService service;
  grpc::ServerBuilder builder;
  net::ApplyServerLimits(builder);
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", net::ServerTls(ground.broker_tls(), ground.anchors()),
                           &port);
  builder.RegisterService(&service);
  const auto server = builder.BuildAndStart();
  if (!server) return absl::UnavailableError("no port for the echo");
  const auto stub =
      v1::Broker::NewStub(ground.ChannelOf(ground.sender(), "127.0.0.1:" + std::to_string(port)));
  grpc::ClientContext context;
  const auto stream = stub->Submit(&context);
  v1::SubmitRequest request;
  request.add_submissions()->set_record(std::string(kPlaintextBytes, 'e'));
  v1::SubmitResponse response;
  stream->Write(request);
  stream->Read(&response);  // the connection stands
  const Stopwatch watch;
  std::thread writer([&] {
    for (int i = 0; i < kEchoes; ++i) stream->Write(request);
    stream->WritesDone();
  });
  int echoes = 0;
  while (stream->Read(&response)) ++echoes;
  const double seconds = watch.Seconds();
  writer.join();
  if (auto status = net::FromGrpcStatus(stream->Finish()); !status.ok()) return status;
  return echoes / seconds;
}

absl::StatusOr<double> VerificationsPerSecond(const Ground& ground) {
  const crypto::SigningKey& key = ground.sender().record_signing;
  const std::string message(128, 'v');
  const crypto::Signature64 signature = key.Sign(message);
  const Stopwatch watch;
  for (int i = 0; i < kVerifications; ++i) {
    const absl::Status status = crypto::Verify(key.public_key(), message, signature);
    if (!status.ok()) return status;
  }
  return kVerifications / watch.Seconds();
}

}  // namespace

absl::StatusOr<MachineLimits> MeasureLimits(const Ground& ground, const std::string& folder) {
  auto sync = MedianSync(folder);
  if (!sync.ok()) return sync.status();
  auto echoes = EchoesPerSecond(ground);
  if (!echoes.ok()) return echoes.status();
  auto verifications = VerificationsPerSecond(ground);
  if (!verifications.ok()) return verifications.status();
  return MachineLimits{*sync, *echoes, *verifications};
}

}  // namespace entente::bench
