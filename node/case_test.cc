// A case: who is in it, what its members post, who came later, who was removed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "node/engine_fixture.h"
#include "node/exchange_fixture.h"

namespace entente::node {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Owned by FR.fiu. CH.fiu does not get what is about victims.
class CaseTest : public ::testing::Test {
 protected:
  CaseTest() : world({"FR.fiu", "BR.fiu", "CH.fiu", "DE.fiu"}) {}

  static v1::CaseMember Member(const std::string& agency,
                               v1::CaseRole role = v1::CASE_ROLE_INVESTIGATOR) {
    v1::CaseMember member;
    member.set_agency(agency);
    member.set_role(role);
    return member;
  }
  std::string Open(const std::vector<v1::CaseMember>& members) {
    v1::OpenCaseRequest request = CaseWith(world.now, {});
    for (const v1::CaseMember& member : members) *request.add_members() = member;
    const auto opened = world.node("FR.fiu")->OpenCase("author", request, world.now);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return opened.ok() ? opened->case_id() : "";
  }
  absl::Status Change(const std::string& id, const std::vector<v1::CaseMember>& add,
                      const std::vector<std::string>& remove, std::string_view by = "FR.fiu") {
    v1::ChangeCaseRequest request;
    request.set_case_id(id);
    for (const v1::CaseMember& member : add) *request.add_members() = member;
    for (const std::string& agency : remove) request.add_remove(agency);
    request.set_justification("as agreed");
    return world.node(by)->ChangeCase("author", request, world.now).status();
  }
  v1::Draft Post(const std::string& id, std::vector<std::string> recipients = {}) const {
    v1::Draft draft = world.Lead(std::move(recipients));
    draft.set_kind(v1::RECORD_KIND_CASE_ITEM);
    draft.set_case_id(id);
    v1::SectionContent& content = *draft.mutable_sections(0)->mutable_content();
    content.mutable_subjects()->add_subjects()->mutable_account()->set_number(
        "CH9300762011623852957");
    return draft;
  }
  std::vector<v1::CaseSummary> Cases(std::string_view agency) {
    const auto cases = world.node(agency)->ListCases("reader", {}, world.now);
    EXPECT_TRUE(cases.ok()) << cases.status();
    return {cases->cases().begin(), cases->cases().end()};
  }
  std::vector<v1::CaseEntry> Show(std::string_view agency, const std::string& id) {
    v1::ShowCaseRequest request;
    request.set_case_id(id);
    const auto shown = world.node(agency)->ShowCase("reader", request, world.now);
    EXPECT_TRUE(shown.ok()) << agency << ": " << shown.status();
    if (!shown.ok()) return {};
    return {shown->entries().begin(), shown->entries().end()};
  }
  size_t PostsAt(std::string_view agency, const std::string& id) {
    size_t posts = 0;
    for (const v1::CaseEntry& entry : Show(agency, id)) {
      posts += entry.kind() == v1::RECORD_KIND_CASE_ITEM ? 1 : 0;
    }
    return posts;
  }

  v1::RecipientStatus At(std::string_view agency, const std::string& id, const std::string& record,
                         std::string_view recipient) {
    for (const v1::CaseEntry& entry : Show(agency, id)) {
      for (const v1::RecipientStatus& one : entry.recipients()) {
        if (entry.record_id() == record && one.recipient() == recipient) return one;
      }
    }
    ADD_FAILURE() << record << " was not sent to " << recipient;
    return {};
  }

