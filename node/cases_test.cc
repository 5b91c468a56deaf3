#include "node/cases.h"

#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "core/base/refusal.h"

namespace entente::node {
namespace {

// BR.fiu, which knows the case of FR.fiu: Germany was an investigator under 1, observes under 2.
class CheckInCaseTest : public ::testing::Test {
 protected:
  CheckInCaseTest() {
    book_.set_owner("FR.fiu");
    Hold(1, 100, v1::CASE_ROLE_INVESTIGATOR);
    Hold(2, 200, v1::CASE_ROLE_OBSERVER);
  }
  void Hold(uint64_t number, uint64_t log_index, v1::CaseRole role) {
    state::HeldMembership& held = *book_.add_memberships();
    held.set_number(number);
    held.set_log_index(log_index);
    held.set_digest(std::string(32, static_cast<char>(number)));
    for (const char* agency : {"BR.fiu", "DE.fiu"}) {
      v1::CaseMember& member = *held.add_members();
      member.set_agency(agency);
      member.set_role(role);
    }
  }
  static record::Header Header(v1::RecordKind kind, const std::string& origin, uint64_t number) {
    record::Header header{.kind = kind, .origin = *AgencyId::Parse(origin)};
    header.case_id = record::CaseId{7};
    header.membership_number = number;
    return header;
  }
  static record::OpenedSection Declares(uint64_t number, const std::string& member,
                                        const std::string& before) {
    record::OpenedSection section;
    section.labels.set_essential(true);
    v1::Membership& membership = *section.content.mutable_membership();
    membership.set_case_id(ToString(record::CaseId{7}));
    membership.set_number(number);
    membership.set_before(before);
    membership.add_members()->set_agency(member);
    return section;
  }
  std::string Says(const record::Header& header,
                   const std::vector<record::OpenedSection>& sections = {},
                   uint64_t log_index = 300) {
    const absl::Status status =
        CheckInCase(*AgencyId::Parse("BR.fiu"), book_, header, sections, log_index);
    const auto refusal = RefusalOf(status);
    return refusal ? std::string(ReasonWord(refusal->reason)) : status.ToString();
  }
  std::string SaysOfMembership(const std::string& origin, uint64_t number,
                               const record::OpenedSection& section) {
    return Says(Header(v1::RECORD_KIND_MEMBERSHIP, origin, number), {section});
  }

  state::CaseBook book_;
};

TEST_F(CheckInCaseTest, OfAPost) {
  const auto post = [](const std::string& origin, uint64_t number) {
    return Header(v1::RECORD_KIND_CASE_ITEM, origin, number);
  };
  EXPECT_EQ(Says(post("FR.fiu", 2)), "OK");
  EXPECT_EQ(Says(post("FR.fiu", 3)), "OK") << "the membership may be on its way";
  EXPECT_EQ(Says(post("FR.fiu", 1)), "membership-behind");
  EXPECT_EQ(Says(post("DE.fiu", 1), {}, 150), "OK") << "before the second stood";
  EXPECT_EQ(Says(post("DE.fiu", 2)), "not-authorised") << "observes";
  EXPECT_EQ(Says(Header(v1::RECORD_KIND_REQUEST, "DE.fiu", 2)), "not-authorised");
  EXPECT_EQ(Says(Header(v1::RECORD_KIND_REQUEST, "DE.fiu", 1), {}, 150), "OK");
  EXPECT_EQ(Says(post("CH.fiu", 2)), "wrong-agency");
  EXPECT_EQ(Says(post("FR.fiu", 2), {Declares(2, "BR.fiu", "")}), "malformed");
  record::Header lead = Header(v1::RECORD_KIND_LEAD, "FR.fiu", 0);
  lead.case_id.reset();
  EXPECT_EQ(Says(lead, {Declares(2, "BR.fiu", "")}), "malformed");
}

TEST_F(CheckInCaseTest, OfAMembership) {
  const std::string before(32, '\2');
  EXPECT_EQ(SaysOfMembership("FR.fiu", 3, Declares(3, "BR.fiu", before)), "OK");
  EXPECT_EQ(SaysOfMembership("DE.fiu", 3, Declares(3, "BR.fiu", before)), "wrong-agency");
  EXPECT_EQ(SaysOfMembership("FR.fiu", 2, Declares(2, "BR.fiu", before)), "membership-behind");
  EXPECT_EQ(SaysOfMembership("FR.fiu", 3, Declares(3, "BR.fiu", std::string(32, '\1'))),
            "proof-bad");
  EXPECT_EQ(SaysOfMembership("FR.fiu", 4, Declares(4, "BR.fiu", std::string(32, 'x'))), "OK")
      << "the one between is not here";
  EXPECT_EQ(SaysOfMembership("FR.fiu", 3, Declares(4, "BR.fiu", before)), "malformed");
  EXPECT_EQ(SaysOfMembership("FR.fiu", 3, Declares(3, "DE.fiu", before)), "wrong-agency");
  EXPECT_EQ(Says(Header(v1::RECORD_KIND_MEMBERSHIP, "FR.fiu", 3)), "malformed") << "empty";
  EXPECT_EQ(SaysOfMembership("FR.fiu", 3, Declares(3, "FR.fiu", before)), "malformed") << "owner";
  record::OpenedSection spare = Declares(3, "BR.fiu", before);
  EXPECT_EQ(Says(Header(v1::RECORD_KIND_MEMBERSHIP, "FR.fiu", 3), {spare, spare}), "malformed");
  spare.labels.set_essential(false);
  EXPECT_EQ(SaysOfMembership("FR.fiu", 3, spare), "malformed");
}

}  // namespace
}  // namespace entente::node
