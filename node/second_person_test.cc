// A second person lets a record go: who asks for one, who may be it, and what is let go.
#include "node/second_person.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "node/engine_fixture.h"
#include "node/exchange_fixture.h"

namespace entente::node {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A State whose own rules ask for a second person, and one that honours it.
std::string Asking(std::string_view jurisdiction, uint64_t version) {
  std::string text = testing::DefaultPolicy(jurisdiction, version);
  const std::string_view obligations = "\"delete-after:P1Y\"]";
  text.replace(text.find(obligations), obligations.size(),
               "\"delete-after:P1Y\", \"second-person\"]");
  return text;
}

std::string Honouring(std::string_view jurisdiction) {
  std::string text = testing::DefaultPolicy(jurisdiction, 1);
  const std::string_view honours = "can_honour   = [";
  text.insert(text.find(honours) + honours.size(), "\"second-person\", ");
  return text;
}

class SecondPersonTest : public ::testing::Test {
 protected:
  SecondPersonTest() : world({"FR.fiu", "CH.fiu", "BR.fiu"}, {{"BR", Honouring("BR")}}) {
    AddOfficer("second", {"releaser"});
    AddOfficer("third", {"author", "releaser"});
  }

  TestNode& fr() { return world.node("FR.fiu"); }
  void AddOfficer(const std::string& id, const std::vector<std::string>& roles) {
    v1::AddOfficerRequest request;
    request.mutable_officer()->set_id(id);
    for (const std::string& role : roles) request.mutable_officer()->add_roles(role);
    EXPECT_TRUE(fr()->AddOfficer("admin", request, world.now).ok());
  }
  // As the configuration of FR.fiu says from now on.
  void Ask(SecondPersonRule rule) {
    fr().second_person = std::move(rule);
    fr().Restart(world.now);
  }
  std::vector<v1::HeldRecord> Held(uint32_t limit = 0, const std::string& page = "") {
    v1::ListHeldRequest request;
    request.set_justification("daily look");
    request.set_limit(limit);
    request.set_page(page);
    const auto held = fr()->ListHeld("second", request, world.now);
    EXPECT_TRUE(held.ok()) << held.status();
    next_page = held->next_page();
    return {held->records().begin(), held->records().end()};
  }
  absl::Status Release(std::string_view officer, const std::string& id, const std::string& seen) {
    v1::JudgeHeldRequest request;
    request.set_record_id(id);
    request.set_release(true);
    request.set_seen(seen);
    request.set_justification("looked at it");
    return fr()->JudgeHeld(officer, request, world.now).status();
  }
  v1::Consultation LastLine() {
    v1::ConsultationsRequest request;
    request.set_justification("review");
    const auto log = fr()->Consultations("protector", request, world.now);
    EXPECT_TRUE(log.ok()) << log.status();
    return *log->consultations().rbegin();
  }

  World world;
  std::string next_page;
};

TEST_F(SecondPersonTest, AHandlingCodeHoldsItUntilAnotherHasLooked) {
  Ask({.handling = {"H1"}, .kinds = {}});
  const auto preview = fr()->Preview("author", world.Lead({"BR.fiu"}), world.now);
  ASSERT_TRUE(preview.ok()) << preview.status();
  EXPECT_THAT(preview->recipients(0).second_person(), ElementsAre("handling:H1"));
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_HELD);
  EXPECT_EQ(world.SentLead("FR.fiu", id).recipients(0).reason(), "policy-held:second-person");
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
  const auto held = Held();
  ASSERT_THAT(held, SizeIs(1));
  EXPECT_THAT(held[0].recipients(0).second_person(), ElementsAre("handling:H1"));
  EXPECT_THAT(held[0].draft().sections(0).content().lead_ask().summary(), HasSubstr("harbour"));
  ASSERT_TRUE(Release("second", id, held[0].seen()).ok());
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
}

TEST_F(SecondPersonTest, OtherHandlingCodesAndKindsLeaveByThemselves) {
  Ask({.handling = {"H2"}, .kinds = {v1::RECORD_KIND_ALERT}});
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
}

TEST_F(SecondPersonTest, AKindOfRecordHoldsIt) {
  Ask({.handling = {}, .kinds = {v1::RECORD_KIND_LEAD}});
  const auto sent = fr()->Send("author", world.Lead({"BR.fiu"}), world.now);
  ASSERT_TRUE(sent.ok()) << sent.status();
  EXPECT_THAT(sent->recipients(0).second_person(), ElementsAre("kind:lead"));
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", sent->record_id(), "BR.fiu"), v1::RECIPIENT_STATE_HELD);
}

