#include "broker/init.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "broker/assets.h"
#include "broker/engine.h"
#include "broker/families.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/store/rocks_store.h"
#include "tests/support/pki.h"
#include "tests/support/seeded_random.h"

namespace entente::broker {
namespace {

using testing::CertificateWish;
using testing::TestAuthority;

// A founded broker on the disk, with all that its configuration names.
class Init : public ::testing::Test {
 protected:
  void SetUp() override {
    founding_ = {"entente.test", "broker-1", {}, "", false};
    for (const char* code : {"FR", "BR"}) {
      const auto key = crypto::SigningKey::Create(random_).public_key();
      ASSERT_TRUE(AddAuthority(std::string(code) + "=" + HexEncode(key), founding_).ok());
    }
    WriteCertificate("spiffe://entente.test/broker/broker-1");
    config_.genesis = places_.genesis;
    config_.keys = places_.keys;
    config_.data = places_.data;
    config_.certificate = folder_.path() + "/broker.pem";
    config_.certificate_key = folder_.path() + "/broker.key";
    config_.authorities["FR"] = folder_.Write("FR.pem", fr_.certificate_pem());
  }

  void WriteCertificate(const std::string& uri) {
    const auto issued = brokers_.Issue(uri);
    folder_.Write("broker.pem", issued.certificate_pem);
    folder_.Write("broker.key", issued.key_pem);
  }
  absl::StatusOr<Founded> FoundIt() { return Found(places_, founding_, now_, random_); }

  const testing::TemporaryFolder folder_;
  testing::SeededRandom random_{1};
  const Instant now_{1793577600123};
  const TestAuthority brokers_{"brokers"}, fr_{"FR"};
  const FoundingPlaces places_{folder_.path() + "/genesis.toml", folder_.path() + "/data",
                               folder_.path() + "/keys"};
  Founding founding_;
  BrokerConfig config_;
};

TEST_F(Init, WhatItFoundsOpens) {
  const auto founded = FoundIt();
  ASSERT_TRUE(founded.ok()) << founded.status();
  EXPECT_EQ(founded->genesis_digest.substr(0, 7), "sha256:");
  EXPECT_EQ(founded->verifier_key.substr(0, 26), "entente.test/log/broker-1+");
  auto assets = LoadAssets(config_);
  ASSERT_TRUE(assets.ok()) << assets.status();
  EXPECT_EQ(DigestText(assets->genesis.digest()), founded->genesis_digest);
  const auto store = store::RocksStore::Open(places_.data, kBrokerFamilies);
  ASSERT_TRUE(store.ok()) << store.status();
  const auto engine =
      Engine::Open(**store, assets->genesis.text(), std::move(assets->keys), {}, now_);
  ASSERT_TRUE(engine.ok()) << engine.status();
  EXPECT_EQ((*engine)->LatestCheckpoint().head.size, 1u);
}

TEST_F(Init, AgainItFindsAllDone) {
  const auto first = FoundIt();
  const auto second = Found(places_, founding_, now_ + limits::kDayMs, random_);
  ASSERT_TRUE(first.ok() && second.ok()) << second.status();
  EXPECT_EQ(first->genesis_digest, second->genesis_digest);
  EXPECT_EQ(first->verifier_key, second->verifier_key);
}

TEST_F(Init, CutShortItIsCompleted) {
  ASSERT_TRUE(FoundIt().ok());
  std::filesystem::remove_all(places_.data);
  std::filesystem::remove(places_.keys + "/note.key");
  std::filesystem::remove(places_.genesis);
  EXPECT_TRUE(FoundIt().ok());
  EXPECT_TRUE(LoadAssets(config_).ok());
}

TEST_F(Init, ALogThatIsNotThereIsNotBegunASecondTime) {
  const auto first = FoundIt();
  ASSERT_TRUE(first.ok());
  std::filesystem::remove_all(places_.data);
  EXPECT_EQ(FoundIt().status().code(), absl::StatusCode::kFailedPrecondition);
  std::filesystem::create_directories(places_.data);  // where the disk would be mounted
  const auto refused = FoundIt().status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(refused.message().find("may not be mounted"), refused.message().npos) << refused;
  EXPECT_TRUE(std::filesystem::is_empty(places_.data));
  founding_.no_log_was_served = true;
  const auto again = FoundIt();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->genesis_digest, first->genesis_digest);
}

TEST_F(Init, AnotherFoundingInItsPlaceIsRefused) {
  ASSERT_TRUE(FoundIt().ok());
  founding_.name = "broker-2";
  EXPECT_EQ(FoundIt().status().code(), absl::StatusCode::kAlreadyExists);
}

// The quorum of a file as --quorum takes it, or what is wrong with it.
class InitQuorum : public Init {
 protected:
  std::string Line(const std::string& agency) {
    const auto key = audit::VerifierKey::Create("entente.test/witness/" + agency,
                                                audit::NoteKeyType::kCosignatureV1,
                                                crypto::SigningKey::Create(random_).public_key());
    return "witness " + agency + " " + key->Text() + "\n";
  }
  std::string Refused(const std::string& text) {
    const auto read = ReadQuorumFile(folder_.Write("quorum", text));
    EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument) << text;
    return std::string(read.status().message()).substr(folder_.path().size() + 1);
  }
  const std::string witnesses_ = Line("FR.fiu") + Line("BR.fiu");
};

