// Open statements through the broker, and who may read the texts they name.
#include "broker/publication.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "tests/support/broker_fixture.h"

namespace entente::broker {
namespace {

std::string ReasonOf(const absl::Status& status) {
  auto refusal = RefusalOf(status);
  return refusal ? ReasonText(*refusal) : status.ToString();
}

TEST(PublicationTest, TheFederationIsFoundedThroughTheBroker) {
  EngineFixture f;
  EXPECT_EQ(f.engine->view()->registry.snapshot_number(), f.federation.Founding().size() + 1);
  EXPECT_TRUE(f.engine->view()->registry.PolicySnapshot(f.now).ok());
  EXPECT_EQ(f.Rows(kOpen).size(), f.federation.Founding().size() + 1);
}

TEST(PublicationTest, StateIsTheSameAfterARestart) {
  EngineFixture f;
  Digest before = f.engine->view()->registry.snapshot_hash();
  ASSERT_TRUE(f.Reopen().ok());
  EXPECT_EQ(f.engine->view()->registry.snapshot_hash(), before);
  EXPECT_TRUE(f.engine->view()->registry.PolicySnapshot(f.now).ok());
}

TEST(PublicationTest, TheSameStatementIsPublishedOnce) {
  EngineFixture f;
  auto first = f.Publish(f.federation.Founding()[0]);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(*first, 1u);
  ASSERT_TRUE(f.Reopen().ok());
  EXPECT_EQ(*f.Publish(f.federation.Founding()[0]), 1u);
}

TEST(PublicationTest, WhatTheRegistryRefusesIsNotLogged) {
  EngineFixture f;
  uint64_t size = f.engine->LatestCheckpoint().head.size;
  auto reason = [&](const ledger::Publication& publication) {
    return ReasonOf(f.Publish(publication).status());
  };
  auto forged = f.federation.SignPolicy("FR", 2, testing::DefaultPolicy("FR", 2));
  forged.statement.mutable_signatures(0)->set_ed25519(std::string(64, 's'));
  EXPECT_EQ(reason(forged), "bad-signature");
  EXPECT_EQ(reason(f.federation.SignPolicy("FR", 1, testing::DefaultPolicy("FR") + "# again\n")),
            "snapshot-behind");
  auto too_few = f.federation.SignFile("groups", 2, testing::GroupsText({"FR", "BR"}, 2), {"FR"});
  EXPECT_NE(reason(too_few), "OK");
  auto no_text = f.federation.SignPolicy("FR", 2, testing::DefaultPolicy("FR", 2));
  no_text.text.clear();
  EXPECT_NE(reason(no_text), "OK");
  auto other_text = f.federation.SignPolicy("FR", 2, testing::DefaultPolicy("FR", 2));
  other_text.text += "# changed\n";
  EXPECT_NE(reason(other_text), "OK");
  auto too_long = f.federation.SignPolicy(
      "FR", 2, testing::DefaultPolicy("FR", 2) + std::string(limits::kFileTextBytes, '#'));
  EXPECT_EQ(reason(too_long), "too-large");
  auto unknown_word =
      f.federation.SignPolicy("FR", 2, testing::DefaultPolicy("FR", 2) + "unknown_key = 1\n");
  EXPECT_EQ(reason(unknown_word), "malformed");
  EXPECT_EQ(f.engine->LatestCheckpoint().head.size, size);
}

TEST(PublicationTest, KindsThatAreNotPublished) {
  EngineFixture f;
  auto publication = f.federation.Founding()[0];
  for (v1::EntryKind kind :
       {v1::ENTRY_KIND_GENESIS, v1::ENTRY_KIND_SUBMISSION, v1::ENTRY_KIND_UNSPECIFIED}) {
    publication.kind = kind;
    publication.statement.set_body("other");
    EXPECT_EQ(ReasonOf(f.Publish(publication).status()), "malformed");
  }
  auto keys = f.federation.Founding().back();
  keys.statement.set_body(keys.statement.body() + "x");
  keys.text = "a text";
  EXPECT_EQ(ReasonOf(f.Publish(keys).status()), "malformed");
}

// ---- texts

class TextTest : public ::testing::Test {
 protected:
  static testing::FederationOptions Options() {
    testing::FederationOptions options;
    std::string open = testing::DefaultPolicy("DE");
    open.insert(open.find("can_honour"), "explain      = \"public\"\n");
    options.policies["DE"] = open;
    return options;
  }
  std::string Read(std::string_view text, std::string_view agency) {
    auto read = f.engine->GetText(crypto::Sha256(text), f.Id(agency), f.now);
    if (!read.ok()) return ReasonOf(read.status());
    return *read == text ? "OK" : "another text";
  }

  EngineFixture f{Options()};
};

TEST_F(TextTest, FederationFilesAreForEveryMember) {
  EXPECT_EQ(Read(testing::VocabularyText(), "BR.fiu"), "OK");
  EXPECT_EQ(Read(testing::VocabularyText(), "FR.nobody"), "wrong-agency");
}

TEST_F(TextTest, PoliciesAreForTheirOwnJurisdiction) {
  EXPECT_EQ(Read(testing::DefaultPolicy("FR"), "FR.fiu"), "OK");
  EXPECT_EQ(Read(testing::DefaultPolicy("FR"), "BR.fiu"), "not-authorised");
}

TEST_F(TextTest, PublicPoliciesAreForAll) {
  EXPECT_EQ(Read(Options().policies["DE"], "BR.fiu"), "OK");
}

TEST_F(TextTest, TextThatNobodyPublished) {
  EXPECT_EQ(f.engine->GetText(crypto::Sha256("other"), f.Id("FR.fiu"), f.now).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace entente::broker
