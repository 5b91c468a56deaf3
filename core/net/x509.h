// Owners of OpenSSL's objects, and the few readings of certificates that this folder needs.
// Internal to core/net. Functions are safe from any thread.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/instant.h"

namespace entente::net::internal {

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;

// The certificates of a PEM text, in order; what else stands in it is not looked at. Empty when one
// of them does not parse.
std::vector<Certificate> ReadCertificates(std::string_view pem);
// nullptr when it does not parse or is under a passphrase.
PrivateKey ReadPrivateKey(std::string_view pem);
// Every URI of the subject alternative names.
std::vector<std::string> UriNames(X509* certificate);

// Why `leaf` is not valid at `now` under these anchors alone, for a TLS client or server; empty
// when it is.
std::string WhyNotValid(X509* leaf, const std::vector<Certificate>& intermediates,
                        const std::vector<Certificate>& anchors, int purpose, Instant now);

}  // namespace entente::net::internal
