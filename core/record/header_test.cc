#include "core/record/header.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/record/strict.h"
#include "tests/support/record_world.h"

namespace entente::record {
namespace {

class HeaderTest : public ::testing::Test {
 protected:
  HeaderTest() { message_.ParseFromString(world_.Sealed().record.header()); }
  // Reads the message as it now stands.
  absl::Status Read() const { return ReadHeader(Encode(message_)).status(); }
  void ExpectRefused(Reason reason) const { EXPECT_TRUE(IsRefusal(Read(), reason)) << Read(); }

  testing::RecordWorld world_;
  v1::RecordHeader message_;
};

TEST_F(HeaderTest, GivesEveryField) {
  const auto header = ReadHeader(Encode(message_));
  ASSERT_TRUE(header.ok()) << header.status();
  EXPECT_EQ(ToString(header->record_id), message_.record_id());
  EXPECT_EQ(header->kind, v1::RECORD_KIND_LEAD);
  EXPECT_EQ(header->origin, world_.france);
  EXPECT_EQ(ToString(header->signing_key_id), message_.signing_key_id());
  EXPECT_EQ(header->created, testing::RecordWorld::kNow);
  EXPECT_LT(header->created, header->expires);
  EXPECT_EQ(header->purpose, "asset-recovery");
  EXPECT_EQ(header->handling, std::vector<std::string>{"H1"});
  EXPECT_EQ(header->evaluation, "B2");
  EXPECT_EQ(header->urgency, v1::URGENCY_NORMAL);
  EXPECT_EQ(header->obtained_from, (std::vector<std::string>{"BE", "IT"}));
  EXPECT_EQ(header->case_id, std::nullopt);
  EXPECT_EQ(header->policy_version, 14u);
  EXPECT_EQ(header->digests.size(), 8u);
}

TEST_F(HeaderTest, ReadsTheCase) {
  message_.set_case_id(std::string(16, 'c'));
  message_.set_membership_number(3);
  const auto header = ReadHeader(Encode(message_));
  ASSERT_TRUE(header.ok()) << header.status();
  EXPECT_EQ((*header->case_id)[0], 'c');
  EXPECT_EQ(header->membership_number, 3u);
  message_.set_case_id(std::string(15, 'c'));
  ExpectRefused(Reason::kMalformed);
  message_.clear_case_id();
  ExpectRefused(Reason::kMalformed);
  message_.set_case_id(std::string(16, 'c'));
  message_.clear_membership_number();
  ExpectRefused(Reason::kMalformed);
}

TEST_F(HeaderTest, ACaseStandsInItsOwnKindsOnly) {
  const std::vector<std::tuple<v1::RecordKind, bool, bool>> kinds = {
      {v1::RECORD_KIND_MEMBERSHIP, true, false}, {v1::RECORD_KIND_CASE_ITEM, true, false},
      {v1::RECORD_KIND_REQUEST, true, true},     {v1::RECORD_KIND_LEAD, false, true},
      {v1::RECORD_KIND_ALERT, false, true},      {v1::RECORD_KIND_ANSWER, false, true},
      {v1::RECORD_KIND_CONSENT, false, true},    {v1::RECORD_KIND_CONSENT_REQUEST, false, false},
      {v1::RECORD_KIND_CORRECTION, false, false}};
  for (const auto& [kind, with, without] : kinds) {
    message_.set_kind(kind);
    message_.clear_case_id();
    message_.clear_membership_number();
    EXPECT_EQ(CheckHasMeaning(*ReadHeader(Encode(message_))).ok(), without) << kind;
    message_.set_case_id(std::string(16, 'c'));
    message_.set_membership_number(1);
    EXPECT_EQ(CheckHasMeaning(*ReadHeader(Encode(message_))).ok(), with) << kind;
  }
}

TEST_F(HeaderTest, FixedLengthsAreExact) {
  message_.mutable_record_id()->pop_back();
  ExpectRefused(Reason::kMalformed);
}

TEST_F(HeaderTest, AKeyIdIsNeverShortened) {
  message_.mutable_signing_key_id()->resize(8);
  ExpectRefused(Reason::kMalformed);
  message_.clear_signing_key_id();
  ExpectRefused(Reason::kMalformed);
}

TEST_F(HeaderTest, AnotherFormatVersionIsAnotherFormat) {
  message_.set_format_version(5);
  ExpectRefused(Reason::kMalformed);
  message_.set_format_version(0);
  ExpectRefused(Reason::kMalformed);
}

TEST_F(HeaderTest, TheOriginIsAnAgency) {
  for (const std::string name : {"", "FR", "UK.police", "FR.", "fr.police"}) {
    message_.set_origin(name);
    ExpectRefused(Reason::kMalformed);
  }
}

TEST_F(HeaderTest, KindAndUrgencyAreListed) {
  message_.set_kind(static_cast<v1::RecordKind>(99));
  ExpectRefused(Reason::kMalformed);
  message_.set_kind(v1::RECORD_KIND_ALERT);
  message_.clear_urgency();
  ExpectRefused(Reason::kMalformed);
}

TEST_F(HeaderTest, TimesMakeALifeOfAtMostFiveYears) {
  const uint64_t created = message_.created_ms();
  message_.set_expires_ms(created);
  ExpectRefused(Reason::kMalformed);
  message_.set_expires_ms(created + static_cast<uint64_t>(limits::kRecordLifeMs));
  EXPECT_TRUE(Read().ok()) << Read();
  message_.set_expires_ms(created + static_cast<uint64_t>(limits::kRecordLifeMs) + 1);
  ExpectRefused(Reason::kMalformed);
}

TEST_F(HeaderTest, TimesThatNoClockShowsAreRefused) {
  message_.set_expires_ms(~0ull);
  message_.set_created_ms(~0ull - 1);
  ExpectRefused(Reason::kMalformed);
}

TEST_F(HeaderTest, HandlingIsASortedSet) {
  message_.add_handling("H0");
  ExpectRefused(Reason::kNotCanonical);
  message_.set_handling(1, "H1");
  ExpectRefused(Reason::kNotCanonical);
  message_.set_handling(1, "H2");
  EXPECT_TRUE(Read().ok()) << Read();
  message_.clear_handling();
  ExpectRefused(Reason::kMalformed);
}

TEST_F(HeaderTest, SourcesAreOtherJurisdictions) {
  message_.add_obtained_from("AT");
  ExpectRefused(Reason::kNotCanonical);
  message_.set_obtained_from(2, "ORG");
  EXPECT_TRUE(Read().ok()) << Read();
  message_.clear_obtained_from();
  EXPECT_TRUE(Read().ok()) << Read();
  message_.add_obtained_from("FR");
  ExpectRefused(Reason::kMalformed);
  message_.set_obtained_from(0, "EL");
  ExpectRefused(Reason::kMalformed);
}

TEST_F(HeaderTest, DigestsAreSortedDistinctAndOfAKnownNumber) {
  message_.mutable_digests()->SwapElements(0, 1);
  ExpectRefused(Reason::kDigestOrder);
  message_.set_digests(0, message_.digests(1));
  ExpectRefused(Reason::kDigestOrder);
  message_.mutable_digests()->RemoveLast();
  ExpectRefused(Reason::kMalformed);
  message_.clear_digests();
  ExpectRefused(Reason::kMalformed);
}

TEST_F(HeaderTest, ADigestHas32Bytes) {
  message_.set_digests(7, message_.digests(7).substr(1));
  ExpectRefused(Reason::kMalformed);
}

TEST_F(HeaderTest, TooLargeIsRefusedUnread) {
  EXPECT_TRUE(IsRefusal(ReadHeader(std::string(limits::kHeaderBytes + 1, 'x')).status(),
                        Reason::kTooLarge));
}

// The largest header that anyone can need fits.
TEST_F(HeaderTest, EightyRecipientsMoreStillFit) {
  message_.clear_digests();
  for (int i = 0; i < 256; ++i) message_.add_digests(std::string(32, static_cast<char>(i)));
  std::sort(message_.mutable_digests()->begin(), message_.mutable_digests()->end());
  EXPECT_TRUE(Read().ok()) << Read();
}

TEST_F(HeaderTest, TheHashIsOverTheBytesCarried) {
  const std::string bytes = Encode(message_);
  EXPECT_EQ(RecordHash(bytes), RecordHash(bytes));
  message_.set_purpose("prosecute");
  EXPECT_NE(RecordHash(bytes), RecordHash(Encode(message_)));
}

TEST_F(HeaderTest, ExpiryAndBirthAllowForClocks) {
  const auto header = ReadHeader(Encode(message_));
  ASSERT_TRUE(header.ok());
  const int64_t tolerance = limits::kClockToleranceMs;
  EXPECT_TRUE(CheckNotExpired(*header, header->expires + tolerance).ok());
  EXPECT_TRUE(
      IsRefusal(CheckNotExpired(*header, header->expires + (tolerance + 1)), Reason::kExpired));
  EXPECT_TRUE(CheckNotFuture(*header, header->created - tolerance).ok());
  EXPECT_TRUE(
      IsRefusal(CheckNotFuture(*header, header->created - (tolerance + 1)), Reason::kFutureDated));
}

}  // namespace
}  // namespace entente::record
