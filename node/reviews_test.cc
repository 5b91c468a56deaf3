// Sent records have a date by which somebody looks again whether others still need them. What
// nobody looked at is restricted, and recalled 30 days later, by the node itself.
#include "node/reviews.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "node/restrict_fixture.h"

namespace entente::node {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class ReviewsTest : public RestrictionTest {
 protected:
  TestNode& fr() { return world.node("FR.fiu"); }
  uint64_t In(int days) { return static_cast<uint64_t>((world.now + days * limits::kDayMs).ms); }
  // For 400 days, to be reviewed within so many.
  v1::Draft Draft(int days, std::vector<std::string> recipients) {
    v1::Draft draft = world.Lead(std::move(recipients));
    SetExpiry(draft, world.now + 400 * limits::kDayMs);
    draft.set_review_by_ms(In(days));
    return draft;
  }
  std::string Deliver(int days, std::vector<std::string> recipients = {"BR.fiu"}) {
    const std::string id = world.Send("FR.fiu", Draft(days, std::move(recipients)));
    Pass(0);
    return id;
  }
  // In steps in which nobody's keys run out.
  void Pass(int days) {
    do {
      const int step = std::min(days, 20);
      world.Advance(step * limits::kDayMs);
      Tick("BR.fiu");
      Tick("DE.fiu");
      days -= step;
    } while (days > 0);
  }
  absl::StatusOr<v1::ReviewResponse> Review(const std::string& id, int days,
                                            std::string_view officer = "author") {
    v1::ReviewRequest request;
    request.set_record_id(id);
    request.set_review_by_ms(In(days));
    request.set_justification("the case is still open");
    return fr()->Review(officer, request, world.now);
  }
  std::vector<v1::RecordSummary> Due() {
    v1::ListRequest request;
    request.set_review_due_only(true);
    const auto due = fr()->ListRecords("reader", request, world.now);
    EXPECT_TRUE(due.ok()) << due.status();
    return {due->records().begin(), due->records().end()};
  }
  // Of the one alarm of this code; empty: there is none.
  std::string AlarmText(std::string_view code) {
    std::string text;
    const auto status = fr()->Status("admin", world.now);
    for (const v1::Alarm& alarm : status->alarms()) {
      if (alarm.code() == code) text += alarm.text();
    }
    return text;
  }
  v1::Restriction LeadTold(std::string_view recipient) {
    return Told("FR.fiu", v1::RECORD_KIND_LEAD, recipient);
  }
  size_t Inbox(std::string_view agency) { return world.InboxOf(agency).size(); }

  uint64_t version = 2;  // of the next policy that only confirms the time
};

TEST_F(ReviewsTest, NearItsDateAnAlarmStandsUntilSomebodyLooked) {
  const std::string id = Deliver(60);
  EXPECT_EQ(world.SentLead("FR.fiu", id).review_by_ms(), In(60));
  EXPECT_EQ(world.Show("FR.fiu", id)->item().review_by_ms(), In(60));
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Not(Contains("storage-review-near")));
  EXPECT_THAT(Due(), IsEmpty());
  Pass(31);
  const std::string told = AlarmText("storage-review-near");
  EXPECT_THAT(told, HasSubstr("entente review "));
  EXPECT_THAT(told, HasSubstr(world.SentLead("FR.fiu", id).reference()));
  ASSERT_THAT(Due(), SizeIs(1));
  fr().Restart(world.now);
  EXPECT_EQ(AlarmText("storage-review-near"), told);
  const auto kept = Review(id, 60);
  ASSERT_TRUE(kept.ok()) << kept.status();
  EXPECT_EQ(kept->review_by_ms(), In(60));
  EXPECT_THAT(kept->recipients(), IsEmpty()) << "nothing was restricted";
  EXPECT_EQ(AlarmText("storage-review-near"), "");
  EXPECT_THAT(Due(), IsEmpty());
  EXPECT_THAT(world.LogOf("FR.fiu"), Contains(::testing::Truly([&](const v1::Consultation& line) {
                return line.record_id() == id && line.operation() == "alteration" &&
                       line.officer() == "author" &&
                       line.detail().find("reviewed: kept until") == 0;
              })));
  Pass(29);
  EXPECT_EQ(Inbox("BR.fiu"), 1u) << "the date before does not count any more";
  EXPECT_EQ(AlarmText("storage-review-near"), "");
  Pass(2);
  EXPECT_NE(AlarmText("storage-review-near"), "") << "the next one does";
}