  World world;
};

TEST_F(CaseTest, MembersLearnWhoIsInIt) {
  const std::string id = Open({Member("DE.fiu", v1::CASE_ROLE_OBSERVER), Member("BR.fiu")});
  EXPECT_EQ(Cases("FR.fiu")[0].on_its_way(), 1u);
  world.Settle();
  for (const char* agency : {"FR.fiu", "BR.fiu", "DE.fiu"}) {
    const auto cases = Cases(agency);
    ASSERT_THAT(cases, SizeIs(1)) << agency;
    EXPECT_EQ(cases[0].case_id(), id);
    EXPECT_EQ(cases[0].owner(), "FR.fiu");
    EXPECT_EQ(cases[0].title(), "The quay");
    EXPECT_EQ(cases[0].number(), 1u);
    EXPECT_EQ(cases[0].on_its_way(), 0u);
    ASSERT_THAT(cases[0].members(), SizeIs(2));
    EXPECT_EQ(cases[0].members(0).agency(), "BR.fiu") << "sorted";
  }
  EXPECT_THAT(Cases("CH.fiu"), IsEmpty());
}

TEST_F(CaseTest, AWrongWordIsNamedWhenItIsOpened) {
  v1::OpenCaseRequest request = CaseWith(world.now, {"BR.fiu"});
  request.set_purpose("nonsense");
  const auto opened = world.node("FR.fiu")->OpenCase("author", request, world.now);
  ASSERT_TRUE(IsRefusal(opened.status(), Reason::kLabelUnknown)) << opened.status();
  EXPECT_THAT(RefusalOf(opened.status())->text, HasSubstr("nonsense"));
  EXPECT_THAT(RefusalOf(opened.status())->advice, HasSubstr("asset-recovery"));
}

TEST_F(CaseTest, APostGoesToAllWhoAreInIt) {
  const std::string id = Open({Member("BR.fiu"), Member("CH.fiu")});
  const std::string early = world.Send("FR.fiu", Post(id));  // leaves after the membership
  world.Settle();
  world.Send("BR.fiu", Post(id));
  world.Settle();
  EXPECT_EQ(At("FR.fiu", id, early, "CH.fiu").state(), v1::RECIPIENT_STATE_DELIVERED);
  for (const char* agency : {"FR.fiu", "BR.fiu", "CH.fiu"}) EXPECT_EQ(PostsAt(agency, id), 2u);
  for (const v1::CaseEntry& entry : Show("CH.fiu", id)) {
    EXPECT_EQ(entry.membership(), 1u);
  }
}

TEST_F(CaseTest, NobodyElseIsPostedTo) {
  const std::string id = Open({Member("BR.fiu")});
  world.Settle();
  const auto sent = world.node("FR.fiu")->Send("author", Post(id, {"DE.fiu"}), world.now);
  EXPECT_TRUE(IsRefusal(sent.status(), Reason::kWrongAgency)) << sent.status();
  const auto unknown = world.node("DE.fiu")->Send("author", Post(id), world.now);
  EXPECT_TRUE(IsRefusal(unknown.status(), Reason::kMalformed)) << unknown.status();
  v1::Draft lead = world.Lead({"BR.fiu"});
  lead.set_case_id(id);
  EXPECT_FALSE(world.node("FR.fiu")->Send("author", lead, world.now).ok()) << "a lead in a case";
  v1::Draft nowhere = Post("", {"BR.fiu"});
  EXPECT_TRUE(IsRefusal(world.node("FR.fiu")->Send("author", nowhere, world.now).status(),
                        Reason::kLabelMissing));
}

TEST_F(CaseTest, AnObserverReadsAndDoesNotPost) {
  const std::string id = Open({Member("BR.fiu"), Member("DE.fiu", v1::CASE_ROLE_OBSERVER)});
  world.Settle();
  world.Send("BR.fiu", Post(id));
  world.Settle();
  EXPECT_EQ(PostsAt("DE.fiu", id), 1u);
  const auto sent = world.node("DE.fiu")->Send("author", Post(id), world.now);
  EXPECT_TRUE(IsRefusal(sent.status(), Reason::kNotAuthorised)) << sent.status();
}

TEST_F(CaseTest, TheOwnerAloneChangesWhoIsInIt) {
  const std::string id = Open({Member("BR.fiu")});
  EXPECT_TRUE(IsRefusal(Change(id, {Member("DE.fiu")}, {}), Reason::kMembershipBehind))
      << "the first is not in the log yet";
  world.Settle();
  EXPECT_TRUE(IsRefusal(Change(id, {Member("DE.fiu")}, {}, "BR.fiu"), Reason::kWrongAgency));
  EXPECT_TRUE(IsRefusal(Change(id, {}, {"CH.fiu"}), Reason::kWrongAgency)) << "is not in it";
  EXPECT_TRUE(IsRefusal(Change(id, {Member("BR.fiu")}, {}), Reason::kMalformed)) << "no change";
  EXPECT_TRUE(IsRefusal(Change(id, {}, {"BR.fiu"}), Reason::kLabelMissing)) << "nobody is left";
  EXPECT_TRUE(Change(id, {Member("DE.fiu")}, {}).ok());
  world.Settle();
  EXPECT_EQ(Cases("BR.fiu")[0].number(), 2u);
  EXPECT_EQ(Cases("DE.fiu")[0].number(), 2u);
}

TEST_F(CaseTest, WhoIsRemovedGetsNothingFromThenOn) {
  const std::string id = Open({Member("BR.fiu"), Member("DE.fiu")});
  world.Settle();
  world.Send("BR.fiu", Post(id));
  world.Settle();
  ASSERT_EQ(PostsAt("DE.fiu", id), 1u);
  ASSERT_TRUE(Change(id, {}, {"DE.fiu"}).ok());
  world.Settle();
  const std::string later = world.Send("BR.fiu", Post(id));
  world.Settle();
  EXPECT_EQ(PostsAt("DE.fiu", id), 1u);
  EXPECT_EQ(PostsAt("FR.fiu", id), 2u);
  EXPECT_EQ(At("BR.fiu", id, later, "FR.fiu").state(), v1::RECIPIENT_STATE_DELIVERED);
  const auto sent = world.node("BR.fiu")->Send("author", Post(id, {"DE.fiu"}), world.now);
  EXPECT_TRUE(IsRefusal(sent.status(), Reason::kWrongAgency)) << sent.status();
}

// Nothing else tells it so: a removal is not told to who is removed.
TEST_F(CaseTest, WhoWasRemovedLearnsItFromTheLogsRefusal) {
  const std::string id = Open({Member("BR.fiu"), Member("DE.fiu")});
  world.Settle();
  ASSERT_TRUE(Change(id, {}, {"DE.fiu"}).ok());
  world.Settle();
  world.broker.refuses = [](const v1::Submission& submission) -> std::optional<v1::Refusal> {
    if (!submission.has_record()) return std::nullopt;
    v1::Refusal refusal;
    refusal.set_reason("wrong-agency");
    return refusal;
  };
  EXPECT_FALSE(Cases("DE.fiu")[0].turned_away());
  const std::string post = world.Send("DE.fiu", Post(id));
  for (int i = 0; i < 2; ++i) {
    world.Settle();
    world.Advance(limits::kMinuteMs);
  }
  EXPECT_EQ(At("DE.fiu", id, post, "FR.fiu").reason(), "wrong-agency:removed");
  EXPECT_TRUE(Cases("DE.fiu")[0].turned_away());
  world.node("DE.fiu").Restart(world.now);
  const auto again = world.node("DE.fiu")->Send("author", Post(id), world.now);
  ASSERT_TRUE(IsRefusal(again.status(), Reason::kWrongAgency)) << again.status();
  EXPECT_THAT(RefusalOf(again.status())->advice, HasSubstr("ask FR.fiu"));
  world.broker.refuses = nullptr;
  ASSERT_TRUE(Change(id, {Member("DE.fiu")}, {}).ok());
  world.Settle();
  EXPECT_FALSE(Cases("DE.fiu")[0].turned_away()) << "is in it again";
  world.Send("DE.fiu", Post(id));
}

// Held for what its text gives away to Switzerland; Germany is removed before it is released.
TEST_F(CaseTest, APostThatWaitsDoesNotGoToWhoLeftMeanwhile) {
  v1::AddOfficerRequest officer;
  officer.mutable_officer()->set_id("second");
  officer.mutable_officer()->add_roles("releaser");
  ASSERT_TRUE(world.node("FR.fiu")->AddOfficer("admin", officer, world.now).ok());
  const std::string id = Open({Member("BR.fiu"), Member("CH.fiu"), Member("DE.fiu")});
  world.Settle();
  v1::Draft leaking = Post(id);
  v1::Subjects& subjects = *leaking.mutable_sections(0)->mutable_content()->mutable_subjects();
  subjects.mutable_subjects(0)->set_note("watch the house at the quay");
  const std::string waits = world.Send("FR.fiu", leaking);
  ASSERT_TRUE(Change(id, {}, {"DE.fiu"}).ok());
  world.Settle();
  ASSERT_EQ(At("FR.fiu", id, waits, "DE.fiu").state(), v1::RECIPIENT_STATE_HELD);
  v1::JudgeHeldRequest request;
  request.set_record_id(waits);
  request.set_release(true);
  request.set_justification("looked at it");
  v1::ListHeldRequest list;
  list.set_justification("looked at it");
  request.set_seen(world.node("FR.fiu")->ListHeld("second", list, world.now)->records(0).seen());
  ASSERT_TRUE(world.node("FR.fiu")->JudgeHeld("second", request, world.now).ok());
  world.Settle();
  EXPECT_EQ(At("FR.fiu", id, waits, "BR.fiu").state(), v1::RECIPIENT_STATE_DELIVERED);
  EXPECT_EQ(At("FR.fiu", id, waits, "DE.fiu").state(), v1::RECIPIENT_STATE_NOT_SENT);
  EXPECT_EQ(PostsAt("DE.fiu", id), 0u);
}

// The broker of this test holds no post against a membership: the recipient does.
TEST_F(CaseTest, APostUnderAnOldMembershipIsRefusedByItsRecipient) {
  const std::string id = Open({Member("BR.fiu"), Member("DE.fiu")});
  world.Settle();
  ASSERT_TRUE(Change(id, {}, {"DE.fiu"}).ok());
  world.Settle({"DE.fiu"});
  const std::string late = world.Send("DE.fiu", Post(id));
  world.Settle();
  EXPECT_EQ(At("DE.fiu", id, late, "BR.fiu").state(), v1::RECIPIENT_STATE_NOT_OPENED);
  EXPECT_EQ(At("DE.fiu", id, late, "FR.fiu").state(), v1::RECIPIENT_STATE_NOT_OPENED);
  EXPECT_EQ(PostsAt("BR.fiu", id), 0u);
  EXPECT_EQ(At("DE.fiu", id, late, "BR.fiu").reason(), "membership-behind");
}

// It stood in the log before the newer membership, which comes first all the same.
TEST_F(CaseTest, APostFromBeforeTheNewerMembershipIsInOrder) {
  const std::string id = Open({Member("BR.fiu"), Member("DE.fiu")});
  world.Settle();
  world.broker.keeps_back = [](const v1::Delivery& delivery) {
    return delivery.lane() == v1::LANE_BULK;
  };
  v1::Draft post = Post(id, {"BR.fiu"});
  post.set_urgency(v1::URGENCY_NORMAL);
  const std::string early = world.Send("DE.fiu", post);
  world.Settle();
  ASSERT_TRUE(Change(id, {Member("CH.fiu")}, {}).ok());
  world.Settle();
  ASSERT_EQ(Cases("BR.fiu")[0].number(), 2u);
  ASSERT_EQ(PostsAt("BR.fiu", id), 0u);
  world.broker.keeps_back = nullptr;
  world.Settle();
  EXPECT_EQ(PostsAt("BR.fiu", id), 1u);
  EXPECT_EQ(At("DE.fiu", id, early, "BR.fiu").state(), v1::RECIPIENT_STATE_DELIVERED);
}

TEST_F(CaseTest, ABrokersRefusalIsFinalAndLosesNothing) {
  const std::string id = Open({Member("BR.fiu")});
  world.Settle();
  world.broker.refuses = [](const v1::Submission& submission) -> std::optional<v1::Refusal> {
    if (!submission.has_record()) return std::nullopt;
    v1::Refusal refusal;
    refusal.set_reason("membership-behind");
    return refusal;
  };
  const std::string post = world.Send("BR.fiu", Post(id));
  world.Settle();
  world.Advance(limits::kMinuteMs);
  world.Settle();
  world.broker.refuses = nullptr;
  world.Advance(limits::kMinuteMs);
  world.Settle();
  EXPECT_EQ(At("BR.fiu", id, post, "FR.fiu").state(), v1::RECIPIENT_STATE_REFUSED);
  EXPECT_EQ(At("BR.fiu", id, post, "FR.fiu").reason(), "membership-behind");
  world.Send("BR.fiu", Post(id));
  world.Settle();
  EXPECT_EQ(PostsAt("FR.fiu", id), 1u) << "posted again";
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
}

TEST_F(CaseTest, WhoCameLaterIsShownWhatTheOriginAllowsItemByItem) {
  const std::string id = Open({Member("BR.fiu")});
  world.Settle();
  const std::string first = world.Send("FR.fiu", Post(id));
  world.Advance(limits::kSecondMs);
  const std::string second = world.Send("FR.fiu", Post(id));
  world.Send("BR.fiu", Post(id));
  world.Settle();
  ASSERT_TRUE(Change(id, {Member("CH.fiu")}, {}).ok());
  world.Settle();
  EXPECT_EQ(PostsAt("CH.fiu", id), 0u) << "nothing by itself";
  v1::ShareCaseRequest request;
  request.set_case_id(id);
  request.set_recipient("CH.fiu");
  request.set_justification("has joined");
  auto shared = world.node("FR.fiu")->ShareCase("author", request, world.now);
  ASSERT_TRUE(shared.ok()) << shared.status();
  ASSERT_THAT(shared->entries(), SizeIs(2)) << "our own alone";
  EXPECT_EQ(shared->entries(0).record_id(), first);
  EXPECT_EQ(shared->entries(1).record_id(), second);
  EXPECT_THAT(shared->entries(0).recipient().withheld(), SizeIs(1)) << "by the policy of today";
  world.Settle();
  EXPECT_EQ(PostsAt("CH.fiu", id), 2u);
  EXPECT_EQ(PostsAt("BR.fiu", id), 3u) << "what it has does not come again";
  shared = world.node("FR.fiu")->ShareCase("author", request, world.now);
  ASSERT_TRUE(shared.ok()) << shared.status();
  EXPECT_THAT(shared->entries(), IsEmpty()) << "it has them all";
  request.set_recipient("DE.fiu");
  EXPECT_TRUE(IsRefusal(world.node("FR.fiu")->ShareCase("author", request, world.now).status(),
                        Reason::kWrongAgency));
}

// A suspect turns out to be a victim.
TEST_F(CaseTest, ARecategorisationClosesEveryOldCopyAndDecidesAnew) {
  const std::string id = Open({Member("BR.fiu"), Member("CH.fiu")});
  world.Settle();
  v1::Draft suspect = Post(id, {"BR.fiu"});
  suspect.mutable_sections()->DeleteSubrange(1, suspect.sections_size() - 1);
  const std::string old = world.Send("FR.fiu", suspect);
  v1::ShareCaseRequest request;
  request.set_case_id(id);
  request.set_recipient("CH.fiu");
  request.set_justification("has joined");
  world.Settle();
  ASSERT_TRUE(world.node("FR.fiu")->ShareCase("author", request, world.now).ok());
  world.Settle();
  ASSERT_EQ(PostsAt("CH.fiu", id), 1u);
  v1::Draft victim = world.Lead({});
  victim.set_kind(v1::RECORD_KIND_CASE_ITEM);
  victim.set_case_id(id);
  victim.mutable_sections()->DeleteSubrange(0, 1);
  victim.set_replaces(old);
  victim.set_replace_ground(v1::RECALL_GROUND_RECATEGORISED);
  const std::string next = world.Send("FR.fiu", victim);
  world.Settle();
  EXPECT_EQ(At("FR.fiu", id, old, "BR.fiu").state(), v1::RECIPIENT_STATE_ERASED);
  size_t erased = 0;
  for (const char* agency : {"BR.fiu", "CH.fiu"}) {
    for (const v1::CaseEntry& entry : Show(agency, id)) {
      erased += entry.state() == v1::RECIPIENT_STATE_ERASED ? 1 : 0;
    }
  }
  EXPECT_EQ(erased, 2u) << "the copy too";
  const absl::Status closed = world.Show("BR.fiu", old).status();
  EXPECT_THAT(RefusalOf(closed)->text, HasSubstr("another category"));
  EXPECT_EQ(At("FR.fiu", id, next, "BR.fiu").state(), v1::RECIPIENT_STATE_DELIVERED);
  EXPECT_EQ(At("FR.fiu", id, next, "CH.fiu").state(), v1::RECIPIENT_STATE_NOT_SENT)
      << "nothing but what is about a victim";
}

// An owner chooses the id of its case: it can share what people speak.
TEST_F(CaseTest, ANameThatTwoCasesShareIsNone) {
  const std::string id = Open({Member("BR.fiu")});
  world.node("FR.fiu").random.next = *HexDecode(id.substr(0, 20) + std::string(12, 'f'));
  const std::string other = Open({Member("DE.fiu")});
  ASSERT_EQ(other.substr(0, 20), id.substr(0, 20));
  world.Settle();
  const std::string spoken = Cases("FR.fiu")[0].reference();
  EXPECT_EQ(Cases("FR.fiu")[1].reference(), spoken);
  const auto sent = world.node("FR.fiu")->Send("author", Post(spoken), world.now);
  EXPECT_TRUE(IsRefusal(sent.status(), Reason::kMalformed)) << sent.status();
  world.Send("FR.fiu", Post(id));
  world.Settle();
  EXPECT_EQ(PostsAt("BR.fiu", id), 1u);
  EXPECT_EQ(PostsAt("DE.fiu", other), 0u);
}

TEST_F(CaseTest, AMembershipIsChangedAndNotRecalled) {
  const std::string id = Open({Member("BR.fiu")});
  world.Settle();
  v1::RecallRequest request;
  request.set_record_id(Show("FR.fiu", id)[0].record_id());
  request.set_ground(v1::RECALL_GROUND_WITHDRAWN);
  request.set_justification("the wrong one");
  const auto recalled = world.node("FR.fiu")->Recall("author", request, world.now);
  EXPECT_TRUE(IsRefusal(recalled.status(), Reason::kMalformed)) << recalled.status();
}

TEST_F(CaseTest, AMembershipThatHasNotLeftIsTakenBack) {
  const std::string id = Open({Member("BR.fiu")});
  world.Settle();
  ASSERT_TRUE(Change(id, {Member("DE.fiu")}, {}).ok());
  EXPECT_TRUE(IsRefusal(Change(id, {Member("CH.fiu")}, {}), Reason::kMembershipBehind));
  v1::RecallRequest request;
  request.set_record_id(Show("FR.fiu", id).back().record_id());
  request.set_ground(v1::RECALL_GROUND_WITHDRAWN);
  request.set_justification("the wrong one");
  const auto recalled = world.node("FR.fiu")->Recall("author", request, world.now);
  ASSERT_TRUE(recalled.ok()) << recalled.status();
  ASSERT_TRUE(Change(id, {Member("CH.fiu")}, {}).ok());
  world.Settle();
  EXPECT_THAT(Cases("DE.fiu"), IsEmpty());
  EXPECT_EQ(Cases("CH.fiu")[0].number(), 2u);
  EXPECT_EQ(Cases("BR.fiu")[0].number(), 2u);
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), IsEmpty());
}

