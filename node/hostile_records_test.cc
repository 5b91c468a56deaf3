// A broker that lies about what follows on a record: its correction, its recall, the case it is in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <utility>
#include <vector>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/record/statements.h"
#include "node/exchange_fixture.h"

namespace entente::node {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::SizeIs;

v1::Draft Correction(const AlertWorld& world, const std::string& of) {
  v1::Draft next = world.Alert({"BR.fiu"});
  next.set_replaces(of);
  next.set_replace_ground(v1::RECALL_GROUND_INCORRECT);
  return next;
}

TEST(HostileBrokerTest, GivesTheOriginalInPlaceOfItsCorrection) {
  AlertWorld world;
  std::string original;
  world.broker.on_delivery = [&](v1::Delivery& delivery) {
    if (!delivery.has_record()) return;
    if (original.empty()) original = delivery.record();
    delivery.set_record(original);
  };
  const std::string old = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  ASSERT_THAT(world.InboxOf("BR.fiu"), SizeIs(1));
  const std::string next = world.Publish(Correction(world, old));
  world.Settle();
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty()) << "neither the old one nor it again";
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("record-refused"));
  const auto sent = world.List("FR.fiu", v1::RECORD_KIND_ALERT, false);
  EXPECT_THAT(sent, Contains(::testing::ResultOf(
                        [](const v1::RecordSummary& one) {
                          return std::pair(one.record_id(), one.recipients(0).state());
                        },
                        std::pair(next, v1::RECIPIENT_STATE_NOT_OPENED))));
}

TEST(HostileBrokerTest, GivesTheOriginalAgainWhenItWasCorrected) {
  AlertWorld world;
  std::optional<v1::Delivery> original;
  world.broker.on_delivery = [&](v1::Delivery& delivery) {
    if (delivery.has_record() && !original) original = delivery;
  };
  const std::string old = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  const std::string next = world.Publish(Correction(world, old));
  world.Settle();
  ASSERT_TRUE(original);
  TestNode& node = world.node("BR.fiu");
  v1::PullResponse again;
  *again.add_deliveries() = *original;
  again.mutable_deliveries(0)->set_mailbox_seq(40);
  // As it was given then: its path leads to the checkpoint of then.
  *again.mutable_deliveries(0)->mutable_evidence() =
      world.broker.log().Evidence(original->evidence().log_index(), "BR.fiu");
  again.set_checkpoint(world.broker.log().Checkpoint());
  (void)node->StartPull();
  ASSERT_TRUE(node->OnPullResponse(again, world.now).ok());
  world.Settle();
  const auto inbox = world.InboxOf("BR.fiu");
  ASSERT_THAT(inbox, SizeIs(1));
  EXPECT_EQ(inbox[0].record_id(), next);
  EXPECT_TRUE(IsRefusal(world.Show("BR.fiu", old).status(), Reason::kExpired));
  EXPECT_THAT(world.Find("BR.fiu", world.ByDocument("L898902C3")).hits(), SizeIs(1));
}

TEST(HostileBrokerTest, MakesOnesErasureAnothers) {
  AlertWorld world;
  const std::string id = world.Publish(world.Alert({"BR.fiu", "DE.fiu"}));
  world.Settle();
  world.broker.keeps_back = [](const v1::Delivery& delivery) {
    v1::RecallNote note;
    return delivery.notice().type() == v1::NOTICE_TYPE_RECALL &&
           note.ParseFromString(delivery.notice().statement().body()) &&
           note.recipient() == "DE.fiu";
  };
  world.broker.on_delivery = [](v1::Delivery& delivery) {
    if (delivery.notice().type() != v1::NOTICE_TYPE_ERASURE) return;
    v1::ErasureNote note;
    ASSERT_TRUE(note.ParseFromString(delivery.notice().statement().body()));
    note.set_recipient("DE.fiu");
    delivery.mutable_notice()->mutable_statement()->set_body(record::Encode(note));
  };
  ASSERT_TRUE(world.Recall("FR.fiu", id).ok());
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("notice-bad"));
  const auto sent = world.List("FR.fiu", v1::RECORD_KIND_ALERT, false);
  ASSERT_THAT(sent, SizeIs(1));
  for (const v1::RecipientStatus& recipient : sent[0].recipients()) {
    EXPECT_NE(recipient.state(), v1::RECIPIENT_STATE_ERASED) << recipient.recipient();
  }
  EXPECT_THAT(world.Find("DE.fiu", world.ByDocument("L898902C3")).hits(), SizeIs(1));
}

std::string OpenCase(World& world, const std::string& title) {
  v1::OpenCaseRequest request = CaseWith(world.now, {"BR.fiu"});
  request.set_title(title);
  const auto opened = world.node("FR.fiu")->OpenCase("author", request, world.now);
  EXPECT_TRUE(opened.ok()) << opened.status();
  world.Settle();
  return opened.ok() ? opened->case_id() : "";
}

TEST(HostileBrokerTest, GivesAnItemOfOneCaseAsOneOfAnother) {
  World world;
  const std::string quay = OpenCase(world, "The quay"), mill = OpenCase(world, "The mill");
  world.broker.on_delivery = [&](v1::Delivery& delivery) {
    v1::Record record;
    v1::RecordHeader header;
    if (!delivery.has_record()) return;
    ASSERT_TRUE(record.ParseFromString(delivery.record()));
    ASSERT_TRUE(header.ParseFromString(record.header()));
    header.set_case_id(*HexDecode(mill));
    record.set_header(record::Encode(header));
    delivery.set_record(record::Encode(record));
  };
  v1::Draft post = world.Lead({});
  post.set_kind(v1::RECORD_KIND_CASE_ITEM);
  post.set_case_id(quay);
  post.mutable_sections(0)
      ->mutable_content()
      ->mutable_subjects()
      ->add_subjects()
      ->mutable_account()
      ->set_number("CH9300762011623852957");
  const std::string id = world.Send("FR.fiu", post);
  world.Settle();
  EXPECT_TRUE(absl::IsNotFound(world.Show("BR.fiu", id).status()));
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("record-refused"));
  v1::ShowCaseRequest request;
  for (const std::string& one : {quay, mill}) {
    request.set_case_id(one);
    const auto shown = world.node("BR.fiu")->ShowCase("reader", request, world.now);
    ASSERT_TRUE(shown.ok()) << shown.status();
    EXPECT_THAT(shown->entries(), SizeIs(1)) << "the membership alone";
  }
}

}  // namespace
}  // namespace entente::node
