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

}  // namespace
}  // namespace entente::node
