// Restrictions on their way: before their record, after a newer one, kept back, on a full disk, of
// what cannot be honoured.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/record/statements.h"
#include "node/restrict_fixture.h"
#include "node/state.pb.h"

namespace entente::node {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

using RestrictWayTest = RestrictionTest;

TEST_F(RestrictWayTest, ANoteThatLeavesAnObligationOutTakesNothingAway) {
  const std::string id = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  Oblige(id, "onward:never");
  world.Settle();
  // The origin's node forgets what it told.
  state::SentRecord row =
      **Load<state::SentRecord>(world.node("FR.fiu").store, kSent, *HexDecode(id));
  row.mutable_recipients(0)->clear_restrictions();
  store::WriteBatch batch;
  Save(batch, kSent, *HexDecode(id), row);
  ASSERT_TRUE(world.node("FR.fiu").store.Write(batch, store::Sync::kYes).ok());
  Restrict(id);
  world.Settle();
  EXPECT_THAT(world.Show("BR.fiu", id)->obligations(), Contains("onward:never"));
}

TEST_F(RestrictWayTest, WhatCannotBeHonouredClosesTheRecord) {
  const std::string id = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  Oblige(id, "second-person");
  world.Settle();
  EXPECT_EQ(ContentsOf("BR.fiu"), 0u);
  EXPECT_EQ(Hits("BR.fiu"), 0u);
  const absl::Status shown = world.Show("BR.fiu", id).status();
  EXPECT_TRUE(IsRefusal(shown, Reason::kExpired)) << shown;
  EXPECT_THAT(std::string(shown.message()), HasSubstr("cannot honour"));
  EXPECT_TRUE(AlertTold("BR.fiu").closed());
  EXPECT_EQ(world.List("FR.fiu", v1::RECORD_KIND_ALERT, false)[0].recipients(0).state(),
            v1::RECIPIENT_STATE_ERASED);
  // Nothing is left there that a recall could reach.
  const auto recalled = world.Recall("FR.fiu", id);
  ASSERT_TRUE(recalled.ok()) << recalled.status();
  EXPECT_THAT(recalled->recipients(), IsEmpty());
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), IsEmpty());
}

TEST_F(RestrictWayTest, ClosedIsSaidWhenTheKeyIsGoneAndNotBefore) {
  const std::string id = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  Oblige(id, "second-person");
  world.Settle({"BR.fiu"});
  TestNode& node = world.node("BR.fiu");
  const std::string hash =
      **node.store.Get(kReceivedIds, std::string("FR.fiu\0", 7) + *HexDecode(id));
  // The row that closes it is written; what erases it finds the disk full. What a start writes once
  // comes before both.
  bool seen = false;
  for (size_t round = 0; round < 12 && !seen; ++round) {
    const size_t first = 1 + round / 3;
    for (size_t nth = first; nth < first + 8; ++nth) {
      node.store.FailWrite(nth, store::Fault::kDiskFull);
    }
    (void)world.Exchange(node);
    const auto row = **Load<state::ReceivedRecord>(node.store, kReceived, hash);
    seen = row.restriction().closed() && !row.purged();
    EXPECT_TRUE(!seen || node.RowsOf(kOwed) == 0);
    node.Restart(world.now);
  }
  ASSERT_TRUE(seen) << "no record was closed and not erased";
  world.Settle();
  EXPECT_TRUE(AlertTold("BR.fiu").closed());
  EXPECT_EQ(ContentsOf("BR.fiu"), 0u);
}

TEST_F(RestrictWayTest, OneThatOvertakesItsRecordHoldsWhenThatComes) {
  const std::string id = world.Publish(InBulk({"BR.fiu"}));
  world.Settle({"BR.fiu"});
  Restrict(id);
  Oblige(id, "delete-after:P30D");
  world.Settle({"BR.fiu"});
  world.Settle();
  EXPECT_EQ(Hits("BR.fiu"), 0u);
  EXPECT_EQ(Indexed("BR.fiu"), 0u);
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
  EXPECT_THAT(Kept("BR.fiu"), SizeIs(1));
  EXPECT_NE(AlertTold("BR.fiu").confirmed_ms(), 0u);
  Lift(id);
  world.Settle();
  EXPECT_EQ(Hits("BR.fiu"), 1u);
  world.Advance(31 * limits::kDayMs);
  Tick("BR.fiu");
  EXPECT_EQ(ContentsOf("BR.fiu"), 0u) << "its end came sooner from the beginning";
}

TEST_F(RestrictWayTest, OneThatCannotBeHonouredKeepsOutWhatHasYetToCome) {
  const std::string id = world.Publish(InBulk({"BR.fiu"}));
  world.Settle({"BR.fiu"});
  Oblige(id, "second-person");
  world.Settle({"BR.fiu"});
  world.Settle();
  EXPECT_EQ(ContentsOf("BR.fiu"), 0u);
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
  EXPECT_THAT(Kept("BR.fiu"), IsEmpty());
  EXPECT_TRUE(AlertTold("BR.fiu").closed());
}

