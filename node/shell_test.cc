// The node as it stands on a machine: whom its desk lets in, over the Unix socket and over TCP, and
// what its program says of a configuration that does not fit.
#include <gmock/gmock.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <regex>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/crypto/keyfile.h"
#include "core/net/channel.h"
#include "core/net/refusal_status.h"
#include "core/net/tls.h"
#include "entente/v1/desk.grpc.pb.h"
#include "node/server.h"
#include "tests/support/federation.h"
#include "tests/support/pki.h"

namespace entente::node {
namespace {

using ::testing::AllOf;
using testing::CertificateWish;
using ::testing::HasSubstr;
using testing::IssuedCertificate;
using testing::TestAuthority;

constexpr char kNode[] = "spiffe://entente.test/agency/FR/fiu";
constexpr char kAdmin[] = "spiffe://entente.test/agency/FR/fiu/officer/admin";

const testing::Federation& OneFederation() {
  static const auto* const federation = new testing::Federation();
  return *federation;
}

// Everything that an operator lays out for the node of FR.fiu. Nobody answers as its broker.
class Machine : public ::testing::Test {
 protected:
  Machine() {
    spdlog::set_level(spdlog::level::off);
    net::SendGrpcLogTo([](const std::string&) {});
    folder_.Write("genesis.toml", OneFederation().genesis().text(), 0644);
    folder_.Write("FR.pem", fr_.certificate_pem(), 0644);
    folder_.Write("broker.pem", brokers_.certificate_pem(), 0644);
    const IssuedCertificate node = fr_.Issue(kNode);
    folder_.Write("node.pem", node.certificate_pem, 0644);
    folder_.Write("node.key", node.key_pem);
    std::filesystem::create_directory(folder_.path() + "/keys");
    const absl::Status kept = crypto::WriteKeyFile(
        identity_key_, crypto::KeyUse::kIdentity, OneFederation().agency("FR.fiu").identity.Seed());
    EXPECT_TRUE(kept.ok()) << kept;
  }

  std::string WriteConfig(const std::string& digest, const std::string& more = "") {
    return folder_.Write("node.toml", R"(agency = "FR.fiu"
genesis = "genesis.toml"
data = "data"
keys = "keys"
certificate = "node.pem"
key = "node.key"
authority = "FR.pem"
administrator = "admin"
genesis_digest = ")" + digest + "\"\n" + more +
                                          R"([broker]
address = "127.0.0.1:1"
name = "broker-1"
authority = "broker.pem"
[desk]
socket = "desk.sock"
listen = "127.0.0.1:0"
)");
  }
  std::string WriteConfig() { return WriteConfig(DigestText(OneFederation().genesis().digest())); }

  const testing::TemporaryFolder folder_;
  const std::string identity_key_ = folder_.path() + "/keys/identity.key";
  const TestAuthority fr_{"FR"}, br_{"BR"}, brokers_{"brokers"}, stranger_{"stranger"};
};

class DeskDoor : public Machine, public ::testing::WithParamInterface<const char*> {
 protected:
  DeskDoor() { Start(false); }
  void Start(bool require_passphrase) {
    server_.reset();
    auto config = LoadConfig(WriteConfig());
    EXPECT_TRUE(config.ok()) << config.status();
    config->sessions.require_passphrase = require_passphrase;
    auto server = Server::Start(*config, clock_, [] {});
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    std::smatch found;
    EXPECT_TRUE(std::regex_search(server_->listening(), found,
                                  std::regex(std::string("listening (") + GetParam() + "\\S+)")))
        << server_->listening();
    address_ = found[1];
  }

  absl::Status Call(const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
    const auto stub = v1::Desk::NewStub(net::OpenChannel(address_, credentials));
    grpc::ClientContext context;
    net::SetDeadline(context, 5000);
    v1::StatusResponse response;
    const absl::Status status =
        net::FromGrpcStatus(stub->Status(&context, v1::StatusRequest(), &response));
    EXPECT_EQ(response.agency(), status.ok() ? "FR.fiu" : "");
    return status;
  }
  std::shared_ptr<grpc::ChannelCredentials> CredentialsOf(const IssuedCertificate& certificate) {
    const auto anchors = net::TrustAnchors::Create("entente.test", {{"FR", fr_.certificate_pem()}});
    return net::ClientTls({certificate.certificate_pem, certificate.key_pem}, *anchors,
                          net::AgencyCaller(*AgencyId::Parse("FR.fiu")), clock_);
  }
  absl::Status CallAs(const IssuedCertificate& certificate) {
    return Call(CredentialsOf(certificate));
  }
  absl::Status SetPassphrase(const IssuedCertificate& certificate) {
    const auto stub = v1::Desk::NewStub(net::OpenChannel(address_, CredentialsOf(certificate)));
    grpc::ClientContext context;
    net::SetDeadline(context, 20000);
    v1::SetPassphraseRequest request;
    request.set_passphrase("four words nobody joins");
    v1::SetPassphraseResponse response;
    return net::FromGrpcStatus(stub->SetPassphrase(&context, request, &response));
  }
  // A client that accepts any server, so that only the server can say no.
  absl::Status CallWithoutChecks(const IssuedCertificate* certificate) {
    using namespace grpc::experimental;  // NOLINT
    TlsChannelCredentialsOptions options;
    options.set_verify_server_certs(false);
    options.set_check_call_host(false);
    options.set_certificate_verifier(std::make_shared<NoOpCertificateVerifier>());
    if (certificate != nullptr) {
      options.set_certificate_provider(std::make_shared<StaticDataCertificateProvider>(
          std::vector<IdentityKeyCertPair>{{certificate->key_pem, certificate->certificate_pem}}));
      options.watch_identity_key_cert_pairs();
    }
    return Call(TlsCredentials(options));
  }
  // Turned away in the handshake: the peer is told nothing more.
  static void ExpectNoConnection(const absl::Status& status) {
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
    EXPECT_FALSE(RefusalOf(status).has_value());
  }