TEST_F(ReviewsTest, OneThatIsNearFromTheStartIsToldFromTheStart) {
  Deliver(10);
  EXPECT_NE(AlarmText("storage-review-near"), "");
  EXPECT_THAT(Due(), SizeIs(1));
}

TEST_F(ReviewsTest, WhatNobodyReviewedIsKeptAndNotUsedAnywhere) {
  const std::string id = Deliver(40, {"BR.fiu", "DE.fiu"});
  Pass(41);
  for (const auto* agency : {"BR.fiu", "DE.fiu"}) {
    EXPECT_EQ(Inbox(agency), 0u) << agency;
    ASSERT_THAT(Kept(agency), SizeIs(1)) << agency;
    EXPECT_EQ(Kept(agency)[0].restrictions(0).ground(), v1::RESTRICTION_GROUND_LAW) << agency;
    EXPECT_EQ(ContentsOf(agency), 1u) << agency;
    EXPECT_TRUE(LeadTold(agency).by_review()) << agency;
    EXPECT_NE(LeadTold(agency).confirmed_ms(), 0u) << agency;
  }
  EXPECT_EQ(AlarmText("storage-review-near"), "");
  EXPECT_THAT(AlarmText("storage-review-missed"), HasSubstr("entente review "));
  EXPECT_THAT(Due(), SizeIs(1));
  EXPECT_THAT(world.LogOf("FR.fiu"), Contains(::testing::Truly([&](const v1::Consultation& line) {
                return line.record_id() == id && line.officer().empty() &&
                       line.operation() == "alteration" &&
                       line.justification().find("nobody reviewed it by ") == 0;
              })));
}

TEST_F(ReviewsTest, WhatIsKeptAfterItsDateIsUsedAgain) {
  const std::string id = Deliver(40, {"BR.fiu", "DE.fiu"});
  Pass(41);
  const auto kept = Review(id, 100);
  ASSERT_TRUE(kept.ok()) << kept.status();
  EXPECT_THAT(kept->recipients(), UnorderedElementsAre("BR.fiu", "DE.fiu"));
  Pass(0);
  for (const auto* agency : {"BR.fiu", "DE.fiu"}) EXPECT_EQ(Inbox(agency), 1u) << agency;
  EXPECT_EQ(AlarmText("storage-review-missed"), "");
  Pass(40);
  EXPECT_EQ(Inbox("BR.fiu"), 1u) << "what was planned for the old date comes to nothing";
}

TEST_F(ReviewsTest, WhatAnOfficerRestrictedStaysRestricted) {
  const std::string id = Deliver(40, {"BR.fiu", "DE.fiu"});
  ASSERT_THAT(Restrict(id, {"BR.fiu"}), SizeIs(1));
  Pass(41);
  EXPECT_EQ(LeadTold("BR.fiu").ground(), v1::RESTRICTION_GROUND_CONTESTED);
  EXPECT_FALSE(LeadTold("BR.fiu").by_review());
  const auto kept = Review(id, 100);
  ASSERT_TRUE(kept.ok()) << kept.status();
  EXPECT_THAT(kept->recipients(), ElementsAre("DE.fiu"));
  Pass(0);
  EXPECT_EQ(Inbox("BR.fiu"), 0u);
  EXPECT_EQ(Inbox("DE.fiu"), 1u);
  Lift(id);
  Pass(0);
  EXPECT_EQ(Inbox("BR.fiu"), 1u);
}

