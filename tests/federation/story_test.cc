// The story of a lead to freeze assets, from end to end, with no fault in it: one takes it up, one
// declines, one is offline and gets it later, one gets it in part, one refuses it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/ledger/receipt.h"
#include "node/families.h"
#include "node/vault.h"
#include "tests/federation/world.h"

namespace entente::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const Pieces kWhole = {Piece::kAsk, Piece::kAccounts, Piece::kAsset, Piece::kNarrative,
                       Piece::kVictim};

class Story : public ::testing::Test {
 protected:
  Story() : world_(1) {
    world_.Found();
    node("NL.fiu").Crash();
    auto sent =
        world_.Send("FR.fiu", {.recipients = {"BR.fiu", "DE.fiu", "NL.fiu", "CH.fiu", "AE.fiu"},
                               .pieces = kWhole,
                               .expires = world_.scene.timeline.now() + 30 * limits::kDayMs,
                               .deadline = world_.scene.timeline.now() + 2 * limits::kHourMs,
                               .urgency = v1::URGENCY_URGENT});
    EXPECT_TRUE(sent.ok()) << sent.status();
    if (!sent.ok()) return;
    lead_ = sent->record_id();
    preview_ = *std::move(sent);
    world_.Run(5 * limits::kMinuteMs);
  }

  void TearDown() override {
    EXPECT_THAT(world_.scene.wrong, IsEmpty()) << world_.scene.trace.Tail();
  }

  NodeHost& node(std::string_view agency) { return world_.node(agency); }
  v1::RecipientStatus StateOf(std::string_view recipient) {
    return world_.StateOf("FR.fiu", lead_, recipient);
  }
  // The one thing in the inbox, and it is the lead.
  v1::InboxItem OnlyItem(std::string_view agency) {
    const std::vector<v1::InboxItem> items = world_.Inbox(agency);
    EXPECT_EQ(items.size(), 1u) << agency;
    if (items.empty()) return {};
    EXPECT_EQ(items[0].record_id(), lead_);
    EXPECT_EQ(items[0].kind(), v1::RECORD_KIND_LEAD);
    return items[0];
  }
  Pieces PiecesShown(const v1::ShowResponse& shown) {
    Pieces pieces;
    for (const v1::ShownSection& section : shown.sections()) {
      pieces.insert(ReadSecret(section.content()).second);
    }
    return pieces;
  }
  void NetherlandsReturn() {
    node("NL.fiu").Start();
    world_.Run(5 * limits::kMinuteMs);
  }
  // Every receipt on file at every node, by an auditor who has files alone.
  size_t VerifyReceipts() {
    size_t count = 0;
    for (const std::string& agency : kAgencies) {
      for (const auto& [name, bundle] : node(agency).receipts) {
        const auto facts = ledger::VerifyReceiptBundle(world_.federation.genesis(), bundle);
        EXPECT_TRUE(facts.ok()) << agency << " " << name << ": " << facts.status();
        if (facts.ok()) {
          EXPECT_EQ(HexEncode(AsBytes(facts->verified.part.submission().record_id())), name);
        }
        ++count;
      }
    }
    return count;
  }

  World world_;
  std::string lead_;
  v1::SendResponse preview_;
};

TEST_F(Story, TheSenderIsToldAtOnceWhatItsOwnPolicyKeepsBack) {
  ASSERT_EQ(preview_.recipients_size(), 5);
  const v1::RecipientPreview& swiss = preview_.recipients(3);
  EXPECT_EQ(swiss.recipient(), "CH.fiu");
  EXPECT_EQ(swiss.verdict(), v1::VERDICT_RELEASE_IN_PART);
  EXPECT_THAT(swiss.rules(), Contains("FR-OUT-800"));
  // France would let it go to the Emirates; that these refuse is not France's to know yet.
  EXPECT_EQ(preview_.recipients(4).recipient(), "AE.fiu");
  EXPECT_EQ(preview_.recipients(4).verdict(), v1::VERDICT_RELEASE_IN_PART);
}

