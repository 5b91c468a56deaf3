// A broker that lies about what it logged, or about the place and state in which it did.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "core/base/limits.h"
#include "core/ledger/ceremony.h"
#include "core/ledger/receipt.h"
#include "core/record/statements.h"
#include "node/engine_fixture.h"
#include "node/families.h"

namespace entente::node {
namespace {

using ::testing::Contains;
using ::testing::EndsWith;
using ::testing::IsEmpty;

// Nothing is shown at this agency, which says why.
void ExpectNotTaken(World& world, std::string_view agency, std::string_view reason) {
  EXPECT_THAT(world.InboxOf(agency), IsEmpty());
  const auto status = world.node(agency)->Status("admin", world.now);
  ASSERT_TRUE(status.ok()) << status.status();
  const auto& alarms = status->alarms();
  const auto refused = std::ranges::find(alarms, "record-refused", &v1::Alarm::code);
  ASSERT_NE(refused, alarms.end());
  EXPECT_THAT(refused->text(), EndsWith(": " + std::string(reason)));
}

v1::PublishRequest RequestOf(const ledger::Publication& publication) {
  v1::PublishRequest request;
  request.set_entry_kind(publication.kind);
  *request.mutable_statement() = publication.statement;
  request.set_text(publication.text);
  return request;
}

// Of the key that FR.fiu signs its records with, by FR.fiu itself.
v1::PublishRequest Revocation(World& world) {
  const auto key =
      world.broker.registry().CurrentKey("FR.fiu", crypto::KeyUse::kRecordSigning, world.now);
  EXPECT_TRUE(key.ok()) << key.status();
  return RequestOf(ledger::SignRevocation(world.federation.name(), "FR.fiu", key->id, "lost",
                                          world.now, world.federation.agency("FR.fiu").identity,
                                          crypto::KeyUse::kIdentity));
}

TEST(HostileBrokerTest, WithholdsUnderANoteThatDoesNotHold) {
  for (const std::string_view what : {"signature", "recipient", "log index"}) {
    SCOPED_TRACE(what);
    World world({"FR.fiu", "CH.fiu"});
    world.broker.on_delivery = [&](v1::Delivery& delivery) {
      if (!delivery.has_withholding_note()) return;
      v1::SignedStatement& note = *delivery.mutable_withholding_note();
      auto body = record::ReadBody<v1::WithholdingNote>(note.body());
      ASSERT_TRUE(body.ok());
      if (what == "recipient") body->set_recipient("FR.fiu");
      if (what == "log index") body->set_log_index(body->log_index() - 1);
      note = record::SignBody(world.federation.name(), *body,
                              {{world.federation.note_key(), crypto::KeyUse::kNote}});
      if (what == "signature") note.mutable_signatures(0)->mutable_ed25519()->front() ^= 1;
    };
    world.Send("FR.fiu", world.Lead({"CH.fiu"}));
    world.Settle();
    ExpectNotTaken(world, "CH.fiu", what == "signature" ? "bad-signature" : "proof-bad");
  }
}

TEST(HostileBrokerTest, GivesTheEvidenceOfAnotherReader) {
  World world;
  world.broker.on_delivery = [&](v1::Delivery& delivery) {
    v1::Part part;
    ASSERT_TRUE(part.ParseFromString(delivery.evidence().part()));
    if (!delivery.has_record() || part.reader() != "BR.fiu") return;
    *delivery.mutable_evidence() =
        world.broker.log().Evidence(delivery.evidence().log_index(), "DE.fiu");
  };
  world.Send("FR.fiu", world.Lead({"BR.fiu", "DE.fiu"}));
  world.Settle();
  ExpectNotTaken(world, "BR.fiu", "proof-bad");
  EXPECT_EQ(world.InboxOf("DE.fiu").size(), 1u);
}

TEST(HostileBrokerTest, GivesTheEvidenceOfAnotherRecord) {
  World world;
  bool first = true;
  world.broker.on_delivery = [&](v1::Delivery& delivery) {
    if (!delivery.has_record() || !std::exchange(first, false)) return;
    *delivery.mutable_evidence() =
        world.broker.log().Evidence(delivery.evidence().log_index() + 1, "BR.fiu");
  };
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle({"BR.fiu"});
  world.Settle();
  ExpectNotTaken(world, "BR.fiu", "proof-bad");
}

// In step with the log, but for the record that the broker takes in between.
TEST(HostileBrokerTest, LogsARecordUnderAKeyRevokedBefore) {
  World world;
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  const auto signed_before = world.node("FR.fiu")->NextSubmit(world.now);
  ASSERT_TRUE(signed_before.ok() && signed_before->has_value());
  ASSERT_TRUE(world.broker.Publish(Revocation(world), world.now).ok());
  (void)world.broker.Submit("FR.fiu", **signed_before, world.now);
  world.Settle({"FR.fiu"});
  ExpectNotTaken(world, "BR.fiu", "key-not-valid-then");
}

TEST(HostileBrokerTest, RevokingAKeyTakesBackNothing) {
  World world;
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle({"BR.fiu"});
  ASSERT_TRUE(world.broker.Publish(Revocation(world), world.now).ok());
  world.Settle({"FR.fiu"});
  EXPECT_EQ(world.InboxOf("BR.fiu").size(), 1u);
}

// As if another record had come before under the same id.
TEST(HostileBrokerTest, DeliversASecondRecordUnderOneId) {
  World world;
  world.broker.on_delivery = [&](v1::Delivery& delivery) {
    v1::Part part;
    ASSERT_TRUE(part.ParseFromString(delivery.evidence().part()));
    if (!delivery.has_record()) return;
    store::WriteBatch batch;
    batch.Put(kReceivedIds, part.submission().origin() + '\0' + part.submission().record_id(),
              std::string(32, 'h'));
    ASSERT_TRUE(world.node("BR.fiu").store.Write(batch, store::Sync::kYes).ok());
  };
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  ExpectNotTaken(world, "BR.fiu", "record-id-reused");
}

TEST(HostileBrokerTest, DecidesUnderAStateThatTheLogDoesNotHave) {
  World world;
  world.broker.on_record = [](ledger::SubmittedRecord& record) { record.snapshot_hash[0] ^= 1; };
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  ExpectNotTaken(world, "BR.fiu", "proof-bad");
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("decision-differs"));
}

TEST(HostileBrokerTest, DecidesUnderAStateLongOutOfDate) {
  World world;
  const uint64_t old = world.broker.registry().snapshot_number();
  const auto policy = world.federation.SignPolicy("BR", 2, testing::DefaultPolicy("BR", 2));
  ASSERT_TRUE(world.broker.Publish(RequestOf(policy), world.now).ok());
  world.Advance(limits::kHourMs);
  world.broker.on_record = [&](ledger::SubmittedRecord& record) {
    record.snapshot_number = old;
    record.snapshot_hash = *world.broker.registry().SnapshotHashAt(old);
  };
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  ExpectNotTaken(world, "BR.fiu", "snapshot-behind");
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("decision-differs"));
}

