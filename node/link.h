// The link between a node's engine and the broker: carries the engine's messages and nothing of its
// own. Two threads: one asks and sends (log, texts, statements, submissions, time), one holds the
// pull stream. After any loss it connects again; the engine offers again what was under way.
// Thread-safe.
#pragma once

#include <grpcpp/channel.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "core/base/clock.h"
#include "entente/v1/broker.grpc.pb.h"
#include "node/driver.h"

namespace entente::node {

class Link {
 public:
  // Driver and clock outlive it. Receipts are written to `receipt_folder`.
  Link(Driver& driver, std::shared_ptr<grpc::Channel> channel, Clock& clock,
       std::string receipt_folder);
  // Ends the streams and joins the threads.
  ~Link();
  void Start();

 private:
  void AskLoop();
  void PullLoop();

  absl::Status Exchange();
  absl::Status FollowLog();
  absl::Status FetchTexts();
  absl::Status PublishKeys();
  absl::Status SubmitWaiting();
  absl::Status WriteReceipts();
  absl::Status PullOnce();
  absl::Status SendAcknowledges();
  void CancelStreams();

  using SubmitStream = grpc::ClientReaderWriter<v1::SubmitRequest, v1::SubmitResponse>;
  using PullStream = grpc::ClientReaderWriter<v1::PullRequest, v1::PullResponse>;

  Driver& driver_;
  Clock& clock_;
  const std::string receipt_folder_;
  const std::unique_ptr<v1::Broker::Stub> broker_;
  const std::unique_ptr<v1::Mailbox::Stub> mailbox_;
  const std::unique_ptr<v1::Directory::Stub> directory_;
  const std::unique_ptr<v1::Transparency::Stub> transparency_;

  std::atomic<bool> stopping_ = false;
  std::unique_ptr<grpc::ClientContext> submit_context_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<SubmitStream> submit_stream_;  // of the asking thread
  grpc::ClientContext* pull_context_ ABSL_GUARDED_BY(mutex_) = nullptr;
  PullStream* pull_stream_ ABSL_GUARDED_BY(mutex_) = nullptr;
  absl::Mutex mutex_;
  std::thread asking_;
  std::thread pulling_;
};

}  // namespace entente::node
