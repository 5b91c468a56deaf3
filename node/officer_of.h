// Who calls a desk: the officer in the client's certificate, over the Unix socket and TCP alike.
// Stateless; safe from any thread.
#pragma once

#include <grpcpp/server_context.h>

#include <string>

#include "absl/status/statusor.h"
#include "core/base/agency.h"
#include "core/base/instant.h"
#include "core/net/trust.h"

namespace entente::node {

// The officer's id. Refusals not-authenticated, not-authorised (no officer), wrong-agency.
absl::StatusOr<std::string> OfficerOf(const grpc::ServerContext& context,
                                      const net::TrustAnchors& officers, const AgencyId& agency,
                                      Instant now);

}  // namespace entente::node
