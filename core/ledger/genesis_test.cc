#include "core/ledger/genesis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "core/crypto/digest.h"
#include "tests/support/federation.h"

namespace entente::ledger {
namespace {

using testing::Federation;
using ::testing::HasSubstr;

std::string Replaced(std::string text, std::string_view what, std::string_view with) {
  const size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), with);
}

// The error, or "ok".
std::string Read(std::string_view text) {
  const auto genesis = Genesis::Parse(text, "g.toml");
  return genesis.ok() ? "ok" : std::string(genesis.status().message());
}

class GenesisTest : public ::testing::Test {
 protected:
  const Federation federation;
  const std::string text = federation.genesis().text();
};

TEST_F(GenesisTest, ReadsBackWhatItWrites) {
  const auto genesis = Genesis::Parse(text);
  ASSERT_TRUE(genesis.ok()) << genesis.status();
  EXPECT_EQ((*genesis)->federation, "entente.test");
  EXPECT_EQ((*genesis)->log_origin, "entente.test/log/broker-1");
  EXPECT_EQ((*genesis)->created, testing::kFounded);
  EXPECT_EQ((*genesis)->quorum, "none");
  EXPECT_EQ((*genesis)->authorities, federation.genesis()->authorities);
  EXPECT_EQ((*genesis)->checkpoint, federation.genesis()->checkpoint);
  EXPECT_EQ(genesis->text(), text);
}

TEST_F(GenesisTest, ItsDigestIsOfTheBytesAsTheyAre) {
  EXPECT_EQ(federation.genesis().digest(), crypto::Sha256(text));
  const auto commented = Genesis::Parse("# one comment more\n" + text);
  ASSERT_TRUE(commented.ok());
  EXPECT_NE(commented->digest(), federation.genesis().digest());
}

TEST_F(GenesisTest, GivesTheKeyIdsThatStatementsName) {
  const Genesis& genesis = federation.genesis();
  EXPECT_EQ(genesis.receipt_key_id(),
            crypto::MakeKeyId(crypto::KeyUse::kReceipt, federation.receipt_key().public_key()));
  EXPECT_EQ(genesis.note_key_id(),
            crypto::MakeKeyId(crypto::KeyUse::kNote, federation.note_key().public_key()));
  EXPECT_NE(genesis.FindAuthority("FR"), nullptr);
  EXPECT_EQ(genesis.FindAuthority("NL"), nullptr);
}

TEST_F(GenesisTest, AnUnknownKeyRefusesTheFile) {
  EXPECT_THAT(Read(text + "\ncolour = \"blue\"\n"), HasSubstr("colour"));
  EXPECT_THAT(Read(Replaced(text, "quorum", "colour = 1\nquorum")), HasSubstr("g.toml:5:"));
  EXPECT_NE(Read(Replaced(text, "[broker]", "[broker]\nextra = 1")), "ok");
}

TEST_F(GenesisTest, EveryKeyIsMandatory) {
  for (const char* key : {"genesis ", "federation ", "log ", "created ", "quorum ", "checkpoint ",
                          "receipt ", "note ", "jurisdiction ", "key "}) {
    std::string less = text;
    const size_t at = less.find("\n" + std::string(key));
    const size_t from = at == std::string::npos ? 0 : at + 1;
    less.erase(from, less.find('\n', from) - from + 1);
    EXPECT_NE(Read(less), "ok") << key;
  }
  EXPECT_NE(Read(""), "ok");
  EXPECT_NE(Read(text.substr(0, text.find("[[authority]]"))), "ok");
}

TEST_F(GenesisTest, AnotherFormOrQuorumIsNotUnderstood) {
  EXPECT_THAT(Read(Replaced(text, "entente-genesis/1", "entente-genesis/2")), HasSubstr("form"));
  EXPECT_THAT(Read(Replaced(text, "\"none\"", "\"any\"")), HasSubstr("quorum"));
}

