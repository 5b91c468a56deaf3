// What a recipient gets, and what it does not get.
#include "broker/delivery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/record/receive.h"
#include "core/record/record.h"
#include "core/record/statements.h"
#include "tests/support/broker_fixture.h"

namespace entente::broker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::pair<const char*, const char*> kAddress{"victim", "address"};

v1::Record RecordIn(const v1::Delivery& delivery) {
  v1::Record record;
  EXPECT_TRUE(record.ParseFromString(delivery.record()));
  return record;
}

std::string PullCheckpoint(const EngineFixture& f) { return f.engine->LatestCheckpoint().note; }

TEST(DeliveryTest, GivesTheRecordAndEvidenceThatVerify) {
  EngineFixture f;
  Lead lead = f.Seal({});
  auto index = f.Submit(f.Submission(lead, 1), "FR.fiu");
  ASSERT_TRUE(index.ok()) << index.status();
  auto deliveries = f.Fetch("BR.fiu");
  ASSERT_THAT(deliveries, SizeIs(1));
  EXPECT_EQ(deliveries[0].mailbox_seq(), 1u);
  EXPECT_EQ(deliveries[0].lane(), v1::LANE_BULK);
  EXPECT_EQ(deliveries[0].evidence().log_index(), *index);
  EXPECT_EQ(deliveries[0].record(), lead.bytes);
  EXPECT_FALSE(deliveries[0].has_withholding_note());
  v1::Part part = f.Verified(deliveries[0].evidence(), PullCheckpoint(f));
  EXPECT_EQ(part.reader(), "BR.fiu");
  EXPECT_EQ(part.acting_agency(), "FR.fiu");
  EXPECT_EQ(part.submission().record_hash(), ToString(lead.sealed.hash));
  EXPECT_EQ(part.submission().snapshot_number(), f.engine->view()->registry.snapshot_number());
  EXPECT_EQ(part.officer_pseudonym(), std::string(32, 'p'));
}

TEST(DeliveryTest, RemovesEveryOtherAccess) {
  EngineFixture f;
  ASSERT_TRUE(f.Send({.recipients = {"BR.fiu", "DE.fiu", "CH.fiu"}}, 1).ok());
  for (const char* agency : {"BR.fiu", "DE.fiu", "CH.fiu"}) {
    auto deliveries = f.Fetch(agency);
    ASSERT_THAT(deliveries, SizeIs(1));
    v1::Record record = RecordIn(deliveries[0]);
    ASSERT_THAT(record.access(), SizeIs(1));
    EXPECT_EQ(record.access(0).recipient(), agency);
    EXPECT_TRUE(record::ReadRecord(deliveries[0].record()).ok());
    v1::Part part = f.Verified(deliveries[0].evidence(), PullCheckpoint(f));
    ASSERT_THAT(part.submission().decisions(), SizeIs(1));
    EXPECT_EQ(part.submission().decisions(0).recipient(), agency);
  }
}

TEST(DeliveryTest, RefusedRecipientHasNoPartAndGetsNothing) {
  EngineFixture f;
  auto index = f.Send({.recipients = {"BR.fiu", "AE.fiu"}}, 1);
  ASSERT_TRUE(index.ok());
  EXPECT_THAT(f.Fetch("AE.fiu"), IsEmpty());
  EXPECT_THAT(f.Fetch("BR.fiu"), SizeIs(1));
  size_t parts = 0;
  for (const auto& [key, value] : f.Rows(kParts)) {
    if (ParsePartKey(key)->index != *index) continue;
    ++parts;
    v1::Part part;
    ASSERT_TRUE(part.ParseFromString(value.substr(32)));
    EXPECT_NE(part.reader(), "AE.fiu");
  }
  EXPECT_EQ(parts, 2u);
}

