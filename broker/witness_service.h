// How witnesses at the members come by what they cosign. Whoever has a certificate of the
// federation may call: what counts is the witness's key. Thread-safe.
#pragma once

#include "broker/remarks.h"
#include "broker/shell.h"
#include "entente/v1/witness.grpc.pb.h"

namespace entente::broker {

class WitnessService final : public v1::Witness::CallbackService {
 public:
  explicit WitnessService(const Shell& shell) : shell_(shell) {}
  grpc::ServerUnaryReactor* NextCheckpoint(grpc::CallbackServerContext* context,
                                           const v1::NextCheckpointRequest* request,
                                           v1::NextCheckpointResponse* response) override;
  grpc::ServerUnaryReactor* Cosign(grpc::CallbackServerContext* context,
                                   const v1::CosignRequest* request,
                                   v1::CosignResponse* response) override;

 private:
  absl::StatusOr<std::string> BodyFor(const grpc::ServerContextBase& context,
                                      const v1::NextCheckpointRequest& request);
  absl::Status Take(const grpc::ServerContextBase& context, const v1::CosignRequest& request) const;

  const Shell& shell_;
  Remarks remarks_;
};

}  // namespace entente::broker
