// A broker that does wrong: each time the node sees it, shows nothing, and says so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/ledger/receipt.h"
#include "core/record/statements.h"
#include "node/engine_fixture.h"

namespace entente::node {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

void AlterRecord(v1::Delivery& delivery, const std::function<void(v1::Record&)>& alter) {
  if (!delivery.has_record()) return;
  v1::Record record;
  ASSERT_TRUE(record.ParseFromString(delivery.record()));
  alter(record);
  delivery.set_record(record::Encode(record));
}

// One lead from FR to BR that must not be opened, for this reason.
void ExpectRefused(World& world, std::string_view reason) {
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
  EXPECT_TRUE(absl::IsNotFound(world.Show("BR.fiu", id).status()));
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("record-refused"));
  const v1::RecordSummary lead = world.SentLead("FR.fiu", id);
  EXPECT_EQ(lead.recipients(0).state(), v1::RECIPIENT_STATE_NOT_OPENED);
  EXPECT_EQ(lead.recipients(0).reason(), reason);
}

TEST(HostileBrokerTest, StripsASectionWithItsWrap) {
  World world;
  world.broker.on_delivery = [](v1::Delivery& delivery) {
    AlterRecord(delivery, [](v1::Record& record) {
      const std::string id = record.sections(1).section_id();
      record.mutable_sections()->DeleteSubrange(1, 1);
      auto* wraps = record.mutable_access(0)->mutable_wraps();
      wraps->erase(std::ranges::find(*wraps, id, &v1::Wrap::section_id));
    });
  };
  ExpectRefused(world, "proof-bad");
}

TEST(HostileBrokerTest, WithholdsWithoutANote) {
  World world({"FR.fiu", "CH.fiu"});
  world.broker.on_delivery = [](v1::Delivery& delivery) { delivery.clear_withholding_note(); };
  const std::string id = world.Send("FR.fiu", world.Lead({"CH.fiu"}));
  world.Settle();
  EXPECT_THAT(world.InboxOf("CH.fiu"), IsEmpty());
  EXPECT_EQ(world.SentLead("FR.fiu", id).recipients(0).reason(), "proof-bad");
}

TEST(HostileBrokerTest, AltersALabel) {
  World world;
  world.broker.on_delivery = [](v1::Delivery& delivery) {
    AlterRecord(delivery, [](v1::Record& record) {
      v1::SectionLabels labels;
      ASSERT_TRUE(labels.ParseFromString(record.sections(0).labels()));
      labels.set_basis("assessment");
      record.mutable_sections(0)->set_labels(record::Encode(labels));
    });
  };
  ExpectRefused(world, "proof-bad");
}

TEST(HostileBrokerTest, AltersTheHeader) {
  World world;
  world.broker.on_delivery = [](v1::Delivery& delivery) {
    AlterRecord(delivery, [](v1::Record& record) {
      v1::RecordHeader header;
      ASSERT_TRUE(header.ParseFromString(record.header()));
      header.set_purpose("fiu-analysis");
      record.set_header(record::Encode(header));
    });
  };
  // The acknowledgement names the record that was logged: the sender is told, the lane goes on.
  ExpectRefused(world, "bad-signature");
  EXPECT_EQ(world.broker.waiting("BR.fiu"), 0u);
}

TEST(HostileBrokerTest, GivesEvidenceOfAnotherPlace) {
  World world;
  world.broker.on_delivery = [](v1::Delivery& delivery) {
    if (delivery.has_record()) delivery.mutable_evidence()->set_log_index(1);
  };
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("record-refused"));
}

TEST(HostileBrokerTest, RemovesAnObligation) {
  World world;
  world.broker.on_decision = [](const std::string&, policy::Decision& decision) {
    std::erase(decision.obligations, "delete-after:P1Y");
  };
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), ElementsAre("decision-differs"));
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), ElementsAre("obligation-removed"));
  // What the origin sealed is honoured all the same.
  EXPECT_THAT(world.Show("BR.fiu", id)->obligations(), Contains("delete-after:P1Y"));
}

