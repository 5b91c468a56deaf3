#include "core/net/certificate_name.h"

#include <ctime>

#include "core/net/x509.h"

namespace entente::net {

absl::StatusOr<std::string> UriOfCertificate(std::string_view pem) {
  const auto chain = internal::ReadCertificates(pem);
  if (chain.empty()) return absl::InvalidArgumentError("this is no PEM certificate");
  const auto uris = internal::UriNames(chain.front().get());
  if (uris.size() == 1) return uris.front();
  return absl::InvalidArgumentError("the certificate has " + std::to_string(uris.size()) +
                                    " URI names; it must have exactly one");
}

absl::StatusOr<std::string> FederationOfCertificate(std::string_view pem) {
  const auto uri = UriOfCertificate(pem);
  if (!uri.ok()) return uri.status();
  constexpr std::string_view kScheme = "spiffe://";
  const size_t end = uri->find('/', kScheme.size());
  if (!uri->starts_with(kScheme) || end == uri->npos) {
    return absl::InvalidArgumentError("the certificate's name " + *uri +
                                      " is not spiffe://FEDERATION/…");
  }
  return uri->substr(kScheme.size(), end - kScheme.size());
}

absl::StatusOr<Instant> EndOfCertificate(std::string_view pem) {
  const auto chain = internal::ReadCertificates(pem);
  std::tm end{};
  if (chain.empty() || ASN1_TIME_to_tm(X509_get0_notAfter(chain.front().get()), &end) != 1) {
    return absl::InvalidArgumentError("this is no PEM certificate");
  }
  return Instant{int64_t{timegm(&end)} * 1000};
}

}  // namespace entente::net
