// What leaves, and what one draft or one answer of the broker may cost the others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "node/engine_fixture.h"
#include "node/families.h"
#include "node/state.pb.h"
#include "node/table.h"

namespace entente::node {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// As if the store had it so.
void ChangeSent(TestNode& node, const std::string& id,
                const std::function<void(state::SentRecord&)>& change) {
  const std::string key = *HexDecode(id);
  auto sent = Load<state::SentRecord>(node.store, kSent, key);
  ASSERT_TRUE(sent.ok() && sent->has_value());
  change(**sent);
  store::WriteBatch batch;
  Save(batch, kSent, key, **sent);
  ASSERT_TRUE(node.store.Write(batch, store::Sync::kYes).ok());
}

// A delivery key that counts before every other.
absl::Status PublishDeliveryKey(World& world, std::string_view agency, std::string key) {
  v1::KeyStatement body;
  v1::KeyEntry& entry = *body.add_keys();
  entry.set_use(static_cast<uint32_t>(crypto::KeyUse::kDelivery));
  entry.set_public_key(std::move(key));
  entry.set_from_ms(static_cast<uint64_t>((world.now - limits::kHourMs).ms));
  entry.set_until_ms(static_cast<uint64_t>((world.now + 6 * limits::kDayMs).ms));
  body.set_owner(std::string(agency));
  body.add_format_versions(1);
  body.set_instant_ms(static_cast<uint64_t>(world.now.ms));
  const ledger::Publication keys = world.federation.SignKeys(agency, body);
  v1::PublishRequest request;
  request.set_entry_kind(keys.kind);
  *request.mutable_statement() = keys.statement;
  return world.broker.Publish(request, world.now).status();
}

TEST(OutboxTest, AKeyThatNothingCanBeSealedToCostsItsOwnerAlone) {
  World world;
  world.Advance(limits::kMinuteMs);
  // A log that does not take it leaves the key before it in force.
  const bool taken = PublishDeliveryKey(world, "BR.fiu", std::string(32, '\0')).ok();
  world.Settle();
  const std::string both = world.Send("FR.fiu", world.Lead({"BR.fiu", "DE.fiu"}));
  const std::string other = world.Send("FR.fiu", world.Lead({"DE.fiu"}));
  const std::string alone = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", both, "DE.fiu"), v1::RECIPIENT_STATE_DELIVERED);
  EXPECT_EQ(world.StateOf("FR.fiu", other, "DE.fiu"), v1::RECIPIENT_STATE_DELIVERED);
  for (const std::string& id : {both, alone}) {
    EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"),
              taken ? v1::RECIPIENT_STATE_NOT_SENT : v1::RECIPIENT_STATE_DELIVERED);
    EXPECT_EQ(world.SentLead("FR.fiu", id).recipients(0).reason(),
              taken ? "malformed:delivery-key" : "");
  }
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
}

TEST(OutboxTest, ADraftThatWaitsForAKeySaysSoAndIsNotWrittenEachTime) {
  World world({"FR.fiu", "BR.fiu"});
  TestNode& node = world.node("FR.fiu");
  // BR.fiu is away for so long that none of its keys counts any more.
  for (int day = 0; day < 80; ++day) {
    world.Advance(limits::kDayMs);
    world.Settle({"BR.fiu"});
    ASSERT_TRUE(node->Tick(world.now).ok());
  }
  world.Settle({"BR.fiu"});
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  EXPECT_FALSE((*node->NextSubmit(world.now)).has_value());
  const v1::RecordSummary lead = world.SentLead("FR.fiu", id);
  EXPECT_EQ(lead.recipients(0).state(), v1::RECIPIENT_STATE_WAITING);
  EXPECT_EQ(lead.recipients(0).reason(), "key-unknown");
  // Nothing is written while nothing changes: no write fails.
  node.store.FailWrite(1, store::Fault::kDiskFull);
  EXPECT_TRUE(node->NextSubmit(world.now + limits::kSecondMs).ok());
}

TEST(OutboxTest, ADraftThatCannotBeSealedHoldsUpNoOther) {
  World world;
  const std::string stuck = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  TestNode& node = world.node("FR.fiu");
  // Twice the same recipient: no record can be made of it.
  ChangeSent(node, stuck, [](state::SentRecord& sent) {
    *sent.add_recipients() = state::SentRecipient(sent.recipients(0));
  });
  const std::string whole = world.Send("FR.fiu", world.Lead({"BR.fiu", "DE.fiu"}));
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", whole, "DE.fiu"), v1::RECIPIENT_STATE_DELIVERED);
  EXPECT_EQ(world.StateOf("FR.fiu", stuck, "BR.fiu"), v1::RECIPIENT_STATE_WAITING);
  const auto status = node->Status("admin", world.now);
  ASSERT_EQ(status->alarms_size(), 1);
  EXPECT_EQ(status->alarms(0).code(), "local-fault");
  EXPECT_THAT(status->alarms(0).text(), ::testing::HasSubstr(stuck));
  // Once it can be sealed it leaves, and the alarm goes.
  ChangeSent(node, stuck, [](state::SentRecord& sent) { sent.mutable_recipients()->RemoveLast(); });
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", stuck, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
}