TEST(DeliveryTest, RefusalStandsInTheLogForTheOrigin) {
  EngineFixture f;
  auto index = f.Send({.recipients = {"AE.fiu"}}, 1);
  ASSERT_TRUE(index.ok());
  std::vector<Engine::Outcome> outcomes;
  outcomes.push_back({1, *index});
  auto answer = f.engine->AnswerSubmissions(f.Id("FR.fiu"), outcomes);
  ASSERT_TRUE(answer.ok()) << answer.status();
  v1::Part part = f.Verified(answer->results(0).committed(), answer->checkpoint());
  ASSERT_THAT(part.submission().decisions(), SizeIs(1));
  EXPECT_EQ(part.submission().decisions(0).verdict(), v1::VERDICT_REFUSE);
  EXPECT_EQ(part.submission().decisions(0).contact(), "Office of AE");
  EXPECT_THAT(f.Rows(kBodies), IsEmpty());
  EXPECT_THAT(f.Rows(kMailbox), IsEmpty());
}

TEST(DeliveryTest, WithheldSectionGoesWithItsWrapAndIsNamed) {
  EngineFixture f;
  Lead lead = f.Seal(
      {.recipients = {"BR.fiu", "CH.fiu"}, .sections = {{"suspect", "financial"}, kAddress}});
  ASSERT_TRUE(f.Submit(f.Submission(lead, 1), "FR.fiu").ok());
  auto full = f.Fetch("BR.fiu");
  ASSERT_THAT(full, SizeIs(1));
  EXPECT_THAT(RecordIn(full[0]).sections(), SizeIs(2));
  auto stripped = f.Fetch("CH.fiu");
  ASSERT_THAT(stripped, SizeIs(1));
  v1::Record record = RecordIn(stripped[0]);
  ASSERT_THAT(record.sections(), SizeIs(1));
  EXPECT_EQ(record.sections(0).section_id(), ToString(lead.sealed.sections[0]));
  ASSERT_THAT(record.access(0).wraps(), SizeIs(1));
  EXPECT_EQ(record.access(0).wraps(0).section_id(), ToString(lead.sealed.sections[0]));

  v1::Part part = f.Verified(stripped[0].evidence(), PullCheckpoint(f));
  ASSERT_TRUE(stripped[0].has_withholding_note());
  std::vector<SectionId> withheld = {lead.sealed.sections[1]};
  auto note = record::ReadWithholdingNote(
      f.federation.name(), stripped[0].withholding_note(),
      record::OnlyKey(crypto::KeyUse::kNote, f.federation.note_key().public_key()),
      {f.federation.log_origin(), lead.sealed.hash, "CH.fiu", stripped[0].evidence().log_index(),
       withheld});
  ASSERT_TRUE(note.ok()) << note.status();
  EXPECT_THAT(note->rules(), ElementsAre("FR-OUT-800"));
  EXPECT_EQ(part.submission().decisions(0).verdict(), v1::VERDICT_RELEASE_IN_PART);
}

TEST(DeliveryTest, WhatTheOriginKeptBackLeavesNoTrace) {
  EngineFixture f;
  Lead lead =
      f.Seal({.sections = {{"suspect", "financial"}, {"suspect", "identity"}}, .granted = {1}});
  ASSERT_TRUE(f.Submit(f.Submission(lead, 1), "FR.fiu").ok());
  auto deliveries = f.Fetch("BR.fiu");
  ASSERT_THAT(deliveries, SizeIs(1));
  v1::Record record = RecordIn(deliveries[0]);
  ASSERT_THAT(record.sections(), SizeIs(1));
  EXPECT_EQ(record.sections(0).section_id(), ToString(lead.sealed.sections[1]));
  EXPECT_FALSE(deliveries[0].has_withholding_note());
}