TEST_F(Story, BrazilTakesItUp) {
  OnlyItem("BR.fiu");
  const auto shown = world_.Show("BR.fiu", lead_);
  ASSERT_TRUE(shown.ok()) << shown.status();
  EXPECT_EQ(PiecesShown(*shown), kWhole);
  EXPECT_THAT(shown->withheld(), IsEmpty());
  EXPECT_EQ(shown->instrument(), "FIU-FR-BR-2022");
  EXPECT_THAT(shown->obligations(),
              ::testing::AllOf(Contains("delete-after:P1Y"), Contains("onward:never"),
                               Contains("no-judicial-use-without-consent"),
                               Contains("use-only-for-stated-purpose")));
  EXPECT_EQ(StateOf("BR.fiu").state(), v1::RECIPIENT_STATE_DELIVERED);
  ASSERT_TRUE(world_.Answer("BR.fiu", lead_, true, "accounts blocked").ok());
  world_.Run(limits::kMinuteMs);
  EXPECT_EQ(StateOf("BR.fiu").state(), v1::RECIPIENT_STATE_TAKEN);
  // The answer stands in France's inbox, and says what it answers.
  const std::vector<v1::InboxItem> answers = world_.Inbox("FR.fiu");
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].kind(), v1::RECORD_KIND_ANSWER);
  EXPECT_EQ(answers[0].in_reply_to(), lead_);
  EXPECT_EQ(answers[0].record_id(), StateOf("BR.fiu").answer_record_id());
}

TEST_F(Story, GermanyDeclinesWithAReason) {
  OnlyItem("DE.fiu");
  ASSERT_TRUE(world_.Answer("DE.fiu", lead_, false, "closed in 2024").ok());
  world_.Run(limits::kMinuteMs);
  EXPECT_EQ(StateOf("DE.fiu").state(), v1::RECIPIENT_STATE_DECLINED);
  const auto answer = world_.Show("FR.fiu", StateOf("DE.fiu").answer_record_id());
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->sections(0).content().lead_answer().reason(), "closed in 2024");
}

TEST_F(Story, TheNetherlandsAreOfflineOverdueAndGetItWhenTheyReturn) {
  EXPECT_EQ(StateOf("NL.fiu").state(), v1::RECIPIENT_STATE_LOGGED);
  EXPECT_FALSE(StateOf("NL.fiu").overdue());
  ASSERT_TRUE(world_.Answer("BR.fiu", lead_, true, "yes").ok());
  world_.Run(2 * limits::kHourMs);
  EXPECT_TRUE(StateOf("NL.fiu").overdue());
  EXPECT_FALSE(StateOf("BR.fiu").overdue());
  EXPECT_FALSE(StateOf("AE.fiu").overdue());
  NetherlandsReturn();
  OnlyItem("NL.fiu");
  EXPECT_EQ(StateOf("NL.fiu").state(), v1::RECIPIENT_STATE_DELIVERED);
  EXPECT_TRUE(StateOf("NL.fiu").overdue());
  ASSERT_TRUE(world_.Answer("NL.fiu", lead_, true, "late, but taken").ok());
  world_.Run(limits::kMinuteMs);
  EXPECT_EQ(StateOf("NL.fiu").state(), v1::RECIPIENT_STATE_TAKEN);
  EXPECT_FALSE(StateOf("NL.fiu").overdue());
}

TEST_F(Story, SwitzerlandGetsItInPartAndSeesUnderWhichRule) {
  EXPECT_EQ(OnlyItem("CH.fiu").sections_withheld(), 1u);
  const auto shown = world_.Show("CH.fiu", lead_);
  ASSERT_TRUE(shown.ok()) << shown.status();
  Pieces without = kWhole;
  without.erase(Piece::kVictim);
  EXPECT_EQ(PiecesShown(*shown), without);
  ASSERT_EQ(shown->withheld_size(), 1);
  EXPECT_THAT(shown->withheld(0).rules(), ElementsAre("FR-OUT-800"));
  EXPECT_EQ(StateOf("CH.fiu").sections_withheld(), 1u);
}

TEST_F(Story, TheEmiratesRefuseItAndTheRefusalIsInTheLogAndTheReceipt) {
  EXPECT_THAT(world_.Inbox("AE.fiu"), IsEmpty());
  const v1::RecipientStatus state = StateOf("AE.fiu");
  EXPECT_EQ(state.state(), v1::RECIPIENT_STATE_REFUSED);
  EXPECT_THAT(state.contact(), HasSubstr("AE."));
  // Another State's rule is not told; that it refuses, and whom to ask, is.
  EXPECT_THAT(state.rules(), Not(Contains("AE-IN-910")));
  ASSERT_TRUE(node("FR.fiu").receipts.contains(lead_));
  const auto facts =
      ledger::VerifyReceiptBundle(world_.federation.genesis(), node("FR.fiu").receipts.at(lead_));
  ASSERT_TRUE(facts.ok()) << facts.status();
  const auto& decisions = facts->verified.part.submission().decisions();
  const auto refused = std::ranges::find(decisions, "AE.fiu", &v1::RecipientDecision::recipient);
  ASSERT_NE(refused, decisions.end());
  EXPECT_EQ(refused->verdict(), v1::VERDICT_REFUSE);
}

