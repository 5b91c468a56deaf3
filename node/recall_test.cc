// What is taken back: closed and erased at once everywhere, whatever policy says by then.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/record/statements.h"
#include "node/exchange_fixture.h"
#include "node/families.h"
#include "node/key_store.h"
#include "node/state.pb.h"
#include "node/table.h"

namespace entente::node {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

TEST(RecallTest, ClosesAndErasesEveryCopyAndIsToldSo) {
  AlertWorld world;
  const std::string id = world.Publish(world.Alert({"BR.fiu", "DE.fiu"}));
  world.Settle();
  const auto recalled = world.Recall("FR.fiu", id);
  ASSERT_TRUE(recalled.ok()) << recalled.status();
  EXPECT_THAT(recalled->recipients(), UnorderedElementsAre("BR.fiu", "DE.fiu"));
  EXPECT_THAT(world.Find("FR.fiu", world.ByDocument("L898902C3")).hits(), IsEmpty()) << "at once";
  EXPECT_EQ(world.node("FR.fiu").RowsOf(kVault), 0u);
  world.Settle();
  for (const auto* agency : {"BR.fiu", "DE.fiu"}) {
    EXPECT_THAT(world.Find(agency, world.ByDocument("L898902C3")).hits(), IsEmpty()) << agency;
    EXPECT_EQ(world.node(agency).RowsOf(kVault), 0u) << agency;
    EXPECT_TRUE(IsRefusal(world.Show(agency, id).status(), Reason::kExpired)) << agency;
    EXPECT_THAT(world.AlarmsOf(agency), IsEmpty()) << agency;
  }
  const auto sent = world.List("FR.fiu", v1::RECORD_KIND_ALERT, false);
  ASSERT_THAT(sent, SizeIs(1));
  for (const v1::RecipientStatus& recipient : sent[0].recipients()) {
    EXPECT_EQ(recipient.state(), v1::RECIPIENT_STATE_ERASED) << recipient.recipient();
  }
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
}

TEST(RecallTest, ReachesWhomPolicyWouldNotAllowAnyMore) {
  AlertWorld world;
  const std::string id = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  // From now on nothing leaves France: no rule is left that allows it.
  std::string text = testing::DefaultPolicy("FR", 2);
  text.erase(text.find("\n[[outbound.allow]]"));
  world.PublishPolicy("FR", 2, text);
  world.Settle();
  ASSERT_EQ(world.StateOf("FR.fiu", world.Send("FR.fiu", world.Lead({"BR.fiu"})), "BR.fiu"),
            v1::RECIPIENT_STATE_WAITING);
  world.Settle();
  EXPECT_THAT(world.InboxOf("BR.fiu"), SizeIs(1)) << "the lead stayed";
  ASSERT_TRUE(world.Recall("FR.fiu", id).ok());
  world.Settle();
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
}

TEST(RecallTest, OneThatOvertakesItsRecordIsNotForgotten) {
  AlertWorld world;
  v1::Draft alert = world.Alert({"BR.fiu"});
  alert.set_urgency(v1::URGENCY_BULK);
  const std::string id = world.Publish(alert);
  world.Settle({"BR.fiu"});
  ASSERT_TRUE(world.Recall("FR.fiu", id).ok());
  world.Settle({"BR.fiu"});
  world.Settle();
  EXPECT_THAT(world.Find("BR.fiu", world.ByDocument("L898902C3")).hits(), IsEmpty());
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
  EXPECT_EQ(world.node("BR.fiu").RowsOf(kVault), 0u);
  EXPECT_EQ(world.List("FR.fiu", v1::RECORD_KIND_ALERT, false)[0].recipients(0).state(),
            v1::RECIPIENT_STATE_ERASED);
  // Its number was delivered all the same: nothing is missing.
  world.Advance(limits::kDayMs);
  world.Settle();
  ASSERT_TRUE(world.node("FR.fiu")->Tick(world.now).ok());
  world.Settle();
  world.Advance(2 * limits::kHourMs);
  world.Settle();
  ASSERT_TRUE(world.node("BR.fiu")->Tick(world.now).ok());
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), IsEmpty());
}