  SystemClock clock_;
  std::unique_ptr<Server> server_;
  std::string address_;
};

TEST_P(DeskDoor, TheListedOfficerIsLetIn) {
  const absl::Status status = CallAs(fr_.Issue(kAdmin));
  EXPECT_TRUE(status.ok()) << status;
}

TEST_P(DeskDoor, ALockedSessionIsHeardOnceItIsOpened) {
  Start(true);
  const IssuedCertificate admin = fr_.Issue(kAdmin);
  const absl::Status locked = CallAs(admin);
  ASSERT_TRUE(IsRefusal(locked, Reason::kSessionLocked)) << locked;
  const absl::Status set = SetPassphrase(admin);
  ASSERT_TRUE(set.ok()) << set;
  EXPECT_TRUE(CallAs(admin).ok());
  Start(true);
  EXPECT_TRUE(IsRefusal(CallAs(admin), Reason::kSessionLocked)) << "the node was started again";
}

TEST_P(DeskDoor, WhoIsNotListedIsTurnedAway) {
  const absl::Status status =
      CallAs(fr_.Issue("spiffe://entente.test/agency/FR/fiu/officer/nobody"));
  EXPECT_TRUE(IsRefusal(status, Reason::kNotAuthorised)) << status;
}

TEST_P(DeskDoor, WithoutACertificateNobodyEnters) {
  ExpectNoConnection(CallWithoutChecks(nullptr));
  ExpectNoConnection(Call(grpc::InsecureChannelCredentials()));
  const IssuedCertificate admin = fr_.Issue(kAdmin);
  const absl::Status with = CallWithoutChecks(&admin);
  EXPECT_TRUE(with.ok()) << "the same client with a certificate: " << with;
}

TEST_P(DeskDoor, AnotherAgencysOfficerIsTurnedAway) {
  // Certified by the same authority, and by the same name as ours.
  const absl::Status neighbour =
      CallAs(fr_.Issue("spiffe://entente.test/agency/FR/police/officer/admin"));
  EXPECT_TRUE(IsRefusal(neighbour, Reason::kWrongAgency)) << neighbour;
  ExpectNoConnection(CallAs(br_.Issue("spiffe://entente.test/agency/BR/fiu/officer/admin")));
}

TEST_P(DeskDoor, AnAgencysOwnCertificateIsNoOfficers) {
  const absl::Status status = CallAs(fr_.Issue(kNode));
  EXPECT_TRUE(IsRefusal(status, Reason::kNotAuthorised)) << status;
  EXPECT_THAT(RefusalOf(status)->text, HasSubstr("only officers' certificates"));
  const absl::Status broker = CallAs(fr_.Issue("spiffe://entente.test/broker/broker-1"));
  EXPECT_TRUE(IsRefusal(broker, Reason::kNotAuthenticated)) << broker;
}

TEST_P(DeskDoor, AnotherAuthorityCertifiesNobodyHere) {
  ExpectNoConnection(CallAs(stranger_.Issue(kAdmin)));
  ExpectNoConnection(CallAs(br_.Issue(kAdmin)));
  ExpectNoConnection(CallAs(brokers_.Issue(kAdmin)));
}

TEST_P(DeskDoor, AnExpiredOrFutureCertificateDoesNotEnter) {
  ExpectNoConnection(CallAs(fr_.Issue(CertificateWish{{kAdmin}, -100, -10})));
  ExpectNoConnection(CallAs(fr_.Issue(CertificateWish{{kAdmin}, 3600, 7200})));
}

TEST_P(DeskDoor, TwoNamesOrNoneAreTurnedAway) {
  const std::string other = "spiffe://entente.test/agency/FR/fiu/officer/other";
  for (const std::vector<std::string>& uris :
       std::vector<std::vector<std::string>>{{kAdmin, other}, {kAdmin, "https://x.example"}, {}}) {
    const absl::Status status = CallAs(fr_.Issue(CertificateWish{uris}));
    EXPECT_TRUE(IsRefusal(status, Reason::kNotAuthenticated)) << status;
  }
}

INSTANTIATE_TEST_SUITE_P(Node, DeskDoor, ::testing::Values("unix:", "127"), [](const auto& door) {
  return std::string(door.param) == "127" ? "Tcp" : "UnixSocket";
});

struct Ended {
  int code;
  std::string said;  // both streams
};

Ended CheckConfigOf(const std::string& path) {
  const auto own = std::filesystem::read_symlink("/proc/self/exe");
  const std::string program = (own.parent_path().parent_path() / "bin" / "entente-node").string();
  FILE* pipe = popen((program + " --check-config --config " + path + " 2>&1").c_str(), "r");
  std::string said;
  char buffer[4096];
  for (size_t n; (n = fread(buffer, 1, sizeof(buffer), pipe)) > 0;) said.append(buffer, n);
  const int status = pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, said};
}

TEST_F(Machine, AConfigurationThatFitsIsGood) {
  const Ended ended = CheckConfigOf(WriteConfig());
  EXPECT_EQ(ended.code, 0) << ended.said;
  EXPECT_THAT(ended.said, HasSubstr("good"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() + "/data")) << "a check changes nothing";
}

TEST_F(Machine, AnotherGenesisFileThanTheOneConfirmedIsRefused) {
  const std::string wrong = "sha256:" + std::string(64, '0');
  const std::string path = WriteConfig(wrong);
  const Ended ended = CheckConfigOf(path);
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.said, AllOf(HasSubstr("genesis.toml"), HasSubstr(wrong),
                                HasSubstr(DigestText(OneFederation().genesis().digest())),
                                HasSubstr("ask the operator and a second member by telephone")));
  SystemClock clock;
  const auto server = Server::Start(*LoadConfig(path), clock, [] {});
  EXPECT_TRUE(absl::IsFailedPrecondition(server.status())) << server.status();
  EXPECT_FALSE(std::filesystem::exists(folder_.path() + "/data"));
}

