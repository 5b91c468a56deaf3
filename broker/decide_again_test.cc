// The state changes while a record waits: it is decided again before it leaves.
#include "broker/decide_again.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/refusal.h"
#include "core/ledger/parts.h"
#include "core/record/record.h"
#include "core/record/statements.h"
#include "tests/support/broker_fixture.h"

namespace entente::broker {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string With(std::string text, std::string_view old, std::string_view now) {
  const size_t at = text.find(old);
  EXPECT_NE(at, std::string::npos) << old;
  return at == std::string::npos ? text : text.replace(at, old.size(), now);
}

// Where a victim lives stays away from Brazil too.
std::string Narrower(uint64_t version) {
  return With(testing::DefaultPolicy("FR", version), R"(["CH"])", R"(["BR", "CH"])");
}

std::string Stricter(uint64_t version) {
  return With(testing::DefaultPolicy("FR", version), "delete-after:P1Y", "delete-after:P30D");
}

// Brazil takes nothing any more.
std::string Closed(uint64_t version) {
  std::string text = testing::DefaultPolicy("BR", version);
  return text.substr(0, text.find("\n[[inbound.allow]]"));
}

const LeadDraft kTwoSections{.sections = {{"suspect", "financial"}, {"victim", "address"}}};

class DecideAgainTest : public ::testing::Test {
 protected:
  explicit DecideAgainTest(testing::FederationOptions options = {}) : f(std::move(options)) {}

  void Publish(std::string_view jurisdiction, uint64_t version, std::string text) {
    auto index = f.Publish(f.federation.SignPolicy(jurisdiction, version, std::move(text)));
    ASSERT_TRUE(index.ok()) << index.status();
  }
  uint64_t size() const { return f.engine->LatestCheckpoint().head.size; }
  // The one delivery that waits for Brazil.
  v1::Delivery Only() {
    auto mail = f.Fetch("BR.fiu");
    EXPECT_THAT(mail, SizeIs(1));
    return mail.empty() ? v1::Delivery() : mail[0];
  }
  v1::DecisionAgainPart Again(const v1::Evidence& evidence) {
    return f.Verified(evidence, f.engine->LatestCheckpoint().note).again();
  }
  static v1::RecipientDecision DecisionOf(const v1::DecisionAgainPart& again) {
    return again.decided().decisions_size() == 1 ? again.decided().decisions(0)
                                                 : v1::RecipientDecision();
  }
  static int Sections(const v1::Delivery& delivery) {
    auto record = record::ReadRecord(delivery.record());
    EXPECT_TRUE(record.ok()) << record.status();
    return record.ok() ? static_cast<int>(record->sections.size()) : -1;
  }