TEST_F(Story, EveryReceiptVerifiesWithNoAccessToTheBroker) {
  NetherlandsReturn();
  ASSERT_TRUE(world_.Answer("BR.fiu", lead_, true, "yes").ok());
  world_.Run(5 * limits::kMinuteMs);
  world_.broker.Crash(0);
  // France's for the lead and for the answer it got, four recipients', Brazil's answer.
  EXPECT_EQ(VerifyReceipts(), 7u);
}

TEST_F(Story, EveryReadingIsLoggedWithItsReason) {
  ASSERT_TRUE(world_.Show("BR.fiu", lead_).ok());
  ASSERT_TRUE(world_.Show("BR.fiu", lead_).ok());
  v1::ConsultationsRequest request;
  request.set_record_id(lead_);
  request.set_justification("yearly audit");
  const auto log = node("BR.fiu").engine().Consultations(kOfficer, request, node("BR.fiu").Now());
  ASSERT_TRUE(log.ok()) << log.status();
  std::vector<std::string> operations;
  for (const v1::Consultation& one : log->consultations()) operations.push_back(one.operation());
  EXPECT_THAT(operations, ElementsAre("collection", "consultation", "consultation"));
  EXPECT_EQ(log->consultations(1).officer(), kOfficer);
  EXPECT_EQ(log->consultations(1).justification(), "at work on it");
  v1::ShowRequest unjustified;
  unjustified.set_record_id(lead_);
  const auto refused = node("BR.fiu").engine().Show(kOfficer, unjustified, node("BR.fiu").Now());
  EXPECT_TRUE(IsRefusal(refused.status(), Reason::kLabelMissing)) << refused.status();
}

// Also whoever kept a copy of the vault cannot open it any more.
TEST_F(Story, WhatExpiresCannotBeOpenedAgainFromAnyCopy) {
  NodeHost& brazil = node("BR.fiu");
  std::map<std::string, std::string> copy;
  auto rows = brazil.store.Iterate(node::kVault, "");
  ASSERT_TRUE(rows.ok());
  for ((*rows)->SeekToFirst(); (*rows)->Valid(); (*rows)->Next()) {
    copy.emplace((*rows)->key(), (*rows)->value());
  }
  ASSERT_EQ(copy.size(), 1u);
  NetherlandsReturn();
  world_.Jump(31 * limits::kDayMs);
  EXPECT_TRUE(world_.Settle(limits::kHourMs));
  EXPECT_THAT(world_.Inbox("BR.fiu"), IsEmpty());
  for (const std::string& agency : kAgencies) {
    const auto shown = world_.Show(agency, lead_);
    EXPECT_FALSE(shown.ok()) << agency;
  }
  EXPECT_TRUE(IsRefusal(world_.Show("FR.fiu", lead_).status(), Reason::kExpired));
  EXPECT_TRUE(IsRefusal(world_.Show("BR.fiu", lead_).status(), Reason::kExpired));
  store::WriteBatch batch;
  for (const auto& [name, sealed] : copy) batch.Put(node::kVault, name, sealed);
  ASSERT_TRUE(brazil.store.Write(batch, store::Sync::kYes).ok());
  brazil.Crash();
  SeededRandom random(9);
  auto keys = node::KeyStore::Open(brazil.slots, brazil.store_key, random, brazil.Now());
  ASSERT_TRUE(keys.ok()) << keys.status();
  const node::Vault vault(brazil.store, *keys, random);
  EXPECT_TRUE(absl::IsDataLoss(vault.Get(copy.begin()->first).status()));
}

TEST_F(Story, NothingOfItCanBeReadAtTheBroker) {
  for (const store::Family family : world_.broker.store.families()) {
    auto rows = world_.broker.store.Iterate(family, "");
    ASSERT_TRUE(rows.ok());
    for ((*rows)->SeekToFirst(); (*rows)->Valid(); (*rows)->Next()) {
      EXPECT_THAT(std::string((*rows)->value()), Not(HasSubstr("secret-"))) << family.name();
    }
  }
}

}  // namespace
}  // namespace entente::testing