TEST_F(InitQuorum, IsWrittenWithTheLogsKey) {
  const std::string text =
      "# two\n" + witnesses_ + "group members 2 FR.fiu BR.fiu\nquorum members\n";
  const auto read = ReadQuorumFile(folder_.Write("quorum", text));
  ASSERT_TRUE(read.ok()) << read.status();
  founding_.quorum = *read;
  const auto founded = FoundIt();
  ASSERT_TRUE(founded.ok()) << founded.status();
  const auto genesis = LoadGenesis(places_.genesis);
  ASSERT_TRUE(genesis.ok()) << genesis.status();
  EXPECT_EQ((*genesis)->quorum, "log " + founded->verifier_key + "\n" + text);
  EXPECT_EQ(genesis->quorum()->votes().needed, 2u);
  EXPECT_TRUE(FoundIt().ok()) << "again";
  founding_.quorum = "";
  EXPECT_EQ(FoundIt().status().code(), absl::StatusCode::kAlreadyExists);
}

TEST_F(InitQuorum, WhatIsWrongIsSaidAtItsPlace) {
  EXPECT_THAT(Refused(witnesses_ + "group members 3 FR.fiu BR.fiu\nquorum members\n"),
              ::testing::StartsWith("quorum:3:15: "));
  EXPECT_THAT(Refused(witnesses_), ::testing::StartsWith("quorum:3:1: no quorum line"));
  EXPECT_THAT(Refused(witnesses_ + "group members 1 FR.fiu BR.fiu\nquorum members\n"),
              ::testing::HasSubstr("not more than two thirds"));
  EXPECT_THAT(Refused("quorum none\n"), ::testing::HasSubstr("asks for nobody's vote"));
  const auto log = audit::VerifierKey::Create("entente.test/log/x", audit::NoteKeyType::kEd25519,
                                              crypto::SigningKey::Create(random_).public_key());
  EXPECT_THAT(Refused("log " + log->Text() + "\n" + witnesses_ + "quorum FR.fiu\n"),
              ::testing::HasSubstr("leave the log line out"));
}

// It would be confirmed by all and opened by nobody.
TEST_F(InitQuorum, WhatTheGenesisFileCannotHoldIsRefused) {
  for (const char* comment : {"# ''' #\n", "# caf\xe9\n"}) {
    founding_.quorum = witnesses_ + "group members 2 FR.fiu BR.fiu\nquorum members\n" + comment;
    EXPECT_EQ(FoundIt().status().code(), absl::StatusCode::kInvalidArgument) << comment;
    EXPECT_FALSE(std::filesystem::exists(places_.genesis));
  }
}

TEST_F(Init, KeysAreTheOwnersAlone) {
  ASSERT_TRUE(FoundIt().ok());
  for (const char* name : {"checkpoint", "receipt", "note"}) {
    struct stat found;
    ASSERT_EQ(stat((places_.keys + "/" + name + ".key").c_str(), &found), 0) << name;
    EXPECT_EQ(found.st_mode & 07777, 0600u) << name;
  }
  struct stat folder;
  ASSERT_EQ(stat(places_.keys.c_str(), &folder), 0);
  EXPECT_EQ(folder.st_mode & 07777, 0700u);
}

TEST_F(Init, AuthoritiesHaveOneForm) {
  Founding founding;
  const std::string hex(64, 'a');
  for (const std::string& bad : std::vector<std::string>{
           "FR", "FR=", "FR=" + hex.substr(1), "FR=" + hex + "a", "FR=" + std::string(64, 'A')}) {
    EXPECT_FALSE(AddAuthority(bad, founding).ok()) << bad;
  }
  EXPECT_TRUE(AddAuthority("FR=" + hex, founding).ok());
  EXPECT_FALSE(AddAuthority("FR=" + hex, founding).ok());
  founding_.authorities.clear();
  EXPECT_FALSE(FoundIt().ok()) << "a federation without an authority";
}

TEST_F(Init, WhatIsNamedMustFitTogether) {
  ASSERT_TRUE(FoundIt().ok());
  ASSERT_TRUE(LoadAssets(config_).ok());
  const auto refused = [this](const char* what) {
    const absl::Status status = LoadAssets(config_).status();
    EXPECT_FALSE(status.ok()) << what;
    return std::string(status.message());
  };
  WriteCertificate("spiffe://entente.test/broker/broker-2");
  EXPECT_NE(refused("another broker").find("spiffe://entente.test/broker/broker-1"),
            std::string::npos);
  WriteCertificate("spiffe://entente.test/broker/broker-1");

  chmod((places_.keys + "/receipt.key").c_str(), 0644);
  EXPECT_NE(refused("a key for all to read").find("chmod 600"), std::string::npos);
  chmod((places_.keys + "/receipt.key").c_str(), 0600);

  chmod(config_.certificate_key.c_str(), 0640);
  EXPECT_NE(refused("a TLS key for a group to read").find("chmod 600"), std::string::npos);
  chmod(config_.certificate_key.c_str(), 0600);

  config_.authorities["BR"] = config_.authorities["FR"];
  refused("one authority for two");
  config_.authorities = {{"FR", folder_.path() + "/none.pem"}};
  refused("no such file");
  config_.authorities.clear();
  refused("no authority at all");
  config_.authorities["FR"] = folder_.path() + "/FR.pem";
  EXPECT_TRUE(LoadAssets(config_).ok());

  std::filesystem::remove(places_.keys + "/receipt.key");
  ASSERT_TRUE(MakeBrokerKeys(places_.keys, random_).ok());
  EXPECT_NE(refused("a key that genesis does not name").find("are not those"), std::string::npos);
}

}  // namespace
}  // namespace entente::broker