v1::Refusal RefusalFor(std::string reason) {
  v1::Refusal refusal;
  refusal.set_reason(std::move(reason));
  return refusal;
}

uint64_t CountOf(World& world, std::string_view agency, std::string_view code) {
  const auto status = world.node(agency)->Status("admin", world.now);
  for (const v1::Alarm& alarm : status->alarms()) {
    if (alarm.code() == code) return alarm.count();
  }
  return 0;
}

// One answer to two submissions: a refusal, and a decision whose texts are not here yet.
TEST(OutboxTest, AnAnswerThatMustWaitHasDoneNothingMeanwhile) {
  World world;
  const std::string refused = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Advance(1);
  const std::string plain = world.Send("FR.fiu", world.Lead({"DE.fiu"}));
  world.Advance(1);  // after a loss the half is offered
  for (int i = 0; i < 2; ++i) world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  TestNode& node = world.node("FR.fiu");
  ASSERT_TRUE((*node->NextSubmit(world.now)).has_value());
  node->OnDisconnected(absl::UnavailableError("gone"));
  const auto again = node->NextSubmit(world.now);
  ASSERT_TRUE(again.ok() && again->has_value());
  ASSERT_EQ((*again)->submissions_size(), 2);
  const uint64_t first = (*again)->submissions(0).number();
  // Decided under a policy of ours that this node has not read.
  world.PublishPolicy("FR", 2);
  world.broker.refuses = [&](const v1::Submission& submission) {
    return submission.number() == first ? std::optional(RefusalFor("future-dated")) : std::nullopt;
  };
  const v1::SubmitResponse response = world.broker.Submit("FR.fiu", **again, world.now);
  ASSERT_TRUE(node->OnSubmitResponse(response, world.now).ok());
  const auto follow = [&] {
    const v1::GetEntriesRequest request = node->NextEntries();
    ASSERT_TRUE(node->OnEntries(request, world.broker.Entries(request), world.now).ok());
  };
  for (int i = 0; i < 3; ++i) follow();
  EXPECT_EQ(world.StateOf("FR.fiu", plain, "DE.fiu"), v1::RECIPIENT_STATE_WAITING);
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
  // Read again with the text: the refusal is the first after the loss, and is asked once more.
  for (const v1::GetTextRequest& request : node->NextTexts()) {
    ASSERT_TRUE(node->OnText(request, world.broker.Text("FR.fiu", request), world.now).ok());
  }
  EXPECT_EQ(world.StateOf("FR.fiu", plain, "DE.fiu"), v1::RECIPIENT_STATE_LOGGED);
  EXPECT_EQ(world.StateOf("FR.fiu", refused, "BR.fiu"), v1::RECIPIENT_STATE_WAITING);
  EXPECT_EQ(CountOf(world, "FR.fiu", "submission-refused"), 0u);
  world.broker.refuses = nullptr;
  world.Advance(5 * limits::kSecondMs);
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", refused, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
}

TEST(OutboxTest, AnAnswerThatCouldNotBeKeptIsNotBelieved) {
  World world({"FR.fiu", "BR.fiu"});
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  TestNode& node = world.node("FR.fiu");
  ASSERT_TRUE((*node->NextSubmit(world.now)).has_value());
  node->OnDisconnected(absl::UnavailableError("gone"));
  const auto again = node->NextSubmit(world.now);
  ASSERT_TRUE(again.ok() && again->has_value());
  world.broker.refuses = [](const v1::Submission&) { return RefusalFor("future-dated"); };
  const v1::SubmitResponse response = world.broker.Submit("FR.fiu", **again, world.now);
  node.store.FailWrite(1, store::Fault::kDiskFull);
  EXPECT_TRUE(IsRefusal(node->OnSubmitResponse(response, world.now), Reason::kDiskFull));
  // It is asked once more, as if there had been no answer.
  ASSERT_TRUE(world.Exchange(node).ok());
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_WAITING);
  world.broker.refuses = nullptr;
  world.Advance(5 * limits::kSecondMs);
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
}

