// Under which key, and as what, an origin may have signed: a recipient asks the log at the place
// where the record stands, never its own clock or the log as it is now.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "core/base/bytes.h"
#include "core/base/encoding.h"
#include "core/ledger/ceremony.h"
#include "core/record/batch.h"
#include "core/record/header.h"
#include "core/record/strict.h"
#include "node/engine_fixture.h"

namespace entente::node {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SignerTest : public ::testing::Test {
 protected:
  // A lead of FR to BR as its node submits it; FR then hears nothing more.
  SignerTest() {
    world_.broker.refuses = [&](const v1::Submission& one) -> std::optional<v1::Refusal> {
      if (one.has_record()) submission_ = one;
      v1::Refusal refusal;
      refusal.set_reason("quota");
      return one.has_record() ? std::optional(refusal) : std::nullopt;
    };
    world_.Send("FR.fiu", world_.Lead({"BR.fiu"}));
    world_.Settle();
    world_.broker.refuses = nullptr;
    EXPECT_TRUE(submission_.has_record());
  }

  void Publish(const ledger::Publication& publication) {
    v1::PublishRequest request;
    request.set_entry_kind(publication.kind);
    *request.mutable_statement() = publication.statement;
    auto published = world_.broker.Publish(request, world_.now);
    ASSERT_TRUE(published.ok()) << published.status();
  }
  v1::RecordHeader Header() const {
    v1::Record record;
    v1::RecordHeader header;
    EXPECT_TRUE(record.ParseFromString(submission_.record()));
    EXPECT_TRUE(header.ParseFromString(record.header()));
    return header;
  }
  void Revoke() {
    const KeyId key = *FixedBytes<32>(Header().signing_key_id());
    Publish(ledger::SignRevocation(world_.federation.name(), "FR.fiu", key, "stolen", world_.now,
                                   world_.federation.jurisdiction("FR").authority,
                                   crypto::KeyUse::kAuthority));
  }
  // A second key of FR, in the hands of this test, until then.
  void PublishOwnKey(Instant until) {
    v1::KeyStatement body;
    body.set_owner("FR.fiu");
    v1::KeyEntry& key = *body.add_keys();
    key.set_use(static_cast<uint32_t>(crypto::KeyUse::kRecordSigning));
    key.set_public_key(ToString(own_.public_key()));
    key.set_from_ms(static_cast<uint64_t>(testing::kFounded.ms));
    key.set_until_ms(static_cast<uint64_t>(until.ms));
    body.set_instant_ms(static_cast<uint64_t>(world_.now.ms) + 1);
    Publish(world_.federation.SignKeys("FR.fiu", body));
  }
  // The lead with another header, signed by that key; nobody can open it any more.
  void SignAgain(const std::function<void(v1::RecordHeader&)>& change) {
    v1::Record record;
    ASSERT_TRUE(record.ParseFromString(submission_.record()));
    v1::RecordHeader header = Header();
    header.set_signing_key_id(
        ToString(crypto::MakeKeyId(crypto::KeyUse::kRecordSigning, own_.public_key())));
    change(header);
    record.set_header(record::Encode(header));
    testing::SeededRandom random(3);
    const std::vector<Digest> hashes = {record::RecordHash(record.header())};
    auto signatures = record::SignBatch(world_.federation.name(), *AgencyId::Parse("FR.fiu"),
                                        hashes, own_, random);
    ASSERT_TRUE(signatures.ok()) << signatures.status();
    *record.mutable_signature() = signatures->front();
    submission_.set_record(record::Encode(record));
  }
  void Log() {
    v1::SubmitRequest request;
    *request.add_submissions() = submission_;
    (void)world_.broker.Submit("FR.fiu", request, world_.now);
    submission_.set_number(submission_.number() + 1000);
  }
  // Why BR refused, in the order of its acknowledgements; "" for what it opened.
  std::vector<std::string> Answers() {
    world_.Settle({"FR.fiu"});
    std::vector<std::string> reasons;
    const v1::PullResponse mail = world_.broker.Pull("FR.fiu");
    for (const v1::Delivery& delivery : mail.deliveries()) {
      v1::Acknowledgement body;
      if (delivery.notice().type() != v1::NOTICE_TYPE_ACKNOWLEDGEMENT) continue;
      EXPECT_TRUE(body.ParseFromString(delivery.notice().statement().body()));
      reasons.push_back(body.refusal());
    }
    return reasons;
  }

