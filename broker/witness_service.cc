#include "broker/witness_service.h"

#include <utility>

#include "core/base/refusal.h"
#include "spdlog/spdlog.h"

namespace entente::broker {

absl::StatusOr<std::string> WitnessService::BodyFor(const grpc::ServerContextBase& context,
                                                    const v1::NextCheckpointRequest& request) {
  if (const auto caller = shell_.CallerOf(context); !caller.ok()) return caller.status();
  const auto now = shell_.log_clock.Now();
  if (!now.ok()) return now.status();
  auto next = shell_.cosigning.Next(request.witness(), request.cosigned_size(), *now);
  if (next.ok()) return std::move(next->body);
  const std::string sentence(next.status().message());
  if (IsRefusal(next.status(), Reason::kFork) &&
      remarks_.Worth(request.witness(), sentence, *now)) {
    spdlog::error("{}: {}", sentence, kRolledBack);
  }
  return next.status();
}

grpc::ServerUnaryReactor* WitnessService::NextCheckpoint(grpc::CallbackServerContext* context,
                                                         const v1::NextCheckpointRequest* request,
                                                         v1::NextCheckpointResponse* response) {
  auto body = BodyFor(*context, *request);
  if (body.ok()) response->set_add_checkpoint(*std::move(body));
  return FinishWith(shell_, context, body.status());
}

absl::Status WitnessService::Take(const grpc::ServerContextBase& context,
                                  const v1::CosignRequest& request) const {
  if (const auto caller = shell_.CallerOf(context); !caller.ok()) return caller.status();
  const auto now = shell_.log_clock.Now();
  if (!now.ok()) return now.status();
  return shell_.cosigning.Cosign(request.witness(), request.size(), request.signatures(), *now);
}

grpc::ServerUnaryReactor* WitnessService::Cosign(grpc::CallbackServerContext* context,
                                                 const v1::CosignRequest* request,
                                                 v1::CosignResponse*) {
  return FinishWith(shell_, context, Take(*context, *request));
}

}  // namespace entente::broker