TEST_F(SecondPersonTest, TheSharingPolicyHoldsIt) {
  world.PublishPolicy("FR", 2, Asking("FR", 2));
  world.Settle();
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_HELD);
  const auto held = Held();
  ASSERT_THAT(held, SizeIs(1));
  EXPECT_THAT(held[0].recipients(0).second_person(), ElementsAre("policy"));
  ASSERT_TRUE(Release("second", id, held[0].digest()).ok());
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
}

// It was on its way while nobody asked for one; by the time it is sealed, the policy does.
TEST_F(SecondPersonTest, APolicyThatAsksLaterHoldsItWhenItIsSealed) {
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.PublishPolicy("FR", 2, Asking("FR", 2));
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_HELD);
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
}

TEST_F(SecondPersonTest, AnAnswerIsHeldToo) {
  const std::string id = world.Send("BR.fiu", world.Lead({"FR.fiu"}));
  world.Settle();
  Ask({.handling = {}, .kinds = {v1::RECORD_KIND_ANSWER}});
  v1::AnswerLeadRequest answer;
  answer.set_record_id(id);
  answer.set_taken(true);
  answer.set_justification("known here");
  ASSERT_TRUE(fr()->AnswerLead("author", answer, world.now).ok());
  world.Settle();
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
  const auto held = Held();
  ASSERT_THAT(held, SizeIs(1));
  ASSERT_TRUE(Release("second", held[0].record_id(), held[0].seen()).ok());
  world.Settle();
  EXPECT_THAT(world.InboxOf("BR.fiu"), SizeIs(1));
}

TEST_F(SecondPersonTest, TheFirstPersonIsNotTheSecond) {
  Ask({.handling = {"H1"}, .kinds = {}});
  const auto sent = fr()->Send("third", world.Lead({"BR.fiu"}), world.now);
  ASSERT_TRUE(sent.ok()) << sent.status();
  const std::string seen = Held()[0].seen();
  const absl::Status own = Release("third", sent->record_id(), seen);
  ASSERT_TRUE(IsRefusal(own, Reason::kNotAuthorised)) << own;
  EXPECT_THAT(RefusalOf(own)->text, HasSubstr("who wrote a record"));
  EXPECT_TRUE(Release("second", sent->record_id(), seen).ok());
}

TEST_F(SecondPersonTest, WhatIsLetGoIsWhatWasSeen) {
  Ask({.handling = {"H1"}, .kinds = {}});
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu", "CH.fiu"}));
  const std::string other = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  const auto held = Held();
  const bool first = held[0].record_id() == id;
  const std::string seen = held[first ? 0 : 1].seen(), of_other = held[first ? 1 : 0].seen();
  EXPECT_TRUE(IsRefusal(Release("second", id, ""), Reason::kLabelMissing));
  EXPECT_TRUE(IsRefusal(Release("second", id, "no digest"), Reason::kMalformed));
  EXPECT_TRUE(IsRefusal(Release("second", id, of_other), Reason::kPolicyHeld));
  // From now on Switzerland gets the address too.
  std::string text = testing::DefaultPolicy("FR", 2);
  const std::string_view to_swiss = "to    = [\"CH\"]";
  text.replace(text.find(to_swiss), to_swiss.size(), "to    = [\"BR\"]");
  world.PublishPolicy("FR", 2, text);
  world.Settle();
  const absl::Status old = Release("second", id, seen);
  ASSERT_TRUE(IsRefusal(old, Reason::kPolicyHeld)) << old;
  EXPECT_EQ(RefusalOf(old)->subject, "seen");
  const auto again = Held();
  EXPECT_TRUE(Release("second", id, again[again[0].record_id() == id ? 0 : 1].seen()).ok());
  EXPECT_TRUE(Release("second", other, again[again[0].record_id() == id ? 1 : 0].seen()).ok());
}