TEST_F(RestrictWayTest, IsRememberedForSixtyDaysFromTheLast) {
  const std::string id = world.Publish(InBulk({"BR.fiu"}));
  world.Settle({"BR.fiu"});
  world.broker.keeps_back = [](const v1::Delivery& delivery) { return delivery.has_record(); };
  Restrict(id);
  world.Settle();
  EXPECT_EQ(world.node("BR.fiu").RowsOf(kRestricted), 1u);
  world.Advance(40 * limits::kDayMs);
  Tick("BR.fiu");
  Oblige(id, "onward:never");
  world.Settle();
  world.Advance(30 * limits::kDayMs);
  Tick("BR.fiu");
  EXPECT_EQ(world.node("BR.fiu").RowsOf(kRestricted), 1u) << "told again 30 days ago";
  world.Advance(31 * limits::kDayMs);
  Tick("BR.fiu");
  EXPECT_EQ(world.node("BR.fiu").RowsOf(kRestricted), 0u);
}

TEST_F(RestrictWayTest, AnOlderOneThatComesLaterChangesNothingAndIsAnswered) {
  const std::string id = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  bool late = true;
  KeepBack([&](uint64_t number) { return late && number == 1; });
  Restrict(id);
  world.Settle({"BR.fiu"});
  Lift(id);
  world.Settle();
  EXPECT_EQ(Hits("BR.fiu"), 1u);
  EXPECT_NE(AlertTold("BR.fiu").confirmed_ms(), 0u);
  late = false;
  // It is told again, since it was not answered.
  world.Advance(limits::kAcknowledgedWithinMs);
  Tick("FR.fiu");
  EXPECT_EQ(Hits("BR.fiu"), 1u) << "what was lifted stays so";
  world.Settle();
  const auto row = **Load<state::SentRecord>(world.node("FR.fiu").store, kSent, *HexDecode(id));
  ASSERT_THAT(row.recipients(0).restrictions(), SizeIs(2));
  EXPECT_NE(row.recipients(0).restrictions(0).confirmed_ms(), 0u);
  Tick("FR.fiu");
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Not(Contains("restriction-overdue")));
}

TEST_F(RestrictWayTest, AfterARecallItChangesNothing) {
  const std::string id = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  Restrict(id);
  ASSERT_TRUE(world.Recall("FR.fiu", id).ok());
  const absl::Status after = Ask(Asked(id, v1::RESTRICTION_GROUND_LIFTED)).status();
  EXPECT_TRUE(IsRefusal(after, Reason::kExpired)) << after;
  world.Settle();
  EXPECT_EQ(ContentsOf("BR.fiu"), 0u);
  EXPECT_EQ(world.List("FR.fiu", v1::RECORD_KIND_ALERT, false)[0].recipients(0).state(),
            v1::RECIPIENT_STATE_ERASED);
  EXPECT_NE(AlertTold("BR.fiu").confirmed_ms(), 0u) << "its number is no hole";
  EXPECT_FALSE(AlertTold("BR.fiu").closed());
}

TEST_F(RestrictWayTest, OneKeptBackShowsInThePairHead) {
  const std::string id = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  KeepBack([](uint64_t) { return true; });
  Restrict(id);
  world.Settle();
  world.Advance(limits::kDayMs);
  Tick("FR.fiu");
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("restriction-overdue"));
  const auto found = world.Find("BR.fiu", world.ByDocument("L898902C3"));
  ASSERT_THAT(found.hits(), SizeIs(1));
  EXPECT_EQ(found.hits(0).state(), v1::COPY_STATE_VERIFY_FIRST);
  world.Advance(2 * limits::kHourMs);
  Tick("BR.fiu");
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("numbers-missing"));
}

TEST_F(RestrictWayTest, EachOfSeveralHasItsNumberAndIsToldAgainUntilItIsAnswered) {
  const std::string id = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  Restrict(id);
  Oblige(id, "onward:never");
  bool losing = true;
  uint64_t lost = 0;
  // What was in the mailbox by now never arrives.
  world.broker.keeps_back = [&](const v1::Delivery& delivery) {
    if (delivery.notice().type() != v1::NOTICE_TYPE_RESTRICTION) return false;
    if (losing) lost = std::max(lost, delivery.mailbox_seq());
    return delivery.mailbox_seq() <= lost;
  };
  world.Settle();
  EXPECT_EQ(Hits("BR.fiu"), 1u);
  losing = false;
  world.Advance(limits::kAcknowledgedWithinMs);
  Tick("FR.fiu");
  EXPECT_EQ(Hits("BR.fiu"), 0u);
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
  world.Advance(limits::kDayMs);
  Tick("FR.fiu");
  world.Advance(2 * limits::kHourMs);
  Tick("BR.fiu");
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), IsEmpty()) << "no number is missing";
}

