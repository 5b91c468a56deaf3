// What a certificate authority is asked for: a key and a signing request (PKCS #10, RFC 2986) with
// the one URI name by which a federation knows its holder. Which authority signs, and by which
// program, is the jurisdiction's matter. Functions are safe from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/net/caller.h"

namespace entente::net {

struct CertificateRequest {
  std::string key_pem;  // P-256, PKCS #8, not encrypted: its file's mode protects it
  std::string request_pem;
};

// `hosts`: DNS names and IP addresses of a server, beside the URI; empty for who only calls.
// INVALID_ARGUMENT for a host that is neither, and for hosts of an officer or auditor: a broker
// and an agency's node are servers, nobody else is.
absl::StatusOr<CertificateRequest> MakeCertificateRequest(std::string_view federation,
                                                          const Caller& holder,
                                                          const std::vector<std::string>& hosts);

}  // namespace entente::net
