// Notices beside gap notes and pair heads: recalls, restrictions, and what answers them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/refusal.h"
#include "core/record/statements.h"
#include "tests/support/broker_fixture.h"

namespace entente::broker {
namespace {

using ::testing::SizeIs;

// ---- recalls and erasures

v1::RecallNote RecallOf(const EngineFixture& f) {
  v1::RecallNote note;
  note.set_log_origin(f.federation.log_origin());
  note.set_origin("FR.fiu");
  note.set_recipient("BR.fiu");
  note.set_record_hash(std::string(32, 'h'));
  note.set_ground(v1::RECALL_GROUND_WITHDRAWN);
  note.set_number(1);
  note.set_instant_ms(static_cast<uint64_t>(f.now.ms));
  return note;
}

v1::ErasureNote ErasureOf(const EngineFixture& f) {
  v1::ErasureNote note;
  note.set_log_origin(f.federation.log_origin());
  note.set_origin("FR.fiu");
  note.set_recipient("BR.fiu");
  note.set_record_hash(std::string(32, 'h'));
  note.set_instant_ms(static_cast<uint64_t>(f.now.ms));
  return note;
}

template <class Body>
v1::Submission Submission(const EngineFixture& f, v1::NoticeType type, const Body& body,
                          const crypto::SigningKey& key, crypto::KeyUse use) {
  v1::Submission out;
  out.set_number(1);
  out.mutable_notice()->set_type(type);
  *out.mutable_notice()->mutable_statement() =
      record::SignBody(f.federation.name(), body, {{key, use}});
  return out;
}

v1::Submission RecallSubmission(const EngineFixture& f, const v1::RecallNote& note) {
  return Submission(f, v1::NOTICE_TYPE_RECALL, note, f.federation.agency("FR.fiu").record_signing,
                    crypto::KeyUse::kRecordSigning);
}

v1::Submission ErasureSubmission(const EngineFixture& f, const v1::ErasureNote& note) {
  return Submission(f, v1::NOTICE_TYPE_ERASURE, note, f.federation.agency("BR.fiu").acknowledgement,
                    crypto::KeyUse::kAcknowledgement);
}

TEST(NoticeTest, ARecallGoesInTheUrgentLane) {
  EngineFixture f;
  auto index = f.Submit(RecallSubmission(f, RecallOf(f)), "FR.fiu");
  ASSERT_TRUE(index.ok()) << index.status();
  auto deliveries = f.Fetch("BR.fiu");
  ASSERT_THAT(deliveries, SizeIs(1));
  EXPECT_EQ(deliveries[0].lane(), v1::LANE_URGENT);
  v1::Part part = f.Verified(deliveries[0].evidence(), f.engine->LatestCheckpoint().note);
  EXPECT_EQ(part.notice().type(), "recall");
  EXPECT_EQ(f.Findings(), "");
}

TEST(NoticeTest, AnErasureGoesFromTheRecipientToTheOrigin) {
  EngineFixture f;
  auto index = f.Submit(ErasureSubmission(f, ErasureOf(f)), "BR.fiu");
  ASSERT_TRUE(index.ok()) << index.status();
  auto deliveries = f.Fetch("FR.fiu");
  ASSERT_THAT(deliveries, SizeIs(1));
  EXPECT_EQ(deliveries[0].lane(), v1::LANE_BULK);
  v1::Part part = f.Verified(deliveries[0].evidence(), f.engine->LatestCheckpoint().note);
  EXPECT_EQ(part.notice().type(), "erasure");
  EXPECT_EQ(part.notice().from(), "BR.fiu");
  EXPECT_EQ(f.Findings(), "");
}

TEST(NoticeTest, RecallsAndErasuresAreSignedByWhoeverSpeaks) {
  EngineFixture f;
  auto reason = [&](const v1::Submission& submission, std::string_view caller) {
    auto refusal = RefusalOf(f.Submit(submission, caller).status());
    return refusal ? ReasonText(*refusal) : "OK";
  };
  EXPECT_EQ(reason(RecallSubmission(f, RecallOf(f)), "BR.fiu"), "key-unknown");
  EXPECT_EQ(reason(ErasureSubmission(f, ErasureOf(f)), "FR.fiu"), "key-unknown");
  // The origin cannot say in the recipient's name that it erased.
  v1::ErasureNote own = ErasureOf(f);
  auto forged =
      Submission(f, v1::NOTICE_TYPE_ERASURE, own, f.federation.agency("FR.fiu").acknowledgement,
                 crypto::KeyUse::kAcknowledgement);
  EXPECT_EQ(reason(forged, "FR.fiu"), "wrong-agency");
  v1::RecallNote late = RecallOf(f);
  late.set_instant_ms(late.instant_ms() + 6 * limits::kMinuteMs);
  EXPECT_EQ(reason(RecallSubmission(f, late), "FR.fiu"), "future-dated");
  v1::RecallNote groundless = RecallOf(f);
  groundless.set_ground(v1::RECALL_GROUND_UNSPECIFIED);
  EXPECT_EQ(reason(RecallSubmission(f, groundless), "FR.fiu"), "malformed");
  EXPECT_EQ(reason(RecallSubmission(f, RecallOf(f)), "FR.fiu"), "OK");
}

// ---- restrictions

v1::RestrictionNote RestrictionOf(const EngineFixture& f, std::string record_hash) {
  v1::RestrictionNote note;
  note.set_log_origin(f.federation.log_origin());
  note.set_origin("FR.fiu");
  note.set_recipient("BR.fiu");
  note.set_record_hash(std::move(record_hash));
  note.set_ground(v1::RESTRICTION_GROUND_CONTESTED);
  note.set_processing(true);
  note.set_number(1);
  note.set_instant_ms(static_cast<uint64_t>(f.now.ms));
  return note;
}

v1::RestrictedNote RestrictedOf(const EngineFixture& f, std::string record_hash) {
  v1::RestrictedNote note;
  note.set_log_origin(f.federation.log_origin());
  note.set_origin("FR.fiu");
  note.set_recipient("BR.fiu");
  note.set_record_hash(std::move(record_hash));
  note.set_number(1);
  note.set_instant_ms(static_cast<uint64_t>(f.now.ms));
  return note;
}

v1::Submission Submission(const EngineFixture& f, const v1::RestrictionNote& note) {
  return Submission(f, v1::NOTICE_TYPE_RESTRICTION, note,
                    f.federation.agency("FR.fiu").record_signing, crypto::KeyUse::kRecordSigning);
}

v1::Submission Submission(const EngineFixture& f, const v1::RestrictedNote& note) {
  return Submission(f, v1::NOTICE_TYPE_RESTRICTED, note,
                    f.federation.agency("BR.fiu").acknowledgement,
                    crypto::KeyUse::kAcknowledgement);
}

TEST(NoticeTest, ARestrictionGoesInTheUrgentLaneAndItsAnswerInBulk) {
  EngineFixture f;
  const std::string hash(32, 'h');
  auto index = f.Submit(Submission(f, RestrictionOf(f, hash)), "FR.fiu");
  ASSERT_TRUE(index.ok()) << index.status();
  index = f.Submit(Submission(f, RestrictedOf(f, hash)), "BR.fiu");
  ASSERT_TRUE(index.ok()) << index.status();
  auto there = f.Fetch("BR.fiu");
  ASSERT_THAT(there, SizeIs(1));
  EXPECT_EQ(there[0].lane(), v1::LANE_URGENT);
  auto back = f.Fetch("FR.fiu");
  ASSERT_THAT(back, SizeIs(1));
  EXPECT_EQ(back[0].lane(), v1::LANE_BULK);
  v1::Part part = f.Verified(back[0].evidence(), f.engine->LatestCheckpoint().note);
  EXPECT_EQ(part.notice().type(), "restricted");
  EXPECT_EQ(part.notice().from(), "BR.fiu");
  EXPECT_EQ(f.Findings(), "");
}

TEST(NoticeTest, RestrictionsAndTheirAnswersAreSignedByWhoeverSpeaks) {
  EngineFixture f;
  const std::string hash(32, 'h');
  auto reason = [&](const v1::Submission& submission, std::string_view caller) {
    auto refusal = RefusalOf(f.Submit(submission, caller).status());
    return refusal ? ReasonText(*refusal) : "OK";
  };
  EXPECT_EQ(reason(Submission(f, RestrictionOf(f, hash)), "BR.fiu"), "key-unknown");
  EXPECT_EQ(reason(Submission(f, RestrictedOf(f, hash)), "FR.fiu"), "key-unknown");
  // The origin cannot say in the recipient's name that it holds to it.
  auto forged =
      Submission(f, v1::NOTICE_TYPE_RESTRICTED, RestrictedOf(f, hash),
                 f.federation.agency("FR.fiu").acknowledgement, crypto::KeyUse::kAcknowledgement);
  EXPECT_EQ(reason(forged, "FR.fiu"), "wrong-agency");
  v1::RestrictionNote late = RestrictionOf(f, hash);
  late.set_instant_ms(late.instant_ms() + 6 * limits::kMinuteMs);
  EXPECT_EQ(reason(Submission(f, late), "FR.fiu"), "future-dated");
  v1::RestrictionNote nothing = RestrictionOf(f, hash);
  nothing.set_processing(false);
  EXPECT_EQ(reason(Submission(f, nothing), "FR.fiu"), "malformed");
  EXPECT_EQ(reason(Submission(f, RestrictionOf(f, hash)), "FR.fiu"), "OK");
}

}  // namespace
}  // namespace entente::broker