TEST(HostileBrokerTest, RemovesAnObligationOfTheRecipientsOwnPolicy) {
  World world;
  world.broker.on_decision = [](const std::string&, policy::Decision& decision) {
    std::erase(decision.obligations, "use-only-for-stated-purpose");
  };
  ExpectRefused(world, "policy-refused");
}

TEST(HostileBrokerTest, LetsPassWhatTheSendersPolicyWithholds) {
  World world({"FR.fiu", "CH.fiu"});
  world.broker.on_decision = [](const std::string&, policy::Decision& decision) {
    decision.verdict = policy::Verdict::kRelease;
    decision.withheld.clear();
    decision.released = {0, 1};
  };
  const std::string id = world.Send("FR.fiu", world.Lead({"CH.fiu"}));
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), ElementsAre("decision-differs"));
  // The section was never wrapped for that recipient: there is nothing to open.
  EXPECT_EQ(world.Show("CH.fiu", id)->sections_size(), 1);
}

TEST(HostileBrokerTest, LetsPassWhatTheRecipientsPolicyRefuses) {
  World world({"FR.fiu", "AE.fiu"});
  world.broker.on_decision = [](const std::string&, policy::Decision& decision) {
    decision.verdict = policy::Verdict::kRelease;
    decision.withheld.clear();
    decision.released = {0, 1};
    decision.obligations = {"delete-after:P1Y", "no-judicial-use-without-consent",
                            "use-only-for-stated-purpose"};
  };
  const std::string id = world.Send("FR.fiu", world.Lead({"AE.fiu"}));
  world.Settle();
  EXPECT_THAT(world.InboxOf("AE.fiu"), IsEmpty());
  EXPECT_EQ(world.SentLead("FR.fiu", id).recipients(0).reason(), "policy-refused");
}

TEST(HostileBrokerTest, ReplaysADelivery) {
  World world;
  std::vector<v1::Delivery> seen;
  world.broker.on_delivery = [&](v1::Delivery& delivery) {
    if (delivery.has_record()) seen.push_back(delivery);
  };
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  ASSERT_FALSE(seen.empty());
  TestNode& node = world.node("BR.fiu");
  std::vector<std::string> statements;
  for (uint64_t seq : {40, 41}) {
    v1::PullResponse again;
    *again.add_deliveries() = seen.front();
    again.mutable_deliveries(0)->set_mailbox_seq(seq);
    *again.add_deliveries() = again.deliveries(0);
    again.set_checkpoint(world.broker.log().Checkpoint());
    (void)node->StartPull();
    ASSERT_TRUE(node->OnPullResponse(again, world.now).ok());
    for (const v1::PullAcknowledge& acknowledge : node->NextAcknowledges()) {
      for (const auto& statement : acknowledge.acknowledgements()) {
        statements.push_back(statement.SerializeAsString());
      }
    }
    node.Restart(world.now);
    world.Settle();
  }
  EXPECT_EQ(world.InboxOf("BR.fiu").size(), 1u);
  ASSERT_EQ(statements.size(), 4u);
  EXPECT_EQ(std::ranges::count(statements, statements.front()), 4);
}

// As an origin may do once its first submission has left the broker's memory.
TEST(HostileBrokerTest, LogsARecordAgain) {
  World world;
  v1::SubmitRequest again;
  world.broker.refuses = [&](const v1::Submission& submission) -> std::optional<v1::Refusal> {
    if (submission.has_record()) *again.add_submissions() = submission;
    return std::nullopt;
  };
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  ASSERT_EQ(again.submissions_size(), 1);
  world.broker.refuses = nullptr;
  again.mutable_submissions(0)->set_number(4711);
  (void)world.broker.Submit("FR.fiu", again, world.now);
  std::vector<uint64_t> places;
  std::vector<std::string> reasons;
  world.broker.on_delivery = [&](v1::Delivery& delivery) {
    v1::Acknowledgement body;
    if (!delivery.has_notice()) return;
    if (body.ParseFromString(delivery.notice().statement().body()) && !body.opened()) {
      places.push_back(body.log_index());
      reasons.push_back(body.refusal());
    }
  };
  world.Settle();
  EXPECT_THAT(reasons, ElementsAre("record-id-reused"));
  EXPECT_THAT(places, ElementsAre(Not(world.SentLead("FR.fiu", id).log_index())));
  EXPECT_EQ(world.broker.waiting("BR.fiu"), 0u);
  ASSERT_EQ(world.InboxOf("BR.fiu").size(), 1u);
  EXPECT_TRUE(world.Show("BR.fiu", id).ok());
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
}

