#include "node/link.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "core/net/channel.h"
#include "core/net/refusal_status.h"
#include "core/store/durable_file.h"

namespace entente::node {
namespace {

constexpr absl::Duration kPause = absl::Milliseconds(500);
constexpr absl::Duration kLongestPause = absl::Seconds(5);
constexpr size_t kReceiptsAtOnce = 64;

}  // namespace

Link::Link(Driver& driver, std::shared_ptr<grpc::Channel> channel, Clock& clock,
           std::string receipt_folder)
    : driver_(driver),
      clock_(clock),
      receipt_folder_(std::move(receipt_folder)),
      broker_(v1::Broker::NewStub(channel)),
      mailbox_(v1::Mailbox::NewStub(channel)),
      directory_(v1::Directory::NewStub(channel)),
      transparency_(v1::Transparency::NewStub(channel)) {}

Link::~Link() {
  stopping_ = true;
  CancelStreams();
  driver_.Changed();
  if (asking_.joinable()) asking_.join();
  if (pulling_.joinable()) pulling_.join();
}

void Link::Start() {
  asking_ = std::thread([this] { AskLoop(); });
  pulling_ = std::thread([this] { PullLoop(); });
}

void Link::CancelStreams() {
  const absl::MutexLock lock(&mutex_);
  if (submit_context_) submit_context_->TryCancel();
  if (pull_context_ != nullptr) pull_context_->TryCancel();
}

void Link::AskLoop() {
  absl::Duration pause = kPause;
  bool connected = false;
  while (!stopping_) {
    const absl::Status ticked =
        driver_.With([&](Engine& engine) { return engine.Tick(clock_.Now()); });
    if (!ticked.ok()) spdlog::error("node: {}", ticked.ToString());
    const absl::Status status = Exchange();
    if (status.ok() && !connected) {
      driver_.With([](Engine& engine) { engine.OnConnected(); });
      spdlog::info("broker: connected");
    } else if (!status.ok() && !stopping_) {
      driver_.With([&](Engine& engine) { engine.OnDisconnected(status); });
      if (connected) spdlog::warn("broker: {}", status.ToString());
      submit_stream_.reset();
    }
    connected = status.ok();
    pause = connected ? kPause : std::min(pause * 2, kLongestPause);
    driver_.WaitForChange(pause);
  }
  submit_stream_.reset();
}

// One round of everything that is asked and sent. The first failure of the connection ends it.
absl::Status Link::Exchange() {
  for (const auto step : {&Link::FollowLog, &Link::FetchTexts, &Link::PublishKeys, &Link::FollowLog,
                          &Link::SubmitWaiting, &Link::SendAcknowledges, &Link::WriteReceipts}) {
    if (stopping_) return absl::OkStatus();
    if (absl::Status status = (this->*step)(); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Link::FollowLog() {
  bool behind = true;
  while (behind && !stopping_) {
    const auto request = driver_.With([](Engine& engine) { return engine.NextEntries(); });
    grpc::ClientContext context;
    net::SetDeadline(context);
    v1::GetEntriesResponse response;
    const grpc::Status called = transparency_->GetEntries(&context, request, &response);
    if (!called.ok()) return net::FromGrpcStatus(called);
    const absl::Status taken = driver_.With([&](Engine& engine) {
      const absl::Status status = engine.OnEntries(request, response, clock_.Now());
      behind = engine.BehindLog() && response.entries_size() > 0;
      return status;
    });
    if (!taken.ok()) return taken;
  }
  return absl::OkStatus();
}

absl::Status Link::FetchTexts() {
  for (const auto& request : driver_.With([](Engine& engine) { return engine.NextTexts(); })) {
    grpc::ClientContext context;
    net::SetDeadline(context);
    v1::GetTextResponse response;
    const grpc::Status called = directory_->GetText(&context, request, &response);
    // Another State's policy is not for us to read: the engine knows how to decide without it.
    const bool refused =
        called.error_code() == grpc::PERMISSION_DENIED || called.error_code() == grpc::NOT_FOUND;
    if (!called.ok() && !refused) return net::FromGrpcStatus(called);
    const absl::Status taken = driver_.With([&](Engine& engine) {
      if (refused) return engine.OnText(request, net::FromGrpcStatus(called), clock_.Now());
      return engine.OnText(request, response, clock_.Now());
    });
    if (!taken.ok()) return taken;
  }
  return absl::OkStatus();
}

absl::Status Link::PublishKeys() {
  while (!stopping_) {
    const auto request =
        driver_.With([&](Engine& engine) { return engine.NextPublish(clock_.Now()); });
    if (!request) break;
    grpc::ClientContext context;
    net::SetDeadline(context);
    v1::PublishResponse response;
    const grpc::Status called = directory_->Publish(&context, *request, &response);
    driver_.With([&](Engine& engine) {
      if (called.ok()) return engine.OnPublished(response, clock_.Now());
      engine.OnPublished(net::FromGrpcStatus(called), clock_.Now());
    });
    if (!called.ok()) {
      const absl::Status status = net::FromGrpcStatus(called);
      // A refusal is the engine's to handle; it asks again when something has changed.
      return RefusalOf(status) ? absl::OkStatus() : status;
    }
  }
  return absl::OkStatus();
}

absl::Status Link::SubmitWaiting() {
  while (!stopping_) {
    const auto request =
        driver_.With([&](Engine& engine) { return engine.NextSubmit(clock_.Now()); });
    if (!request.ok()) return request.status();
    if (!*request) return absl::OkStatus();
    if (!submit_stream_) {
      const absl::MutexLock lock(&mutex_);
      submit_context_ = std::make_unique<grpc::ClientContext>();
      submit_stream_ = broker_->Submit(submit_context_.get());
    }
    v1::SubmitResponse response;
    if (!submit_stream_->Write(**request) || !submit_stream_->Read(&response)) {
      const absl::Status ended = net::FromGrpcStatus(submit_stream_->Finish());
      return ended.ok() ? absl::UnavailableError("the broker ended the stream") : ended;
    }
    const absl::Status taken = driver_.With(
        [&](Engine& engine) { return engine.OnSubmitResponse(response, clock_.Now()); });
    if (!taken.ok()) return taken;
  }
  return absl::OkStatus();
}

absl::Status Link::WriteReceipts() {
  const auto receipts =
      driver_.With([](Engine& engine) { return engine.NextReceipts(kReceiptsAtOnce); });
  if (!receipts.ok()) return receipts.status();
  for (const ReceiptFiles& receipt : *receipts) {
    const std::string base = receipt_folder_ + "/" + receipt.name;
    for (const auto& [suffix, bytes] :
         {std::pair(".entry", &receipt.entry), std::pair(".part", &receipt.part),
          std::pair(".tlog-proof", &receipt.proof)}) {
      if (absl::Status kept = store::WriteFileDurably(base + suffix, *bytes); !kept.ok())
        return kept;
    }
    const absl::Status said =
        driver_.With([&](Engine& engine) { return engine.OnReceiptWritten(receipt.name); });
    if (!said.ok()) return said;
  }
  return absl::OkStatus();
}

void Link::PullLoop() {
  absl::Duration pause = kPause;
  while (!stopping_) {
    const Instant begun = clock_.Now();
    const absl::Status status = PullOnce();
    if (stopping_) break;
    if (RefusalOf(status)) spdlog::warn("mailbox: {}", status.ToString());
    pause =
        clock_.Now() - begun > 10 * limits::kSecondMs ? kPause : std::min(pause * 2, kLongestPause);
    for (absl::Duration waited; waited < pause && !stopping_; waited += absl::Milliseconds(100)) {
      absl::SleepFor(absl::Milliseconds(100));
    }
  }
}

// Holds one pull stream until it ends.
absl::Status Link::PullOnce() {
  grpc::ClientContext context;
  auto stream = mailbox_->Pull(&context);
  {
    const absl::MutexLock lock(&mutex_);
    if (stopping_) context.TryCancel();
    pull_context_ = &context;
    pull_stream_ = stream.get();
    v1::PullRequest start;
    *start.mutable_start() = driver_.With([](Engine& engine) { return engine.StartPull(); });
    stream->Write(start);
  }
  absl::Status taken;
  v1::PullResponse response;
  while (taken.ok() && stream->Read(&response)) {
    taken =
        driver_.With([&](Engine& engine) { return engine.OnPullResponse(response, clock_.Now()); });
    if (taken.ok()) taken = SendAcknowledges();
    driver_.Changed();
  }
  {
    const absl::MutexLock lock(&mutex_);
    pull_context_ = nullptr;
    pull_stream_ = nullptr;
  }
  context.TryCancel();
  const grpc::Status ended = stream->Finish();
  return taken.ok() ? net::FromGrpcStatus(ended) : taken;
}

// From either thread: what the engine has on disk by now.
absl::Status Link::SendAcknowledges() {
  const absl::MutexLock lock(&mutex_);
  if (pull_stream_ == nullptr) return absl::OkStatus();
  for (auto& acknowledge : driver_.With([](Engine& engine) { return engine.NextAcknowledges(); })) {
    v1::PullRequest request;
    *request.mutable_acknowledge() = std::move(acknowledge);
    if (!pull_stream_->Write(request)) break;  // the stream is over: they come again
  }
  return absl::OkStatus();
}

}  // namespace entente::node