TEST_F(GenesisTest, NamesMustFitTogether) {
  EXPECT_NE(Read(Replaced(text, "\"entente.test\"", "\"Entente.test\"")), "ok");
  EXPECT_NE(Read(Replaced(text, "\"entente.test\"", "\"other.test\"")), "ok");
  EXPECT_NE(Read(Replaced(text, "\"entente.test\"", "\"entente..test\"")), "ok");
  EXPECT_NE(Read(Replaced(text, "\"entente.test\"", "\"-entente.test\"")), "ok");
  EXPECT_NE(Read(Replaced(text, "/log/broker-1\"", "/log/broker 1\"")), "ok");
  // The checkpoint key's name is the log's origin: another log's key is another key.
  EXPECT_NE(Read(Replaced(text, "/log/broker-1\"", "/log/broker-2\"")), "ok");
}

TEST_F(GenesisTest, KeysAreOfTheirLengthAndForm) {
  const std::string receipt = HexEncode(federation.receipt_key().public_key());
  std::string upper = receipt;
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  EXPECT_NE(Read(Replaced(text, receipt, upper)), "ok");
  EXPECT_NE(Read(Replaced(text, receipt, receipt.substr(2))), "ok");
  EXPECT_NE(Read(Replaced(text, "broker-1+", "broker-1+0")), "ok");
}

TEST_F(GenesisTest, OneKeyHasOneRole) {
  const std::string receipt = HexEncode(federation.receipt_key().public_key());
  const std::string note = HexEncode(federation.note_key().public_key());
  const std::string authority = HexEncode(federation.jurisdiction("FR").authority.public_key());
  const std::string other = HexEncode(federation.jurisdiction("BR").authority.public_key());
  EXPECT_THAT(Read(Replaced(text, note, receipt)), HasSubstr("twice"));
  EXPECT_THAT(Read(Replaced(text, authority, receipt)), HasSubstr("twice"));
  EXPECT_THAT(Read(Replaced(text, authority, other)), HasSubstr("twice"));
}

TEST_F(GenesisTest, JurisdictionsAreCodesAndStandOnce) {
  EXPECT_NE(Read(Replaced(text, "\"FR\"", "\"EL\"")), "ok");
  EXPECT_NE(Read(Replaced(text, "\"FR\"", "\"fr\"")), "ok");
  EXPECT_THAT(Read(Replaced(text, "\"FR\"", "\"BR\"")), HasSubstr("twice"));
  EXPECT_EQ(Read(Replaced(text, "\"FR\"", "\"ORG\"")), "ok");
}

TEST_F(GenesisTest, InstantsAreWholeSecondsWithAnOffset) {
  EXPECT_NE(Read(Replaced(text, "2026-11-02T00:00:00Z", "2026-11-02T00:00:00")), "ok");
  EXPECT_NE(Read(Replaced(text, "2026-11-02T00:00:00Z", "2026-11-02T00:00:00.5Z")), "ok");
  EXPECT_EQ(Read(Replaced(text, "2026-11-02T00:00:00Z", "2026-11-02T01:00:00+01:00")), "ok");
}

TEST_F(GenesisTest, WhatDoesNotFitAnEntryIsRefused) {
  EXPECT_NE(Read("# " + std::string(70000, 'x') + "\n" + text), "ok");
}

TEST_F(GenesisTest, CreateRefusesWhatParseWould) {
  GenesisFields fields = federation.genesis().fields();
  fields.note = fields.receipt;
  EXPECT_FALSE(Genesis::Create(fields).ok());
  fields = federation.genesis().fields();
  fields.created = fields.created + 1;
  EXPECT_FALSE(Genesis::Create(fields).ok());
  fields = federation.genesis().fields();
  fields.authorities.clear();
  EXPECT_FALSE(Genesis::Create(fields).ok());
}

}  // namespace
}  // namespace entente::ledger