TEST_F(ReviewsTest, WhatAnOfficerAddsToItIsTheirsOrNot) {
  const std::string obliged = Deliver(40);
  const std::string restricted = Deliver(40);
  Pass(41);
  Oblige(obliged, "onward:never");
  Restrict(restricted);
  ASSERT_TRUE(Review(obliged, 100).ok());
  ASSERT_TRUE(Review(restricted, 100).ok());
  Pass(0);
  ASSERT_THAT(world.InboxOf("BR.fiu"), SizeIs(1));
  EXPECT_EQ(world.InboxOf("BR.fiu")[0].record_id(), obliged);
  EXPECT_THAT(world.Show("BR.fiu", obliged)->obligations(), Contains("onward:never"));
}

TEST_F(ReviewsTest, NothingIsLiftedUnreviewed) {
  const std::string id = Deliver(40, {"BR.fiu", "DE.fiu"});
  Restrict(id, {"BR.fiu"});
  Pass(41);
  const absl::Status lifted = Ask(Asked(id, v1::RESTRICTION_GROUND_LIFTED)).status();
  EXPECT_TRUE(IsRefusal(lifted, Reason::kMalformed)) << lifted;
  EXPECT_THAT(RefusalOf(lifted)->advice, HasSubstr("entente review"));
  ASSERT_TRUE(Review(id, 100).ok());
  Lift(id);
}

TEST_F(ReviewsTest, ThirtyDaysLaterItIsRecalledEverywhere) {
  const std::string id = Deliver(40, {"BR.fiu", "DE.fiu"});
  Pass(69);
  EXPECT_EQ(ContentsOf("BR.fiu"), 1u);
  Pass(2);
  for (const auto* agency : {"FR.fiu", "BR.fiu", "DE.fiu"}) {
    EXPECT_EQ(ContentsOf(agency), 0u) << agency;
  }
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_ERASED);
  const absl::Status shown = world.Show("BR.fiu", id).status();
  EXPECT_THAT(std::string(shown.message()), HasSubstr("withdrawn"));
  EXPECT_EQ(AlarmText("storage-review-missed"), "");
  EXPECT_THAT(AlarmText("storage-review-recalled"), HasSubstr("recalled"));
  EXPECT_THAT(Due(), IsEmpty());
  EXPECT_TRUE(IsRefusal(Review(id, 100).status(), Reason::kExpired));
  EXPECT_THAT(world.LogOf("FR.fiu"), Contains(::testing::Truly([&](const v1::Consultation& line) {
                return line.record_id() == id && line.operation() == "erasure" &&
                       line.justification().find("nobody reviewed it by ") == 0;
              })));
  Pass(31);
  EXPECT_EQ(AlarmText("storage-review-recalled"), "") << "it is told for a while";
}

TEST_F(ReviewsTest, WhoeverDoesNotEraseItStandsOut) {
  Deliver(40);
  Pass(41);
  world.Advance(30 * limits::kDayMs);
  world.Settle({"BR.fiu"});
  for (int day = 0; day < 3; ++day) {
    ASSERT_TRUE(fr()->Tick(world.now).ok());
    world.Settle({"BR.fiu"});
    world.Advance(limits::kDayMs);
  }
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("recall-overdue"));
}

TEST_F(ReviewsTest, WhatAnOfficerRestrictsIsNotRecalled) {
  const std::string id = Deliver(40, {"BR.fiu", "DE.fiu"});
  Restrict(id, {"BR.fiu"});
  Pass(75);
  EXPECT_EQ(ContentsOf("BR.fiu"), 1u) << "a court may need it";
  EXPECT_THAT(AlarmText("storage-review-missed"), HasSubstr("an officer restricts it"));
  EXPECT_THAT(Due(), SizeIs(1));
  Pass(60);
  EXPECT_THAT(Due(), SizeIs(1));
  ASSERT_TRUE(Review(id, 100).ok());
  EXPECT_EQ(AlarmText("storage-review-missed"), "");
}

