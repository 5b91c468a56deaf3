#include "cli/context.h"

#include "cli/render.h"
#include "cli/text.h"
#include "core/base/clock.h"
#include "core/net/certificate_name.h"
#include "core/net/channel.h"
#include "core/net/tls.h"

namespace entente::cli {
namespace {

// Clocks live as long as the channels made with them.
SystemClock g_clock;

// The agency, and so the only server identity to accept, stands in the officer's own certificate.
absl::StatusOr<net::Caller> NodeOf(const net::TlsIdentity& identity,
                                   const std::string& authority_pem,
                                   std::shared_ptr<const net::TrustAnchors>& anchors) {
  const auto uri = net::UriOfCertificate(identity.certificate_pem);
  if (!uri.ok()) return uri.status();
  const auto federation = net::FederationOfCertificate(identity.certificate_pem);
  if (!federation.ok()) return federation.status();
  const auto officer = net::ParseSpiffeId(*federation, *uri);
  if (!officer.ok()) return officer.status();
  if (!officer->agency)
    return Refuse(Reason::kNotAuthenticated, "the certificate is not an officer's");
  auto created = net::TrustAnchors::Create(*federation, {{officer->jurisdiction, authority_pem}});
  if (!created.ok()) return created.status();
  anchors = *std::move(created);
  return net::AgencyCaller(*officer->agency);
}

}  // namespace

Language Context::language() const {
  return LanguageFromTag(settings.language).value_or(Language::kEnglish);
}

std::string Context::Say(std::string_view key,
                         std::initializer_list<std::string_view> arguments) const {
  return cli::Say(language(), key, arguments);
}

void Context::Fail(const absl::Status& status) { Fail(LocalFailure(language(), status)); }

void Context::FailAt(const Peer& peer, const absl::Status& status) {
  Fail(PeerFailure(language(), peer, status));
}

void Context::Fail(const Failure& failure) {
  exit_code = failure.exit_code;
  std::cerr << (settings.json ? FailureJson(failure) + "\n" : RenderFailure(language(), failure));
}

void Context::Done(const std::string& sentence, const Json& json) {
  std::cout << (settings.json ? JsonLine(json) : sentence) << "\n";
}

void Context::PrintJson(const google::protobuf::Message& message) {
  const auto line = RenderJson(message);
  if (!line.ok()) return Fail(line.status());
  std::cout << *line << "\n";
}

void Context::SetDeadline(grpc::ClientContext& call) { net::SetDeadline(call); }

absl::StatusOr<v1::Desk::Stub*> Context::Stub() {
  if (absl::Status connected = Connect(); !connected.ok()) return connected;
  return stub_.get();
}

absl::StatusOr<v1::DeskFiles::Stub*> Context::Files() {
  if (absl::Status connected = Connect(); !connected.ok()) return connected;
  return files_.get();
}

absl::Status Context::Connect() {
  if (channel_) return absl::OkStatus();
  if (settings.desk.empty()) {
    return absl::InvalidArgumentError(Say("error.no-desk"));
  }
  auto identity = net::LoadTlsIdentity(settings.certificate, settings.key);
  if (!identity.ok()) return identity.status();
  const auto authority = net::LoadCertificates(settings.authority);
  if (!authority.ok()) return authority.status();
  std::shared_ptr<const net::TrustAnchors> anchors;
  const auto node = NodeOf(*identity, *authority, anchors);
  if (!node.ok()) return node.status();
  channel_ = net::OpenChannel(settings.desk, net::ClientTls(*identity, anchors, *node, g_clock));
  stub_ = v1::Desk::NewStub(channel_);
  files_ = v1::DeskFiles::NewStub(channel_);
  return absl::OkStatus();
}

}  // namespace entente::cli
