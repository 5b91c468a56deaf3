#include "core/net/certificate_request.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>

#include "core/net/x509.h"

namespace entente::net {
namespace {

using internal::Deleter;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free>>;
using Request = std::unique_ptr<X509_REQ, Deleter<X509_REQ_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;

struct StackFree {
  void operator()(STACK_OF(X509_EXTENSION) * stack) const {
    sk_X509_EXTENSION_pop_free(stack, X509_EXTENSION_free);
  }
};
using Extensions = std::unique_ptr<STACK_OF(X509_EXTENSION), StackFree>;

absl::Status Failed() {
  ERR_clear_error();
  return absl::InternalError("OpenSSL could not make the request");
}

bool IsAddress(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> out{};
  return inet_pton(AF_INET, host.c_str(), out.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), out.data()) == 1;
}

// Letters, digits, dots and hyphens: what else OpenSSL's text form gives a meaning to stays out.
bool IsDnsName(const std::string& host) {
  const auto allowed = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '.'; };
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), allowed);
}

absl::StatusOr<std::string> Names(const std::string& uri, const std::vector<std::string>& hosts) {
  std::string names = "URI:" + uri;
  for (const std::string& host : hosts) {
    const bool address = IsAddress(host);
    if (!address && !IsDnsName(host)) {
      return absl::InvalidArgumentError("'" + host + "' is no DNS name and no IP address");
    }
    names += (address ? ",IP:" : ",DNS:") + host;
  }
  return names;
}

bool IsServer(const Caller& holder) {
  return holder.kind == CallerKind::kAgency || holder.kind == CallerKind::kBroker;
}

bool Add(STACK_OF(X509_EXTENSION) * extensions, int nid, const std::string& value) {
  Extension extension(X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str()));
  if (!extension || sk_X509_EXTENSION_push(extensions, extension.get()) == 0) return false;
  static_cast<void>(extension.release());  // the stack's now
  return true;
}

Extensions ExtensionsFor(const Caller& holder, const std::string& names) {
  Extensions extensions(sk_X509_EXTENSION_new_null());
  const std::string use = IsServer(holder) ? "serverAuth,clientAuth" : "clientAuth";
  const bool added = extensions &&
                     Add(extensions.get(), NID_basic_constraints, "critical,CA:FALSE") &&
                     Add(extensions.get(), NID_key_usage, "critical,digitalSignature") &&
                     Add(extensions.get(), NID_ext_key_usage, use) &&
                     Add(extensions.get(), NID_subject_alt_name, names);
  if (!added) extensions.reset();
  return extensions;
}

template <typename Write>
std::string ToPem(Write write) {
  const Bio bio(BIO_new(BIO_s_secmem()));
  if (!bio || write(bio.get()) != 1) return "";
  char* data = nullptr;
  const int64_t size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<size_t>(size)};
}

}  // namespace

absl::StatusOr<CertificateRequest> MakeCertificateRequest(std::string_view federation,
                                                          const Caller& holder,
                                                          const std::vector<std::string>& hosts) {
  if (!hosts.empty() && !IsServer(holder)) {
    return absl::InvalidArgumentError("only a broker or an agency's node has hosts");
  }
  const auto names = Names(SpiffeId(federation, holder), hosts);
  if (!names.ok()) return names.status();
  const internal::PrivateKey key(EVP_EC_gen("P-256"));
  const Request request(X509_REQ_new());
  const Extensions extensions = ExtensionsFor(holder, *names);
  if (!key || !request || !extensions || X509_REQ_set_pubkey(request.get(), key.get()) != 1 ||
      X509_REQ_add_extensions(request.get(), extensions.get()) != 1 ||
      X509_REQ_sign(request.get(), key.get(), EVP_sha256()) == 0) {
    return Failed();
  }
  CertificateRequest made;
  made.key_pem = ToPem([&](BIO* bio) {
    return PEM_write_bio_PKCS8PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  made.request_pem = ToPem([&](BIO* bio) { return PEM_write_bio_X509_REQ(bio, request.get()); });
  if (made.key_pem.empty() || made.request_pem.empty()) return Failed();
  return made;
}

}  // namespace entente::net