TEST_F(ReviewsTest, WhatAnOfficerRecallsAsksForNoReview) {
  const std::string id = Deliver(40);
  Pass(41);
  ASSERT_TRUE(world.Recall("FR.fiu", id).ok());
  EXPECT_EQ(AlarmText("storage-review-missed"), "");
  EXPECT_THAT(Due(), IsEmpty());
  Pass(31);
  EXPECT_EQ(AlarmText("storage-review-recalled"), "") << "an officer did it";
}

TEST_F(ReviewsTest, WhatHasNotLeftDoesNotLeaveUnreviewed) {
  v1::AddOfficerRequest second;
  second.mutable_officer()->set_id("second");
  second.mutable_officer()->add_roles("releaser");
  ASSERT_TRUE(fr()->AddOfficer("admin", second, world.now).ok());
  fr().second_person = {.handling = {"H1"}, .kinds = {}};
  fr().Restart(world.now);
  const std::string id = Deliver(10);
  v1::ListHeldRequest list;
  list.set_justification("daily look");
  const auto held = fr()->ListHeld("second", list, world.now);
  ASSERT_EQ(held->records_size(), 1);
  EXPECT_EQ(held->records(0).draft().review_by_ms(), In(10)) << "a releaser sees it";
  EXPECT_TRUE(IsRefusal(Review(id, 100).status(), Reason::kMalformed));
  world.Advance(11 * limits::kDayMs);
  world.PublishPolicy("BR", version++);
  Pass(0);
  EXPECT_EQ(fr()->ListHeld("second", list, world.now)->records_size(), 0);
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_RECALLED);
  EXPECT_NE(AlarmText("storage-review-recalled"), "");
}

TEST_F(ReviewsTest, AClockAheadRestrictsAndRecallsNothing) {
  Deliver(40);
  const Instant right = world.now;
  world.Advance(100 * limits::kDayMs);
  ASSERT_TRUE(fr()->Tick(world.now).ok());
  fr().Restart(world.now);
  world.now = right + limits::kMinuteMs;
  Pass(0);
  EXPECT_EQ(Inbox("BR.fiu"), 1u);
  EXPECT_EQ(ContentsOf("FR.fiu"), 1u);
}

// The log has come to its date, and the clock far beyond.
TEST_F(ReviewsTest, EachStepWaitsForATimeThatIsSure) {
  Deliver(15);
  Pass(14);
  world.Advance(36 * limits::kHourMs);
  world.PublishPolicy("BR", version++);
  const v1::GetEntriesRequest next = fr()->NextEntries();
  (void)fr()->OnEntries(next, world.broker.Entries(next), world.now + 100 * limits::kDayMs);
  EXPECT_NE(AlarmText("storage-review-missed"), "");
  Pass(0);
  EXPECT_THAT(Kept("BR.fiu"), SizeIs(1));
  EXPECT_EQ(ContentsOf("FR.fiu"), 1u) << "not recalled a month too soon";
}

// The step's numbers are given once, whichever write fails.
TEST_F(ReviewsTest, ACrashRestrictsOnceAndRecallsOnce) {
  for (const store::Fault fault : {store::Fault::kSyncFailed, store::Fault::kDiskFull}) {
    for (size_t nth = 1; nth < 5; ++nth) {
      const std::string id = Deliver(40);
      const auto step = [&](int days) {
        world.Advance(days * limits::kDayMs);
        // The log confirms the time.
        world.PublishPolicy("BR", version++);
        world.Settle();
        fr().store.FailWrite(nth, fault);
        (void)fr()->Tick(world.now);
        fr().store.Crash(nth % 2);
        fr().Restart(world.now);
        Pass(0);
      };
      step(41);
      const auto row = **Load<state::SentRecord>(fr().store, kSent, *HexDecode(id));
      ASSERT_EQ(row.recipients(0).restrictions_size(), 1) << nth;
      EXPECT_TRUE(LeadTold("BR.fiu").processing()) << nth;
      EXPECT_NE(AlarmText("storage-review-missed"), "") << nth;
      step(30);
      EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_ERASED) << nth;
      EXPECT_NE(AlarmText("storage-review-recalled"), "") << nth;
      EXPECT_THAT(world.AlarmsOf("BR.fiu"), Not(Contains("numbers-missing"))) << nth;
    }
  }
}