// The recipient opens what the broker stripped, by every check it makes of a record.
TEST(DeliveryTest, RecipientCanOpenTheStrippedRecord) {
  EngineFixture f;
  Lead lead = f.Seal(
      {.recipients = {"BR.fiu", "CH.fiu"}, .sections = {{"suspect", "financial"}, kAddress}});
  ASSERT_TRUE(f.Submit(f.Submission(lead, 1), "FR.fiu").ok());
  auto deliveries = f.Fetch("CH.fiu");
  ASSERT_THAT(deliveries, SizeIs(1));
  record::SigningKeyLookup keys = [&](const AgencyId& origin,
                                      const KeyId&) -> absl::StatusOr<crypto::PublicKey> {
    return f.federation.agency(origin.text()).record_signing.public_key();
  };
  record::DeliveryContext context{f.federation.name(), f.now, f.now, keys, nullptr};
  auto record = record::CheckDelivered(deliveries[0].record(), context);
  ASSERT_TRUE(record.ok()) << record.status();
  const crypto::AgreementKey& own = f.federation.agency("CH.fiu").delivery[0];
  auto opened = record::OpenDelivered(
      *record, f.federation.name(), f.Id("CH.fiu"),
      [&](const KeyId&) -> const crypto::AgreementKey* { return &own; },
      std::span(&lead.sealed.sections[1], 1));
  ASSERT_TRUE(opened.ok()) << opened.status();
  ASSERT_THAT(opened->sections, SizeIs(1));
  EXPECT_EQ(opened->sections[0].content.lead_answer().reason(), "About financial");
}

// AE's inbound rules are its own affair: nobody else's part names them.
TEST(DeliveryTest, SecretRulesOfAnotherStateAreInNoPart) {
  testing::FederationOptions options;
  std::string secret = testing::DefaultPolicy("AE");
  secret +=
      "\n[[inbound.forbid]]\nid    = \"AE-IN-666\"\ntitle = \"Nothing about suspects\"\n"
      "law   = \"Test act art. 3\"\nabout = [\"suspect\"]\n";
  options.policies["AE"] = secret;
  EngineFixture f(options);
  auto index = f.Send({.recipients = {"AE.fiu", "BR.fiu"}}, 1);
  ASSERT_TRUE(index.ok()) << index.status();
  for (const auto& [key, value] : f.Rows(kParts)) {
    EXPECT_EQ(value.find("AE-IN-666"), std::string::npos);
  }
}

TEST(DeliveryTest, UrgentComesFirstInItsOwnLane) {
  EngineFixture f;
  ASSERT_TRUE(f.Send({.urgency = v1::URGENCY_BULK}, 1).ok());
  ASSERT_TRUE(f.Send({.urgency = v1::URGENCY_NORMAL}, 2).ok());
  ASSERT_TRUE(f.Send({.urgency = v1::URGENCY_URGENT}, 3).ok());
  auto deliveries = f.Fetch("BR.fiu");
  ASSERT_THAT(deliveries, SizeIs(3));
  EXPECT_EQ(deliveries[0].lane(), v1::LANE_URGENT);
  EXPECT_EQ(deliveries[0].mailbox_seq(), 1u);
  EXPECT_EQ(deliveries[1].lane(), v1::LANE_BULK);
  EXPECT_EQ(deliveries[1].mailbox_seq(), 1u);
  EXPECT_EQ(deliveries[2].mailbox_seq(), 2u);
}

TEST(DeliveryTest, FetchKeepsToItsMaximumAndGoesOnAfterIt) {
  EngineFixture f;
  for (uint64_t i = 1; i <= 5; ++i) ASSERT_TRUE(f.Send({}, i).ok());
  auto first = f.engine->Fetch(f.Id("BR.fiu"), {}, 2, f.now);
  ASSERT_TRUE(first.ok());
  EXPECT_THAT(first->deliveries(), SizeIs(2));
  auto rest = f.engine->Fetch(f.Id("BR.fiu"), {.urgent = 0, .bulk = 2}, 64, f.now);
  ASSERT_TRUE(rest.ok());
  EXPECT_THAT(rest->deliveries(), SizeIs(3));
  EXPECT_EQ(rest->deliveries(0).mailbox_seq(), 3u);
}

TEST(StripRecordTest, RecipientWithoutAccessIsAFault) {
  EXPECT_EQ(StripRecord({}, "BR.fiu", {}).status().code(), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace entente::broker
