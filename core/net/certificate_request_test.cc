#include "core/net/certificate_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>

#include <memory>

#include "core/net/x509.h"

namespace entente::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// As `openssl req -text` shows it to the authority.
std::string Shown(const std::string& pem) {
  const std::unique_ptr<BIO, internal::Deleter<BIO_free>> in(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const std::unique_ptr<X509_REQ, internal::Deleter<X509_REQ_free>> request(
      PEM_read_bio_X509_REQ(in.get(), nullptr, nullptr, nullptr));
  if (!request) return "no request";
  EXPECT_EQ(X509_REQ_verify(request.get(), X509_REQ_get0_pubkey(request.get())), 1);
  const std::unique_ptr<BIO, internal::Deleter<BIO_free>> out(BIO_new(BIO_s_mem()));
  X509_REQ_print(out.get(), request.get());
  char* data = nullptr;
  const int64_t size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<size_t>(size)};
}

TEST(CertificateRequest, OfANodeNamesItOnceAndItsHosts) {
  const auto made = MakeCertificateRequest("entente.test", AgencyCaller(*AgencyId::Parse("FR.fiu")),
                                           {"node.fiu.example", "192.0.2.7", "2001:db8::7"});
  ASSERT_TRUE(made.ok()) << made.status();
  const std::string shown = Shown(made->request_pem);
  EXPECT_THAT(shown, HasSubstr("URI:spiffe://entente.test/agency/FR/fiu, DNS:node.fiu.example, IP "
                               "Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:7"));
  EXPECT_THAT(shown, HasSubstr("TLS Web Server Authentication, TLS Web Client Authentication"));
  EXPECT_THAT(shown, HasSubstr("CA:FALSE"));
  EXPECT_NE(internal::ReadPrivateKey(made->key_pem), nullptr);
}

TEST(CertificateRequest, OfAnOfficerIsNoServers) {
  const auto made =
      MakeCertificateRequest("entente.test", OfficerCaller(*AgencyId::Parse("FR.fiu"), "anna"), {});
  ASSERT_TRUE(made.ok()) << made.status();
  const std::string shown = Shown(made->request_pem);
  EXPECT_THAT(shown, HasSubstr("URI:spiffe://entente.test/agency/FR/fiu/officer/anna\n"));
  EXPECT_THAT(shown, Not(HasSubstr("Server")));
}

TEST(CertificateRequest, HostsAreForServers) {
  const auto holder = OfficerCaller(*AgencyId::Parse("FR.fiu"), "anna");
  EXPECT_EQ(MakeCertificateRequest("entente.test", holder, {"a.example"}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(CertificateRequest, AHostBringsNoNameOfAnotherKind) {
  for (const char* host :
       {"a.example,URI:spiffe://entente.test/agency/BR/coaf", "", "a b", "x:y"}) {
    EXPECT_EQ(
        MakeCertificateRequest("entente.test", BrokerCaller("broker-1"), {host}).status().code(),
        absl::StatusCode::kInvalidArgument)
        << host;
  }
}

}  // namespace
}  // namespace entente::net
