#include "core/net/tls.h"

#include <arpa/inet.h>
#include <grpcpp/server.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/refusal.h"
#include "core/net/channel.h"
#include "core/net/refusal_status.h"
#include "entente/v1/broker.grpc.pb.h"
#include "tests/support/pki.h"

namespace entente::net {
namespace {

using testing::CertificateWish;
using testing::IssuedCertificate;
using testing::TemporaryFolder;
using testing::TestAuthority;

constexpr char kFr[] = "spiffe://entente.test/agency/FR/fiu";

// Answers with the caller's name, or refuses.
class WhoAmI final : public v1::Transparency::CallbackService {
 public:
  WhoAmI(std::shared_ptr<const TrustAnchors> clients, Clock& clock)
      : clients_(std::move(clients)), clock_(clock) {}

  grpc::ServerUnaryReactor* GetCheckpoint(grpc::CallbackServerContext* context,
                                          const v1::GetCheckpointRequest*,
                                          v1::GetCheckpointResponse* response) override {
    const auto caller = PeerOf(*context->auth_context(), *clients_, clock_.Now());
    if (caller.ok()) response->set_checkpoint(SpiffeId(clients_->federation(), *caller));
    auto* reactor = context->DefaultReactor();
    reactor->Finish(ToGrpcStatus(caller.status()));
    return reactor;
  }

 private:
  const std::shared_ptr<const TrustAnchors> clients_;
  Clock& clock_;
};

class Tls : public ::testing::Test {
 protected:
  void SetUp() override { Serve(brokers_.Issue("spiffe://entente.test/broker/broker-1")); }

  void Serve(const IssuedCertificate& certificate) {
    if (server_) server_->Shutdown();
    socket_ = *UnixAddress(folder_.path() + "/desk.sock");
    const auto credentials =
        ServerTls({certificate.certificate_pem, certificate.key_pem}, *anchors_);
    grpc::ServerBuilder builder;
    ApplyServerLimits(builder);
    builder.AddListeningPort("127.0.0.1:0", credentials, &port_);
    builder.AddListeningPort(socket_, credentials);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
  }

  std::string Tcp() const { return "127.0.0.1:" + std::to_string(port_); }

  absl::StatusOr<std::string> Call(const std::string& address,
                                   const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
    const auto stub = v1::Transparency::NewStub(OpenChannel(address, credentials));
    grpc::ClientContext context;
    SetDeadline(context, 5000);
    v1::GetCheckpointResponse response;
    const grpc::Status status = stub->GetCheckpoint(&context, {}, &response);
    if (!status.ok()) return FromGrpcStatus(status);
    return response.checkpoint();
  }

  std::shared_ptr<grpc::ChannelCredentials> Client(const IssuedCertificate& certificate,
                                                   const Caller& server) {
    return ClientTls({certificate.certificate_pem, certificate.key_pem}, anchors_, server, clock_);
  }

  absl::StatusOr<std::string> CallAs(const IssuedCertificate& certificate) {
    return Call(Tcp(), Client(certificate, BrokerCaller("broker-1")));
  }

  // Turned away in the handshake: the peer is told nothing more.
  void ExpectNoConnection(const absl::Status& status) {
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
    EXPECT_FALSE(RefusalOf(status).has_value());
  }

  // The protocol version agreed with an OpenSSL client of at most `most`; 0 for none.
  int Handshake(const IssuedCertificate* certificate, int most);

  SystemClock clock_;
  const TestAuthority fr_{"FR"}, br_{"BR"}, brokers_{"brokers"}, stranger_{"stranger"};
  const std::shared_ptr<const TrustAnchors> anchors_ =
      *TrustAnchors::Create("entente.test", {{"FR", fr_.certificate_pem()},
                                             {"BR", br_.certificate_pem()},
                                             {"broker", brokers_.certificate_pem()}});
  const TemporaryFolder folder_;
  WhoAmI service_{anchors_, clock_};
  std::string socket_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

int Tls::Handshake(const IssuedCertificate* certificate, int most) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_max_proto_version(context, most);
  const unsigned char alpn[] = {2, 'h', '2'};
  SSL_CTX_set_alpn_protos(context, alpn, sizeof(alpn));
  if (certificate != nullptr) {
    const std::string path = folder_.Write("client.pem", certificate->certificate_pem);
    SSL_CTX_use_certificate_chain_file(context, path.c_str());
    SSL_CTX_use_PrivateKey_file(context, folder_.Write("client.key", certificate->key_pem).c_str(),
                                SSL_FILETYPE_PEM);
  }
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port_));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  SSL* ssl = SSL_new(context);
  SSL_set_fd(ssl, fd);
  char byte;
  // The server's judgement of a TLS 1.3 client arrives after the client's part is done.
  const bool good = SSL_connect(ssl) == 1 && SSL_read(ssl, &byte, 1) == 1;
  const int version = good ? SSL_version(ssl) : 0;
  SSL_free(ssl);
  SSL_CTX_free(context);
  close(fd);
  return version;
}

TEST_F(Tls, TellsWhoTheCallerIs) {
  EXPECT_EQ(CallAs(fr_.Issue(kFr)).value(), kFr);
  const std::string officer = "spiffe://entente.test/agency/BR/coaf/officer/ana";
  EXPECT_EQ(CallAs(br_.Issue(officer)).value(), officer);
}