TEST_F(Machine, AKeyThatOthersCanReadIsRefused) {
  for (const std::string& key : {folder_.path() + "/node.key", identity_key_}) {
    for (const mode_t mode : {0644, 0640, 0604}) {
      ASSERT_EQ(chmod(key.c_str(), mode), 0);
      const Ended ended = CheckConfigOf(WriteConfig());
      EXPECT_EQ(ended.code, 3);
      EXPECT_THAT(ended.said, HasSubstr("chmod 600 " + key));
    }
    ASSERT_EQ(chmod(key.c_str(), 0600), 0);
  }
  EXPECT_EQ(CheckConfigOf(WriteConfig()).code, 0);
}

// A misspelt word must not let a record leave alone.
TEST_F(Machine, WhatAsksForASecondPersonIsReadStrictly) {
  const std::string digest = DigestText(OneFederation().genesis().digest());
  const auto with = [&](const std::string& rule) {
    return LoadConfig(WriteConfig(digest, "[release]\n" + rule + "\n"));
  };
  const auto good = with("second_person = { handling = [\"H2\"], kinds = [\"lead\", \"alert\"] }");
  ASSERT_TRUE(good.ok()) << good.status();
  EXPECT_THAT(good->second_person.handling, ::testing::ElementsAre("H2"));
  EXPECT_THAT(good->second_person.kinds,
              ::testing::ElementsAre(v1::RECORD_KIND_LEAD, v1::RECORD_KIND_ALERT));
  for (const std::string wrong :
       {"second_person = { handling = [\"H7\"] }", "second_person = { kinds = [\"leads\"] }",
        "second_person = { kinds = [\"membership\"] }", "second_person = {}",
        "second_person = { handlings = [\"H2\"] }", "second_person = \"H2\"",
        "second_persons = { handling = [\"H2\"] }"}) {
    EXPECT_FALSE(with(wrong).ok()) << wrong;
  }
}

TEST_F(Machine, WhatIsMissingOrMisspeltIsNamedAtItsPlace) {
  Ended ended = CheckConfigOf(
      WriteConfig(DigestText(OneFederation().genesis().digest()), "colour = \"red\"\n"));
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.said, HasSubstr("node.toml:10:1: unknown key 'colour'"));
  ended = CheckConfigOf(WriteConfig("sha256:short"));
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.said, AllOf(HasSubstr("node.toml:9:"), HasSubstr("genesis_digest")));
  for (const char* name :
       {"genesis.toml", "FR.pem", "broker.pem", "node.pem", "node.key", "keys/identity.key"}) {
    const std::string path = folder_.path() + "/" + name;
    std::filesystem::rename(path, path + ".away");
    ended = CheckConfigOf(WriteConfig());
    EXPECT_EQ(ended.code, 3) << name;
    EXPECT_THAT(ended.said, HasSubstr(path));
    std::filesystem::rename(path + ".away", path);
  }
  EXPECT_EQ(CheckConfigOf(folder_.path() + "/none.toml").code, 3);
  EXPECT_EQ(CheckConfigOf("/dev/zero").code, 3);
}

}  // namespace
}  // namespace entente::node
