#include "core/net/tls.h"

#include <grpcpp/security/tls_credentials_options.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <mutex>
#include <vector>

#include "core/base/refusal.h"
#include "core/net/x509.h"

namespace entente::net {
namespace {

using grpc::experimental::ExternalCertificateVerifier;
using grpc::experimental::TlsCustomVerificationCheckRequest;

// gRPC 1.51 has no setting for the least version. This is the list of TLS 1.2 suites, and holds one
// that needs a pre-shared key, which nobody has: what is left is TLS 1.3. gRPC reads it once.
void SpeakTls13Only() {
  static std::once_flag once;
  std::call_once(once, [] { setenv("GRPC_SSL_CIPHER_SUITES", "ECDHE-PSK-CHACHA20-POLY1305", 1); });
}

absl::StatusOr<std::string> ReadWhole(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::NotFoundError("cannot read " + path);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

absl::Status CheckKeyMode(const std::string& path) {
  struct stat found;
  if (stat(path.c_str(), &found) != 0) return absl::NotFoundError("cannot read " + path);
  if ((found.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return absl::PermissionDeniedError("others than its owner may read or write the key " + path +
                                       ": run chmod 600 " + path);
  }
  return absl::OkStatus();
}

absl::Status CheckPair(const TlsIdentity& identity, const std::string& certificate_path,
                       const std::string& key_path) {
  const auto chain = internal::ReadCertificates(identity.certificate_pem);
  if (chain.empty()) {
    return absl::InvalidArgumentError(certificate_path + " holds no PEM certificate");
  }
  const auto key = internal::ReadPrivateKey(identity.key_pem);
  if (!key) {
    return absl::InvalidArgumentError(key_path + " holds no PEM private key without passphrase");
  }
  if (X509_check_private_key(chain.front().get(), key.get()) != 1) {
    return absl::InvalidArgumentError(key_path + " is not the key of the certificate in " +
                                      certificate_path);
  }
  return absl::OkStatus();
}

std::string_view AsView(grpc::string_ref text) { return {text.data(), text.size()}; }

// One value of a property; nullopt when there is none or more than one.
std::optional<std::string_view> OneProperty(const grpc::AuthContext& auth, const char* name) {
  const auto values = auth.FindPropertyValues(name);
  if (values.size() != 1) return std::nullopt;
  return AsView(values.front());
}

class ServerIdentityVerifier final : public ExternalCertificateVerifier {
 public:
  ServerIdentityVerifier(std::shared_ptr<const TrustAnchors> servers, Caller server, Clock& clock)
      : servers_(std::move(servers)), server_(std::move(server)), clock_(clock) {}

  bool Verify(TlsCustomVerificationCheckRequest* request, std::function<void(grpc::Status)>,
              grpc::Status* sync_status) override {
    const auto found =
        servers_->Identify(AsView(request->peer_cert()), AsView(request->peer_cert_full_chain()),
                           TrustAnchors::Use::kServer, clock_.Now());
    if (!found.ok()) {
      *sync_status = {grpc::StatusCode::UNAUTHENTICATED, std::string(found.status().message())};
    } else if (!(*found == server_)) {
      *sync_status = {grpc::StatusCode::UNAUTHENTICATED,
                      "the server is " + SpiffeId(servers_->federation(), *found) + ", not " +
                          SpiffeId(servers_->federation(), server_)};
    }
    return true;
  }
  void Cancel(TlsCustomVerificationCheckRequest*) override {}

 private:
  const std::shared_ptr<const TrustAnchors> servers_;
  const Caller server_;
  Clock& clock_;
};

}  // namespace

absl::StatusOr<TlsIdentity> LoadTlsIdentity(const std::string& certificate_path,
                                            const std::string& key_path) {
  auto certificate = ReadWhole(certificate_path);
  if (!certificate.ok()) return certificate.status();
  if (absl::Status status = CheckKeyMode(key_path); !status.ok()) return status;
  auto key = ReadWhole(key_path);
  if (!key.ok()) return key.status();
  TlsIdentity identity{*std::move(certificate), *std::move(key)};
  if (absl::Status status = CheckPair(identity, certificate_path, key_path); !status.ok()) {
    return status;
  }
  return identity;
}

absl::StatusOr<std::string> LoadCertificates(const std::string& path) {
  auto pem = ReadWhole(path);
  if (pem.ok() && internal::ReadCertificates(*pem).empty()) {
    return absl::InvalidArgumentError(path + " holds no PEM certificate");
  }
  return pem;
}

std::shared_ptr<grpc::ServerCredentials> ServerTls(const TlsIdentity& identity,
                                                   const TrustAnchors& clients) {
  SpeakTls13Only();
  grpc::SslServerCredentialsOptions options(
      GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = clients.bundle_pem();
  options.pem_key_cert_pairs.push_back({identity.key_pem, identity.certificate_pem});
  return grpc::SslServerCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> ClientTls(const TlsIdentity& identity,
                                                    std::shared_ptr<const TrustAnchors> servers,
                                                    const Caller& server, Clock& clock) {
  SpeakTls13Only();
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(
      std::make_shared<grpc::experimental::StaticDataCertificateProvider>(
          servers->bundle_pem(), std::vector<grpc::experimental::IdentityKeyCertPair>{
                                     {identity.key_pem, identity.certificate_pem}}));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_verify_server_certs(true);
  options.set_check_call_host(false);
  options.set_certificate_verifier(ExternalCertificateVerifier::Create<ServerIdentityVerifier>(
      std::move(servers), server, clock));
  return grpc::experimental::TlsCredentials(options);
}

absl::StatusOr<Caller> PeerOf(const grpc::AuthContext& auth, const TrustAnchors& clients,
                              Instant now) {
  const auto leaf = OneProperty(auth, GRPC_X509_PEM_CERT_PROPERTY_NAME);
  if (!auth.IsPeerAuthenticated() || !leaf) {
    return Refuse(Reason::kNotAuthenticated, "the peer showed no certificate");
  }
  const auto chain = OneProperty(auth, GRPC_X509_PEM_CERT_CHAIN_PROPERTY_NAME);
  auto caller = clients.Identify(*leaf, chain.value_or(""), TrustAnchors::Use::kClient, now);
  if (!caller.ok()) return caller;
  if (OneProperty(auth, GRPC_PEER_SPIFFE_ID_PROPERTY_NAME) !=
      SpiffeId(clients.federation(), *caller)) {
    return Refuse(Reason::kNotAuthenticated,
                  "the transport and the certificate name the peer differently");
  }
  return caller;
}

}  // namespace entente::net
