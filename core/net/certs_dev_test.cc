// certs-dev/make makes what TrustAnchors and the TLS of this folder accept.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "core/base/clock.h"
#include "core/base/refusal.h"
#include "core/net/tls.h"
#include "tests/support/pki.h"
#include "tests/support/shared.h"

namespace entente::net {
namespace {

using testing::ReadFile;

class CertsDev : public ::testing::Test {
 protected:
  int Make(const std::string& arguments) {
    const char* source = std::getenv("ENTENTE_SOURCE_DIR");
    return std::system((std::string(source != nullptr ? source : ".") + "/certs-dev/make " + Out() +
                        " " + arguments + " >" + folder_.path() + "/said 2>&1")
                           .c_str());
  }
  std::string Out() const { return folder_.path() + "/certs"; }
  std::string Pem(const std::string& name) const { return ReadFile(Out() + "/" + name + ".pem"); }

  std::shared_ptr<const TrustAnchors> Anchors() const {
    return *TrustAnchors::Create(
        "entente.test", {{"FR", Pem("ca/FR")}, {"BR", Pem("ca/BR")}, {"broker", Pem("ca/broker")}});
  }
  absl::StatusOr<Caller> Identify(const std::string& name) const {
    return Anchors()->Identify(Pem(name), "", TrustAnchors::Use::kClient, SystemClock().Now());
  }

  static constexpr char kAll[] =
      "--trust-domain entente.test --broker broker-1 --agencies FR.fiu,BR.coaf "
      "--officers FR.fiu:anna --auditors BR";
  const testing::TemporaryFolder folder_;
};

TEST_F(CertsDev, EachNameIsWhatItSays) {
  ASSERT_EQ(Make(kAll), 0);
  const AgencyId fiu = *AgencyId::Parse("FR.fiu");
  EXPECT_EQ(Identify("agency/FR.fiu").value(), AgencyCaller(fiu));
  EXPECT_EQ(Identify("agency/BR.coaf").value(), AgencyCaller(*AgencyId::Parse("BR.coaf")));
  EXPECT_EQ(Identify("officer/FR.fiu.anna").value(), OfficerCaller(fiu, "anna"));
  EXPECT_EQ(Identify("auditor/BR").value(), AuditorCaller("BR"));
  EXPECT_EQ(Identify("broker/broker-1").value(), BrokerCaller("broker-1"));
  EXPECT_TRUE(
      Anchors()
          ->Identify(Pem("broker/broker-1"), "", TrustAnchors::Use::kServer, SystemClock().Now())
          .ok());
  EXPECT_TRUE(LoadTlsIdentity(Out() + "/agency/FR.fiu.pem", Out() + "/agency/FR.fiu.key").ok());
}

TEST_F(CertsDev, AgainItKeepsWhatIsThereAndAddsTheRest) {
  ASSERT_EQ(Make(kAll), 0);
  const std::string before = Pem("agency/FR.fiu"), authority = Pem("ca/FR");
  ASSERT_EQ(Make(std::string(kAll) + ",BR --agencies FR.fiu,FR.other"), 0);
  EXPECT_EQ(Pem("agency/FR.fiu"), before);
  EXPECT_EQ(Pem("ca/FR"), authority);
  EXPECT_TRUE(Identify("agency/FR.other").ok());
}

TEST_F(CertsDev, ExpiredOnesForTests) {
  ASSERT_EQ(Make(std::string(kAll) + " --days -1"), 0);
  EXPECT_TRUE(IsRefusal(Identify("agency/FR.fiu").status(), Reason::kNotAuthenticated));
}

TEST_F(CertsDev, RefusesWhatItDoesNotUnderstand) {
  for (const char* arguments :
       {"", "--trust-domain entente.test --agencies fiu", "--trust-domain entente.test --wrong x",
        "--trust-domain entente.test --officers FR.fiu", "--trust-domain entente.test --days x",
        "--trust-domain"}) {
    EXPECT_NE(Make(arguments), 0) << arguments;
  }
  EXPECT_EQ(Make("--help"), 0);
}

}  // namespace
}  // namespace entente::net