  World world_;
  const crypto::SigningKey& own_ = world_.federation.agency("FR.fiu").record_signing;
  v1::Submission submission_;
};

TEST_F(SignerTest, WhatIsLoggedAfterItsKeyWasRevokedIsRefused) {
  Revoke();
  Log();
  EXPECT_THAT(Answers(), ElementsAre("key-not-valid-then"));
  EXPECT_THAT(world_.InboxOf("BR.fiu"), IsEmpty());
  EXPECT_THAT(world_.AlarmsOf("BR.fiu"), Contains("record-refused"));
}

TEST_F(SignerTest, WhatWasLoggedJustBeforeTheRevocationOpens) {
  Log();
  Revoke();
  EXPECT_THAT(Answers(), ElementsAre(""));
  EXPECT_EQ(world_.InboxOf("BR.fiu").size(), 1u);
}

// The header's own instant is the origin's word: a stolen key could write any.
TEST_F(SignerTest, WhatIsLoggedAfterItsKeysTimeIsRefusedHoweverItIsDated) {
  PublishOwnKey(world_.now + limits::kHourMs);
  SignAgain([](v1::RecordHeader&) {});
  world_.Advance(limits::kHourMs);
  Log();
  EXPECT_THAT(Answers(), ElementsAre("key-not-valid-then"));
}

TEST_F(SignerTest, AKeysTimeIsAskedAtTheEntryAndNotAtTheReadersClock) {
  PublishOwnKey(world_.now + limits::kHourMs);
  SignAgain([](v1::RecordHeader&) {});
  Log();
  world_.Advance(limits::kDayMs);
  EXPECT_THAT(Answers(), ElementsAre("bad-signature")) << "it does not open, the key was good";
}

TEST_F(SignerTest, KindsAndCasesWithoutMeaningAreRefused) {
  const std::set<v1::RecordKind> meant = {v1::RECORD_KIND_ALERT,       v1::RECORD_KIND_LEAD,
                                          v1::RECORD_KIND_REQUEST,     v1::RECORD_KIND_ANSWER,
                                          v1::RECORD_KIND_INFORMATION, v1::RECORD_KIND_ADVISORY,
                                          v1::RECORD_KIND_OUTCOME,     v1::RECORD_KIND_CONSENT};
  PublishOwnKey(world_.now + limits::kDayMs);
  std::vector<std::string> expected;
  for (int kind = v1::RecordKind_MIN + 1; kind <= v1::RecordKind_MAX; ++kind) {
    SignAgain([&](v1::RecordHeader& header) {
      header.set_kind(static_cast<v1::RecordKind>(kind));
      header.set_record_id(std::string(16, static_cast<char>(kind)));
    });
    Log();
    expected.push_back(meant.contains(static_cast<v1::RecordKind>(kind)) ? "bad-signature"
                                                                         : "malformed");
  }
  SignAgain([](v1::RecordHeader& header) {
    header.set_kind(v1::RECORD_KIND_INFORMATION);
    header.set_record_id(std::string(16, 'c'));
    header.set_case_id(std::string(16, 'c'));
    header.set_membership_number(1);
  });
  Log();
  expected.push_back("malformed");
  EXPECT_EQ(Answers(), expected);
  EXPECT_THAT(world_.InboxOf("BR.fiu"), IsEmpty());
}

}  // namespace
}  // namespace entente::node