TEST(HostileBrokerTest, ForgesAnAcknowledgement) {
  World world;
  world.broker.on_delivery = [](v1::Delivery& delivery) {
    if (!delivery.has_notice()) return;
    auto* signature = delivery.mutable_notice()->mutable_statement()->mutable_signatures(0);
    (*signature->mutable_ed25519())[5] ^= 1;
  };
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_LOGGED);
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), ElementsAre("acknowledgement-forged"));
  // Its lane goes on.
  EXPECT_EQ(world.broker.waiting("FR.fiu"), 0u);
}

TEST(HostileBrokerTest, AcknowledgesInAnothersName) {
  World world;
  world.broker.on_delivery = [&](v1::Delivery& delivery) {
    if (!delivery.has_notice()) return;
    auto body = record::ReadBody<v1::Acknowledgement>(delivery.notice().statement().body());
    ASSERT_TRUE(body.ok());
    body->set_recipient("DE.fiu");
    *delivery.mutable_notice()->mutable_statement() =
        record::SignBody(world.federation.name(), *body,
                         {{world.federation.note_key(), crypto::KeyUse::kAcknowledgement}});
  };
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu", "DE.fiu"}));
  world.Settle({"DE.fiu"});
  EXPECT_EQ(world.StateOf("FR.fiu", id, "DE.fiu"), v1::RECIPIENT_STATE_LOGGED);
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), ElementsAre("acknowledgement-forged"));
}

TEST(HostileBrokerTest, KeepsTheLastRecordBack) {
  World world;
  world.broker.keeps_back = [](const v1::Delivery& delivery) { return delivery.has_record(); };
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  ASSERT_TRUE(world.node("FR.fiu")->Tick(world.now).ok());
  world.Settle();
  ASSERT_TRUE(world.node("BR.fiu")->Tick(world.now + limits::kHourMs - 1).ok());
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Not(Contains("numbers-missing")));
  ASSERT_TRUE(world.node("BR.fiu")->Tick(world.now + limits::kHourMs).ok());
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("numbers-missing"));
}

TEST(HostileBrokerTest, KeepsThePairHeadsBack) {
  World world;
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  ASSERT_TRUE(world.node("BR.fiu")->Tick(world.now + 2 * limits::kDayMs).ok());
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("pair-head-overdue"));
}

TEST(HostileBrokerTest, AltersAPairHead) {
  World world;
  world.broker.on_delivery = [](v1::Delivery& delivery) {
    if (delivery.notice().type() != v1::NOTICE_TYPE_PAIR_HEAD) return;
    auto head = record::ReadBody<v1::PairHead>(delivery.notice().statement().body());
    ASSERT_TRUE(head.ok());
    head->set_bulk_seq(0);
    delivery.mutable_notice()->mutable_statement()->set_body(record::Encode(*head));
  };
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  ASSERT_TRUE(world.node("FR.fiu")->Tick(world.now).ok());
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), ElementsAre("notice-bad"));
}

TEST(HostileBrokerTest, GivesNoReceipt) {
  World world;
  world.broker.on_response = [](v1::SubmitResponse& response) { response.clear_receipt(); };
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("evidence-bad"));
  EXPECT_TRUE(world.node("FR.fiu")->NextReceipts(1)->empty());
  world.broker.on_response = nullptr;
  world.Advance(2 * limits::kMinuteMs);
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
  EXPECT_EQ(world.node("FR.fiu")->NextReceipts(1)->size(), 1u);
  EXPECT_EQ(world.InboxOf("BR.fiu").size(), 1u);
}

TEST(HostileBrokerTest, GivesTheReceiptOfAnotherTree) {
  World world;
  world.broker.on_response = [&](v1::SubmitResponse& response) {
    response.set_checkpoint(world.broker.log().Checkpoint(world.broker.log().size() - 1));
  };
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("evidence-bad"));
}

