// The certificate authorities of a federation: each jurisdiction has its own, and can certify its
// own agencies, officers and auditors only; the brokers have theirs. TLS checks a peer against all
// of them together; this checks that the one that issued is the one that may (RFC 5280).
// Immutable, so thread-safe; owns the parsed certificates.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/instant.h"
#include "core/net/caller.h"

namespace entente::net {

// The caller that a leaf certificate (PEM) names by its one URI SAN. Nothing is verified: this is
// for reading one's own certificate. Refusal not-authenticated.
absl::StatusOr<Caller> NameInCertificate(std::string_view federation, std::string_view leaf_pem);

// The name under which TrustAnchors holds the brokers' authority.
inline constexpr std::string_view kBrokerAuthority = "broker";

// Whose authority certifies this caller, as TrustAnchors names it.
std::string AuthorityFor(const Caller& caller);

class TrustAnchors {
 public:
  // PEM certificates by jurisdiction ("FR", "ORG") or kBrokerAuthority; several certificates in one
  // PEM are several authorities of that jurisdiction (a change-over). INVALID_ARGUMENT: no
  // certificate in a PEM, one authority under two names, a name that is no jurisdiction.
  static absl::StatusOr<std::shared_ptr<const TrustAnchors>> Create(
      std::string federation, const std::map<std::string, std::string>& pem_by_authority);
  ~TrustAnchors();

  const std::string& federation() const { return federation_; }
  // All authorities, for the TLS handshake.
  const std::string& bundle_pem() const { return bundle_pem_; }

  enum class Use { kClient, kServer };
  // The caller of a leaf certificate (PEM), with what intermediates its peer sent (PEM, may be
  // empty). Refusal not-authenticated: not exactly one URI SAN, another federation, not valid at
  // `now`, or not issued by the authority of the jurisdiction it names.
  absl::StatusOr<Caller> Identify(std::string_view leaf_pem, std::string_view chain_pem, Use use,
                                  Instant now) const;

 private:
  struct Parsed;
  TrustAnchors(std::string federation, std::string bundle_pem, std::unique_ptr<Parsed> parsed);

  std::string federation_;
  std::string bundle_pem_;
  std::unique_ptr<Parsed> parsed_;
};

}  // namespace entente::net