TEST_F(RestrictWayTest, SurvivesARestartOfBoth) {
  const std::string id = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  Restrict(id);
  Oblige(id, "onward:never");
  world.node("FR.fiu").Restart(world.now);
  world.Settle();
  world.node("BR.fiu").Restart(world.now);
  world.Settle();
  EXPECT_EQ(Indexed("BR.fiu"), 0u);
  EXPECT_EQ(Indexed("FR.fiu"), 0u);
  Lift(id);
  world.Settle();
  world.node("BR.fiu").Restart(world.now);
  world.Settle();
  EXPECT_EQ(Hits("BR.fiu"), 1u);
  EXPECT_THAT(world.Show("BR.fiu", id)->obligations(), Contains("onward:never"));
}

// DE.fiu restricts a record of its own under the hash of one of FR.fiu: its node is made to believe
// it.
TEST_F(RestrictWayTest, ARestrictionOfAnothersRecordChangesNothing) {
  const std::string own = world.Publish(world.Alert({"BR.fiu"}));
  const auto theirs = world.node("DE.fiu")->Send("author", world.Alert({"BR.fiu"}), world.now);
  ASSERT_TRUE(theirs.ok()) << theirs.status();
  world.Settle();
  const auto row = [&](std::string_view agency, const std::string& id) {
    return **Load<state::SentRecord>(world.node(agency).store, kSent, *HexDecode(id));
  };
  state::SentRecord forged = row("DE.fiu", theirs->record_id());
  forged.set_record_hash(row("FR.fiu", own).record_hash());
  store::WriteBatch batch;
  Save(batch, kSent, *HexDecode(theirs->record_id()), forged);
  ASSERT_TRUE(world.node("DE.fiu").store.Write(batch, store::Sync::kYes).ok());
  v1::RestrictRequest request = Asked(theirs->record_id(), v1::RESTRICTION_GROUND_LAW);
  request.set_processing(true);
  ASSERT_TRUE(Ask(request, "DE.fiu").ok());
  world.Settle();
  EXPECT_EQ(Hits("BR.fiu"), 2u);
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("notice-bad"));
}

TEST_F(RestrictWayTest, AForgedAnswerCountsForNothing) {
  const std::string id = world.Publish(world.Alert({"BR.fiu", "DE.fiu"}));
  world.Settle();
  Restrict(id, {"BR.fiu"});
  world.broker.on_delivery = [](v1::Delivery& delivery) {
    if (delivery.notice().type() != v1::NOTICE_TYPE_RESTRICTED) return;
    v1::RestrictedNote note;
    ASSERT_TRUE(note.ParseFromString(delivery.notice().statement().body()));
    note.set_closed(true);
    delivery.mutable_notice()->mutable_statement()->set_body(record::Encode(note));
  };
  world.Settle();
  EXPECT_EQ(AlertTold("BR.fiu").confirmed_ms(), 0u);
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("notice-bad"));
}

TEST_F(RestrictWayTest, AnAnswerOfWhoWasNotToldCountsForNothing) {
  const std::string id = world.Publish(world.Alert({"BR.fiu", "DE.fiu"}));
  world.Settle();
  Restrict(id, {"BR.fiu"});
  const auto row = **Load<state::SentRecord>(world.node("FR.fiu").store, kSent, *HexDecode(id));
  state::OwedNotice owed;
  v1::RestrictedNote& note = *owed.mutable_restricted();
  note.set_log_origin(world.federation.log_origin());
  note.set_origin("FR.fiu");
  note.set_recipient("DE.fiu");
  note.set_record_hash(row.record_hash());
  note.set_number(1);
  note.set_closed(true);
  note.set_instant_ms(static_cast<uint64_t>(world.now.ms));
  store::WriteBatch batch;
  Save(batch, kOwed, "any", owed);
  ASSERT_TRUE(world.node("DE.fiu").store.Write(batch, store::Sync::kYes).ok());
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("notice-bad"));
  EXPECT_NE(AlertTold("BR.fiu").confirmed_ms(), 0u);
  EXPECT_EQ(Hits("DE.fiu"), 1u);
}

// The broker lied that it was refused; the acknowledgement says that it was not.
TEST_F(RestrictWayTest, WhoeverTurnsOutToHaveItIsToldToo) {
  world.broker.on_response = [](v1::SubmitResponse& response) {
    for (v1::SubmissionResult& result : *response.mutable_results()) {
      if (result.number() != 1) continue;
      result.mutable_refusal()->set_reason("policy-refused");
      result.mutable_refusal()->set_log_index(3);
    }
  };
  const std::string id = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle({"BR.fiu"});
  EXPECT_THAT(Restrict(id), IsEmpty());
  world.Settle();
  EXPECT_EQ(Hits("BR.fiu"), 0u);
  EXPECT_NE(AlertTold("BR.fiu").confirmed_ms(), 0u);
}

}  // namespace
}  // namespace entente::node
