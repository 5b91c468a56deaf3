// Mailbox.Pull: deliveries to one agency's node against its acknowledgements. The next response is
// fetched from the engine when the last one is written: nothing is queued here. A commit that adds
// mail wakes the stream. A suspended agency gets nothing. Acknowledgements are committed one after
// the other. Thread-safe.
#pragma once

#include "broker/shell.h"
#include "entente/v1/broker.grpc.pb.h"

namespace entente::broker {

class PullService final : public v1::Mailbox::CallbackService {
 public:
  explicit PullService(const Shell& shell) : shell_(shell) {}
  grpc::ServerBidiReactor<v1::PullRequest, v1::PullResponse>* Pull(
      grpc::CallbackServerContext* context) override;

 private:
  const Shell& shell_;
};

}  // namespace entente::broker
