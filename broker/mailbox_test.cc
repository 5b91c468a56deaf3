// Acknowledgements and expiry: what leaves a mailbox, and what the log says of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/refusal.h"
#include "core/record/record.h"
#include "core/record/statements.h"
#include "tests/support/broker_fixture.h"

namespace entente::broker {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class MailboxTest : public ::testing::Test {
 protected:
  std::string ReasonOf(const v1::PullAcknowledge& acknowledge, std::string_view agency = "BR.fiu") {
    auto refusal = RefusalOf(f.Take(agency, acknowledge));
    return refusal ? ReasonText(*refusal) : "OK";
  }
  // The first acknowledgement, changed and signed again by `agency`.
  v1::PullAcknowledge Changed(v1::PullAcknowledge acknowledge, auto change,
                              std::string_view agency = "BR.fiu") {
    v1::Acknowledgement body;
    body.ParseFromString(acknowledge.acknowledgements(0).body());
    change(body);
    *acknowledge.mutable_acknowledgements(0) = record::SignBody(
        f.federation.name(), body,
        {{f.federation.agency(agency).acknowledgement, crypto::KeyUse::kAcknowledgement}});
    return acknowledge;
  }
  // One lead for BR, and its acknowledgement.
  v1::PullAcknowledge OneToTake() {
    EXPECT_TRUE(f.Send({}, 1).ok());
    return f.Acknowledge("BR.fiu", f.Fetch("BR.fiu"));
  }
  size_t Expire() {
    auto commands = f.engine->Expired(f.now, 100, f.random);
    EXPECT_TRUE(commands.ok()) << commands.status();
    auto result = f.engine->Commit(*commands);
    EXPECT_TRUE(result.ok()) << result.status();
    for (const auto& applied : result->applied) EXPECT_TRUE(applied.ok()) << applied.status();
    return commands->size();
  }

