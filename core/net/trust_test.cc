#include "core/net/trust.h"

#include <gtest/gtest.h>

#include "core/base/clock.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "tests/support/pki.h"

namespace entente::net {
namespace {

using testing::CertificateWish;
using ::testing::Test;
using testing::TestAuthority;

class Trust : public Test {
 protected:
  absl::Status Check(const CertificateWish& wish, const TestAuthority& issuer,
                     TrustAnchors::Use use = TrustAnchors::Use::kClient) {
    return anchors_->Identify(issuer.Issue(wish).certificate_pem, "", use, now_).status();
  }
  void ExpectRefused(const absl::Status& status, std::string_view why) {
    EXPECT_TRUE(IsRefusal(status, Reason::kNotAuthenticated)) << status;
    EXPECT_NE(status.message().find(why.data(), 0, why.size()), status.message().npos) << status;
  }

  const TestAuthority fr_{"FR"}, br_{"BR"}, brokers_{"brokers"}, stranger_{"FR"};
  const Instant now_ = SystemClock().Now();
  const std::shared_ptr<const TrustAnchors> anchors_ =
      *TrustAnchors::Create("entente.test", {{"FR", fr_.certificate_pem()},
                                             {"BR", br_.certificate_pem()},
                                             {"broker", brokers_.certificate_pem()}});
};

TEST_F(Trust, EachAuthorityCertifiesItsOwn) {
  EXPECT_TRUE(Check({{"spiffe://entente.test/agency/FR/fiu"}}, fr_).ok());
  EXPECT_TRUE(Check({{"spiffe://entente.test/agency/FR/fiu/officer/anna"}}, fr_).ok());
  EXPECT_TRUE(Check({{"spiffe://entente.test/auditor/BR"}}, br_).ok());
  EXPECT_TRUE(Check({{"spiffe://entente.test/broker/b"}}, brokers_).ok());
}

TEST_F(Trust, NoAuthorityCertifiesForAnother) {
  ExpectRefused(Check({{"spiffe://entente.test/agency/FR/fiu"}}, br_), "authority of FR");
  ExpectRefused(Check({{"spiffe://entente.test/agency/FR/fiu/officer/anna"}}, br_), "FR");
  ExpectRefused(Check({{"spiffe://entente.test/auditor/BR"}}, fr_), "authority of BR");
  ExpectRefused(Check({{"spiffe://entente.test/broker/b"}}, fr_), "authority of broker");
  ExpectRefused(Check({{"spiffe://entente.test/agency/FR/fiu"}}, brokers_), "authority of FR");
  ExpectRefused(Check({{"spiffe://entente.test/agency/FR/fiu"}}, stranger_), "authority of FR");
  ExpectRefused(Check({{"spiffe://entente.test/agency/DE/fiu"}}, fr_), "no certificate authority");
}

TEST_F(Trust, ExactlyOneUri) {
  ExpectRefused(
      Check({{"spiffe://entente.test/agency/FR/fiu", "spiffe://entente.test/agency/FR/b"}}, fr_),
      "2 URI names");
  ExpectRefused(Check({{"spiffe://entente.test/agency/FR/fiu", "https://fiu.example"}}, fr_),
                "2 URI names");
  ExpectRefused(Check({{}}, fr_), "0 URI names");
  ExpectRefused(Check({{"spiffe://other.test/agency/FR/fiu"}}, fr_), "another federation");
}

TEST_F(Trust, OnlyInItsTime) {
  CertificateWish wish{{"spiffe://entente.test/agency/FR/fiu"}, -100, -10};
  ExpectRefused(Check(wish, fr_), "expired");
  wish = {{"spiffe://entente.test/agency/FR/fiu"}, 1000, 2000};
  ExpectRefused(Check(wish, fr_), "not yet valid");
  const auto issued = fr_.Issue("spiffe://entente.test/agency/FR/fiu");
  ExpectRefused(anchors_
                    ->Identify(issued.certificate_pem, "", TrustAnchors::Use::kClient,
                               now_ + 2 * limits::kDayMs)
                    .status(),
                "expired");
}

TEST_F(Trust, OnlyForItsUse) {
  CertificateWish wish{{"spiffe://entente.test/agency/FR/fiu"}};
  wish.usage = "clientAuth";
  EXPECT_TRUE(Check(wish, fr_).ok());
  ExpectRefused(Check(wish, fr_, TrustAnchors::Use::kServer), "purpose");
  wish.usage = "serverAuth";
  ExpectRefused(Check(wish, fr_), "purpose");
}

TEST_F(Trust, NotACertificateAtAll) {
  for (const char* pem :
       {"", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}) {
    ExpectRefused(anchors_->Identify(pem, "", TrustAnchors::Use::kClient, now_).status(),
                  "no certificate");
  }
}

TEST_F(Trust, ASecondAuthorityOfOneJurisdictionCounts) {
  const TestAuthority next("FR next");
  const auto both = *TrustAnchors::Create("entente.test",
                                          {{"FR", fr_.certificate_pem() + next.certificate_pem()}});
  for (const TestAuthority* authority : {&fr_, &next}) {
    const auto issued = authority->Issue("spiffe://entente.test/agency/FR/fiu");
    EXPECT_TRUE(both->Identify(issued.certificate_pem, "", TrustAnchors::Use::kClient, now_).ok());
  }
}

TEST_F(Trust, ConfigurationsThatWouldMixAuthoritiesAreRefused) {
  const std::string fr = fr_.certificate_pem();
  EXPECT_FALSE(TrustAnchors::Create("entente.test", {{"FR", fr}, {"BR", fr}}).ok());
  EXPECT_FALSE(TrustAnchors::Create("entente.test", {{"FR", fr}, {"broker", fr}}).ok());
  EXPECT_FALSE(TrustAnchors::Create("entente.test", {{"UK", fr}}).ok());
  EXPECT_FALSE(TrustAnchors::Create("entente.test", {{"FR", "nothing"}}).ok());
  EXPECT_FALSE(TrustAnchors::Create("Entente", {{"FR", fr}}).ok());
}

}  // namespace
}  // namespace entente::net