TEST(RecallTest, WhatHasNotLeftDoesNotLeave) {
  AlertWorld world;
  const std::string id = world.Publish(world.Alert({"BR.fiu"}));
  const auto recalled = world.Recall("FR.fiu", id);
  ASSERT_TRUE(recalled.ok()) << recalled.status();
  EXPECT_THAT(recalled->recipients(), IsEmpty());
  world.Settle();
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
  EXPECT_EQ(world.List("FR.fiu", v1::RECORD_KIND_ALERT, false)[0].recipients(0).state(),
            v1::RECIPIENT_STATE_RECALLED);
}

TEST(RecallTest, WhoeverDoesNotSayThatItIsErasedStandsOutAndIsToldAgain) {
  AlertWorld world;
  const std::string id = world.Publish(world.Alert({"BR.fiu", "DE.fiu"}));
  world.Settle();
  ASSERT_TRUE(world.Recall("FR.fiu", id).ok());
  // What was in the mailboxes by now never arrives.
  std::map<std::string, uint64_t> lost;
  bool losing = true;
  world.broker.keeps_back = [&](const v1::Delivery& delivery) {
    if (delivery.notice().type() != v1::NOTICE_TYPE_RECALL) return false;
    v1::RecallNote note;
    EXPECT_TRUE(note.ParseFromString(delivery.notice().statement().body()));
    uint64_t& last = lost[note.recipient()];
    if (losing) last = std::max(last, delivery.mailbox_seq());
    return delivery.mailbox_seq() <= last;
  };
  world.Settle();
  world.Advance(limits::kAcknowledgedWithinMs);
  world.Settle();
  ASSERT_TRUE(world.node("FR.fiu")->Tick(world.now).ok());
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("recall-overdue").Times(2));
  // The one that it was kept from learns that something is missing.
  world.Settle();
  world.Advance(2 * limits::kHourMs);
  world.Settle();
  ASSERT_TRUE(world.node("BR.fiu")->Tick(world.now).ok());
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("numbers-missing"));
  // The next reminder gets through.
  losing = false;
  world.Advance(limits::kRecallAgainMs);
  // The log confirms the time before anything follows from it.
  for (int i = 0; i < 2; ++i) {
    world.Settle();
    ASSERT_TRUE(world.node("FR.fiu")->Tick(world.now).ok());
  }
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Not(Contains("recall-overdue")));
  EXPECT_EQ(world.node("BR.fiu").RowsOf(kVault), 0u);
}

TEST(RecallTest, OnlyItsOriginRecallsARecord) {
  AlertWorld world;
  const std::string id = world.Publish(world.Alert({"BR.fiu", "DE.fiu"}));
  world.Settle();
  EXPECT_TRUE(IsRefusal(world.Recall("BR.fiu", id).status(), Reason::kWrongAgency));
}

TEST(RecallTest, AForgedRecallErasesNothingAndIsReported) {
  AlertWorld world;
  const std::string mine = world.Publish(world.Alert({"BR.fiu", "DE.fiu"}));
  world.Settle();
  ASSERT_TRUE(world.Recall("FR.fiu", mine).ok());
  world.broker.on_delivery = [](v1::Delivery& delivery) {
    if (delivery.notice().type() != v1::NOTICE_TYPE_RECALL) return;
    std::string& signature =
        *delivery.mutable_notice()->mutable_statement()->mutable_signatures(0)->mutable_ed25519();
    signature[0] = static_cast<char>(signature[0] ^ 1);
  };
  world.Settle();
  EXPECT_THAT(world.Find("BR.fiu", world.ByDocument("L898902C3")).hits(), SizeIs(1));
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("notice-bad"));
}

// DE.fiu recalls a record of its own under the hash of one of FR.fiu: its node is made to believe
// it.
void RecallAsAnother(AlertWorld& world, const std::string& of_france) {
  const auto row = [&](std::string_view agency, const std::string& id) {
    return **Load<state::SentRecord>(world.node(agency).store, kSent, *HexDecode(id));
  };
  const auto sent = world.node("DE.fiu")->Send("author", world.Alert({"BR.fiu"}), world.now);
  ASSERT_TRUE(sent.ok()) << sent.status();
  world.Settle({"BR.fiu"});
  state::SentRecord forged = row("DE.fiu", sent->record_id());
  forged.set_record_hash(row("FR.fiu", of_france).record_hash());
  store::WriteBatch batch;
  Save(batch, kSent, *HexDecode(sent->record_id()), forged);
  ASSERT_TRUE(world.node("DE.fiu").store.Write(batch, store::Sync::kYes).ok());
  ASSERT_TRUE(world.Recall("DE.fiu", sent->record_id()).ok());
}

