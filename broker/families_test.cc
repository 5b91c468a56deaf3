#include "broker/families.h"

#include <gtest/gtest.h>

namespace entente::broker {
namespace {

const LaneKey kLane{"FR.fiu", v1::LANE_URGENT};

TEST(FamiliesTest, KeysComeBack) {
  EXPECT_EQ(ParseIndexKey(IndexKey(258)), 258u);
  EXPECT_EQ(ParsePartKey(PartKey(9, 300))->index, 9u);
  EXPECT_EQ(ParsePartKey(PartKey(9, 300))->part, 300);
  EXPECT_EQ(ParseMailboxKey(MailboxKey(kLane, 77))->lane, kLane);
  EXPECT_EQ(ParseMailboxKey(MailboxKey(kLane, 77))->seq, 77u);
  EXPECT_EQ(ParseLanePrefix(LanePrefix(kLane)), kLane);
  EXPECT_EQ(ParseSubmissionKey(SubmissionKey("FR.fiu", 5))->agency, "FR.fiu");
  EXPECT_EQ(ParseSubmissionKey(SubmissionKey("FR.fiu", 5))->number, 5u);
  const std::string hash(32, 'h'), section(16, 's');
  EXPECT_EQ(ParseGrantKey(GrantKey("FR.fiu", hash, section))->agency, "FR.fiu");
  EXPECT_EQ(ParseGrantKey(GrantKey("FR.fiu", hash, section))->record_hash, hash);
  EXPECT_EQ(ParseGrantKey(GrantKey("FR.fiu", hash, section))->section_id, section);
  EXPECT_TRUE(GrantKey("FR.fiu", hash, section).starts_with(GrantPrefix("FR.fiu", hash)));
}

TEST(FamiliesTest, ByteOrderIsNumberOrder) {
  EXPECT_LT(IndexKey(255), IndexKey(256));
  EXPECT_LT(MailboxKey(kLane, 255), MailboxKey(kLane, 256));
  EXPECT_LT(SubmissionKey("FR.fiu", 255), SubmissionKey("FR.fiu", 256));
}

// FR.fiu must not walk into FR.fiu-2's mailbox.
TEST(FamiliesTest, OneAgencysPrefixIsNoneOfAnothers) {
  std::string other = MailboxKey({"FR.fiu-2", v1::LANE_URGENT}, 1);
  EXPECT_FALSE(other.starts_with(LanePrefix(kLane)));
  EXPECT_FALSE(MailboxKey({"FR.fiu", v1::LANE_BULK}, 1).starts_with(LanePrefix(kLane)));
}

TEST(FamiliesTest, OtherBytesAreNoKeys) {
  EXPECT_FALSE(ParseIndexKey("short"));
  EXPECT_FALSE(ParsePartKey(IndexKey(1)));
  EXPECT_FALSE(ParseMailboxKey("x"));
  EXPECT_FALSE(ParseMailboxKey(std::string("FR.fiu\0\x07", 8) + IndexKey(1)));
  EXPECT_FALSE(ParseLanePrefix(std::string("FR.fiu\0\0", 8)));
  EXPECT_FALSE(ParseLanePrefix(std::string("\0\x01", 2)));
  EXPECT_FALSE(ParseSubmissionKey(IndexKey(1)));
  EXPECT_FALSE(ParseGrantKey(GrantPrefix("FR.fiu", std::string(32, 'h'))));
}

}  // namespace
}  // namespace entente::broker
