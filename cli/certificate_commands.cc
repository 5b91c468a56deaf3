#include <filesystem>
#include <memory>

#include "cli/commands.h"
#include "cli/files.h"
#include "core/base/clock.h"
#include "core/base/sentences.h"
#include "core/net/certificate_name.h"
#include "core/net/certificate_request.h"
#include "core/net/tls.h"
#include "core/net/trust.h"

namespace entente::cli {
namespace {

struct RequestOptions {
  std::string federation, agency, officer, broker, auditor, out;
  std::vector<std::string> hosts;
};

struct CheckOptions {
  std::string certificate, key, issuer;
};

absl::StatusOr<net::Caller> OfficerHolder(const std::string& officer) {
  const size_t colon = officer.find(':');
  const auto agency = AgencyId::Parse(officer.substr(0, colon));
  if (colon == officer.npos || !agency.ok()) {
    return Told(absl::StatusCode::kInvalidArgument, "certificate.officer", {officer}, "");
  }
  return net::OfficerCaller(*agency, officer.substr(colon + 1));
}

absl::StatusOr<net::Caller> Named(const RequestOptions& options) {
  if (!options.officer.empty()) return OfficerHolder(options.officer);
  if (!options.broker.empty()) return net::BrokerCaller(options.broker);
  if (!options.auditor.empty()) return net::AuditorCaller(options.auditor);
  const auto agency = AgencyId::Parse(options.agency);
  if (!agency.ok()) return agency.status();
  return net::AgencyCaller(*agency);
}

// What no peer would accept is not asked for.
absl::StatusOr<net::Caller> HolderOf(const RequestOptions& options) {
  const auto holder = Named(options);
  if (!holder.ok()) return holder.status();
  const std::string name = net::SpiffeId(options.federation, *holder);
  auto known = net::ParseSpiffeId(options.federation, name);
  if (known.ok()) return known;
  return Told(absl::StatusCode::kInvalidArgument, "certificate.name", {name}, "");
}

absl::Status Request(Context& context, const RequestOptions& options) {
  const auto holder = HolderOf(options);
  if (!holder.ok()) return holder.status();
  const auto made = net::MakeCertificateRequest(options.federation, *holder, options.hosts);
  if (!made.ok()) return made.status();
  const std::string key = options.out + ".key";
  const std::string request = options.out + ".csr";
  if (absl::Status kept = WritePrivateText(key, made->key_pem); !kept.ok()) return kept;
  if (absl::Status kept = WriteText(request, made->request_pem); !kept.ok()) {
    std::filesystem::remove(key);  // nobody was asked to certify it
    return kept;
  }
  const std::string name = net::SpiffeId(options.federation, *holder);
  context.Done(context.Say("certificate.requested", {key, request, net::AuthorityFor(*holder)}),
               {{"name", name}, {"key", key}, {"request", request}});
  return absl::OkStatus();
}

// As its peers will judge it: the one name, the jurisdiction's own authority, its time, its use.
absl::Status CheckAccepted(const std::string& federation, const net::Caller& holder,
                           const std::string& pem, const std::string& issuer_pem, Instant now) {
  const auto anchors =
      net::TrustAnchors::Create(federation, {{net::AuthorityFor(holder), issuer_pem}});
  if (!anchors.ok()) return anchors.status();
  using Use = net::TrustAnchors::Use;
  const auto client = (*anchors)->Identify(pem, pem, Use::kClient, now);
  if (!client.ok()) return client.status();
  if (holder.kind != net::CallerKind::kAgency && holder.kind != net::CallerKind::kBroker) {
    return absl::OkStatus();
  }
  return (*anchors)->Identify(pem, pem, Use::kServer, now).status();
}

absl::Status Check(Context& context, const CheckOptions& options) {
  const auto identity = net::LoadTlsIdentity(options.certificate, options.key);
  if (!identity.ok()) return identity.status();
  const auto issuer = net::LoadCertificates(options.issuer);
  if (!issuer.ok()) return issuer.status();
  const std::string& pem = identity->certificate_pem;
  const auto federation = net::FederationOfCertificate(pem);
  if (!federation.ok()) return federation.status();
  const auto holder = net::NameInCertificate(*federation, pem);
  if (!holder.ok()) return holder.status();
  const auto until = net::EndOfCertificate(pem);
  if (!until.ok()) return until.status();
  absl::Status accepted = CheckAccepted(*federation, *holder, pem, *issuer, SystemClock().Now());
  if (!accepted.ok()) return accepted;
  const std::string name = net::SpiffeId(*federation, *holder);
  const std::string end = FormatInstant(*until);
  context.Done(context.Say("certificate.good", {options.certificate, name, end}),
               {{"name", name}, {"until", end}});
  return absl::OkStatus();
}

void AddRequest(CLI::App& certificate, Context& context) {
  auto* const command = certificate.add_subcommand(
      "request", "Make a private key and a signing request (PKCS #10) with the name it must bear.");
  auto options = std::make_shared<RequestOptions>();
  command->add_option("--federation", options->federation, "the federation's name")->required();
  auto* const whom = command->add_option_group("whom", "whom it is for");
  whom->add_option("--agency", options->agency, "an agency's node: FR.fiu");
  whom->add_option("--officer", options->officer, "an officer of an agency: FR.fiu:anna");
  whom->add_option("--broker", options->broker, "a broker, by its name");
  whom->add_option("--auditor", options->auditor, "the auditor of a jurisdiction: FR");
  whom->require_option(1);
  command
      ->add_option(
          "--hosts", options->hosts,
          "DNS names and IP addresses under which a node or broker is reached, with commas")
      ->delimiter(',');
  command
      ->add_option("--out", options->out,
                   "writes OUT.key, mode 0600 and never replaced, and OUT.csr")
      ->required();
  command->callback([&context, options] {
    if (const auto status = Request(context, *options); !status.ok()) context.Fail(status);
  });
}

void AddCheck(CLI::App& certificate, Context& context) {
  auto* const command = certificate.add_subcommand(
      "check", "Would the federation accept what the certificate authority gave back?");
  auto options = std::make_shared<CheckOptions>();
  command
      ->add_option("certificate", options->certificate,
                   "PEM, with the intermediates after it if there are any")
      ->required();
  command->add_option("--private-key", options->key, "the key made with the request, mode 0600")
      ->required();
  command->add_option("--issuer", options->issuer, "the authority that the federation knows, PEM")
      ->required();
  command->callback([&context, options] {
    if (const auto status = Check(context, *options); !status.ok()) context.Fail(status);
  });
}

}  // namespace

void AddCertificateCommands(CLI::App& app, Context& context) {
  auto* const certificate = app.add_subcommand(
      "certificate", "Certificates from a jurisdiction's own authority: request, check.");
  certificate->require_subcommand(1);
  AddRequest(*certificate, context);
  AddCheck(*certificate, context);
}

}  // namespace entente::cli
