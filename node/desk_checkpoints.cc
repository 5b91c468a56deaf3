// The broker's log as this node has followed it, to be compared with what others see (desk.h).
#include "core/audit/checkpoint.h"
#include "core/base/refusal.h"
#include "node/desk.h"

namespace entente::node {

absl::StatusOr<v1::LogCheckpointResponse> Desk::LogCheckpoint(std::string_view officer) const {
  if (absl::Status status = ground_->officers.Check(officer, {}); !status.ok()) return status;
  const Federation& federation = ground_->federation;
  v1::LogCheckpointResponse response;
  response.set_checkpoint(federation.checkpoint());
  response.set_witnessed(federation.witnessed_note());
  if (!federation.fork()) return response;
  v1::LogFork& fork = *response.mutable_fork();
  fork.set_text(federation.fork()->text);
  fork.set_trusted(federation.fork()->trusted);
  fork.set_refused(federation.fork()->refused);
  const auto proof = federation.ProveFork();
  if (proof.ok()) {
    fork.set_proof(*proof);
  } else {
    fork.set_unproven(std::string(proof.status().message()));
  }
  return response;
}

absl::StatusOr<v1::CompareLogResponse> Desk::CompareLog(std::string_view officer,
                                                        const v1::CompareLogRequest& request) {
  if (absl::Status status = ground_->officers.Check(officer, {}); !status.ok()) return status;
  const auto origin = AgencyId::Parse(request.origin());
  if (!origin.ok()) return Refuse(Reason::kMalformed, std::string(origin.status().message()));
  const auto checkpoint =
      audit::VerifyCheckpoint(request.checkpoint(), ground_->genesis()->checkpoint);
  if (!checkpoint.ok()) return checkpoint.status();
  Federation& federation = ground_->federation;
  const absl::Status heard = federation.Hear(std::string(origin->text()), request.checkpoint());
  if (!heard.ok()) return heard;
  v1::CompareLogResponse response;
  response.set_their_size(checkpoint->checkpoint.size);
  response.set_our_size(federation.size());
  response.set_beyond(checkpoint->checkpoint.size > federation.size());
  return response;
}

}  // namespace entente::node