TEST_F(ReviewsTest, ADateComesBeforeTheExpiryAndIsStillToCome) {
  const auto refused = [&](const v1::Draft& draft) {
    const absl::Status status = fr()->Send("author", draft, world.now).status();
    return RefusalOf(status) ? RefusalOf(status)->text + "; " + RefusalOf(status)->advice : "";
  };
  EXPECT_THAT(refused(Draft(0, {"BR.fiu"})), HasSubstr("over already"));
  EXPECT_THAT(refused(Draft(400, {"BR.fiu"})), HasSubstr("not before the record's expiry"));
  EXPECT_EQ(refused(Draft(399, {"BR.fiu"})), "");
  v1::Draft alert = world.Alert({"BR.fiu"});
  alert.set_review_by_ms(In(5));
  EXPECT_THAT(refused(alert), HasSubstr("confirm_by"));
  const auto preview = fr()->Preview("author", Draft(30, {"BR.fiu"}), world.now);
  EXPECT_EQ(preview->review_by_ms(), In(30));
}

TEST_F(ReviewsTest, AReviewSaysWhyAndUntilWhen) {
  const std::string id = Deliver(40);
  EXPECT_TRUE(IsRefusal(Review(id, 0).status(), Reason::kMalformed));
  EXPECT_TRUE(IsRefusal(Review(id, 400).status(), Reason::kMalformed));
  EXPECT_TRUE(IsRefusal(Review(id, 100, "reader").status(), Reason::kNotAuthorised));
  v1::ReviewRequest request;
  request.set_record_id(id);
  request.set_justification("needed");
  EXPECT_TRUE(
      IsRefusal(fr()->Review("author", request, world.now).status(), Reason::kLabelMissing));
  request.set_review_by_ms(In(100));
  request.clear_justification();
  EXPECT_TRUE(
      IsRefusal(fr()->Review("author", request, world.now).status(), Reason::kLabelMissing));
  request.set_justification("needed");
  EXPECT_TRUE(IsRefusal(world.node("BR.fiu")->Review("author", request, world.now).status(),
                        Reason::kWrongAgency));
  const std::string alert = world.Publish(world.Alert({"BR.fiu"}));
  Pass(0);
  const absl::Status other = Review(alert, 1).status();
  EXPECT_TRUE(IsRefusal(other, Reason::kMalformed)) << other;
  EXPECT_THAT(RefusalOf(other)->advice, HasSubstr("confirm_by"));
}

TEST_F(ReviewsTest, WhatWasSentWithoutADateCanBeGivenOne) {
  v1::Draft draft = Draft(40, {"BR.fiu"});
  draft.clear_review_by_ms();
  const std::string id = world.Send("FR.fiu", draft);
  Pass(0);
  ASSERT_TRUE(Review(id, 20).ok());
  Pass(21);
  EXPECT_EQ(Inbox("BR.fiu"), 0u);
}

TEST_F(ReviewsTest, AnAnswerHasADateToo) {
  const std::string id = Deliver(300);
  v1::AnswerLeadRequest take;
  take.set_record_id(id);
  take.set_taken(true);
  take.set_review_by_ms(In(20));
  take.set_justification("a test");
  ASSERT_TRUE(world.node("BR.fiu")->AnswerLead("author", take, world.now).ok());
  Pass(0);
  ASSERT_EQ(Inbox("FR.fiu"), 1u);
  Pass(21);
  EXPECT_EQ(Inbox("FR.fiu"), 0u);
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("storage-review-missed"));
}

