#include "node/officer_of.h"

#include "core/base/refusal.h"
#include "core/net/tls.h"

namespace entente::node {

absl::StatusOr<std::string> OfficerOf(const grpc::ServerContext& context,
                                      const net::TrustAnchors& officers, const AgencyId& agency,
                                      Instant now) {
  const auto caller = net::PeerOf(*context.auth_context(), officers, now);
  if (!caller.ok()) return caller.status();
  if (caller->kind != net::CallerKind::kOfficer) {
    return Refuse(Reason::kNotAuthorised, "only officers' certificates may use a desk");
  }
  if (caller->agency != agency) {
    return Refuse(Reason::kWrongAgency, "this desk belongs to " + agency.text());
  }
  return caller->name;
}

}  // namespace entente::node
