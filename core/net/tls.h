// Mutual TLS 1.3 for servers and clients, over TCP and Unix sockets alike. A server turns away
// clients without a certificate in the handshake; who a client is, and whether its own jurisdiction
// certified it, PeerOf() says for each call. A client accepts one server identity only.
// Creating credentials keeps this process from speaking TLS 1.2 through gRPC at all.
// Functions are safe from any thread.
#pragma once

#include <grpcpp/security/auth_context.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/net/caller.h"
#include "core/net/trust.h"

namespace entente::net {

// A certificate chain, leaf first, and its private key, both PEM.
struct TlsIdentity {
  std::string certificate_pem;
  std::string key_pem;
};

// NOT_FOUND; PERMISSION_DENIED when group or others may read the key (the sentence says
// `chmod 600 FILE`); INVALID_ARGUMENT when they do not parse or do not belong together.
absl::StatusOr<TlsIdentity> LoadTlsIdentity(const std::string& certificate_path,
                                            const std::string& key_path);
// The file's PEM certificates. NOT_FOUND; INVALID_ARGUMENT when it holds none.
absl::StatusOr<std::string> LoadCertificates(const std::string& path);

std::shared_ptr<grpc::ServerCredentials> ServerTls(const TlsIdentity& identity,
                                                   const TrustAnchors& clients);
// `server` is the only peer accepted: its certificate is checked as in TrustAnchors::Identify().
// DNS names are not looked at: a name on a wire says less than the identity. `clock` must outlive
// all channels made from it.
std::shared_ptr<grpc::ChannelCredentials> ClientTls(const TlsIdentity& identity,
                                                    std::shared_ptr<const TrustAnchors> servers,
                                                    const Caller& server, Clock& clock);

// The caller of an RPC, from ServerContext::auth_context(). Refusal not-authenticated.
absl::StatusOr<Caller> PeerOf(const grpc::AuthContext& auth, const TrustAnchors& clients,
                              Instant now);

}  // namespace entente::net