TEST_F(ReviewsTest, TheListBeginsWithTheSoonest) {
  const std::string late = Deliver(29);
  const std::string soon = Deliver(5);
  Deliver(60);
  ASSERT_THAT(Due(), SizeIs(2));
  EXPECT_EQ(Due()[0].record_id(), soon);
  EXPECT_EQ(Due()[1].record_id(), late);
  v1::ListRequest request;
  request.set_review_due_only(true);
  request.set_limit(1);
  const auto first = fr()->ListRecords("reader", request, world.now);
  ASSERT_THAT(first->records(), SizeIs(1));
  request.set_page(first->next_page());
  EXPECT_EQ(fr()->ListRecords("reader", request, world.now)->records(0).record_id(), late);
}

class CaseReviewsTest : public ReviewsTest {
 protected:
  // For BR.fiu; to be reviewed in 40 days.
  void Post() {
    v1::OpenCaseRequest open = CaseWith(world.now, {"BR.fiu"});
    open.set_expires_ms(In(400));
    const auto opened = fr()->OpenCase("author", open, world.now);
    ASSERT_TRUE(opened.ok()) << opened.status();
    case_id = opened->case_id();
    Pass(0);
    v1::Draft post = Draft(40, {});
    post.set_kind(v1::RECORD_KIND_CASE_ITEM);
    post.set_case_id(case_id);
    post.mutable_sections()->DeleteSubrange(0, 1);
    id = world.Send("FR.fiu", post);
    Pass(0);
    v1::ChangeCaseRequest change;
    change.set_case_id(case_id);
    change.set_justification("a test");
    v1::CaseMember& member = *change.add_members();
    member.set_agency("DE.fiu");
    member.set_role(v1::CASE_ROLE_INVESTIGATOR);
    ASSERT_TRUE(fr()->ChangeCase("author", change, world.now).ok());
    Pass(0);
  }
  int Share() {
    v1::ShareCaseRequest share;
    share.set_case_id(case_id);
    share.set_recipient("DE.fiu");
    share.set_justification("a test");
    const auto shared = fr()->ShareCase("author", share, world.now);
    EXPECT_TRUE(shared.ok()) << shared.status();
    Pass(0);
    int gone = 0;
    for (const v1::SharedEntry& entry : shared->entries()) gone += entry.copy_id().empty() ? 0 : 1;
    return gone;
  }

  std::string case_id, id;
};

TEST_F(CaseReviewsTest, ACopyIsReviewedWithWhatItIsACopyOf) {
  Post();
  ASSERT_TRUE(Review(id, 60).ok());
  ASSERT_EQ(Share(), 1);
  Pass(41);
  EXPECT_THAT(Kept("DE.fiu"), IsEmpty()) << "by the date of the review, not of the draft";
  ASSERT_THAT(Due(), SizeIs(1)) << "once, for all copies";
  Pass(20);
  for (const auto* agency : {"BR.fiu", "DE.fiu"}) EXPECT_THAT(Kept(agency), SizeIs(1)) << agency;
  const auto kept = Review(id, 100);
  ASSERT_TRUE(kept.ok()) << kept.status();
  EXPECT_THAT(kept->recipients(), UnorderedElementsAre("BR.fiu", "DE.fiu"));
  Pass(0);
  for (const auto* agency : {"BR.fiu", "DE.fiu"}) EXPECT_THAT(Kept(agency), IsEmpty()) << agency;
}

TEST_F(CaseReviewsTest, WhatNobodyReviewedGoesToNobodyWhoComesLater) {
  Post();
  world.Advance(41 * limits::kDayMs);
  // Before the node has looked at it.
  EXPECT_EQ(Share(), 0);
  ASSERT_TRUE(Review(id, 60).ok());
  EXPECT_EQ(Share(), 1);
}

}  // namespace
}  // namespace entente::node
