#include "core/record/seal.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/record/format.h"
#include "core/record/leaves.h"
#include "core/record/open.h"
#include "core/record/record.h"
#include "core/record/strict.h"
#include "tests/support/record_world.h"

namespace entente::record {
namespace {

class SealTest : public ::testing::Test {
 protected:
  absl::Status After(const std::function<void(SealRequest&)>& change) {
    SealRequest request = world_.Request();
    change(request);
    return SealRecord(request, world_.random).status();
  }
  void ExpectInvalid(const std::function<void(SealRequest&)>& change) {
    const absl::Status status = After(change);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  }
  size_t CiphertextSize(size_t text) {
    SealRequest request = world_.Request();
    request.sections[0].content.mutable_narrative()->set_text(std::string(text, 't'));
    return SealRecord(request, world_.random)->record.sections(0).ciphertext().size();
  }

  testing::RecordWorld world_;
};

TEST_F(SealTest, MakesARecordThatIsSubmittable) {
  const SealedRecord sealed = world_.Sealed();
  const auto record = ReadRecord(Encode(world_.Sign(sealed)));
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_TRUE(CheckSubmitted(*record).ok());
  EXPECT_EQ(record->hash, sealed.hash);
  EXPECT_EQ(record->header.record_id, sealed.id);
  ASSERT_EQ(sealed.content_keys.size(), 2u);
  EXPECT_EQ(sealed.content_keys[1].section_id, record->sections[1].id);
}

TEST_F(SealTest, TakesAnIdThatWasTold) {
  SealRequest request = world_.Request();
  request.record_id = RecordId{1, 2, 3};
  const auto sealed = SealRecord(request, world_.random);
  ASSERT_TRUE(sealed.ok());
  EXPECT_EQ(sealed->id, (RecordId{1, 2, 3}));
  EXPECT_EQ(ReadHeader(sealed->record.header())->record_id, sealed->id);
}

TEST_F(SealTest, SaysToEachRecipientWhereTheOriginHadFollowedTheLogTo) {
  SealRequest request = world_.Request();
  request.checkpoint = "a signed note";
  const auto sealed = SealRecord(request, world_.random);
  ASSERT_TRUE(sealed.ok()) << sealed.status();
  const auto record = ReadRecord(Encode(world_.Sign(*sealed)));
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_TRUE(CheckSubmitted(*record).ok());
  EXPECT_EQ(record->header.format_version, kCheckpointVersion);
  const auto opened = OpenAccess(world_.federation, *record, *record->FindAccess(world_.germany),
                                 world_.DeliveryKeys());
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->manifest.checkpoint(), "a signed note");
  const std::string too_long(kCheckpointBytes + 1, 'n');
  ExpectInvalid([&](SealRequest& r) { r.checkpoint = too_long; });
}

TEST_F(SealTest, DrawsEverythingAnew) {
  const SealedRecord one = world_.Sealed(), two = world_.Sealed();
  EXPECT_NE(one.id, two.id);
  EXPECT_FALSE(one.content_keys[0].key == two.content_keys[0].key);
  EXPECT_FALSE(one.content_keys[0].key == one.content_keys[1].key);
  EXPECT_NE(one.record.access(0).enc(), two.record.access(0).enc());
  EXPECT_NE(one.record.access(0).enc(), one.record.access(1).enc());
  EXPECT_NE(one.record.access(0).salt(), one.record.access(1).salt());
}

TEST_F(SealTest, SortsWhatTheFormatWantsSorted) {
  const auto status = After([](SealRequest& r) {
    r.header.handling = {"H2", "H1", "H2"};
    r.recipients[0].sections = {1, 0, 1};
    r.recipients[0].obligations = {"z", "a", "z"};
  });
  EXPECT_TRUE(status.ok()) << status;
}

// Lengths tell the kind of content: 1 byte and 200 must look alike, also above 64 KiB.
TEST_F(SealTest, LengthsAreHidden) {
  EXPECT_EQ(CiphertextSize(1), CiphertextSize(150));
  EXPECT_EQ(CiphertextSize(1) % 256, 40u);
  EXPECT_EQ(CiphertextSize(100'000), CiphertextSize(100'200));
}

TEST_F(SealTest, TheNumberOfRecipientsIsHidden) {
  const v1::Record two = world_.Sealed().record;
  SealRequest request = world_.Request();
  request.recipients.pop_back();
  const auto one = SealRecord(request, world_.random);
  ASSERT_TRUE(one.ok());
  EXPECT_EQ(one->record.header().size(), two.header().size());
}

TEST_F(SealTest, ManifestsAreOfOneLength) {
  SealRequest request = world_.Request();
  request.recipients[1].instruction = "Short.";
  const auto sealed = SealRecord(request, world_.random);
  EXPECT_EQ(sealed->record.access(0).manifest().size(), sealed->record.access(1).manifest().size());
}

TEST_F(SealTest, RefusesRequestsThatMakeNoRecord) {
  ExpectInvalid([](SealRequest& r) { r.sections.clear(); });
  ExpectInvalid([](SealRequest& r) { r.recipients.clear(); });
  ExpectInvalid([](SealRequest& r) { r.sections.resize(33); });
  ExpectInvalid([](SealRequest& r) { r.recipients[1].recipient = r.recipients[0].recipient; });
  ExpectInvalid([](SealRequest& r) { r.recipients[1].recipient = r.header.origin; });
  ExpectInvalid([](SealRequest& r) { r.recipients[0].sections.clear(); });
  ExpectInvalid([](SealRequest& r) { r.recipients[0].sections = {2}; });
  ExpectInvalid([](SealRequest& r) { r.recipients[0].pair_seq = 0; });
  ExpectInvalid([](SealRequest& r) { r.recipients[0].instrument = std::string(65536, 'i'); });
}

TEST_F(SealTest, RefusesADeliveryKeyOfSmallOrder) {
  ExpectInvalid([](SealRequest& r) { r.recipients[0].delivery_key = {}; });
  ExpectInvalid([](SealRequest& r) { r.recipients[0].delivery_key = {1}; });
}

TEST_F(SealTest, RefusesLabelsThatNobodyMayRead) {
  EXPECT_TRUE(
      IsRefusal(After([](SealRequest& r) { r.header.handling.clear(); }), Reason::kMalformed));
  EXPECT_TRUE(IsRefusal(After([](SealRequest& r) { r.sections[0].labels.clear_data(); }),
                        Reason::kMalformed));
  EXPECT_TRUE(IsRefusal(After([](SealRequest& r) { r.header.expires = r.header.created; }),
                        Reason::kMalformed));
}

TEST_F(SealTest, RefusesWhatCouldNotBeSent) {
  const auto status = After([](SealRequest& r) {
    r.sections[0].content.mutable_narrative()->set_text(std::string(limits::kRecordBytes, 't'));
  });
  EXPECT_TRUE(IsRefusal(status, Reason::kTooLarge)) << status;
}

// The largest record that is not refused can be sent with the longest signature.
TEST_F(SealTest, WhatIsSealedFits) {
  SealRequest request = world_.Request();
  for (size_t text = limits::kRecordBytes - 5000; text > 900'000; text -= 10'000) {
    request.sections[0].content.mutable_narrative()->set_text(std::string(text, 't'));
    const auto sealed = SealRecord(request, world_.random);
    if (!sealed.ok()) continue;
    std::vector<Digest> hashes(64, sealed->hash);
    v1::Record record = sealed->record;
    *record.mutable_signature() =
        SignBatch(world_.federation, world_.france, hashes, world_.signing, world_.random)->at(63);
    EXPECT_TRUE(ReadRecord(Encode(record)).ok());
    return;
  }
  FAIL() << "no such record";
}

TEST_F(SealTest, ManyRecipientsInOneRecord) {
  SealRequest request = world_.Request();
  request.recipients.clear();
  for (int i = 0; i < 200; ++i) {
    request.recipients.push_back({.recipient = testing::Agency("DE.a" + std::to_string(i)),
                                  .delivery_key = world_.german_key.public_key(),
                                  .sections = {0},
                                  .pair_seq = 1});
  }
  const auto sealed = SealRecord(request, world_.random);
  ASSERT_TRUE(sealed.ok()) << sealed.status();
  const auto record = ReadRecord(Encode(world_.Sign(*sealed)));
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_TRUE(CheckSubmitted(*record).ok());
  EXPECT_EQ(record->header.digests.size(), 256u);
  request.recipients.push_back(world_.Request().recipients[0]);
  EXPECT_FALSE(SealRecord(request, world_.random).ok());
}

}  // namespace
}  // namespace entente::record
