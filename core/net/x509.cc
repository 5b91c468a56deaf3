#include "core/net/x509.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

namespace entente::net::internal {
namespace {

using Bio = std::unique_ptr<BIO, Deleter<BIO_free>>;
using Store = std::unique_ptr<X509_STORE, Deleter<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, Deleter<X509_STORE_CTX_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Deleter<GENERAL_NAMES_free>>;

struct StackFree {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};

Bio ReadFrom(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// No passphrase is ever asked for on a terminal.
int NoPassphrase(char*, int, int, void*) { return -1; }

}  // namespace

std::vector<Certificate> ReadCertificates(std::string_view pem) {
  std::vector<Certificate> out;
  const Bio bio = ReadFrom(pem);
  while (X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, NoPassphrase, nullptr)) {
    out.emplace_back(certificate);
  }
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) out.clear();
  ERR_clear_error();
  return out;
}

PrivateKey ReadPrivateKey(std::string_view pem) {
  PrivateKey key(PEM_read_bio_PrivateKey(ReadFrom(pem).get(), nullptr, NoPassphrase, nullptr));
  ERR_clear_error();
  return key;
}

std::vector<std::string> UriNames(X509* certificate) {
  std::vector<std::string> out;
  const Names names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI) continue;
    const ASN1_IA5STRING* uri = name->d.uniformResourceIdentifier;
    out.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                     static_cast<size_t>(ASN1_STRING_length(uri)));
  }
  return out;
}

std::string WhyNotValid(X509* leaf, const std::vector<Certificate>& intermediates,
                        const std::vector<Certificate>& anchors, int purpose, Instant now) {
  const Store store(X509_STORE_new());
  for (const Certificate& anchor : anchors) X509_STORE_add_cert(store.get(), anchor.get());
  const std::unique_ptr<STACK_OF(X509), StackFree> untrusted(sk_X509_new_null());
  for (const Certificate& between : intermediates) sk_X509_push(untrusted.get(), between.get());
  const StoreContext context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), leaf, untrusted.get());
  X509_STORE_CTX_set_time(context.get(), 0, static_cast<time_t>(now.ms / 1000));
  X509_STORE_CTX_set_purpose(context.get(), purpose);
  const bool valid = X509_verify_cert(context.get()) == 1;
  const int error = X509_STORE_CTX_get_error(context.get());
  ERR_clear_error();
  return valid ? "" : X509_verify_cert_error_string(error);
}

}  // namespace entente::net::internal
