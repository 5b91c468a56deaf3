// What the data-protection officer is given to decide again elsewhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "node/exchange_fixture.h"
#include "node/families.h"
#include "node/table.h"

namespace entente::node {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class DecisionsTest : public ::testing::Test {
 protected:
  DecisionsTest() : world({"FR.fiu", "BR.fiu", "DE.fiu", "CH.fiu", "AE.fiu"}) {}

  static v1::DecisionsRequest Request() {
    v1::DecisionsRequest request;
    request.set_justification("review of the year");
    return request;
  }
  absl::StatusOr<v1::DecisionsResponse> Ask(const v1::DecisionsRequest& request,
                                            std::string_view officer = "protector") {
    return world.node("FR.fiu")->Decisions(officer, request, world.now);
  }
  std::vector<v1::DecidedRecord> All(v1::DecisionsRequest request = Request()) {
    std::vector<v1::DecidedRecord> out;
    do {
      const auto page = Ask(request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return out;
      out.insert(out.end(), page->records().begin(), page->records().end());
      request.set_page(page->next_page());
    } while (!request.page().empty());
    return out;
  }
  std::vector<v1::DecisionText> Texts(const v1::DecidedRecord& decided) {
    v1::DecisionTextsRequest request;
    request.set_snapshot_number(decided.snapshot_number());
    request.set_instant_ms(decided.instant_ms());
    const auto texts = world.node("FR.fiu")->DecisionTexts("protector", request);
    EXPECT_TRUE(texts.ok()) << texts.status();
    return {texts->texts().begin(), texts->texts().end()};
  }
  static const v1::DecisionText& PolicyOf(const std::vector<v1::DecisionText>& texts,
                                          std::string_view state) {
    return *std::ranges::find_if(texts, [&](const v1::DecisionText& text) {
      return text.kind() == "policy" && text.name() == state;
    });
  }
  std::string SendLead(std::vector<std::string> recipients) {
    const std::string id = world.Send("FR.fiu", world.Lead(std::move(recipients)));
    world.Settle();
    return id;
  }

  AlertWorld world;
};

TEST_F(DecisionsTest, EveryRecipientIsToldWithLabelsAndNoContent) {
  const std::string id = SendLead({"BR.fiu", "CH.fiu", "AE.fiu"});
  const auto records = All();
  ASSERT_THAT(records, SizeIs(1));
  const v1::DecidedRecord& decided = records[0];
  EXPECT_EQ(decided.record_id(), id);
  EXPECT_EQ(decided.labels().origin(), "FR.fiu");
  EXPECT_EQ(decided.labels().kind(), "lead");
  EXPECT_EQ(decided.labels().purpose(), "asset-recovery");
  EXPECT_THAT(decided.labels().sections(1).data(), ElementsAre("address"));
  std::vector<std::pair<std::string, v1::Verdict>> told;
  for (const v1::DecidedRecipient& one : decided.recipients()) {
    told.emplace_back(one.decision().recipient(), one.decision().verdict());
    EXPECT_EQ(one.instrument(), "TEST-ALL");
  }
  EXPECT_THAT(told, ElementsAre(std::pair("AE.fiu", v1::VERDICT_REFUSE),
                                std::pair("BR.fiu", v1::VERDICT_RELEASE),
                                std::pair("CH.fiu", v1::VERDICT_RELEASE_IN_PART)));
  EXPECT_EQ(decided.recipients(2).decision().withheld(0).section_id(),
            decided.labels().section_ids(1));
  for (const char* content : {"harbour", "quay", "4711"}) {
    EXPECT_THAT(decided.SerializeAsString(), Not(HasSubstr(content)));
  }
}

TEST_F(DecisionsTest, TheTextsAreThoseOfTheDecisionsOwnState) {
  SendLead({"BR.fiu"});
  world.PublishPolicy("FR", 2);
  world.Settle();
  world.Advance(limits::kHourMs);
  SendLead({"BR.fiu"});
  SendLead({"DE.fiu"});
  const auto records = All();
  ASSERT_THAT(records, SizeIs(3));
  EXPECT_NE(records[0].texts(), records[1].texts());
  EXPECT_EQ(records[1].texts(), records[2].texts());
  const auto before = Texts(records[0]), after = Texts(records[1]);
  EXPECT_EQ(PolicyOf(before, "FR").version(), 1u);
  EXPECT_EQ(PolicyOf(after, "FR").version(), 2u);
  EXPECT_EQ(ToString(crypto::Sha256(PolicyOf(after, "FR").text())), PolicyOf(after, "FR").digest());
  EXPECT_FALSE(PolicyOf(after, "BR").held());
  EXPECT_THAT(PolicyOf(after, "BR").text(), IsEmpty());
  const auto agencies = std::ranges::find(after, "agencies", &v1::DecisionText::kind);
  EXPECT_THAT(agencies->text(), HasSubstr("id = \"BR.fiu\""));
}

TEST_F(DecisionsTest, WhatWasDecidedAgainFollowsItsRecordWithTheDecisionBefore) {
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu", "DE.fiu"}));
  world.Settle({"BR.fiu"});
  const std::string text = testing::DefaultPolicy("BR", 2);
  world.PublishPolicy("BR", 2, text.substr(0, text.find("\n[[inbound.allow]]")));
  world.Advance(limits::kHourMs);
  world.Settle();
  const auto records = All();
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_EQ(records[1].record_id(), id);
  EXPECT_GT(records[1].log_index(), records[0].log_index());
  EXPECT_GT(records[1].snapshot_number(), records[0].snapshot_number());
  EXPECT_NE(records[1].texts(), records[0].texts());
  EXPECT_EQ(records[1].labels().SerializeAsString(), records[0].labels().SerializeAsString());
  ASSERT_THAT(records[1].recipients(), SizeIs(1));
  const v1::DecidedRecipient& again = records[1].recipients(0);
  EXPECT_EQ(again.decision().verdict(), v1::VERDICT_REFUSE);
  EXPECT_EQ(again.before().SerializeAsString(),
            records[0].recipients(0).decision().SerializeAsString());
  EXPECT_FALSE(records[0].recipients(0).has_before());
  v1::DecisionsRequest later = Request();
  later.set_from_ms(records[1].instant_ms());
  EXPECT_THAT(All(later), SizeIs(1)) << "each by its own instant";
}

TEST_F(DecisionsTest, WhatWasErasedIsToldWithoutLabels) {
  const std::string recalled = SendLead({"BR.fiu"});
  SendLead({"DE.fiu"});
  ASSERT_TRUE(world.Recall("FR.fiu", recalled).ok());
  world.Settle();
  auto records = All();
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_EQ(records[0].missing(), "recalled");
  EXPECT_FALSE(records[0].has_labels());
  EXPECT_EQ(records[0].recipients(0).decision().verdict(), v1::VERDICT_RELEASE);
  EXPECT_TRUE(records[1].has_labels());
  const Instant then = world.now;
  world.Advance(61 * limits::kDayMs);  // over, and nothing is erased yet
  EXPECT_EQ(All()[1].missing(), "erased");
  world.now = then;
  for (int day = 0; day < 61; ++day) {
    world.Advance(limits::kDayMs);
    ASSERT_TRUE(world.node("FR.fiu")->Tick(world.now).ok());
    world.Settle();
  }
  records = All();
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_EQ(records[1].missing(), "erased");
}

TEST_F(DecisionsTest, ADamagedReceiptIsALineToo) {
  const std::string id = SendLead({"BR.fiu"});
  SendLead({"BR.fiu"});
  store::WriteBatch batch;
  batch.Delete(kReceipts, id);
  ASSERT_TRUE(world.node("FR.fiu").store.Write(batch, store::Sync::kYes).ok());
  const auto records = All();
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_EQ(records[0].missing(), "receipt");
  EXPECT_THAT(records[0].recipients(), IsEmpty());
  EXPECT_THAT(records[1].missing(), IsEmpty());
}

TEST_F(DecisionsTest, PagesFollowTheLogAndKeepToThePeriod) {
  std::vector<std::string> sent;
  for (int i = 0; i < 5; ++i) {
    sent.push_back(SendLead({"BR.fiu"}));
    world.Advance(limits::kHourMs);
  }
  v1::DecisionsRequest request = Request();
  request.set_limit(2);
  const auto first = Ask(request);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_THAT(first->records(), SizeIs(2));
  EXPECT_FALSE(first->next_page().empty());
  std::vector<std::string> found;
  const auto all = All(request);
  for (const v1::DecidedRecord& one : all) found.push_back(one.record_id());
  EXPECT_EQ(found, sent);
  request.set_from_ms(all[1].instant_ms());
  request.set_until_ms(all[3].instant_ms());
  const auto some = All(request);
  ASSERT_THAT(some, SizeIs(2));
  EXPECT_EQ(some[0].record_id(), sent[1]);
  EXPECT_EQ(some[1].record_id(), sent[2]);
}

TEST_F(DecisionsTest, EachPageIsAConsultationWithAReason) {
  SendLead({"BR.fiu"});
  EXPECT_TRUE(IsRefusal(Ask(Request(), "author").status(), Reason::kNotAuthorised));
  EXPECT_TRUE(IsRefusal(Ask(v1::DecisionsRequest()).status(), Reason::kLabelMissing));
  EXPECT_TRUE(IsRefusal(world.node("FR.fiu")->DecisionTexts("author", {}).status(),
                        Reason::kNotAuthorised));
  ASSERT_TRUE(Ask(Request()).ok());
  const auto log = world.LogOf("FR.fiu");
  const auto line = std::ranges::find_if(log, [](const v1::Consultation& one) {
    return one.officer() == "protector" && one.operation() == "consultation";
  });
  ASSERT_NE(line, log.end());
  EXPECT_EQ(line->justification(), "review of the year");
  EXPECT_THAT(line->detail(), HasSubstr("1 records, from log index"));
}

}  // namespace
}  // namespace entente::node
