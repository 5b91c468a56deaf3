#include "cli/offline_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <fstream>

#include "cli/files.h"
#include "core/base/sentences.h"
#include "core/crypto/keys.h"

namespace entente::cli {
namespace {

using ::testing::HasSubstr;

std::string Example(const std::string& name) {
  const char* const root = std::getenv("ENTENTE_SOURCE_DIR");
  return std::string(root == nullptr ? "." : root) + "/policy/" + name;
}

std::string Said(const absl::Status& status) { return MessageIn(Language::kEnglish, status); }

TEST(OfflineChecks, APolicyIsOfThisStateAndVersionAndHolds) {
  const std::string file = Example("examples/fr.toml");
  const std::string text = *ReadText(file);
  const policy::Vocabulary words = *VocabularyIn("");
  EXPECT_TRUE(CheckPolicyText(text, file, "FR", 1, words).ok());
  EXPECT_THAT(Said(CheckPolicyText(text, file, "BR", 1, words)), HasSubstr("policy of FR"));
  EXPECT_THAT(Said(CheckPolicyText(text, file, "FR", 2, words)), HasSubstr("version 1"));
  std::string wrong = text;
  wrong.replace(wrong.find("\"victim\""), 8, "\"dragon\"");
  EXPECT_THAT(Said(CheckPolicyText(wrong, file, "FR", 1, words)), HasSubstr("dragon"));
  const std::string many = "policy = \"policy/1\"\n";
  EXPECT_EQ(Said(CheckPolicyText(many, "f", "FR", 1, words)).find('\n'), std::string::npos)
      << "one line, and how many more";
}

TEST(OfflineChecks, AFileOfTheFederationIsOfItsTypeAndVersion) {
  const policy::Vocabulary words = *VocabularyIn(Example("vocabulary-2026.1.toml"));
  const auto check = [&](const std::string& type, const std::string& name, uint64_t version) {
    return CheckFederationText(type, *ReadText(Example(name)), name, version, words);
  };
  EXPECT_TRUE(check("groups", "examples/groups.toml", 1).ok());
  EXPECT_TRUE(check("instruments", "examples/instruments.toml", 1).ok());
  EXPECT_TRUE(check("vocabulary", "vocabulary-2026.1.toml", 7).ok()) << "it says none";
  EXPECT_FALSE(check("groups", "examples/instruments.toml", 1).ok());
  EXPECT_FALSE(check("groups", "examples/groups.toml", 2).ok());
  EXPECT_FALSE(check("instruments", "examples/instruments.toml", 2).ok());
  EXPECT_FALSE(check("labels", "examples/groups.toml", 1).ok());
}

TEST(OfflineChecks, KindAndNameOfAnAgency) {
  const policy::Vocabulary words = *VocabularyIn("");
  EXPECT_TRUE(CheckKindAndName("fiu", "Unité de renseignement", words).ok());
  EXPECT_THAT(Said(CheckKindAndName("wizard", "N", words)), HasSubstr("police"));
  for (const char* name : {"a\u202Eb", "a\nb", "a\u2066b"}) {
    EXPECT_FALSE(CheckKindAndName("fiu", name, words).ok()) << name;
  }
}

class KeysTest : public ::testing::Test {
 protected:
  static crypto::SigningKey Key(uint8_t number) {
    const std::array<uint8_t, 32> seed = {number};
    return crypto::SigningKey::FromSeed(*crypto::Secret<32>::FromBytes(seed));
  }
  // Six authorities, of keys 1 to 6.
  static ledger::Genesis Six() {
    const std::string log = "entente.test/log/broker-1";
    ledger::GenesisFields fields{
        .federation = "entente.test",
        .log_origin = log,
        .created = *ParseInstant("2026-01-01T00:00:00Z"),
        .quorum = std::string(ledger::kQuorumNone),
        .checkpoint =
            *audit::VerifierKey::Create(log, audit::NoteKeyType::kEd25519, Key(20).public_key()),
        .receipt = Key(21).public_key(),
        .note = Key(22).public_key(),
        .authorities = {},
    };
    uint8_t number = 0;
    for (const char* state : {"FR", "BR", "DE", "NL", "CH", "AE"}) {
      fields.authorities[state] = Key(++number).public_key();
    }
    return *ledger::Genesis::Create(fields);
  }
};

TEST_F(KeysTest, AnAuthorityIsWhomTheGenesisFileNames) {
  EXPECT_TRUE(CheckAuthorityKey(Six(), "FR", Key(1)).ok());
  EXPECT_FALSE(CheckAuthorityKey(Six(), "FR", Key(2)).ok());
  EXPECT_FALSE(CheckAuthorityKey(Six(), "GB", Key(1)).ok());
}

TEST_F(KeysTest, MoreThanTwoThirdsSign) {
  std::vector<crypto::SigningKey> keys;
  for (const size_t missing : {4u, 3u, 2u, 1u, 0u, 0u}) {
    keys.push_back(Key(static_cast<uint8_t>(keys.size() + 1)));
    const auto count = CountSignatures(Six(), keys);
    ASSERT_TRUE(count.ok()) << count.status();
    EXPECT_EQ(count->missing, missing) << keys.size();
    EXPECT_EQ(count->authorities, 6u);
  }
  keys.push_back(Key(1));
  EXPECT_THAT(Said(CountSignatures(Six(), keys).status()), HasSubstr("FR"));
  keys.back() = Key(9);
  EXPECT_FALSE(CountSignatures(Six(), keys).ok());
}

TEST_F(KeysTest, AGenesisFileOfAnotherFederationIsRefused) {
  const std::string path = ::testing::TempDir() + "/genesis.toml";
  std::ofstream(path) << Six().text();
  EXPECT_TRUE((*GenesisIn(path, "entente.test")).has_value());
  EXPECT_FALSE(GenesisIn(path, "another.test").ok());
  EXPECT_FALSE((*GenesisIn("", "entente.test")).has_value());
}

}  // namespace
}  // namespace entente::cli