// Another log with the same key that parts ways at the last entry.
testing::TestLog Forked(World& world) {
  testing::TestLog other(world.federation.log_origin(), world.federation.checkpoint_key().Clone());
  const auto& entries = world.broker.log().entries();
  for (size_t i = 0; i + 1 < entries.size(); ++i) other.Append(entries[i]);
  other.Append(entries[entries.size() - 2]);
  other.Append(entries[entries.size() - 2]);
  return other;
}

TEST(HostileBrokerTest, ShowsAForkedLog) {
  World world;
  const testing::TestLog other = Forked(world);
  TestNode& node = world.node("FR.fiu");
  const v1::GetEntriesRequest request = node->NextEntries();
  v1::GetEntriesResponse response;
  for (uint64_t i = request.from(); i < other.size(); ++i) response.add_entries(other.entries()[i]);
  response.set_checkpoint(other.Checkpoint());
  EXPECT_TRUE(IsRefusal(node->OnEntries(request, response, world.now), Reason::kFork));
  for (int start = 0; start < 2; ++start) {
    EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("fork"));
    world.Send("FR.fiu", world.Lead({"BR.fiu"}));
    const auto next = node->NextSubmit(world.now);
    EXPECT_TRUE(next.ok() && !next->has_value());
    const v1::GetEntriesRequest honest = node->NextEntries();
    EXPECT_TRUE(
        IsRefusal(node->OnEntries(honest, world.broker.Entries(honest), world.now), Reason::kFork));
    node.Restart(world.now);
  }
}

TEST(HostileBrokerTest, CutsTheLogShort) {
  World world;
  TestNode& node = world.node("FR.fiu");
  const v1::GetEntriesRequest request = node->NextEntries();
  v1::GetEntriesResponse response;
  response.set_checkpoint(world.broker.log().Checkpoint(world.broker.log().size() - 1));
  EXPECT_TRUE(IsRefusal(node->OnEntries(request, response, world.now), Reason::kFork));
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("fork"));
}

TEST(HostileBrokerTest, GivesAnotherText) {
  World world;
  v1::GetTextRequest request;
  request.set_digest(std::string(32, 'x'));
  v1::GetTextResponse response;
  response.set_text("policy = \"sharing-policy/1\"");
  EXPECT_TRUE(
      IsRefusal(world.node("FR.fiu")->OnText(request, response, world.now), Reason::kProofBad));
}

// ---- a member that does wrong

// DE.fiu sends a record of its own under the id of one of FR.fiu that it knows.
std::string SendUnderId(World& world, const std::string& id, std::vector<std::string> recipients) {
  world.node("DE.fiu").random.next = *HexDecode(id);
  v1::Draft copy = world.Lead(std::move(recipients));
  copy.mutable_sections(0)->mutable_content()->mutable_lead_ask()->set_summary("a copy");
  return world.Send("DE.fiu", copy);
}

std::string SummaryOf(const absl::StatusOr<v1::ShowResponse>& shown) {
  return shown.ok() ? shown->sections(0).content().lead_ask().summary() : shown.status().ToString();
}

TEST(HostileMemberTest, ItsRecordUnderTheIdOfAnotherComesFirst) {
  World world;
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu", "DE.fiu"}));
  world.Settle({"BR.fiu"});
  ASSERT_EQ(SendUnderId(world, id, {"BR.fiu", "FR.fiu"}), id);
  // The broker is slow with the first one.
  world.broker.keeps_back = [](const v1::Delivery& delivery) {
    v1::Part part;
    return part.ParseFromString(delivery.evidence().part()) &&
           part.submission().origin() == "FR.fiu";
  };
  world.Settle();
  world.broker.keeps_back = nullptr;
  world.Settle();
  EXPECT_EQ(world.InboxOf("BR.fiu").size(), 2u);
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), ElementsAre("record-id-shared"));
  const auto both = world.Show("BR.fiu", id);
  ASSERT_TRUE(IsRefusal(both.status(), Reason::kMalformed)) << both.status();
  EXPECT_THAT(RefusalOf(both.status())->text, ::testing::HasSubstr("DE.fiu and FR.fiu"));
  EXPECT_EQ(RefusalOf(both.status())->advice, "name the origin too: DE.fiu/" + id);
  EXPECT_EQ(SummaryOf(world.Show("BR.fiu", "FR.fiu/" + id)), "three accounts at the harbour bank");
  EXPECT_EQ(SummaryOf(world.Show("BR.fiu", "DE.fiu/" + id)), "a copy");
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
}

