// The link between a node's engine and the broker: carries the engine's messages and nothing of its
// own. Three threads: one asks and sends (log, texts, statements, submissions), one holds the pull
// stream, and one tells the engine the time, whatever the broker does, and breaks off a call on a
// stream that the broker leaves without an answer. After any loss it connects again; the engine
// offers again what was under way. Thread-safe.
#pragma once

#include <grpcpp/channel.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "entente/v1/broker.grpc.pb.h"
#include "node/cosigner.h"
#include "node/driver.h"
#include "node/open_call.h"

namespace entente::node {

class Link {
 public:
  // Driver and clock outlive it. Receipts are written to `receipt_folder`. `patience`: how long the
  // broker may leave a submission, or a write to the pull stream, without an answer.
  Link(Driver& driver, std::shared_ptr<grpc::Channel> channel, Clock& clock,
       std::string receipt_folder, absl::Duration patience = absl::Minutes(1));
  // Ends the streams and joins the threads.
  ~Link();
  // Before Start(): the log is cosigned with it. nullptr: it is not.
  void CosignWith(std::unique_ptr<Cosigner> cosigner) { cosigner_ = std::move(cosigner); }
  void Start();

 private:
  using SubmitStream = grpc::ClientReaderWriter<v1::SubmitRequest, v1::SubmitResponse>;
  using PullStream = grpc::ClientReaderWriter<v1::PullRequest, v1::PullResponse>;

  void AskLoop();
  void PullLoop();
  void TickLoop();

  absl::Status Exchange();
  absl::Status FollowLog();
  absl::Status FetchTexts();
  absl::Status PublishKeys();
  absl::Status SubmitWaiting();
  absl::Status WriteReceipts();
  absl::Status PullOnce();
  absl::Status SendAcknowledges();
  absl::Status CosignLog();
  absl::Status TakeMail(PullStream& stream);
  bool WaitForRoom();
  bool WriteToPull(const v1::PullRequest& request) ABSL_EXCLUSIVE_LOCKS_REQUIRED(writing_);
  void CloseSubmit();
  // That long, or until it is stopping.
  void Rest(absl::Duration duration) const;

  Driver& driver_;
  Clock& clock_;
  const std::string receipt_folder_;
  const std::unique_ptr<v1::Broker::Stub> broker_;
  const std::unique_ptr<v1::Mailbox::Stub> mailbox_;
  const std::unique_ptr<v1::Directory::Stub> directory_;
  const std::unique_ptr<v1::Transparency::Stub> transparency_;
  const std::unique_ptr<v1::Witness::Stub> witness_;
  const absl::Duration patience_;

  std::atomic<bool> stopping_ = false;
  // Of the asking thread.
  std::unique_ptr<Cosigner> cosigner_;
  std::string cosigner_said_;
  std::unique_ptr<grpc::ClientContext> submit_context_;
  std::unique_ptr<SubmitStream> submit_stream_;
  OpenCall submit_call_;
  // Held while something is written, which may last: who breaks off needs it not.
  absl::Mutex writing_;
  PullStream* pull_stream_ ABSL_GUARDED_BY(writing_) = nullptr;
  OpenCall pull_call_;
  std::thread asking_;
  std::thread pulling_;
  std::thread ticking_;
};

}  // namespace entente::node
