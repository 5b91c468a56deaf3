// Posts in a case are held against the membership in force (cases.h).
#include <gtest/gtest.h>

#include "core/base/refusal.h"
#include "tests/support/broker_fixture.h"

namespace entente::broker {
namespace {

constexpr record::CaseId kCase = {7};

class CaseTest : public ::testing::Test {
 protected:
  static LeadDraft Declares(uint64_t number, std::vector<std::string> members) {
    return {.recipients = std::move(members),
            .kind = v1::RECORD_KIND_MEMBERSHIP,
            .case_id = kCase,
            .membership = number};
  }
  static LeadDraft Post(const std::string& origin, uint64_t number,
                        std::vector<std::string> recipients) {
    return {.origin = origin,
            .recipients = std::move(recipients),
            .kind = v1::RECORD_KIND_CASE_ITEM,
            .case_id = kCase,
            .membership = number};
  }
  std::string Sent(const LeadDraft& draft) {
    const auto index = f.Send(draft, ++numbers_[draft.origin]);
    if (index.ok()) return "OK";
    const auto refusal = RefusalOf(index.status());
    return refusal ? std::string(ReasonWord(refusal->reason)) : index.status().ToString();
  }

  EngineFixture f;

 private:
  std::map<std::string, uint64_t> numbers_;
};

TEST_F(CaseTest, MembersAndOwnerPostToEachOther) {
  EXPECT_EQ(Sent(Declares(1, {"BR.fiu", "DE.fiu"})), "OK");
  EXPECT_EQ(Sent(Post("FR.fiu", 1, {"BR.fiu", "DE.fiu"})), "OK");
  EXPECT_EQ(Sent(Post("BR.fiu", 1, {"DE.fiu", "FR.fiu"})), "OK");
  LeadDraft request = Post("DE.fiu", 1, {"BR.fiu"});
  request.kind = v1::RECORD_KIND_REQUEST;
  EXPECT_EQ(Sent(request), "OK");
  EXPECT_EQ(f.Fetch("DE.fiu").size(), 3u);
  EXPECT_EQ(f.Findings(), "");
}

TEST_F(CaseTest, NobodyPostsInACaseThatNobodyDeclared) {
  EXPECT_EQ(Sent(Post("FR.fiu", 1, {"BR.fiu"})), "membership-behind");
}

TEST_F(CaseTest, WhoWasRemovedGetsNothingAndPostsNothing) {
  EXPECT_EQ(Sent(Declares(1, {"BR.fiu", "CH.fiu", "DE.fiu"})), "OK");
  EXPECT_EQ(Sent(Post("DE.fiu", 1, {"CH.fiu"})), "OK");
  EXPECT_EQ(Sent(Declares(2, {"BR.fiu", "DE.fiu"})), "OK");
  const size_t before = f.Fetch("CH.fiu").size();
  EXPECT_EQ(Sent(Post("DE.fiu", 1, {"BR.fiu", "CH.fiu"})), "membership-behind") << "had not heard";
  EXPECT_EQ(Sent(Post("DE.fiu", 2, {"BR.fiu", "CH.fiu"})), "wrong-agency") << "knows better";
  EXPECT_EQ(Sent(Post("CH.fiu", 1, {"DE.fiu"})), "wrong-agency");
  EXPECT_EQ(Sent(Post("CH.fiu", 2, {"DE.fiu"})), "wrong-agency");
  EXPECT_EQ(f.Fetch("CH.fiu").size(), before);
  EXPECT_EQ(Sent(Post("DE.fiu", 2, {"BR.fiu"})), "OK");
}

TEST_F(CaseTest, TheOwnerAloneDeclaresOneNumberAfterTheOther) {
  EXPECT_EQ(Sent(Declares(2, {"BR.fiu"})), "malformed") << "the first is 1";
  EXPECT_EQ(Sent(Declares(1, {"BR.fiu"})), "OK");
  EXPECT_EQ(Sent(Declares(1, {"BR.fiu", "CH.fiu"})), "membership-behind");
  EXPECT_EQ(Sent(Declares(3, {"BR.fiu"})), "malformed");
  LeadDraft takeover = Declares(2, {"DE.fiu"});
  takeover.origin = "BR.fiu";
  EXPECT_EQ(Sent(takeover), "wrong-agency");
  EXPECT_EQ(Sent(Post("FR.fiu", 9, {"BR.fiu"})), "malformed");
  EXPECT_EQ(Sent(Post("DE.fiu", 1, {"BR.fiu"})), "wrong-agency") << "never was a member";
}

TEST_F(CaseTest, EveryMemberIsToldTheSame) {
  LeadDraft two = Declares(1, {"BR.fiu", "DE.fiu"});
  two.sections = {{"other", "organisation"}, {"other", "narrative"}};
  EXPECT_EQ(Sent(two), "malformed");
  Lead unwrapped = f.Seal(Declares(1, {"BR.fiu", "DE.fiu"}));
  unwrapped.sealed.record.mutable_access(1)->clear_wraps();
  unwrapped.bytes = unwrapped.sealed.record.SerializeAsString();
  const auto index = f.Submit(f.Submission(unwrapped, 9), "FR.fiu");
  EXPECT_TRUE(IsRefusal(index.status(), Reason::kMalformed)) << index.status();
  EXPECT_EQ(Sent(Declares(1, {"BR.fiu", "DE.fiu"})), "OK");
}

// Admitted while its poster was a member, committed after the next membership.
TEST_F(CaseTest, TheOrderOfTheLogDecides) {
  EXPECT_EQ(Sent(Declares(1, {"BR.fiu", "CH.fiu"})), "OK");
  auto membership = f.Admit(f.Submission(f.Seal(Declares(2, {"BR.fiu"})), 50), "FR.fiu");
  auto post = f.Admit(f.Submission(f.Seal(Post("BR.fiu", 1, {"CH.fiu"})), 50), "BR.fiu");
  ASSERT_TRUE(membership.ok() && post.ok());
  const Command both[] = {std::get<Command>(*std::move(membership)),
                          std::get<Command>(*std::move(post))};
  const auto result = f.engine->Commit(both);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_TRUE(result->applied[0].ok()) << result->applied[0].status();
  EXPECT_TRUE(IsRefusal(result->applied[1].status(), Reason::kMembershipBehind));
}

TEST_F(CaseTest, OutlivesARestart) {
  EXPECT_EQ(Sent(Declares(1, {"BR.fiu", "CH.fiu"})), "OK");
  EXPECT_EQ(Sent(Declares(2, {"BR.fiu"})), "OK");
  ASSERT_TRUE(f.Reopen().ok());
  EXPECT_EQ(Sent(Post("BR.fiu", 1, {"FR.fiu"})), "membership-behind");
  EXPECT_EQ(Sent(Post("BR.fiu", 2, {"FR.fiu"})), "OK");
}

}  // namespace
}  // namespace entente::broker