TEST_F(Tls, WorksOverAUnixSocketToo) {
  const std::string officer = "spiffe://entente.test/agency/FR/fiu/officer/anna";
  const auto credentials = Client(fr_.Issue(officer), BrokerCaller("broker-1"));
  EXPECT_EQ(Call(socket_, credentials).value(), officer);
}

TEST_F(Tls, WithoutACertificateNobodyEnters) {
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = brokers_.certificate_pem();
  for (const std::string& address : {"localhost:" + std::to_string(port_), Tcp(), socket_}) {
    ExpectNoConnection(Call(address, grpc::SslCredentials(options)).status());
    ExpectNoConnection(Call(address, grpc::InsecureChannelCredentials()).status());
  }
  EXPECT_EQ(Handshake(nullptr, TLS1_3_VERSION), 0);
}

TEST_F(Tls, AnExpiredOrFutureCertificateDoesNotEnter) {
  ExpectNoConnection(CallAs(fr_.Issue(CertificateWish{{kFr}, -100, -10})).status());
  ExpectNoConnection(CallAs(fr_.Issue(CertificateWish{{kFr}, 3600, 7200})).status());
}

TEST_F(Tls, AnUnknownAuthorityDoesNotEnter) {
  ExpectNoConnection(CallAs(stranger_.Issue(kFr)).status());
}

TEST_F(Tls, AnotherCountrysAuthorityIsRefused) {
  const absl::Status status = CallAs(br_.Issue(kFr)).status();
  EXPECT_TRUE(IsRefusal(status, Reason::kNotAuthenticated)) << status;
}

TEST_F(Tls, TwoNamesOrNoneAreRefused) {
  for (const std::vector<std::string>& uris :
       std::vector<std::vector<std::string>>{{kFr, "spiffe://entente.test/agency/FR/other"},
                                             {kFr, "https://fiu.example"},
                                             {},
                                             {"spiffe://other.test/agency/FR/fiu"}}) {
    const absl::Status status = CallAs(fr_.Issue(CertificateWish{uris})).status();
    EXPECT_TRUE(IsRefusal(status, Reason::kNotAuthenticated)) << status;
  }
}

TEST_F(Tls, NothingOlderThanTls13) {
  const IssuedCertificate certificate = fr_.Issue(kFr);
  EXPECT_EQ(Handshake(&certificate, TLS1_3_VERSION), TLS1_3_VERSION);
  EXPECT_EQ(Handshake(&certificate, TLS1_2_VERSION), 0);
}

TEST_F(Tls, TheClientAcceptsItsServerOnly) {
  const auto client = [this] { return fr_.Issue(kFr); };
  ExpectNoConnection(Call(Tcp(), Client(client(), BrokerCaller("broker-2"))).status());
  ExpectNoConnection(
      Call(Tcp(), Client(client(), AgencyCaller(*AgencyId::Parse("FR.fiu")))).status());
  Serve(fr_.Issue("spiffe://entente.test/broker/broker-1"));
  ExpectNoConnection(CallAs(client()).status());
  Serve(stranger_.Issue("spiffe://entente.test/broker/broker-1"));
  ExpectNoConnection(CallAs(client()).status());
  CertificateWish wish{{"spiffe://entente.test/broker/broker-1"}};
  wish.usage = "clientAuth";
  Serve(brokers_.Issue(wish));
  ExpectNoConnection(CallAs(client()).status());
  Serve(brokers_.Issue("spiffe://entente.test/broker/broker-1"));
  EXPECT_TRUE(CallAs(client()).ok());
}

TEST(TlsFiles, AKeyThatOthersCanReadIsRefused) {
  const TestAuthority authority("FR");
  const TemporaryFolder folder;
  const IssuedCertificate issued = authority.Issue(kFr);
  const std::string certificate = folder.Write("a.pem", issued.certificate_pem, 0644);
  for (const int mode : {0644, 0640, 0604, 0620, 0602}) {
    const std::string key = folder.Write("a.key", issued.key_pem, mode);
    const absl::Status status = LoadTlsIdentity(certificate, key).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << status;
    EXPECT_NE(std::string(status.message()).find("chmod 600 " + key), std::string::npos);
  }
  EXPECT_TRUE(LoadTlsIdentity(certificate, folder.Write("a.key", issued.key_pem)).ok());
  EXPECT_TRUE(LoadTlsIdentity(certificate, folder.Write("b.key", issued.key_pem, 0400)).ok());
}

TEST(TlsFiles, WhatDoesNotFitIsRefused) {
  const TestAuthority authority("FR");
  const TemporaryFolder folder;
  const IssuedCertificate a = authority.Issue(kFr), b = authority.Issue(kFr);
  const std::string certificate = folder.Write("a.pem", a.certificate_pem);
  const std::string key = folder.Write("a.key", a.key_pem);
  EXPECT_EQ(LoadTlsIdentity(certificate, folder.Write("b.key", b.key_pem)).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(LoadTlsIdentity(certificate, folder.Write("c.key", "x")).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(LoadTlsIdentity(key, key).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(LoadTlsIdentity(certificate, folder.path() + "/none").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(LoadCertificates(folder.path() + "/none").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(LoadCertificates(key).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(LoadCertificates(certificate).ok());
}

}  // namespace
}  // namespace entente::net