TEST(RecallTest, ARecallOfAnothersRecordErasesNothing) {
  AlertWorld world;
  const std::string own = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  RecallAsAnother(world, own);
  world.Settle();
  EXPECT_THAT(world.Find("BR.fiu", world.ByDocument("L898902C3")).hits(), SizeIs(2));
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("notice-bad"));
}

TEST(RecallTest, AnotherAgencysRecallOfWhatHasYetToComeDoesNothing) {
  AlertWorld world;
  v1::Draft alert = world.Alert({"BR.fiu", "DE.fiu"});
  alert.set_urgency(v1::URGENCY_BULK);
  const std::string own = world.Publish(alert);
  world.Settle({"BR.fiu"});
  RecallAsAnother(world, own);
  world.Settle({"BR.fiu"});
  world.Settle();
  const std::vector<v1::InboxItem> inbox = world.InboxOf("BR.fiu");
  EXPECT_TRUE(std::ranges::any_of(
      inbox, [&](const v1::InboxItem& item) { return item.record_id() == own; }));
}

// A partner that knows the hash says that it recalls it too.
TEST(RecallTest, AnotherAgencysRecallDoesNotUndoTheTrueOne) {
  AlertWorld world;
  v1::Draft alert = world.Alert({"BR.fiu", "DE.fiu"});
  alert.set_urgency(v1::URGENCY_BULK);
  const std::string own = world.Publish(alert);
  world.Settle({"BR.fiu"});
  ASSERT_TRUE(world.Recall("FR.fiu", own).ok());
  world.Settle({"BR.fiu"});
  RecallAsAnother(world, own);
  world.Settle({"BR.fiu"});
  world.Settle();
  for (const v1::InboxItem& item : world.InboxOf("BR.fiu")) EXPECT_NE(item.record_id(), own);
}

TEST(RecallTest, WhatWasRefusedWhenItCameIsRememberedToo) {
  AlertWorld world;
  world.broker.on_delivery = [](v1::Delivery& delivery) {
    if (delivery.has_record()) delivery.mutable_record()->back() ^= 1;
  };
  const std::string id = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  ASSERT_TRUE(world.Recall("FR.fiu", id).ok());
  world.Settle();
  EXPECT_EQ(world.node("BR.fiu").RowsOf(kRecalled), 1u) << "it may be delivered again";
}

TEST(RecallTest, ACopyIsNotCurrentWhileARecallIsMissing) {
  AlertWorld world;
  const std::string kept = world.Publish(world.Alert({"BR.fiu"}));
  const std::string gone = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  ASSERT_TRUE(world.Recall("FR.fiu", gone).ok());
  world.broker.keeps_back = [](const v1::Delivery& delivery) {
    return delivery.notice().type() == v1::NOTICE_TYPE_RECALL;
  };
  world.Settle();
  world.Advance(limits::kDayMs);
  world.Settle();
  ASSERT_TRUE(world.node("FR.fiu")->Tick(world.now).ok());
  world.Settle();
  const v1::SearchResponse found = world.Find("BR.fiu", world.ByDocument("L898902C3"));
  ASSERT_THAT(found.hits(), SizeIs(2));
  for (const v1::SearchHit& hit : found.hits()) {
    EXPECT_EQ(hit.state(), v1::COPY_STATE_VERIFY_FIRST);
  }
}

