// The one place where errors cross the wire: absl::Status <-> grpc::Status. A refusal travels in
// the status details, a google.rpc.Status whose one detail is an entente.v1.Refusal. Anything else
// travels as its code and a sentence without detail, since its own words may name paths: that there
// is no such thing, for NOT_FOUND, and a local fault for the rest.
// Stateless; safe from any thread.
#pragma once

#include <grpcpp/support/status.h>

#include <optional>

#include "absl/status/status.h"
#include "core/base/refusal.h"
#include "entente/v1/refusal.pb.h"

namespace entente::net {

grpc::Status ToGrpcStatus(const absl::Status& status);
// A refusal comes back as it was sent. Without details, or with details that say no reason of the
// closed list, the code and the message stay, without a refusal. UNAVAILABLE without refusal means
// that the peer was not reached.
absl::Status FromGrpcStatus(const grpc::Status& status);

v1::Refusal ToMessage(const Refusal& refusal);
// nullopt for a reason that is not of the closed list.
std::optional<Refusal> FromMessage(const v1::Refusal& message);

}  // namespace entente::net