  EngineFixture f;
};

TEST_F(MailboxTest, WhatIsNotAcknowledgedComesAgain) {
  ASSERT_TRUE(f.Send({}, 1).ok());
  EXPECT_THAT(f.Fetch("BR.fiu"), SizeIs(1));
  EXPECT_THAT(f.Fetch("BR.fiu"), SizeIs(1));
  ASSERT_TRUE(f.Reopen().ok());
  EXPECT_THAT(f.Fetch("BR.fiu"), SizeIs(1));
}

TEST_F(MailboxTest, AcknowledgingEmptiesTheMailboxAndDropsTheBody) {
  auto acknowledge = OneToTake();
  ASSERT_THAT(f.Rows(kBodies), SizeIs(1));
  ASSERT_EQ(ReasonOf(acknowledge), "OK");
  EXPECT_THAT(f.Fetch("BR.fiu"), IsEmpty());
  EXPECT_EQ(f.engine->Acknowledged(f.Id("BR.fiu")).bulk, 1u);
  // What is left is the acknowledgement, for FR.
  ASSERT_THAT(f.Rows(kBodies), SizeIs(1));
  f.TakeAll("FR.fiu");
  EXPECT_THAT(f.Rows(kBodies), IsEmpty());
  EXPECT_THAT(f.Rows(kMailbox), IsEmpty());
  EXPECT_EQ(f.Findings(), "");
}

TEST_F(MailboxTest, TheOriginGetsTheSignedAcknowledgementWithEvidence) {
  auto acknowledge = OneToTake();
  ASSERT_EQ(ReasonOf(acknowledge), "OK");
  auto deliveries = f.Fetch("FR.fiu");
  ASSERT_THAT(deliveries, SizeIs(1));
  EXPECT_EQ(deliveries[0].notice().type(), v1::NOTICE_TYPE_ACKNOWLEDGEMENT);
  EXPECT_EQ(deliveries[0].notice().statement().SerializeAsString(),
            acknowledge.acknowledgements(0).SerializeAsString());
  v1::Part part = f.Verified(deliveries[0].evidence(), f.engine->LatestCheckpoint().note);
  EXPECT_EQ(part.reader(), "FR.fiu");
  EXPECT_EQ(part.acknowledgement().recipient(), "BR.fiu");
  EXPECT_THAT(part.acknowledgement().record_hashes(), SizeIs(1));
}

// Two entries of two acknowledgements each, between them a record, all fetched at once.
TEST_F(MailboxTest, EachAcknowledgementComesWithTheEvidenceOfItsOwnEntry) {
  std::vector<std::string> acknowledged;
  for (uint64_t number : {1, 3}) {
    ASSERT_TRUE(f.Send({}, number).ok());
    ASSERT_TRUE(f.Send({}, number + 1).ok());
    auto mail = f.Fetch("BR.fiu");
    ASSERT_THAT(mail, SizeIs(2));
    ASSERT_EQ(ReasonOf(f.Acknowledge("BR.fiu", mail)), "OK");
    ASSERT_TRUE(f.Send({.origin = "DE.fiu", .recipients = {"FR.fiu"}}, number).ok());
    for (const v1::Delivery& delivery : mail) {
      acknowledged.push_back(ToString(record::ReadRecord(delivery.record())->hash));
    }
  }
  auto back = f.Fetch("FR.fiu");
  ASSERT_THAT(back, SizeIs(6));
  const std::string checkpoint = f.engine->LatestCheckpoint().note;
  std::vector<std::string> told;
  for (const v1::Delivery& delivery : back) {
    v1::Part part = f.Verified(delivery.evidence(), checkpoint);
    if (!delivery.has_notice()) {
      EXPECT_EQ(part.submission().origin(), "DE.fiu");
      continue;
    }
    v1::Acknowledgement body;
    ASSERT_TRUE(body.ParseFromString(delivery.notice().statement().body()));
    told.push_back(body.record_hash());
    EXPECT_THAT(part.acknowledgement().record_hashes(), ::testing::Contains(body.record_hash()));
  }
  EXPECT_EQ(told, acknowledged);
}

TEST_F(MailboxTest, BodyStaysUntilTheLastRecipientHasTakenIt) {
  ASSERT_TRUE(f.Send({.recipients = {"BR.fiu", "DE.fiu"}}, 1).ok());
  f.TakeAll("BR.fiu");
  EXPECT_THAT(f.Fetch("DE.fiu"), SizeIs(1));
  ASSERT_TRUE(f.Reopen().ok());  // the count is made again from the mailboxes
  EXPECT_THAT(f.Fetch("DE.fiu"), SizeIs(1));
  f.TakeAll("DE.fiu");
  f.TakeAll("FR.fiu");
  EXPECT_THAT(f.Rows(kBodies), IsEmpty());
}

TEST_F(MailboxTest, ManyOriginsInOneRangeAreOneEntry) {
  ASSERT_TRUE(f.Send({}, 1).ok());
  ASSERT_TRUE(f.Send({.origin = "DE.fiu"}, 1).ok());
  ASSERT_TRUE(f.Send({}, 2).ok());
  uint64_t before = f.engine->LatestCheckpoint().head.size;
  ASSERT_EQ(ReasonOf(f.Acknowledge("BR.fiu", f.Fetch("BR.fiu"))), "OK");
  EXPECT_EQ(f.engine->LatestCheckpoint().head.size, before + 1);
  EXPECT_THAT(f.Fetch("FR.fiu"), SizeIs(2));
  auto for_de = f.Fetch("DE.fiu");
  ASSERT_THAT(for_de, SizeIs(1));
  v1::Part part = f.Verified(for_de[0].evidence(), f.engine->LatestCheckpoint().note);
  EXPECT_THAT(part.acknowledgement().record_hashes(), SizeIs(1));
}

TEST_F(MailboxTest, AcknowledgingAgainDoesNothing) {
  auto acknowledge = OneToTake();
  ASSERT_EQ(ReasonOf(acknowledge), "OK");
  uint64_t size = f.engine->LatestCheckpoint().head.size;
  EXPECT_EQ(ReasonOf(acknowledge), "OK");
  EXPECT_EQ(f.engine->LatestCheckpoint().head.size, size);
}

TEST_F(MailboxTest, SameAcknowledgementTwiceInOneCommit) {
  auto acknowledge = OneToTake();
  std::vector<Command> commands;
  for (int i = 0; i < 2; ++i) {
    auto command = f.engine->AdmitAcknowledgement(acknowledge, f.Id("BR.fiu"), f.now, f.random);
    ASSERT_TRUE(command.ok() && *command);
    commands.push_back(**std::move(command));
  }
  auto result = f.engine->Commit(commands);
  ASSERT_TRUE(result.ok());
  EXPECT_FALSE(result->applied[0]->repeated);
  EXPECT_TRUE(result->applied[1]->repeated);
  EXPECT_THAT(f.Fetch("FR.fiu"), SizeIs(1));
}

TEST_F(MailboxTest, RefusalOfTheRecipientIsForwardedToo) {
  auto acknowledge = Changed(OneToTake(), [](v1::Acknowledgement& body) {
    body.set_opened(false);
    body.set_refusal("policy-refused");
    body.set_pair_seq(0);
  });
  EXPECT_EQ(ReasonOf(acknowledge), "OK");
  EXPECT_THAT(f.Fetch("FR.fiu"), SizeIs(1));
}

TEST_F(MailboxTest, NothingIsHandedToASuspendedAgency) {
  auto acknowledge = OneToTake();
  f.Suspend("BR.fiu");
  EXPECT_TRUE(
      IsRefusal(f.engine->Fetch(f.Id("BR.fiu"), {}, 64, f.now).status(), Reason::kAgencySuspended));
  EXPECT_EQ(ReasonOf(acknowledge), "agency-suspended");
  EXPECT_EQ(f.engine->UsageOf(f.Id("BR.fiu")).waiting, 1u);
}

TEST_F(MailboxTest, NothingIsHandedOutWhenTheAdmissionIsOver) {
  ASSERT_TRUE(f.Send({}, 1).ok());
  const uint64_t until = static_cast<uint64_t>((f.now + limits::kHourMs).ms);
  v1::AgencyStatement body;
  body.set_agency("BR.fiu");
  body.set_state(v1::AgencyStatement::SUSPENDED);
  body.set_kind("fiu");
  body.set_name("FIU of BR");
  body.set_from_ms(until);
  body.set_number(2);
  const auto& authority = f.federation.jurisdiction("BR").authority;
  ledger::Publication suspension{
      .kind = v1::ENTRY_KIND_AGENCY,
      .statement =
          record::SignBody(f.federation.name(), body, {{authority, crypto::KeyUse::kAuthority}}),
      .text = {}};
  ASSERT_TRUE(f.Publish(suspension).ok());
  const auto fetch = [&] { return f.engine->Fetch(f.Id("BR.fiu"), {}, 64, f.now).status(); };
  EXPECT_TRUE(fetch().ok());
  f.now = f.now + limits::kHourMs;  // and no entry since
  EXPECT_TRUE(IsRefusal(fetch(), Reason::kAgencySuspended)) << fetch();
}

// ---- what is no acknowledgement

TEST_F(MailboxTest, RangeBeyondTheLane) {
  auto acknowledge = OneToTake();
  acknowledge.set_through_seq(2);
  EXPECT_EQ(ReasonOf(acknowledge), "malformed");
  acknowledge.set_lane(v1::LANE_UNSPECIFIED);
  EXPECT_EQ(ReasonOf(acknowledge), "malformed");
}

TEST_F(MailboxTest, RecordWithoutItsAcknowledgement) {
  auto acknowledge = OneToTake();
  acknowledge.clear_acknowledgements();
  EXPECT_EQ(ReasonOf(acknowledge), "proof-bad");
  EXPECT_THAT(f.Fetch("BR.fiu"), SizeIs(1));
}

TEST_F(MailboxTest, AcknowledgementOfWhatIsNotInTheRange) {
  ASSERT_TRUE(f.Send({}, 1).ok());
  ASSERT_TRUE(f.Send({}, 2).ok());
  auto acknowledge = f.Acknowledge("BR.fiu", f.Fetch("BR.fiu"));
  acknowledge.set_through_seq(1);
  EXPECT_EQ(ReasonOf(acknowledge), "proof-bad");
}

TEST_F(MailboxTest, AcknowledgementTwice) {
  auto acknowledge = OneToTake();
  *acknowledge.add_acknowledgements() = acknowledge.acknowledgements(0);
  EXPECT_EQ(ReasonOf(acknowledge), "proof-bad");
}

TEST_F(MailboxTest, AcknowledgementOfAnotherRecord) {
  auto acknowledge = OneToTake();
  EXPECT_EQ(ReasonOf(Changed(acknowledge,
                             [](auto& body) { body.set_record_hash(std::string(32, 'h')); })),
            "proof-bad");
  EXPECT_EQ(ReasonOf(Changed(acknowledge, [](auto& body) { body.set_origin("DE.fiu"); })),
            "proof-bad");
  EXPECT_EQ(
      ReasonOf(Changed(acknowledge, [](auto& body) { body.set_log_origin("entente.test/log/b"); })),
      "proof-bad");
}

TEST_F(MailboxTest, ForgedAcknowledgement) {
  auto acknowledge = OneToTake();
  EXPECT_EQ(ReasonOf(Changed(
                acknowledge, [](auto&) {}, "DE.fiu")),
            "key-unknown");
  auto forged = acknowledge;
  forged.mutable_acknowledgements(0)->mutable_signatures(0)->set_ed25519(std::string(64, 's'));
  EXPECT_EQ(ReasonOf(forged), "bad-signature");
  EXPECT_EQ(ReasonOf(Changed(acknowledge, [](auto& body) { body.set_recipient("DE.fiu"); })),
            "wrong-agency");
  EXPECT_EQ(ReasonOf(acknowledge), "OK");
}

TEST_F(MailboxTest, AcknowledgementOfAnotherAgencysMailbox) {
  auto acknowledge = OneToTake();
  EXPECT_EQ(ReasonOf(acknowledge, "DE.fiu"), "malformed");
  EXPECT_EQ(ReasonOf(acknowledge, "FR.nobody"), "wrong-agency");
}

TEST_F(MailboxTest, AcknowledgementFromTheFuture) {
  auto acknowledge = OneToTake();
  EXPECT_EQ(ReasonOf(Changed(acknowledge,
                             [](auto& body) {
                               body.set_instant_ms(body.instant_ms() + 6 * limits::kMinuteMs);
                             })),
            "future-dated");
}

TEST_F(MailboxTest, MoreAcknowledgementsThanABatch) {
  auto acknowledge = OneToTake();
  for (size_t i = 0; i < limits::kBatchRecords; ++i) {
    *acknowledge.add_acknowledgements() = acknowledge.acknowledgements(0);
  }
  EXPECT_EQ(ReasonOf(acknowledge), "too-large");
}

// ---- expiry

TEST_F(MailboxTest, NothingExpiresBeforeItsTime) {
  ASSERT_TRUE(f.Send({}, 1).ok());
  f.now = f.now + limits::kQueueMs - 1;
  EXPECT_EQ(Expire(), 0u);
  EXPECT_THAT(f.Fetch("BR.fiu"), SizeIs(1));
}

TEST_F(MailboxTest, ThirtyDaysInTheQueueAreTheEnd) {
  ASSERT_TRUE(f.Send({}, 1).ok());
  f.now = f.now + limits::kQueueMs;
  EXPECT_EQ(Expire(), 1u);
  EXPECT_THAT(f.Fetch("BR.fiu"), IsEmpty());
  EXPECT_THAT(f.Rows(kBodies), IsEmpty());
  EXPECT_EQ(f.engine->UsageOf(f.Id("FR.fiu")).records, 0u);
  EXPECT_EQ(Expire(), 0u);
  EXPECT_EQ(f.Findings(), "");
}

TEST_F(MailboxTest, ExpiryIsLoggedForOriginAndRecipient) {
  Lead lead = f.Seal({.lives_ms = limits::kHourMs});
  ASSERT_TRUE(f.Submit(f.Submission(lead, 1), "FR.fiu").ok());
  f.now = f.now + limits::kHourMs;
  ASSERT_EQ(Expire(), 1u);
  uint64_t index = f.engine->LatestCheckpoint().head.size - 1;
  std::vector<std::string> readers;
  for (const auto& [key, value] : f.Rows(kParts)) {
    if (ParsePartKey(key)->index != index) continue;
    v1::Part part;
    ASSERT_TRUE(part.ParseFromString(value.substr(32)));
    readers.push_back(part.reader());
    EXPECT_EQ(part.expiry().record_hash(), ToString(lead.sealed.hash));
    EXPECT_EQ(part.expiry().recipient(), "BR.fiu");
  }
  EXPECT_THAT(readers, ::testing::ElementsAre("FR.fiu", "BR.fiu"));
}

TEST_F(MailboxTest, OthersGoOnAroundAnExpiredRecord) {
  ASSERT_TRUE(f.Send({}, 1).ok());
  ASSERT_TRUE(f.Send({.lives_ms = limits::kHourMs}, 2).ok());
  ASSERT_TRUE(f.Send({}, 3).ok());
  f.now = f.now + limits::kHourMs;
  ASSERT_EQ(Expire(), 1u);
  auto deliveries = f.Fetch("BR.fiu");
  ASSERT_THAT(deliveries, SizeIs(2));
  EXPECT_EQ(deliveries[0].mailbox_seq(), 1u);
  EXPECT_EQ(deliveries[1].mailbox_seq(), 3u);
  ASSERT_TRUE(f.Reopen().ok());
  f.TakeAll("BR.fiu");
  EXPECT_EQ(f.engine->Acknowledged(f.Id("BR.fiu")).bulk, 3u);
  f.TakeAll("FR.fiu");
  EXPECT_THAT(f.Rows(kBodies), IsEmpty());
  EXPECT_EQ(f.Findings(), "");
}

// It was delivered, then expired, then its acknowledgement came: the origin still hears of it.
TEST_F(MailboxTest, AcknowledgementAfterExpiryIsTaken) {
  ASSERT_TRUE(f.Send({.lives_ms = limits::kHourMs}, 1).ok());
  auto acknowledge = f.Acknowledge("BR.fiu", f.Fetch("BR.fiu"));
  f.now = f.now + limits::kHourMs;
  ASSERT_EQ(Expire(), 1u);
  EXPECT_EQ(ReasonOf(acknowledge), "OK");
  EXPECT_THAT(f.Fetch("FR.fiu"), SizeIs(1));
}

TEST_F(MailboxTest, ExpiredAndTakenInOneCommit) {
  ASSERT_TRUE(f.Send({.lives_ms = limits::kHourMs}, 1).ok());
  auto acknowledge = f.Acknowledge("BR.fiu", f.Fetch("BR.fiu"));
  f.now = f.now + limits::kHourMs;
  auto commands = f.engine->Expired(f.now, 100, f.random);
  auto taken = f.engine->AdmitAcknowledgement(acknowledge, f.Id("BR.fiu"), f.now, f.random);
  ASSERT_TRUE(commands.ok() && taken.ok() && *taken);
  commands->insert(commands->begin(), **std::move(taken));
  auto result = f.engine->Commit(*commands);
  ASSERT_TRUE(result.ok());
  EXPECT_FALSE(result->applied[0]->repeated);
  EXPECT_TRUE(result->applied[1]->repeated);
  EXPECT_EQ(f.Findings(), "");
}

// ---- quotas

TEST(QuotaTest, RecordsOfOneOriginAreBounded) {
  EngineFixture f({}, true, {.records_queued = 2});
  ASSERT_TRUE(f.Send({}, 1).ok());
  ASSERT_TRUE(f.Send({}, 2).ok());
  EXPECT_TRUE(IsRefusal(f.Send({}, 3).status(), Reason::kQuota));
  EXPECT_TRUE(f.Send({.origin = "DE.fiu"}, 1).ok());
  ASSERT_TRUE(f.Reopen().ok());
  EXPECT_TRUE(IsRefusal(f.Send({}, 3).status(), Reason::kQuota));
  f.TakeAll("BR.fiu");
  EXPECT_TRUE(f.Send({}, 3).ok());
}

TEST(QuotaTest, BytesOfOneOriginAreBounded) {
  EngineFixture f({}, true, {.bytes_queued = 4000});
  ASSERT_TRUE(f.Send({}, 1).ok());
  ASSERT_TRUE(f.Send({}, 2).ok());
  EXPECT_TRUE(IsRefusal(f.Send({.sections = std::vector<std::pair<std::string, std::string>>(
                                    4, {"suspect", "financial"})},
                               3)
                            .status(),
                        Reason::kQuota));
}

TEST(QuotaTest, MailboxOfOneRecipientIsBounded) {
  EngineFixture f({}, true, {.mailbox_records = 1});
  ASSERT_TRUE(f.Send({}, 1).ok());
  EXPECT_TRUE(IsRefusal(f.Send({.origin = "DE.fiu"}, 1).status(), Reason::kQuota));
  EXPECT_TRUE(f.Send({.recipients = {"DE.fiu"}}, 2).ok());
}

TEST(QuotaTest, RefusedRecipientsDoNotCount) {
  EngineFixture f({}, true, {.records_queued = 0});
  EXPECT_TRUE(f.Send({.recipients = {"AE.fiu"}}, 1).ok());
}

TEST(QuotaTest, CountsFollowTheMailboxes) {
  EngineFixture f;
  Lead lead = f.Seal({.recipients = {"BR.fiu", "DE.fiu"}});
  ASSERT_TRUE(f.Submit(f.Submission(lead, 1), "FR.fiu").ok());
  EXPECT_EQ(f.engine->UsageOf(f.Id("FR.fiu")).records, 1u);
  EXPECT_EQ(f.engine->UsageOf(f.Id("FR.fiu")).bytes, lead.bytes.size());
  EXPECT_EQ(f.engine->UsageOf(f.Id("BR.fiu")).waiting, 1u);
  f.TakeAll("BR.fiu");
  EXPECT_EQ(f.engine->UsageOf(f.Id("FR.fiu")).records, 1u);
  EXPECT_EQ(f.engine->UsageOf(f.Id("FR.fiu")).waiting_notices, 1u);  // the acknowledgement
  f.TakeAll("DE.fiu");
  EXPECT_EQ(f.engine->UsageOf(f.Id("FR.fiu")).records, 0u);
  EXPECT_EQ(f.engine->UsageOf(f.Id("FR.fiu")).bytes, 0u);
}

}  // namespace
}  // namespace entente::broker