TEST(HostileMemberTest, ManyRefusedRecordsAreOneAlarm) {
  World world;
  world.broker.on_delivery = [](v1::Delivery& delivery) {
    AlterRecord(delivery, [](v1::Record& record) { record.mutable_sections(0)->clear_labels(); });
  };
  for (int i = 0; i < 5; ++i) world.Send("DE.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  const auto status = world.node("BR.fiu")->Status("admin", world.now);
  ASSERT_EQ(status->alarms_size(), 2);
  EXPECT_EQ(status->alarms(0).count() + status->alarms(1).count(), 6u);
}

TEST(HostileMemberTest, NoReceiptTakesTheFileOfAnother) {
  World world;
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu", "DE.fiu"}));
  world.Settle();
  ASSERT_EQ(SendUnderId(world, id, {"BR.fiu", "FR.fiu"}), id);
  world.Settle();
  for (const auto* agency : {"FR.fiu", "BR.fiu"}) {
    EXPECT_THAT(world.AlarmsOf(agency), ElementsAre("record-id-shared")) << agency;
    const auto receipts = world.node(agency)->NextReceipts(10);
    ASSERT_TRUE(receipts.ok());
    ASSERT_EQ(receipts->size(), 2u) << agency;
    for (const ReceiptFiles& receipt : *receipts) {
      const auto facts = ledger::VerifyReceiptBundle(world.federation.genesis(),
                                                     {receipt.proof, receipt.entry, receipt.part});
      ASSERT_TRUE(facts.ok()) << facts.status();
      const v1::SubmissionPart& told = facts->verified.part.submission();
      const std::string hash = HexEncode(AsBytes(told.record_hash()));
      EXPECT_EQ(receipt.name, told.origin() == "FR.fiu" ? id : id + "-" + hash.substr(0, 32));
      EXPECT_EQ(world.Show(agency, told.origin() + "/" + id)->receipt_path(),
                receipt.name + ".tlog-proof");
      ASSERT_TRUE(world.node(agency)->OnReceiptWritten(receipt.name).ok());
    }
    EXPECT_TRUE(world.node(agency)->NextReceipts(10)->empty());
  }
  EXPECT_EQ(SummaryOf(world.Show("FR.fiu", "FR.fiu/" + id)), "three accounts at the harbour bank");
}

TEST(RefusalTest, APassingRefusalIsTriedAgainUnderTheSameNumber) {
  World world;
  std::vector<uint64_t> numbers;
  world.broker.refuses = [&](const v1::Submission& submission) -> std::optional<v1::Refusal> {
    numbers.push_back(submission.number());
    if (numbers.size() > 2) return std::nullopt;
    v1::Refusal refusal;
    refusal.set_reason(numbers.size() == 1 ? "policy-held" : "quota");
    return refusal;
  };
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_HELD);
  for (int i = 0; i < 3; ++i) {
    world.Advance(limits::kMinuteMs);
    world.Settle();
  }
  EXPECT_THAT(numbers, ElementsAre(1u, 1u, 1u));
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
}

TEST(RefusalTest, AFinalRefusalIsShownAndItsNumberClosed) {
  World world;
  world.broker.refuses = [](const v1::Submission& submission) -> std::optional<v1::Refusal> {
    if (!submission.has_record()) return std::nullopt;
    v1::Refusal refusal;
    refusal.set_reason("future-dated");
    return refusal;
  };
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_REFUSED);
  EXPECT_EQ(world.SentLead("FR.fiu", id).recipients(0).reason(), "future-dated");
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), ElementsAre("clock-differs", "submission-refused"));
  ASSERT_TRUE(world.node("FR.fiu")->Tick(world.now).ok());
  world.Settle();
  ASSERT_TRUE(world.node("BR.fiu")->Tick(world.now + limits::kHourMs).ok());
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Not(Contains("numbers-missing")));
}

}  // namespace
}  // namespace entente::node