// Its checkpoint does not hold: the answer is dropped, whatever it said.
TEST(OutboxTest, AfterAnAnswerThatWasDroppedARefusalIsAskedOnceMore) {
  World world({"FR.fiu", "BR.fiu"});
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  TestNode& node = world.node("FR.fiu");
  const auto asked = node->NextSubmit(world.now);
  ASSERT_TRUE(asked.ok() && asked->has_value());
  v1::SubmitResponse dropped = world.broker.Submit("FR.fiu", **asked, world.now);
  dropped.set_checkpoint("no checkpoint");
  EXPECT_FALSE(node->OnSubmitResponse(dropped, world.now).ok());
  world.broker.refuses = [](const v1::Submission&) { return RefusalFor("future-dated"); };
  ASSERT_TRUE(world.Exchange(node).ok());
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_WAITING);
  EXPECT_EQ(CountOf(world, "FR.fiu", "submission-refused"), 0u);
}

// A row that is damaged keeps its own answer from being settled, and no other's.
TEST(OutboxTest, ADamagedSentRecordHoldsUpNoOtherAnswer) {
  World world({"FR.fiu", "BR.fiu"});
  const std::string damaged = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Advance(1);
  const std::string whole = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  TestNode& node = world.node("FR.fiu");
  const auto asked = node->NextSubmit(world.now);
  ASSERT_TRUE(asked.ok() && asked->has_value());
  const v1::SubmitResponse response = world.broker.Submit("FR.fiu", **asked, world.now);
  const std::string key = *HexDecode(damaged);
  const auto row = *node.store.Get(kSent, key);
  store::WriteBatch batch;
  batch.Put(kSent, key, "\xff");
  ASSERT_TRUE(node.store.Write(batch, store::Sync::kYes).ok());
  EXPECT_TRUE(node->OnSubmitResponse(response, world.now).ok());
  world.Settle({"BR.fiu"});
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("local-fault"));
  batch.Clear();
  batch.Put(kSent, key, *row);
  ASSERT_TRUE(node.store.Write(batch, store::Sync::kYes).ok());
  EXPECT_EQ(world.StateOf("FR.fiu", whole, "BR.fiu"), v1::RECIPIENT_STATE_LOGGED);
  world.Advance(limits::kMinuteMs);
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", damaged, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
}

// A record, and the note that closes the number of another: neither is lost, nor asked every
// second.
TEST(OutboxTest, ASuspensionLosesNothingThatWaits) {
  World world({"FR.fiu", "BR.fiu", "AE.fiu"});
  TestNode& node = world.node("FR.fiu");
  world.Send("FR.fiu", world.Lead({"AE.fiu"}));  // refused by its policy: a gap note follows
  ASSERT_TRUE(world.Exchange(node).ok());
  int asked = 0;
  world.broker.refuses = [&](const v1::Submission&) {
    ++asked;
    return RefusalFor("agency-suspended");
  };
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  EXPECT_EQ(asked, 2);
  const v1::RecordSummary lead = world.SentLead("FR.fiu", id);
  EXPECT_EQ(lead.recipients(0).state(), v1::RECIPIENT_STATE_HELD);
  EXPECT_EQ(lead.recipients(0).reason(), "agency-suspended");
  world.Advance(5 * limits::kSecondMs);
  world.Settle();
  EXPECT_EQ(asked, 2);
  world.broker.refuses = nullptr;
  world.Advance(limits::kMinuteMs);
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
  ASSERT_TRUE(node->Tick(world.now).ok());
  world.Settle();
  world.Advance(2 * limits::kHourMs);
  world.Settle();
  for (const auto* agency : {"FR.fiu", "AE.fiu"}) {
    ASSERT_TRUE(world.node(agency)->Tick(world.now).ok());
    EXPECT_THAT(world.AlarmsOf(agency), IsEmpty()) << agency;
  }
}

// Whoever answered must learn that it did not arrive.
TEST(OutboxTest, AnAnswerThatIsRefusedIsAnAlarm) {
  World world({"FR.fiu", "BR.fiu"});
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  v1::AnswerLeadRequest answer;
  answer.set_record_id(id);
  answer.set_taken(true);
  answer.set_justification("frozen today");
  ASSERT_TRUE(world.node("BR.fiu")->AnswerLead("author", answer, world.now).ok());
  world.broker.refuses = [](const v1::Submission& submission) {
    return submission.has_record() ? std::optional(RefusalFor("malformed")) : std::nullopt;
  };
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("answer-not-delivered"));
  EXPECT_EQ(CountOf(world, "FR.fiu", "answer-not-delivered"), 0u);
}

}  // namespace
}  // namespace entente::node