TEST(HostileBrokerTest, LetsPassWhatTheRecipientCannotHonour) {
  const std::string_view honoured = "\"delete-after:P30D\", ";
  std::string policy = testing::DefaultPolicy("BR");
  ASSERT_NE(policy.find(honoured), policy.npos);
  policy.erase(policy.find(honoured), honoured.size());
  World world({"FR.fiu", "BR.fiu"}, {{"BR", policy}});
  world.broker.on_decision = [](const std::string&, policy::Decision& decision) {
    EXPECT_FALSE(decision.releases());
    decision.verdict = policy::Verdict::kRelease;
    decision.withheld.clear();
    decision.released = {0, 1};
    decision.obligations = {"delete-after:P1Y", "no-judicial-use-without-consent",
                            "use-only-for-stated-purpose"};
  };
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  ExpectNotTaken(world, "BR.fiu", "policy-refused");
}

TEST(HostileBrokerTest, GivesAReceiptForAnotherRoot) {
  World world;
  world.broker.on_response = [&](v1::SubmitResponse& response) {
    auto body = record::ReadBody<v1::Receipt>(response.receipt().body());
    ASSERT_TRUE(body.ok());
    body->set_root(std::string(32, 'r'));
    *response.mutable_receipt() =
        ledger::SignReceipt(world.federation.genesis(), *body, world.federation.receipt_key());
  };
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("evidence-bad"));
}

}  // namespace
}  // namespace entente::node
