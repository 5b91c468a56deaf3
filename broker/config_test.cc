#include "broker/config.h"

#include <gtest/gtest.h>

#include "core/audit/note.h"
#include "tests/support/pki.h"

namespace entente::broker {
namespace {

constexpr char kLeast[] = R"(genesis = "genesis.toml"
[tls]
certificate = "broker.pem"
key = "/etc/key.pem"
[authorities]
FR = "ca/FR.pem"
)";

class Config : public ::testing::Test {
 protected:
  absl::StatusOr<BrokerConfig> Load(const std::string& text) {
    return LoadConfig(folder_.Write("broker.toml", text));
  }
  const testing::TemporaryFolder folder_;
};

TEST_F(Config, DefaultsAreThoseOfTheConventions) {
  const auto config = Load(kLeast);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->address, "0.0.0.0:7443");
  EXPECT_EQ(config->metrics, "127.0.0.1:9464");
  EXPECT_EQ(config->data, "/var/lib/entente/broker");
  EXPECT_FALSE(config->reflection);
  EXPECT_EQ(config->genesis, folder_.path() + "/genesis.toml");
  EXPECT_EQ(config->certificate_key, "/etc/key.pem");
  EXPECT_EQ(config->authorities.at("FR"), folder_.path() + "/ca/FR.pem");
  EXPECT_EQ(config->quotas.records_queued, QuotaLimits().records_queued);
  EXPECT_EQ(config->quotas.bytes_queued, QuotaLimits().bytes_queued);
  EXPECT_EQ(config->attachment_bytes, 4096ull * 1024 * 1024);
}

TEST_F(Config, EveryKeyIsRead) {
  const auto config = Load(std::string(kLeast) + R"([listen]
address = "127.0.0.1:0"
metrics = "127.0.0.1:1"
reflection = true
[limits]
records_queued = 1
megabytes_queued = 2
mailbox_records = 3
streams_per_agency = 4
attachment_megabytes = 5
[log]
level = "debug"
)");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_TRUE(config->reflection);
  EXPECT_EQ(config->metrics, "127.0.0.1:1");
  EXPECT_EQ(config->quotas.records_queued, 1u);
  EXPECT_EQ(config->quotas.bytes_queued, 2u * 1024 * 1024);
  EXPECT_EQ(config->quotas.mailbox_records, 3u);
  EXPECT_EQ(config->streams_per_agency, 4u);
  EXPECT_EQ(config->attachment_bytes, 5u * 1024 * 1024);
  EXPECT_EQ(config->log_level, "debug");
}

// A verifier key of this type.
std::string Key(audit::NoteKeyType type) {
  return audit::VerifierKey::Create("witness.example.org", type, crypto::PublicKey{})->Text();
}

TEST_F(Config, WitnessesAreKeyAndAddress) {
  const std::string key = Key(audit::NoteKeyType::kCosignatureV1);
  const auto witness = [](const std::string& by, const std::string& url) {
    return "[[witness]]\nkey = \"" + by + "\"\nurl = \"" + url + "\"\n";
  };
  const auto config = Load(kLeast + witness(key, "https://w.example.org/entente/"));
  ASSERT_TRUE(config.ok()) << config.status();
  ASSERT_EQ(config->witnesses.size(), 1u);
  EXPECT_EQ(config->witnesses[0].key, key);
  EXPECT_EQ(config->witnesses[0].url, "https://w.example.org/entente");
  const std::pair<std::string, const char*> cases[] = {
      {witness("w", "http://w"), ":8:7: 'witness.key' is refused"},
      {witness(Key(audit::NoteKeyType::kEd25519), "http://w"),
       ":8:7: 'witness.key' is refused: it is a log's key"},
      {witness(key, "ftp://w"), ":9:7: 'witness.url' is refused"},
      {witness(key, "file:///etc/passwd"), ":9:7: 'witness.url' is refused"},
      {witness(key, "http://user:word@w"), ":9:7: 'witness.url' is refused"},
      {witness(key, "http://w/?a=b"), ":9:7: 'witness.url' is refused"},
      {witness(key, "http://w w"), ":9:7: 'witness.url' is refused"},
      {witness(key, "http://w") + witness(key, "http://x"), ":11:7: 'witness.key' is refused"},
      {"[[witness]]\nurl = \"http://w\"\n", ":7:1: 'witness.key' is missing"},
      {witness(key, "http://w") + "port = 1\n", ":10:1: unknown key"},
  };
  for (const auto& [more, sentence] : cases) {
    const absl::Status status = Load(kLeast + more).status();
    EXPECT_NE(status.message().find("broker.toml" + std::string(sentence)), std::string_view::npos)
        << status;
  }
}

TEST_F(Config, WhatIsWrongIsSaidAtItsPlace) {
  const std::pair<const char*, const char*> cases[] = {
      {"[listen]\nport = 1\n", ":8:1: unknown key 'port'"},
      {"[limits]\nrecords_queued = 0\n", ":8:18: 'limits.records_queued' must be"},
      {"[listen]\naddress = \"7443\"\n", ":8:11: 'listen.address' is refused"},
      {"[log]\nlevel = \"loud\"\n", ":8:9: 'log.level' is refused"},
      {"[tls2]\n", ":7:2: unknown key 'tls2'"},
  };
  for (const auto& [more, sentence] : cases) {
    const absl::Status status = Load(std::string(kLeast) + more).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << more;
    EXPECT_NE(std::string(status.message()).find("broker.toml" + std::string(sentence)),
              std::string::npos)
        << status;
  }
  EXPECT_NE(std::string(Load("").status().message()).find("'genesis' is missing"),
            std::string::npos);
}

}  // namespace
}  // namespace entente::broker
