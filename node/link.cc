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
constexpr absl::Duration kTick = absl::Seconds(1);
constexpr absl::Duration kStep = absl::Milliseconds(100);
constexpr size_t kReceiptsAtOnce = 64;
constexpr int kPagesAtOnce = 64;

// Each error when it comes, not as often as it is tried again.
void SayOnce(std::string_view what, const absl::Status& status, std::string& said) {
  std::string text = status.ok() ? "" : status.ToString();
  if (!text.empty() && text != said) spdlog::warn("{}: {}", what, text);
  said = std::move(text);
}

}  // namespace

Link::Link(Driver& driver, std::shared_ptr<grpc::Channel> channel, Clock& clock,
           std::string receipt_folder, absl::Duration patience)
    : driver_(driver),
      clock_(clock),
      receipt_folder_(std::move(receipt_folder)),
      broker_(v1::Broker::NewStub(channel)),
      mailbox_(v1::Mailbox::NewStub(channel)),
      directory_(v1::Directory::NewStub(channel)),
      transparency_(v1::Transparency::NewStub(channel)),
      witness_(v1::Witness::NewStub(channel)),
      patience_(patience) {}

Link::~Link() {
  stopping_ = true;
  submit_call_.CancelAll();
  pull_call_.CancelAll();
  driver_.Changed();
  for (std::thread* thread : {&asking_, &pulling_, &ticking_}) {
    if (thread->joinable()) thread->join();
  }
}

void Link::Start() {
  ticking_ = std::thread([this] { TickLoop(); });
  asking_ = std::thread([this] { AskLoop(); });
  pulling_ = std::thread([this] { PullLoop(); });
}

void Link::Rest(absl::Duration duration) const {
  for (absl::Duration rested; rested < duration && !stopping_; rested += kStep) {
    absl::SleepFor(kStep);
  }
}

// Of its own: what the clock demands must not wait for the broker.
void Link::TickLoop() {
  std::string mail_said;
  while (!stopping_) {
    const absl::Status ticked =
        driver_.With([&](Engine& engine) { return engine.Tick(clock_.Now()); });
    if (!ticked.ok()) spdlog::error("node: {}", ticked.ToString());
    SayOnce("mail", driver_.With([](Engine& engine) { return engine.MailStatus(); }), mail_said);
    submit_call_.CancelWhenOwedFor(patience_);
    pull_call_.CancelWhenOwedFor(patience_);
    driver_.Changed();  // what it made may have to be sent
    Rest(kTick);
  }
}

void Link::CloseSubmit() {
  submit_call_.Close();
  submit_stream_.reset();
}

void Link::AskLoop() {
  absl::Duration pause = kPause;
  bool connected = false;
  while (!stopping_) {
    const absl::Status status = Exchange();
    if (status.ok() && !connected) {
      driver_.With([](Engine& engine) { engine.OnConnected(); });
      spdlog::info("broker: connected");
    } else if (!status.ok() && !stopping_) {
      driver_.With([&](Engine& engine) { engine.OnDisconnected(status); });
      if (connected) spdlog::warn("broker: {}", status.ToString());
      CloseSubmit();
    }
    connected = status.ok();
    pause = connected ? kPause : std::min(pause * 2, kLongestPause);
    driver_.WaitForChange(pause);
  }
  CloseSubmit();
}

// One round of everything that is asked and sent. The first failure of the connection ends it.
absl::Status Link::Exchange() {
  for (const auto step :
       {&Link::FollowLog, &Link::FetchTexts, &Link::PublishKeys, &Link::FollowLog, &Link::CosignLog,
        &Link::SubmitWaiting, &Link::SendAcknowledges, &Link::WriteReceipts}) {
    if (stopping_) return absl::OkStatus();
    if (absl::Status status = (this->*step)(); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// Some pages a round: a log without end must not keep all else waiting.
absl::Status Link::FollowLog() {
  bool behind = true;
  for (int page = 0; behind && page < kPagesAtOnce && !stopping_; ++page) {
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

// What fails of it keeps nothing else back: without its cosignature the others' may be enough.
absl::Status Link::CosignLog() {
  if (cosigner_) SayOnce("witness", cosigner_->Step(*witness_, driver_), cosigner_said_);
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
      submit_context_ = std::make_unique<grpc::ClientContext>();
      submit_call_.Open(submit_context_.get());
      submit_stream_ = broker_->Submit(submit_context_.get());
    }
    v1::SubmitResponse response;
    const OpenCall::Owed owed(submit_call_);
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
  std::string said;
  while (!stopping_) {
    const Instant begun = clock_.Now();
    const absl::Status status = PullOnce();
    if (stopping_) break;
    SayOnce("mailbox", status, said);
    pause =
        clock_.Now() - begun > 10 * limits::kSecondMs ? kPause : std::min(pause * 2, kLongestPause);
    Rest(pause);
  }
}

// Holds one pull stream until it ends.
absl::Status Link::PullOnce() {
  grpc::ClientContext context;
  pull_call_.Open(&context);
  auto stream = mailbox_->Pull(&context);
  {
    const absl::MutexLock lock(&writing_);
    pull_stream_ = stream.get();
    v1::PullRequest start;
    *start.mutable_start() = driver_.With([](Engine& engine) { return engine.StartPull(); });
    WriteToPull(start);
  }
  const absl::Status taken = TakeMail(*stream);
  context.TryCancel();  // before the lock: it ends a write that lasts
  {
    const absl::MutexLock lock(&writing_);
    pull_stream_ = nullptr;
  }
  pull_call_.Close();
  const grpc::Status ended = stream->Finish();
  return taken.ok() ? net::FromGrpcStatus(ended) : taken;
}

// What the engine cannot settle yet it need not have: the rest stays in the mailbox.
bool Link::WaitForRoom() {
  while (!stopping_ && !driver_.With([](Engine& engine) { return engine.HasRoomForMail(); })) {
    Rest(kStep);
  }
  return !stopping_;
}

absl::Status Link::TakeMail(PullStream& stream) {
  v1::PullResponse response;
  while (WaitForRoom() && stream.Read(&response)) {
    absl::Status taken =
        driver_.With([&](Engine& engine) { return engine.OnPullResponse(response, clock_.Now()); });
    if (taken.ok()) taken = SendAcknowledges();
    if (!taken.ok()) return taken;
    driver_.Changed();
  }
  return absl::OkStatus();
}

bool Link::WriteToPull(const v1::PullRequest& request) {
  const OpenCall::Owed owed(pull_call_);
  return pull_stream_->Write(request);
}

// From either thread: what the engine has on disk by now.
absl::Status Link::SendAcknowledges() {
  const absl::MutexLock lock(&writing_);
  if (pull_stream_ == nullptr) return absl::OkStatus();
  for (auto& acknowledge : driver_.With([](Engine& engine) { return engine.NextAcknowledges(); })) {
    v1::PullRequest request;
    *request.mutable_acknowledge() = std::move(acknowledge);
    if (!WriteToPull(request)) break;  // the stream is over: they come again
  }
  return absl::OkStatus();
}

}  // namespace entente::node