  EngineFixture f;
};

TEST_F(DecideAgainTest, WhatDidNotWaitIsDecidedOnce) {
  ASSERT_TRUE(f.Send(kTwoSections, 1).ok());
  const uint64_t before = size();
  EXPECT_FALSE(Only().has_again());
  EXPECT_EQ(size(), before);
}

TEST_F(DecideAgainTest, NothingLeavesBeforeTheNewDecisionIsInTheLog) {
  ASSERT_TRUE(f.Send(kTwoSections, 1).ok());
  Publish("FR", 2, Narrower(2));
  auto mail = f.engine->Fetch(f.Id("BR.fiu"), {}, 64, f.now);
  ASSERT_TRUE(mail.ok());
  EXPECT_THAT(mail->deliveries(), IsEmpty());
}

TEST_F(DecideAgainTest, NarrowerPolicyWithholdsMore) {
  auto first = f.Send(kTwoSections, 1);
  ASSERT_TRUE(first.ok());
  Publish("FR", 2, Narrower(2));
  const v1::Delivery delivery = Only();
  EXPECT_EQ(delivery.evidence().log_index(), *first);
  ASSERT_TRUE(delivery.has_again());
  const v1::DecisionAgainPart again = Again(delivery.again());
  EXPECT_EQ(again.first_index(), *first);
  EXPECT_EQ(again.decided().snapshot_number(), f.engine->view()->registry.snapshot_number());
  EXPECT_EQ(DecisionOf(again).verdict(), v1::VERDICT_RELEASE_IN_PART);
  EXPECT_THAT(DecisionOf(again).withheld(), SizeIs(1));
  EXPECT_EQ(Sections(delivery), 1);
  v1::WithholdingNote note;
  ASSERT_TRUE(note.ParseFromString(delivery.withholding_note().body()));
  EXPECT_EQ(note.log_index(), delivery.again().log_index());
  EXPECT_THAT(note.rules(), ElementsAre("FR-OUT-800"));
  EXPECT_EQ(f.Findings(), "");
}

TEST_F(DecideAgainTest, AStricterObligationIsAdded) {
  ASSERT_TRUE(f.Send({}, 1).ok());
  Publish("FR", 2, Stricter(2));
  EXPECT_THAT(DecisionOf(Again(Only().again())).obligations(),
              ::testing::IsSupersetOf({"delete-after:P30D", "use-only-for-stated-purpose"}));
}

TEST_F(DecideAgainTest, LogsThatItStands) {
  ASSERT_TRUE(f.Send({}, 1).ok());
  Publish("DE", 2, testing::DefaultPolicy("DE", 2));
  const uint64_t before = size();
  const v1::Delivery delivery = Only();
  EXPECT_EQ(size(), before + 1);
  EXPECT_EQ(DecisionOf(Again(delivery.again())).verdict(), v1::VERDICT_RELEASE);
  EXPECT_TRUE(delivery.has_record());
  EXPECT_EQ(Only().SerializeAsString(), delivery.SerializeAsString()) << "and once";
}

TEST_F(DecideAgainTest, TwiceWhileTheRecipientIsAwayIsOneDecisionUnderTheNewest) {
  ASSERT_TRUE(f.Send(kTwoSections, 1).ok());
  Publish("FR", 2, Narrower(2));
  Publish("FR", 3, Stricter(3));
  const auto decision = DecisionOf(Again(Only().again()));
  EXPECT_THAT(decision.withheld(), IsEmpty()) << "nobody ever decided under version 2";
  EXPECT_THAT(decision.obligations(), Contains("delete-after:P30D"));
}

TEST_F(DecideAgainTest, EachIsHeldAgainstTheOneBeforeAndOnlyTheNewestIsDelivered) {
  ASSERT_TRUE(f.Send(kTwoSections, 1).ok());
  Publish("FR", 2, Narrower(2));
  const v1::Delivery second = Only();  // and not acknowledged
  Publish("FR", 3, Stricter(3));
  const v1::Delivery third = Only();
  EXPECT_GT(third.again().log_index(), second.again().log_index());
  const auto decision = DecisionOf(Again(third.again()));
  EXPECT_THAT(decision.withheld(), SizeIs(1)) << "it may be gone";
  EXPECT_THAT(decision.rules(), Contains("FR-OUT-800"));
  EXPECT_THAT(decision.obligations(), Contains("delete-after:P30D"));
  EXPECT_EQ(f.Findings(), "");
}

TEST_F(DecideAgainTest, KeysAndCalendarsAreNoReason) {
  ASSERT_TRUE(f.Send({}, 1).ok());
  v1::KeyStatement keys;
  keys.set_owner("DE.fiu");
  keys.add_format_versions(1);
  keys.add_format_versions(2);
  keys.set_instant_ms(static_cast<uint64_t>(f.now.ms));
  ASSERT_TRUE(f.Publish(f.federation.SignKeys("DE.fiu", keys)).ok());
  const uint64_t before = size();
  EXPECT_FALSE(Only().has_again());
  EXPECT_EQ(size(), before);
}

TEST_F(DecideAgainTest, NoticesAreNotDecidedAgain) {
  v1::GapNote note;
  note.set_log_origin(f.federation.log_origin());
  note.set_origin("FR.fiu");
  note.set_recipient("BR.fiu");
  note.set_lane(v1::LANE_BULK);
  note.set_pair_seq(1);
  ASSERT_TRUE(f.Submit(GapSubmission(f, "FR.fiu", note, 1), "FR.fiu").ok());
  Publish("BR", 2, Closed(2));
  EXPECT_TRUE(Only().has_notice());
}

TEST_F(DecideAgainTest, WhatIsAcknowledgedIsNotJudgedAgain) {
  ASSERT_TRUE(f.Send({}, 1).ok());
  f.TakeAll("BR.fiu");
  Publish("BR", 2, Closed(2));
  const uint64_t before = size();
  EXPECT_THAT(f.Fetch("BR.fiu"), IsEmpty());
  EXPECT_EQ(size(), before);
}

// ---- refused

TEST_F(DecideAgainTest, RefusedAtReleaseLeavesNothingButWhatTheLogSays) {
  auto first = f.Send({}, 1);
  ASSERT_TRUE(first.ok());
  Publish("BR", 2, Closed(2));
  const v1::Delivery delivery = Only();
  EXPECT_EQ(delivery.item_case(), v1::Delivery::ITEM_NOT_SET);
  EXPECT_EQ(delivery.evidence().log_index(), *first);
  EXPECT_EQ(DecisionOf(Again(delivery.again())).verdict(), v1::VERDICT_REFUSE);
  EXPECT_THAT(DecisionOf(Again(delivery.again())).obligations(), IsEmpty());
  EXPECT_EQ(f.engine->UsageOf(f.Id("FR.fiu")).records, 0u);
  EXPECT_EQ(f.engine->UsageOf(f.Id("BR.fiu")).waiting, 0u);
  EXPECT_EQ(f.Findings(), "");
  Publish("BR", 3, testing::DefaultPolicy("BR", 3));
  EXPECT_FALSE(Only().has_record()) << "a refusal stays";
}

TEST_F(DecideAgainTest, TheOriginIsToldInTheLaneOfTheRecord) {
  ASSERT_TRUE(f.Send({.urgency = v1::URGENCY_URGENT}, 1).ok());
  Publish("BR", 2, Closed(2));
  f.Fetch("BR.fiu");
  const auto told = f.Fetch("FR.fiu");
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_EQ(told[0].item_case(), v1::Delivery::ITEM_NOT_SET);
  EXPECT_EQ(told[0].lane(), v1::LANE_URGENT);
  EXPECT_FALSE(told[0].has_again());
  const auto decision = DecisionOf(Again(told[0].evidence()));
  EXPECT_EQ(decision.verdict(), v1::VERDICT_REFUSE);
  EXPECT_EQ(decision.contact(), "Office of BR") << "the rules of Brazil are not its to see";
  f.TakeAll("FR.fiu");
  EXPECT_EQ(f.Findings(), "");
}

TEST_F(DecideAgainTest, ARangeOverWhatWasRefusedIsAcknowledged) {
  ASSERT_TRUE(f.Send({}, 1).ok());
  Publish("BR", 2, Closed(2));
  f.Fetch("BR.fiu");
  Publish("BR", 3, testing::DefaultPolicy("BR", 3));
  ASSERT_TRUE(f.Send({}, 2).ok());
  f.TakeAll("BR.fiu");
  EXPECT_THAT(f.Fetch("BR.fiu"), IsEmpty());
  EXPECT_EQ(f.Findings(), "");
}

TEST_F(DecideAgainTest, RefusedToOneIsStillDeliveredToTheOther) {
  ASSERT_TRUE(f.Send({.recipients = {"BR.fiu", "DE.fiu"}}, 1).ok());
  Publish("BR", 2, Closed(2));
  EXPECT_FALSE(Only().has_record());
  auto other = f.Fetch("DE.fiu");
  ASSERT_THAT(other, SizeIs(1));
  EXPECT_TRUE(other[0].has_record());
  EXPECT_EQ(f.Findings(), "");
  f.TakeAll("DE.fiu");
  f.TakeAll("BR.fiu");
  f.TakeAll("FR.fiu");
  EXPECT_THAT(f.Rows(kBodies), IsEmpty());
  EXPECT_EQ(f.Findings(), "");
}

TEST_F(DecideAgainTest, ItExpiresNoMoreWhenItWasRefused) {
  ASSERT_TRUE(f.Send({}, 1).ok());
  Publish("BR", 2, Closed(2));
  f.Fetch("BR.fiu");
  f.now = f.now + 31 * limits::kDayMs;
  auto expired = f.engine->Expired(f.now, 100, f.random);
  ASSERT_TRUE(expired.ok());
  EXPECT_THAT(*expired, IsEmpty());
}

TEST_F(DecideAgainTest, AnExpiredRowIsNotDecidedAgain) {
  ASSERT_TRUE(f.Send({}, 1).ok());
  Publish("FR", 2, Stricter(2));
  f.Fetch("BR.fiu");
  f.now = f.now + 31 * limits::kDayMs;
  auto expired = f.engine->Expired(f.now, 100, f.random);
  ASSERT_TRUE(expired.ok() && expired->size() == 1);
  ASSERT_TRUE(f.engine->Commit(*expired).ok());
  EXPECT_THAT(f.Fetch("BR.fiu"), IsEmpty());
  EXPECT_EQ(f.Findings(), "");
}

// ---- attachments

TEST_F(DecideAgainTest, GrantsEndWithTheSectionOrTheRecord) {
  const record::FileShape one{record::SealedFileBytes(1), {}};
  const record::FileShape two{record::SealedFileBytes(2), {1}};
  f.uploaded = {{"FR.fiu", one}, {"FR.fiu", two}};
  LeadDraft draft = kTwoSections;
  draft.recipients = {"BR.fiu", "DE.fiu"};
  draft.files = {{0, one}, {1, two}};
  ASSERT_TRUE(f.Send(draft, 1).ok());
  ASSERT_THAT(f.Rows(kGrants), SizeIs(4));
  Publish("FR", 2, Narrower(2));
  f.Fetch("BR.fiu");
  EXPECT_THAT(f.Rows(kGrants), SizeIs(3));
  EXPECT_EQ(f.Findings(), "");
  Publish("BR", 2, Closed(2));
  f.Fetch("BR.fiu");
  EXPECT_THAT(f.Rows(kGrants), SizeIs(2));
  EXPECT_EQ(f.Findings(), "");
}

// ---- by time alone

class EndingPolicy : public DecideAgainTest {
 protected:
  static testing::FederationOptions Options() {
    testing::FederationOptions options;
    options.policies["FR"] =
        With(testing::DefaultPolicy("FR"), "2031-01-01T00:00:00Z", "2026-11-05T00:00:00Z");
    return options;
  }
  EndingPolicy() : DecideAgainTest(Options()) {}
};

TEST_F(EndingPolicy, APolicyThatEndedReleasesNothingAnyMore) {
  ASSERT_TRUE(f.Send({}, 1).ok());
  f.now = f.now + limits::kDayMs;
  const uint64_t before = size();
  EXPECT_FALSE(Only().has_again()) << "nothing has ended yet";
  EXPECT_EQ(size(), before);
  f.now = f.now + 2 * limits::kDayMs;
  const auto decision = DecisionOf(Again(Only().again()));
  EXPECT_EQ(decision.verdict(), v1::VERDICT_REFUSE);
  EXPECT_THAT(decision.reasons(), ElementsAre("policy-expired"));
}

TEST_F(EndingPolicy, WhatItDoesNotTouchIsNotLoggedAgain) {
  ASSERT_TRUE(f.Send({.origin = "DE.fiu"}, 1).ok());
  f.now = f.now + 3 * limits::kDayMs;
  const uint64_t before = size();
  EXPECT_FALSE(Only().has_again());
  EXPECT_EQ(size(), before);
}

// A wait that only a person at the origin could end would hold up the lane, and the consent cannot
// come into a record that is sealed.
TEST_F(DecideAgainTest, HeldAtReleaseIsRefused) {
  const RecordId id{7};
  LeadDraft draft{.handling = "H3", .record_id = id};
  draft.consents = {f.Consent("FR.fiu", ToString(id))};
  ASSERT_TRUE(f.Send(draft, 1).ok());
  f.now = f.now + 2 * limits::kDayMs;  // the consent was for one
  const auto decision = DecisionOf(Again(Only().again()));
  EXPECT_EQ(decision.verdict(), v1::VERDICT_REFUSE);
  EXPECT_THAT(decision.reasons(), ElementsAre("handling-needs-person"));
}

// Consents were verified where the record stands: what was signed in its time stays good.
TEST_F(DecideAgainTest, AConsentWhoseKeyWasRevokedLaterStillCounts) {
  const RecordId id{7};
  LeadDraft draft{.handling = "H3", .record_id = id};
  draft.consents = {f.Consent("FR.fiu", ToString(id))};
  ASSERT_TRUE(f.Send(draft, 1).ok());
  const auto& keys = f.federation.agency("FR.fiu");
  v1::Revocation revocation;
  revocation.set_owner("FR.fiu");
  revocation.set_key_id(ToString(
      crypto::MakeKeyId(crypto::KeyUse::kRecordSigning, keys.record_signing.public_key())));
  revocation.set_reason("lost");
  revocation.set_instant_ms(static_cast<uint64_t>(f.now.ms));
  ledger::Publication publication;
  publication.kind = v1::ENTRY_KIND_REVOCATION;
  publication.statement = record::SignBody(f.federation.name(), revocation,
                                           {{keys.identity, crypto::KeyUse::kIdentity}});
  ASSERT_TRUE(f.Publish(publication).ok());
  Publish("FR", 2, Stricter(2));
  EXPECT_EQ(DecisionOf(Again(Only().again())).verdict(), v1::VERDICT_RELEASE);
}

// ---- when it cannot be written

TEST_F(DecideAgainTest, AFullDiskDeliversNothing) {
  ASSERT_TRUE(f.Send({}, 1).ok());
  Publish("FR", 2, Stricter(2));
  f.store.SetDiskFull(true);
  auto commands = f.engine->Undecided(f.Id("BR.fiu"), {}, f.now, f.random);
  ASSERT_TRUE(commands.ok());
  EXPECT_TRUE(IsRefusal(f.engine->Commit(*commands).status(), Reason::kDiskFull));
  EXPECT_THAT(f.Fetch("BR.fiu"), IsEmpty());
  f.store.SetDiskFull(false);
  EXPECT_TRUE(Only().has_again());
}

TEST_F(DecideAgainTest, ACrashInBetweenLosesNothing) {
  for (const size_t survivors : {0u, 1u}) {
    EngineFixture fixture;
    ASSERT_TRUE(fixture.Send({}, 1).ok());
    ASSERT_TRUE(fixture.Publish(fixture.federation.SignPolicy("FR", 2, Stricter(2))).ok());
    fixture.store.FailWrite(1, store::Fault::kSyncFailed);
    EXPECT_THAT(fixture.Fetch("BR.fiu"), IsEmpty());
    fixture.store.Crash(survivors);
    ASSERT_TRUE(fixture.Reopen().ok());
    const auto mail = fixture.Fetch("BR.fiu");
    ASSERT_THAT(mail, SizeIs(1));
    EXPECT_TRUE(mail[0].has_again());
    EXPECT_THAT(fixture.Fetch("FR.fiu"), SizeIs(1)) << "told once";
    EXPECT_EQ(fixture.Findings(), "");
  }
}

TEST_F(DecideAgainTest, TwoStreamsDecideOnce) {
  ASSERT_TRUE(f.Send({}, 1).ok());
  Publish("FR", 2, Stricter(2));
  auto one = f.engine->Undecided(f.Id("BR.fiu"), {}, f.now, f.random);
  auto other = f.engine->Undecided(f.Id("BR.fiu"), {}, f.now, f.random);
  ASSERT_TRUE(one.ok() && other.ok());
  const uint64_t before = size();
  std::vector<Command> both = *std::move(one);
  both.insert(both.end(), other->begin(), other->end());
  ASSERT_TRUE(f.engine->Commit(both).ok());
  EXPECT_EQ(size(), before + 1);
}

// ---- an urgent record is not overtaken

TEST_F(DecideAgainTest, BulkWaitsForTheUrgentThatIsDecidedAgain) {
  ASSERT_TRUE(f.Send({.urgency = v1::URGENCY_URGENT}, 1).ok());
  Publish("FR", 2, Stricter(2));
  ASSERT_TRUE(f.Send({}, 2).ok());
  auto mail = f.engine->Fetch(f.Id("BR.fiu"), {}, 64, f.now);
  ASSERT_TRUE(mail.ok());
  EXPECT_THAT(mail->deliveries(), IsEmpty());
  const auto all = f.Fetch("BR.fiu");
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].lane(), v1::LANE_URGENT);
  EXPECT_FALSE(all[1].has_again());
}

}  // namespace
}  // namespace entente::broker
