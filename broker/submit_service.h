// Broker.Submit: a stream of batches from one agency's node. Requests are admitted in the order in
// which they come; a few may be in work at once, and responses keep that order. The client ends the
// stream when it has every response it wants; the broker when it stops, with shutting-down, after
// answering what it took. Thread-safe.
#pragma once

#include "broker/shell.h"
#include "entente/v1/broker.grpc.pb.h"

namespace entente::broker {

// Requests of one stream in work at once.
inline constexpr size_t kRequestsInWork = 4;

class SubmitService final : public v1::Broker::CallbackService {
 public:
  explicit SubmitService(const Shell& shell) : shell_(shell) {}
  grpc::ServerBidiReactor<v1::SubmitRequest, v1::SubmitResponse>* Submit(
      grpc::CallbackServerContext* context) override;

 private:
  const Shell& shell_;
};

}  // namespace entente::broker
