#include "core/record/strict.h"

#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "entente/v1/broker.pb.h"
#include "entente/v1/content.pb.h"
#include "entente/v1/ledger.pb.h"
#include "entente/v1/record.pb.h"

namespace entente::record {
namespace {

using std::string_literals::operator""s;

template <class Message>
absl::Status Read(std::string_view bytes) {
  return StrictParse<Message>(bytes).status();
}

std::string Labels() {
  v1::SectionLabels labels;
  labels.add_about("victim");
  labels.add_data("address");
  labels.set_basis("fact");
  return Encode(labels);
}

// Field 15, varint 1: in no message of ours.
const std::string kUnknown = "\x78\x01";

TEST(StrictTest, TakesWhatItEncodes) {
  const auto labels = StrictParse<v1::SectionLabels>(Labels());
  ASSERT_TRUE(labels.ok()) << labels.status();
  EXPECT_EQ(labels->about(0), "victim");
  EXPECT_EQ(Encode(*labels), Labels());
}

TEST(StrictTest, TakesTheEmptyMessageWhereThatIsOne) {
  EXPECT_TRUE(Read<v1::SectionLabels>("").ok());
}

TEST(StrictTest, RefusesEveryTruncation) {
  const std::string whole = Labels();
  for (size_t size = 0; size < whole.size(); ++size) {
    const auto cut = StrictParse<v1::SectionLabels>(whole.substr(0, size));
    // At the end of a field it is a message, another one.
    EXPECT_TRUE(!cut.ok() || Encode(*cut) != whole) << size;
    EXPECT_TRUE(cut.ok() || IsRefusal(cut.status(), Reason::kMalformed)) << cut.status();
  }
}

TEST(StrictTest, RefusesTrailingBytes) {
  EXPECT_TRUE(IsRefusal(Read<v1::SectionLabels>(Labels() + "\x00"s), Reason::kMalformed));
  EXPECT_TRUE(IsRefusal(Read<v1::SectionLabels>(Labels() + kUnknown), Reason::kUnknownField));
}

TEST(StrictTest, RefusesUnknownFieldsAtAnyDepth) {
  v1::Record record;
  record.mutable_signature()->ParseFromString(kUnknown);
  EXPECT_TRUE(IsRefusal(Read<v1::Record>(Encode(record)), Reason::kUnknownField));
  v1::Record repeated;
  repeated.add_access();
  repeated.add_access()->add_wraps()->ParseFromString(kUnknown);
  EXPECT_TRUE(IsRefusal(Read<v1::Record>(Encode(repeated)), Reason::kUnknownField));
}

TEST(StrictTest, RefusesAScalarTwice) {
  const std::string basis =
      "\x1a\x04"
      "fact";
  ASSERT_TRUE(Read<v1::SectionLabels>(basis).ok());
  EXPECT_TRUE(IsRefusal(Read<v1::SectionLabels>(basis + basis), Reason::kNotCanonical));
}

TEST(StrictTest, RefusesAMessageTwice) {
  // Parsers merge the two; others take the last.
  const std::string once = "\x12\x04\x0a\x02xx"s;
  ASSERT_TRUE(Read<v1::Record>(once).ok());
  EXPECT_TRUE(IsRefusal(Read<v1::Record>(once + "\x12\x02\x18\x01"s), Reason::kNotCanonical));
}

TEST(StrictTest, RefusesTwoOfOneOneof) {
  const std::string narrative = "\x32\x03\x0a\x01n";
  const std::string ask = "\x12\x02\x08\x01"s;
  ASSERT_TRUE(Read<v1::SectionContent>(narrative).ok());
  EXPECT_TRUE(IsRefusal(Read<v1::SectionContent>(ask + narrative), Reason::kNotCanonical));
}

TEST(StrictTest, RefusesFieldsOutOfOrder) {
  const std::string about =
                        "\x0a\x01"
                        "a",
                    data =
                        "\x12\x01"
                        "d";
  ASSERT_TRUE(Read<v1::SectionLabels>(about + data).ok());
  EXPECT_TRUE(IsRefusal(Read<v1::SectionLabels>(data + about), Reason::kNotCanonical));
}

TEST(StrictTest, RefusesPaddedVarints) {
  ASSERT_TRUE(Read<v1::SectionLabels>("\x20\x01").ok());
  EXPECT_TRUE(IsRefusal(Read<v1::SectionLabels>("\x20\x81\x00"s), Reason::kNotCanonical));
  // true, written as 2
  EXPECT_TRUE(IsRefusal(Read<v1::SectionLabels>("\x20\x02"), Reason::kNotCanonical));
}

TEST(StrictTest, RefusesDefaultsWrittenOut) {
  EXPECT_TRUE(IsRefusal(Read<v1::SectionLabels>("\x20\x00"s), Reason::kNotCanonical));
  EXPECT_TRUE(IsRefusal(Read<v1::SectionLabels>("\x1a\x00"s), Reason::kNotCanonical));
}

TEST(StrictTest, RefusesTextThatIsNotUtf8) {
  EXPECT_TRUE(IsRefusal(Read<v1::SectionLabels>("\x1a\x02\xc3\x28"), Reason::kMalformed));
}

TEST(StrictTest, RefusesEnumsThatAreZeroOrNotListed) {
  v1::GapNote gap;
  gap.set_lane(v1::LANE_BULK);
  EXPECT_TRUE(Read<v1::GapNote>(Encode(gap)).ok());
  gap.set_lane(v1::LANE_UNSPECIFIED);
  EXPECT_TRUE(IsRefusal(Read<v1::GapNote>(Encode(gap)), Reason::kMalformed));
  gap.set_lane(static_cast<v1::Lane>(3));
  EXPECT_TRUE(IsRefusal(Read<v1::GapNote>(Encode(gap)), Reason::kMalformed));
  gap.set_lane(static_cast<v1::Lane>(-1));
  EXPECT_TRUE(IsRefusal(Read<v1::GapNote>(Encode(gap)), Reason::kMalformed));
}

TEST(StrictTest, RefusesEnumsThatAreNotListedDeepInside) {
  v1::Part part;
  part.set_kind(v1::ENTRY_KIND_SUBMISSION);
  v1::RecipientDecision& decision = *part.mutable_submission()->add_decisions();
  EXPECT_TRUE(IsRefusal(Read<v1::Part>(Encode(part)), Reason::kMalformed));
  decision.set_verdict(v1::VERDICT_REFUSE);
  EXPECT_TRUE(Read<v1::Part>(Encode(part)).ok());
  decision.set_verdict(static_cast<v1::Verdict>(9));
  EXPECT_TRUE(IsRefusal(Read<v1::Part>(Encode(part)), Reason::kMalformed));
}

// A member of a oneof that is not there has no enum to refuse.
TEST(StrictTest, AsksOnlyWhatIsThere) {
  EXPECT_TRUE(Read<v1::SectionContent>("").ok());
  EXPECT_TRUE(IsRefusal(Read<v1::SectionContent>("\x12\x00"s), Reason::kMalformed));
}

TEST(StrictTest, RefusesWhatNoMessageMaySpan) {
  v1::Record record;
  record.set_header(std::string(limits::kMessageBytes, 'x'));
  EXPECT_TRUE(IsRefusal(Read<v1::Record>(Encode(record)), Reason::kTooLarge));
}

TEST(StrictTest, ChecksMessagesThatCameParsed) {
  v1::Notice notice;
  notice.set_type(v1::NOTICE_TYPE_GAP);
  EXPECT_TRUE(CheckParsed(notice).ok());
  notice.mutable_statement()->ParseFromString(kUnknown);
  EXPECT_TRUE(IsRefusal(CheckParsed(notice), Reason::kUnknownField));
}

// No list of ours is packed differently by another encoder.
TEST(StrictTest, TakesPackedNumbersOnly) {
  v1::KeyStatement keys;
  keys.add_format_versions(1);
  keys.add_format_versions(2);
  EXPECT_EQ(Encode(keys), "\x1a\x02\x01\x02");
  EXPECT_TRUE(IsRefusal(Read<v1::KeyStatement>("\x18\x01\x18\x02"), Reason::kNotCanonical));
}

}  // namespace
}  // namespace entente::record