// The broker lied that it was refused; the acknowledgement says that it was not.
TEST(RecallTest, WhoeverTurnsOutToHaveItIsToldToo) {
  AlertWorld world;
  world.broker.on_response = [](v1::SubmitResponse& response) {
    for (v1::SubmissionResult& result : *response.mutable_results()) {
      if (result.number() != 1) continue;
      result.mutable_refusal()->set_reason("policy-refused");
      result.mutable_refusal()->set_log_index(3);
    }
  };
  const std::string id = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle({"BR.fiu"});
  const auto recalled = world.Recall("FR.fiu", id);
  ASSERT_TRUE(recalled.ok()) << recalled.status();
  EXPECT_THAT(recalled->recipients(), IsEmpty());
  world.Settle();
  EXPECT_EQ(world.node("BR.fiu").RowsOf(kVault), 0u);
  EXPECT_EQ(world.List("FR.fiu", v1::RECORD_KIND_ALERT, false)[0].recipients(0).state(),
            v1::RECIPIENT_STATE_ERASED);
}

TEST(RecallTest, TheNotesOnAnAlertGoWithIt) {
  AlertWorld world;
  const std::string id = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  ASSERT_TRUE(world.Clear("FR.fiu", id, "YM4471902", "SE").ok());
  world.Settle();
  ASSERT_EQ(world.node("BR.fiu").RowsOf(kVault), 2u);
  ASSERT_TRUE(world.Recall("FR.fiu", id).ok());
  world.Settle();
  EXPECT_EQ(world.node("BR.fiu").RowsOf(kVault), 0u);
}

TEST(RecallTest, WhoWasClearedStaysSoWhenTheAlertIsReplaced) {
  AlertWorld world;
  v1::Draft alert = world.Alert({"BR.fiu"});
  alert.mutable_sections(1)
      ->mutable_content()
      ->mutable_subjects()
      ->mutable_subjects()
      ->RemoveLast();
  const std::string old = world.Publish(alert);
  world.Settle();
  ASSERT_TRUE(world.Clear("FR.fiu", old, "YM4471902", "SE").ok());
  alert.set_replaces(old);
  const std::string anew = world.Publish(alert);
  world.Settle();
  v1::SearchRequest traveller = world.ByDocument("YM4471902");
  traveller.set_name("Anna Maria Eriksson");
  const auto found = world.Find("BR.fiu", traveller);
  EXPECT_THAT(found.hits(), IsEmpty());
  ASSERT_THAT(found.not_identical(), SizeIs(1));
  EXPECT_EQ(found.not_identical(0).record_id(), anew);
}

TEST(RecallTest, SurvivesACrashOfEither) {
  AlertWorld world;
  const std::string id = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  ASSERT_TRUE(world.Recall("FR.fiu", id).ok());
  world.node("FR.fiu").Restart(world.now);
  world.Settle();
  world.node("BR.fiu").Restart(world.now);
  world.Settle();
  EXPECT_EQ(world.node("BR.fiu").RowsOf(kVault), 0u);
  EXPECT_EQ(world.List("FR.fiu", v1::RECORD_KIND_ALERT, false)[0].recipients(0).state(),
            v1::RECIPIENT_STATE_ERASED);
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), IsEmpty());
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
}

size_t KeysOf(TestNode& node) {
  MemoryFile slots = node.slots;
  MemoryFile store_key = node.store_key;
  ToldRandom random(1);
  const auto keys = KeyStore::Open(slots, store_key, random, Instant{0});
  EXPECT_TRUE(keys.ok()) << keys.status();
  return keys.ok() ? keys->size() : 0;
}

// The key is on the disk before the record: it must not outlive a record that never was.
TEST(RecallTest, LeavesNoKeyOfWhatTheDiskWasTooFullToTake) {
  AlertWorld world;
  TestNode& node = world.node("BR.fiu");
  world.Settle();
  const size_t before = KeysOf(node);
  v1::Draft alert = world.Alert({"BR.fiu"});
  alert.set_urgency(v1::URGENCY_BULK);
  const std::string id = world.Publish(alert);
  world.Settle({"BR.fiu"});
  bool made = false;
  for (size_t nth = 1; nth <= 8 && !made; ++nth) {
    node.store.FailWrite(nth, store::Fault::kDiskFull);
    (void)world.Exchange(node);
    made = KeysOf(node) > before && node.RowsOf(kVault) == 0;
  }
  ASSERT_TRUE(made) << "no key was left alone";
  node.Restart(world.now);
  world.broker.keeps_back = [](const v1::Delivery& delivery) { return !delivery.has_notice(); };
  ASSERT_TRUE(world.Recall("FR.fiu", id).ok());
  world.Settle();
  world.broker.keeps_back = nullptr;
  world.Settle();
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
  EXPECT_EQ(KeysOf(node), before);
}