// It was let go while Brazil was kept from the address; by the time it is sealed Brazil gets it.
TEST_F(SecondPersonTest, WhatGetsMoreThanWasSeenIsHeldAnew) {
  std::string kept = testing::DefaultPolicy("FR", 2);
  const std::string_view to_swiss = "to    = [\"CH\"]";
  kept.replace(kept.find(to_swiss), to_swiss.size(), "to    = [\"BR\"]");
  world.PublishPolicy("FR", 2, kept);
  world.Settle();
  Ask({.handling = {"H1"}, .kinds = {}});
  ASSERT_TRUE(world.Exchange(fr()).ok());
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  ASSERT_TRUE(Release("second", id, Held()[0].seen()).ok());
  world.PublishPolicy("FR", 3, testing::DefaultPolicy("FR", 3));
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_HELD);
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
}

TEST_F(SecondPersonTest, ReleasedAndRefusedStandInTheLog) {
  Ask({.handling = {"H1"}, .kinds = {}});
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  const auto held = Held();
  ASSERT_TRUE(Release("second", id, held[0].seen()).ok());
  const v1::Consultation released = LastLine();
  EXPECT_EQ(released.operation(), "disclosure");
  EXPECT_EQ(released.officer(), "second");
  EXPECT_EQ(released.detail(), "released as " + held[0].digest());
  v1::JudgeHeldRequest refusal;
  refusal.set_record_id(world.Send("FR.fiu", world.Lead({"BR.fiu"})));
  refusal.set_justification("not ours to tell");
  ASSERT_TRUE(fr()->JudgeHeld("second", refusal, world.now).ok());
  const v1::Consultation refused = LastLine();
  EXPECT_EQ(refused.operation(), "alteration");
  EXPECT_EQ(refused.justification(), "not ours to tell");
  EXPECT_THAT(refused.detail(), HasSubstr("refused"));
}

TEST_F(SecondPersonTest, ACaseIsOpenedWithoutOne) {
  Ask({.handling = {"H1"}, .kinds = {}});
  ASSERT_TRUE(fr()->OpenCase("author", CaseWith(world.now, {"BR.fiu"}), world.now).ok());
  EXPECT_THAT(Held(), IsEmpty());
}

TEST_F(SecondPersonTest, WhatIsHeldComesInPages) {
  Ask({.handling = {"H1"}, .kinds = {}});
  for (int i = 0; i < 3; ++i) world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  std::set<std::string> found;
  std::string page;
  for (int i = 0; i < 3; ++i) {
    const auto held = Held(1, page);
    ASSERT_THAT(held, SizeIs(1));
    found.insert(held[0].record_id());
    page = next_page;
  }
  EXPECT_THAT(found, SizeIs(3));
  EXPECT_EQ(page, "");
}

// Nobody passes in between: the old alert stands until the new one leaves.
TEST(SecondPersonAlertTest, WhatIsReplacedStandsUntilTheNewOneIsReleased) {
  AlertWorld world({"FR.fiu", "BR.fiu"});
  TestNode& fr = world.node("FR.fiu");
  v1::AddOfficerRequest officer;
  officer.mutable_officer()->set_id("second");
  officer.mutable_officer()->add_roles("releaser");
  ASSERT_TRUE(fr->AddOfficer("admin", officer, world.now).ok());
  const std::string old = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  fr.second_person.kinds = {v1::RECORD_KIND_ALERT};
  fr.Restart(world.now);
  v1::Draft draft = world.Alert({"BR.fiu"});
  draft.set_replaces(old);
  const std::string next = world.Publish(draft);
  world.Settle();
  ASSERT_EQ(world.Find("BR.fiu", world.ByDocument("L898902C3")).hits_size(), 1);
  EXPECT_EQ(world.Find("BR.fiu", world.ByDocument("L898902C3")).hits(0).record_id(), old);
  v1::ListHeldRequest list;
  list.set_justification("a test");
  v1::JudgeHeldRequest judge;
  judge.set_record_id(next);
  judge.set_release(true);
  judge.set_seen(fr->ListHeld("second", list, world.now)->records(0).seen());
  judge.set_justification("a test");
  ASSERT_TRUE(fr->JudgeHeld("second", judge, world.now).ok());
  ASSERT_TRUE(fr->Tick(world.now).ok());
  world.Settle();
  ASSERT_EQ(world.Find("BR.fiu", world.ByDocument("L898902C3")).hits_size(), 1);
  EXPECT_EQ(world.Find("BR.fiu", world.ByDocument("L898902C3")).hits(0).record_id(), next);
}

}  // namespace
}  // namespace entente::node
