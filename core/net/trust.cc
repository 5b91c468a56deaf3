#include "core/net/trust.h"

#include <vector>

#include "core/base/refusal.h"
#include "core/net/x509.h"

namespace entente::net {

using internal::Certificate;
using internal::ReadCertificates;

struct TrustAnchors::Parsed {
  std::map<std::string, std::vector<Certificate>> by_authority;
};

namespace {

absl::Status NotAuthenticated(std::string text) {
  return Refuse(Reason::kNotAuthenticated, std::move(text));
}

bool SameKey(const Certificate& a, const Certificate& b) {
  return EVP_PKEY_eq(X509_get0_pubkey(a.get()), X509_get0_pubkey(b.get())) == 1;
}

bool ShareAKey(const std::vector<Certificate>& left, const std::vector<Certificate>& right) {
  for (const Certificate& a : left) {
    for (const Certificate& b : right) {
      if (SameKey(a, b)) return true;
    }
  }
  return false;
}

absl::Status CheckAuthorityName(const std::string& name) {
  if (name == kBrokerAuthority || name == "ORG") return absl::OkStatus();
  return CheckJurisdiction(name);
}

}  // namespace

TrustAnchors::TrustAnchors(std::string federation, std::string bundle_pem,
                           std::unique_ptr<Parsed> parsed)
    : federation_(std::move(federation)),
      bundle_pem_(std::move(bundle_pem)),
      parsed_(std::move(parsed)) {}

TrustAnchors::~TrustAnchors() = default;

std::string AuthorityFor(const Caller& caller) {
  return caller.kind == CallerKind::kBroker ? std::string(kBrokerAuthority) : caller.jurisdiction;
}

absl::StatusOr<Caller> NameInCertificate(std::string_view federation, std::string_view leaf_pem) {
  const std::vector<Certificate> leaf = ReadCertificates(leaf_pem);
  if (leaf.empty()) return NotAuthenticated("the peer showed no certificate");
  const std::vector<std::string> uris = internal::UriNames(leaf.front().get());
  if (uris.size() != 1) {
    return NotAuthenticated("the certificate has " + std::to_string(uris.size()) +
                            " URI names, and must have exactly one");
  }
  return ParseSpiffeId(federation, uris.front());
}

absl::StatusOr<std::shared_ptr<const TrustAnchors>> TrustAnchors::Create(
    std::string federation, const std::map<std::string, std::string>& pem_by_authority) {
  if (!IsFederationName(federation)) {
    return absl::InvalidArgumentError("'" + federation + "' is not the name of a federation");
  }
  auto parsed = std::make_unique<Parsed>();
  std::string bundle;
  for (const auto& [name, pem] : pem_by_authority) {
    if (absl::Status status = CheckAuthorityName(name); !status.ok()) return status;
    std::vector<Certificate> anchors = ReadCertificates(pem);
    if (anchors.empty()) {
      return absl::InvalidArgumentError("the authority of " + name + " has no PEM certificate");
    }
    for (const auto& [other, others] : parsed->by_authority) {
      if (!ShareAKey(anchors, others)) continue;
      return absl::InvalidArgumentError(
          other + " and " + name +
          " have one certificate authority: each needs its own, or one could speak for the other");
    }
    parsed->by_authority.emplace(name, std::move(anchors));
    bundle += pem + "\n";
  }
  return std::shared_ptr<const TrustAnchors>(
      new TrustAnchors(std::move(federation), std::move(bundle), std::move(parsed)));
}

absl::StatusOr<Caller> TrustAnchors::Identify(std::string_view leaf_pem, std::string_view chain_pem,
                                              Use use, Instant now) const {
  auto caller = NameInCertificate(federation_, leaf_pem);
  if (!caller.ok()) return caller;
  const std::string name = SpiffeId(federation_, *caller);
  const auto anchors = parsed_->by_authority.find(AuthorityFor(*caller));
  if (anchors == parsed_->by_authority.end()) {
    return NotAuthenticated("no certificate authority is known for " + name);
  }
  const std::vector<Certificate> leaf = ReadCertificates(leaf_pem);
  const int purpose = use == Use::kClient ? X509_PURPOSE_SSL_CLIENT : X509_PURPOSE_SSL_SERVER;
  const std::string why = internal::WhyNotValid(leaf.front().get(), ReadCertificates(chain_pem),
                                                anchors->second, purpose, now);
  if (!why.empty()) {
    return NotAuthenticated("the certificate of " + name +
                            " does not hold under the authority of " + anchors->first + ": " + why);
  }
  return caller;
}

}  // namespace entente::net