// Told twice, of which the second finds that the first has not been carried out for want of room.
TEST(RecallTest, ErasedIsSaidWhenItIsErasedHoweverOftenItIsAsked) {
  size_t seen = 0;
  for (size_t first = 1; first <= 12; ++first) {
    for (size_t count = 1; count <= 3; ++count) {
      AlertWorld world;
      TestNode& node = world.node("BR.fiu");
      const std::string id = world.Publish(world.Alert({"BR.fiu"}));
      world.Settle();
      for (int i = 0; i < 2; ++i) {
        ASSERT_TRUE(world.Recall("FR.fiu", id).ok());
        world.Settle({"BR.fiu"});
      }
      const std::string hash =
          **node.store.Get(kReceivedIds, std::string("FR.fiu\0", 7) + *HexDecode(id));
      for (size_t i = 0; i < count; ++i) {
        node.store.FailWrite(first + i, store::Fault::kDiskFull);
      }
      (void)world.Exchange(node);
      const auto row = **Load<state::ReceivedRecord>(node.store, kReceived, hash);
      if (row.recalled_ms() == 0 || row.purged()) continue;
      ++seen;
      EXPECT_EQ(node.RowsOf(kOwed), 0u) << first << " " << count;
    }
  }
  EXPECT_GT(seen, 0u) << "it was always erased at once";
}

TEST(RecallTest, ABrokerCannotHaveASentRecordForgotten) {
  World world;
  const std::string own = world.Send("BR.fiu", world.Lead({"FR.fiu"}));
  world.broker.on_delivery = [&](v1::Delivery& delivery) {
    v1::Part part;
    ASSERT_TRUE(part.ParseFromString(delivery.evidence().part()));
    part.mutable_submission()->set_record_hash(*HexDecode(own));
    delivery.mutable_evidence()->set_part(part.SerializeAsString());
  };
  (void)world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle({"BR.fiu"});
  Engine& engine = world.node("BR.fiu").engine();
  const auto read = [&] {
    const v1::GetEntriesRequest next = engine.NextEntries();
    return engine.OnEntries(next, world.broker.Entries(next), world.now);
  };
  ASSERT_TRUE(read().ok());
  ASSERT_TRUE(engine.OnPullResponse(world.broker.Pull("BR.fiu"), world.now).ok());
  ASSERT_TRUE(read().ok());
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("record-refused"));
  EXPECT_TRUE(world.Show("BR.fiu", own).ok()) << "its key was destroyed";
}

TEST(RecallTest, AnAnswerAfterARecallChangesNothing) {
  AlertWorld world;
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  v1::AnswerLeadRequest answer;
  answer.set_record_id(id);
  answer.set_taken(true);
  answer.set_justification("known here");
  ASSERT_TRUE(world.node("BR.fiu")->AnswerLead("author", answer, world.now).ok());
  ASSERT_TRUE(world.Recall("FR.fiu", id).ok());
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_ERASED);
}

TEST(RecallTest, BothDiariesTellOfIt) {
  AlertWorld world;
  const std::string id = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  ASSERT_TRUE(world.Recall("FR.fiu", id).ok());
  world.Settle();
  const std::vector<v1::Consultation> at_origin = world.LogOf("FR.fiu");
  EXPECT_TRUE(std::ranges::any_of(at_origin, [](const v1::Consultation& line) {
    return line.operation() == "erasure" && line.officer() == "author" &&
           line.justification() == "she was found";
  }));
  const v1::Consultation at_recipient = world.LogOf("BR.fiu").back();
  EXPECT_EQ(at_recipient.operation(), "erasure");
  EXPECT_EQ(at_recipient.record_id(), id);
  EXPECT_THAT(at_recipient.justification(), HasSubstr("FR.fiu"));
}

}  // namespace
}  // namespace entente::node