TEST_F(CaseTest, EndsWithItsNewestMembership) {
  const std::string id = Open({Member("BR.fiu")});
  world.Settle();
  v1::Draft late = Post(id);
  world.Advance(91 * limits::kDayMs);
  late.set_expires_ms(static_cast<uint64_t>((world.now + limits::kDayMs).ms));
  for (const char* agency : {"FR.fiu", "BR.fiu"}) {
    const auto sent = world.node(agency)->Send("author", late, world.now);
    EXPECT_TRUE(IsRefusal(sent.status(), Reason::kExpired)) << agency << sent.status();
  }
}

TEST_F(CaseTest, WhoWasRemovedIsAnsweredNoMore) {
  const std::string id = Open({Member("BR.fiu"), Member("DE.fiu")});
  world.Settle();
  v1::Draft ask = Post(id, {"BR.fiu"});
  ask.set_kind(v1::RECORD_KIND_REQUEST);
  v1::RequestAsk& asked = *ask.mutable_sections(0)->mutable_content()->mutable_request_ask();
  asked.set_facts("who pays?");
  asked.set_link("the bank is yours");
  asked.set_intended_use("to know");
  asked.set_ground(v1::REQUEST_GROUND_OTHER);
  asked.set_due_ms(static_cast<uint64_t>((world.now + limits::kDayMs).ms));
  const std::string request = world.Send("DE.fiu", ask);
  world.Settle();
  v1::AnswerRequest answer;
  answer.set_record_id(request);
  answer.set_state(v1::REPLY_STATE_ACCEPTED);
  answer.set_justification("asked");
  EXPECT_TRUE(world.node("BR.fiu")->Answer("author", answer, world.now).ok());
  ASSERT_TRUE(Change(id, {}, {"DE.fiu"}).ok());
  world.Settle();
  answer.set_state(v1::REPLY_STATE_ANSWERED);
  EXPECT_TRUE(IsRefusal(world.node("BR.fiu")->Answer("author", answer, world.now).status(),
                        Reason::kWrongAgency));
}

TEST_F(CaseTest, OutlivesARestart) {
  const std::string id = Open({Member("BR.fiu")});
  world.Settle();
  for (const char* agency : {"FR.fiu", "BR.fiu"}) world.node(agency).Restart(world.now);
  world.Settle();
  EXPECT_EQ(Cases("BR.fiu")[0].title(), "The quay");
  ASSERT_TRUE(Change(id, {Member("DE.fiu")}, {}).ok());
  world.Settle();
  EXPECT_EQ(Cases("DE.fiu")[0].number(), 2u);
}

}  // namespace
}  // namespace entente::node
