// A record that goes to one of its recipients by an override: version 3, under the leaf of the
// access. Whether the override holds, the log says (core/ledger/overrides.h).
#include <gtest/gtest.h>

#include "core/base/refusal.h"
#include "core/record/format.h"
#include "core/record/statements.h"
#include "core/record/strict.h"
#include "tests/support/record_world.h"

namespace entente::record {
namespace {

class OverriddenTest : public ::testing::Test {
 protected:
  // By somebody, of something: here it is bytes of the right form.
  std::string Statement() {
    const auto key = crypto::SigningKey::Create(world_.random);
    const std::vector<StatementSigner> signers = {{key, crypto::KeyUse::kOfficer}};
    return Encode(SignStatement("override", "entente.test", "a body", signers));
  }
  SealRequest Request() {
    SealRequest request = world_.Request();
    request.recipients[0].emergency = Statement();
    return request;
  }
  v1::Record Signed(const SealRequest& request) {
    const auto sealed = SealRecord(request, world_.random);
    EXPECT_TRUE(sealed.ok()) << sealed.status();
    return world_.Sign(*sealed);
  }
  static absl::Status Submitted(const v1::Record& record) {
    const auto parsed = ReadRecord(Encode(record));
    return parsed.ok() ? CheckSubmitted(*parsed) : parsed.status();
  }
  static uint32_t VersionOf(const v1::Record& record) {
    v1::RecordHeader header;
    EXPECT_TRUE(header.ParseFromString(record.header()));
    return header.format_version();
  }

  testing::RecordWorld world_;
};

TEST_F(OverriddenTest, HasAVersionOfItsOwn) {
  v1::Record record = Signed(Request());
  EXPECT_EQ(VersionOf(record), 3u);
  EXPECT_TRUE(Submitted(record).ok()) << Submitted(record);
  EXPECT_EQ(VersionFor(true, true), 3u) << "with a file too";
  for (const uint32_t other : {1u, 2u}) {
    v1::RecordHeader header;
    ASSERT_TRUE(header.ParseFromString(record.header()));
    header.set_format_version(other);
    record.set_header(Encode(header));
    EXPECT_TRUE(IsRefusal(Submitted(record), Reason::kMalformed)) << other;
  }
  v1::Record plain = world_.Lead();
  v1::RecordHeader header;
  ASSERT_TRUE(header.ParseFromString(plain.header()));
  header.set_format_version(3);
  plain.set_header(Encode(header));
  EXPECT_TRUE(IsRefusal(Submitted(plain), Reason::kMalformed)) << "nothing asks for it";
}

TEST_F(OverriddenTest, ItsRecipientGetsItAndNobodyElse) {
  const SealRequest request = Request();
  const v1::Record record = Signed(request);
  const AgencyId first = request.recipients[0].recipient;
  const AgencyId second = request.recipients[1].recipient;
  EXPECT_FALSE(world_.Strip(record, first).access(0).override().empty());
  const v1::Record other = world_.Strip(record, second);
  EXPECT_TRUE(other.access(0).override().empty());
  for (const AgencyId& one : {first, second}) {
    const auto opened = world_.Receive(world_.Strip(record, one), one);
    EXPECT_TRUE(opened.ok()) << opened.status();
  }
}

TEST_F(OverriddenTest, TheSignatureCoversIt) {
  v1::Record record = Signed(Request());
  record.mutable_access(0)->set_override(Statement());
  EXPECT_TRUE(IsRefusal(Submitted(record), Reason::kProofBad)) << "another";
  record.mutable_access(0)->clear_override();
  EXPECT_FALSE(Submitted(record).ok()) << "none";
  record = Signed(Request());
  record.mutable_access(1)->set_override(Statement());
  EXPECT_TRUE(IsRefusal(Submitted(record), Reason::kProofBad)) << "for the other, too";
}

TEST_F(OverriddenTest, IsAStatementReadStrictly) {
  v1::Record record = Signed(Request());
  record.mutable_access(0)->set_override("no statement");
  EXPECT_TRUE(IsRefusal(Submitted(record), Reason::kMalformed));
  v1::SignedStatement unsigned_one;
  unsigned_one.set_body("a body");
  record.mutable_access(0)->set_override(Encode(unsigned_one));
  EXPECT_TRUE(IsRefusal(Submitted(record), Reason::kMalformed));
}

TEST_F(OverriddenTest, EightRecipientsAtMost) {
  const auto with = [&](size_t count) {
    SealRequest request = world_.Request();
    const RecipientDraft first = request.recipients[0];
    request.recipients.clear();
    for (size_t i = 0; i < count; ++i) {
      request.recipients.push_back(first);
      request.recipients.back().recipient =
          testing::Agency("DE." + std::string(1, static_cast<char>('a' + i)));
      request.recipients.back().emergency = Statement();
    }
    return Submitted(Signed(request));
  };
  EXPECT_TRUE(with(kMostOverrides).ok()) << with(kMostOverrides);
  EXPECT_TRUE(IsRefusal(with(kMostOverrides + 1), Reason::kMalformed));
}

}  // namespace
}  // namespace entente::record
