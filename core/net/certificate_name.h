// What a certificate of our own says about ourselves, without judging whether it is valid: for
// clients that must know which federation and agency they belong to. Pure; safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/instant.h"

namespace entente::net {

// The one URI SAN of the first certificate in the PEM. INVALID_ARGUMENT when it does not parse or
// has not exactly one.
absl::StatusOr<std::string> UriOfCertificate(std::string_view pem);
// The federation in that URI: "entente.test".
absl::StatusOr<std::string> FederationOfCertificate(std::string_view pem);

// The end of the first certificate's time. INVALID_ARGUMENT when it does not parse.
absl::StatusOr<Instant> EndOfCertificate(std::string_view pem);

}  // namespace entente::net
