// Alerts from their issuer to the desk of a partner: published, found, verified, cleared, recalled.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "node/engine_fixture.h"
#include "node/exchange_fixture.h"

namespace entente::node {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kZone[] =
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10";

TEST(AlertTest, IsFoundByDocumentZoneAndNameWithWhatToDo) {
  AlertWorld world;
  const std::string id = world.Publish(world.Alert({"BR.fiu", "DE.fiu"}));
  world.Settle();
  const auto by_number = world.Find("BR.fiu", world.ByDocument("l898902c3"));
  ASSERT_EQ(by_number.alerts(), 1);
  ASSERT_EQ(by_number.hits_size(), 1);
  const v1::SearchHit& hit = by_number.hits(0);
  EXPECT_EQ(hit.record_id(), id);
  EXPECT_EQ(hit.issuer(), "FR.fiu");
  EXPECT_EQ(hit.notice().action(), v1::ALERT_ACTION_PROTECT_AND_CONSULT);
  EXPECT_EQ(hit.notice().desk().telephone(), "+33155550101");
  EXPECT_THAT(hit.notice().markers(), ElementsAre(v1::WARNING_MARKER_AT_RISK_FROM_COMPANION));
  EXPECT_EQ(hit.evaluation(), "B2");
  EXPECT_THAT(hit.handling(), ElementsAre("H1"));
  EXPECT_EQ(hit.score(), 1);
  EXPECT_EQ(hit.state(), v1::COPY_STATE_CURRENT);
  EXPECT_EQ(by_number.alerts(), 1);

  v1::SearchRequest zone = world.Question();
  zone.set_zone(kZone);
  EXPECT_THAT(world.Find("BR.fiu", zone).hits(), SizeIs(1));
  v1::SearchRequest name = world.Question();
  name.set_name("Anna ERICSSON");
  name.set_born("1974");
  const auto by_name = world.Find("DE.fiu", name);
  ASSERT_THAT(by_name.hits(), SizeIs(1));
  EXPECT_LT(by_name.hits(0).score(), 1);
  EXPECT_THAT(by_name.hits(0).agreements(), ::testing::Not(IsEmpty()));
  // Its issuer finds it too.
  EXPECT_THAT(world.Find("FR.fiu", zone).hits(), SizeIs(1));
}

TEST(AlertTest, NoHitIsSaidAndLoggedToo) {
  AlertWorld world;
  world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  EXPECT_THAT(world.Find("BR.fiu", world.ByDocument("X0000000")).hits(), IsEmpty());
  EXPECT_THAT(world.Find("DE.fiu", world.ByDocument("L898902C3")).hits(), IsEmpty())
      << "it was not sent there";
  const auto log = world.LogOf("DE.fiu");
  ASSERT_THAT(log, SizeIs(1));
  EXPECT_EQ(log[0].operation(), "search");
  EXPECT_EQ(log[0].asked(), "document");
  EXPECT_EQ(log[0].officer(), "reader");
}

TEST(AlertTest, EachAlertShownIsAConsultationOfIt) {
  AlertWorld world;
  const std::string id = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  world.Find("BR.fiu", world.ByDocument("L898902C3"));
  const auto log = world.LogOf("BR.fiu");
  ASSERT_THAT(log, SizeIs(3));
  EXPECT_EQ(log[0].operation(), "collection");
  EXPECT_EQ(log[1].operation(), "search");
  EXPECT_EQ(log[1].record_id(), "");
  EXPECT_EQ(log[2].operation(), "consultation");
  EXPECT_EQ(log[2].record_id(), id);
}

TEST(AlertTest, AnotherIssuersNumberIsNoHit) {
  AlertWorld world;
  world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  v1::SearchRequest request = world.ByDocument("L898902C3");
  request.set_document_issuer("DE");
  EXPECT_THAT(world.Find("BR.fiu", request).hits(), IsEmpty());
  request.set_document_issuer("SE");
  EXPECT_THAT(world.Find("BR.fiu", request).hits(), SizeIs(1));
}

TEST(AlertTest, WhatMayBeUsedForItsPurposeAloneIsNotFoundForAnother) {
  AlertWorld world;
  world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  v1::SearchRequest request = world.ByDocument("L898902C3");
  request.set_purpose("asset-recovery");
  EXPECT_THAT(world.Find("BR.fiu", request).hits(), IsEmpty());
}

TEST(AlertTest, QuestionsThatSayTooLittleAreRefused) {
  AlertWorld world;
  const auto refused = [&](const std::function<void(v1::SearchRequest&)>& change) {
    v1::SearchRequest request = world.ByDocument("L898902C3");
    change(request);
    const auto answer = world.node("BR.fiu")->Search("reader", request, world.now);
    return RefusalOf(answer.status()) ? ReasonText(*RefusalOf(answer.status())) : "asked";
  };
  EXPECT_EQ(refused([](auto& q) { q.clear_purpose(); }), "label-missing:purpose");
  EXPECT_EQ(refused([](auto& q) { q.set_purpose("curiosity"); }), "label-unknown:purpose");
  EXPECT_EQ(refused([](auto& q) { q.set_justification(" "); }), "label-missing:justification");
  EXPECT_EQ(refused([](auto& q) { q.clear_document_number(); }), "label-missing:question");
  EXPECT_EQ(refused([](auto& q) { q.set_document_number("1"); }), "malformed");
  EXPECT_EQ(refused([](auto& q) { q.set_born("1974"); }), "label-missing:name");
  EXPECT_EQ(refused([](auto& q) { q.set_zone("P<UTO"); }), "malformed");
  EXPECT_EQ(refused([](auto& q) { q.set_name(std::string(10'000, 'a')); }), "too-large");
  EXPECT_EQ(refused([](auto&) {}), "asked");
  EXPECT_FALSE(world.node("BR.fiu")->Search("author", world.Question(), world.now).ok());
}

TEST(AlertTest, AWrongCheckDigitIsNamed) {
  AlertWorld world;
  v1::SearchRequest request = world.Question();
  request.set_zone(std::string(kZone).replace(45 + 9, 1, "7"));
  const auto answer = world.node("BR.fiu")->Search("reader", request, world.now);
  EXPECT_THAT(std::string(answer.status().message()), HasSubstr("document number"));
}

TEST(AlertTest, IsFoundAfterARestart) {
  AlertWorld world;
  world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  for (const auto* agency : {"BR.fiu", "FR.fiu"}) {
    world.node(agency).Restart(world.now);
    EXPECT_THAT(world.Find(agency, world.ByDocument("L898902C3")).hits(), SizeIs(1)) << agency;
  }
}

TEST(AlertTest, IsNotFoundOnceItIsOver) {
  AlertWorld world;
  v1::Draft alert = world.Alert({"BR.fiu"});
  alert.set_expires_ms(static_cast<uint64_t>((world.now + limits::kHourMs).ms));
  world.Publish(alert);
  world.Settle();
  world.Advance(limits::kHourMs);
  EXPECT_THAT(world.Find("BR.fiu", world.ByDocument("L898902C3")).hits(), IsEmpty())
      << "before it is erased";
  ASSERT_TRUE(world.node("BR.fiu")->Tick(world.now).ok());
  EXPECT_EQ(world.Find("BR.fiu", world.ByDocument("L898902C3")).alerts(), 0u);
}

TEST(AlertTest, ACopyThatIsOldSaysVerifyFirstUntilItsIssuerIsHeard) {
  AlertWorld world;
  world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  const auto state = [&] {
    return world.Find("BR.fiu", world.ByDocument("L898902C3")).hits(0).state();
  };
  EXPECT_EQ(state(), v1::COPY_STATE_CURRENT);
  world.Advance(limits::kCopyFreshMs + limits::kHourMs);
  EXPECT_EQ(state(), v1::COPY_STATE_VERIFY_FIRST);
  world.Settle();
  ASSERT_TRUE(world.node("FR.fiu")->Tick(world.now).ok());
  world.Settle();
  EXPECT_EQ(state(), v1::COPY_STATE_CURRENT) << "the pair head says that nothing else was sent";
}

TEST(AlertTest, OneThatIsNotRenewedIsUnconfirmed) {
  AlertWorld world;
  v1::Draft alert = world.Alert({"BR.fiu"});
  alert.mutable_sections(0)->mutable_content()->mutable_alert_notice()->set_confirm_by_ms(
      static_cast<uint64_t>((world.now + limits::kHourMs).ms));
  world.Publish(alert);
  world.Settle();
  world.Advance(limits::kHourMs + 1);
  EXPECT_EQ(world.Find("BR.fiu", world.ByDocument("L898902C3")).hits(0).state(),
            v1::COPY_STATE_UNCONFIRMED);
}

TEST(AlertTest, AnAlertSaysWhatToDoAndWhomToCall) {
  AlertWorld world;
  const auto try_with = [&](const std::function<void(v1::Draft&)>& change) {
    v1::Draft alert = world.Alert({"BR.fiu"});
    change(alert);
    const auto sent = world.node("FR.fiu")->Send("author", alert, world.now);
    return RefusalOf(sent.status()) ? ReasonText(*RefusalOf(sent.status())) : "sent";
  };
  const auto notice = [](v1::Draft& alert) -> v1::AlertNotice& {
    return *alert.mutable_sections(0)->mutable_content()->mutable_alert_notice();
  };
  EXPECT_EQ(try_with([&](auto& a) { notice(a).clear_action(); }), "malformed");
  EXPECT_EQ(try_with([&](auto& a) { notice(a).mutable_desk()->clear_telephone(); }), "malformed");
  EXPECT_EQ(try_with([&](auto& a) { notice(a).mutable_desk()->clear_languages(); }), "malformed");
  EXPECT_EQ(try_with([](auto& a) { a.mutable_sections()->RemoveLast(); }), "malformed");
  EXPECT_EQ(try_with([](auto& a) { a.set_kind(v1::RECORD_KIND_LEAD); }), "malformed");
  EXPECT_EQ(try_with([](auto& a) { a.clear_kind(); }), "label-missing:kind");
  EXPECT_EQ(try_with([](auto& a) { a.set_kind(v1::RECORD_KIND_PAIR_HEAD); }), "label-missing:kind");
  EXPECT_EQ(try_with([](auto&) {}), "sent");
}

// ---- verification, and the one who is another

TEST(AlertTest, AVerificationRequestIsAnsweredAndItsStateSeen) {
  AlertWorld world;
  const std::string alert = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  const std::string request = world.Ask("BR.fiu", alert);
  world.Settle();
  const auto asked = world.List("FR.fiu", v1::RECORD_KIND_REQUEST, true);
  ASSERT_THAT(asked, SizeIs(1));
  EXPECT_EQ(asked[0].about_record_id(), alert);
  for (const auto& [state, expected] : std::vector<std::pair<v1::ReplyState, v1::RecipientState>>{
           {v1::REPLY_STATE_ACCEPTED, v1::RECIPIENT_STATE_ACCEPTED},
           {v1::REPLY_STATE_CLARIFICATION_ASKED, v1::RECIPIENT_STATE_CLARIFICATION_ASKED},
           {v1::REPLY_STATE_PARTLY_ANSWERED, v1::RECIPIENT_STATE_PARTLY_ANSWERED},
           {v1::REPLY_STATE_ANSWERED, v1::RECIPIENT_STATE_ANSWERED}}) {
    world.Advance(1000);
    world.Answer("FR.fiu", request, state);
    world.Settle();
    const auto sent = world.List("BR.fiu", v1::RECORD_KIND_REQUEST, false);
    ASSERT_THAT(sent, SizeIs(1));
    EXPECT_EQ(sent[0].recipients(0).state(), expected);
  }
}

// Of FR.fiu, to a request of BR.fiu about an alert.
struct Replying {
  Replying() {
    alert = world.Publish(world.Alert({"BR.fiu"}));
    world.Settle();
    request = world.Ask("BR.fiu", alert);
    world.Settle();
  }
  absl::StatusOr<v1::AnswerResponse> Answer(v1::ReplyState state, const std::string& text,
                                            const std::string& replaces = "") {
    v1::AnswerRequest answer;
    answer.set_record_id(request);
    answer.set_state(state);
    if (state == v1::REPLY_STATE_REFUSED) answer.set_ground(v1::REFUSAL_GROUND_NOT_AVAILABLE);
    answer.set_text(text);
    answer.set_replaces(replaces);
    answer.set_justification("a test");
    const auto sent = world.node("FR.fiu")->Answer("author", answer, world.now);
    world.Settle();
    return sent;
  }

  AlertWorld world;
  std::string alert, request;
};

TEST(AlertTest, AnAnswerSaysSomething) {
  Replying it;
  for (const auto state : {v1::REPLY_STATE_ANSWERED, v1::REPLY_STATE_PARTLY_ANSWERED,
                           v1::REPLY_STATE_CLARIFICATION_ASKED}) {
    const absl::Status empty = it.Answer(state, " ").status();
    ASSERT_TRUE(IsRefusal(empty, Reason::kLabelMissing)) << empty;
    EXPECT_EQ(ReasonText(*RefusalOf(empty)), "label-missing:text");
  }
  EXPECT_TRUE(it.Answer(v1::REPLY_STATE_ACCEPTED, "").ok());
  EXPECT_TRUE(it.Answer(v1::REPLY_STATE_REFUSED, "").ok()) << "its ground says why";
}

TEST(AlertTest, ARequestIsNotEndedTwice) {
  Replying it;
  ASSERT_TRUE(it.Answer(v1::REPLY_STATE_PARTLY_ANSWERED, "one of two").ok());
  const auto first = it.Answer(v1::REPLY_STATE_ANSWERED, "see the register");
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_TRUE(it.Answer(v1::REPLY_STATE_ACCEPTED, "").ok());
  for (const auto state : {v1::REPLY_STATE_ANSWERED, v1::REPLY_STATE_REFUSED}) {
    const absl::Status second = it.Answer(state, "another").status();
    ASSERT_TRUE(IsRefusal(second, Reason::kMalformed)) << second;
    EXPECT_THAT(RefusalOf(second)->text, HasSubstr(first->reference()));
    EXPECT_THAT(RefusalOf(second)->advice, HasSubstr("--replaces"));
  }
  const auto corrected = it.Answer(v1::REPLY_STATE_ANSWERED, "not that one", first->reference());
  ASSERT_TRUE(corrected.ok()) << corrected.status();
  ASSERT_TRUE(it.world.node("FR.fiu")->Tick(it.world.now).ok());
  it.world.Settle();
  const absl::Status old = it.world.Show("BR.fiu", first->record_id()).status();
  EXPECT_TRUE(IsRefusal(old, Reason::kExpired)) << old;
  EXPECT_TRUE(it.world.Show("BR.fiu", corrected->record_id()).ok());
  EXPECT_EQ(it.world.List("BR.fiu", v1::RECORD_KIND_REQUEST, false)[0].recipients(0).state(),
            v1::RECIPIENT_STATE_ANSWERED);
  EXPECT_FALSE(it.Answer(v1::REPLY_STATE_ANSWERED, "x", first->record_id()).ok()) << "it is gone";
  for (const auto& other : {it.alert, it.request}) {
    EXPECT_FALSE(it.Answer(v1::REPLY_STATE_PARTLY_ANSWERED, "x", other).ok()) << "it is no answer";
  }
}

TEST(AlertTest, WhatWasRecalledHasEndedNothing) {
  Replying it;
  const auto first = it.Answer(v1::REPLY_STATE_ANSWERED, "see the register");
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(it.world.Recall("FR.fiu", first->record_id()).ok());
  it.world.Settle();
  EXPECT_TRUE(it.Answer(v1::REPLY_STATE_ANSWERED, "after all").ok());
}

TEST(AlertTest, ARequestIsOverdueAfterItsTimeButNotWhileItsClockStands) {
  AlertWorld world;
  const std::string alert = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  const std::string request = world.Ask("BR.fiu", alert);
  world.Settle();
  const auto overdue = [&] {
    return world.List("BR.fiu", v1::RECORD_KIND_REQUEST, false)[0].recipients(0).overdue();
  };
  EXPECT_FALSE(overdue());
  world.Advance(8 * limits::kHourMs + 1);
  EXPECT_TRUE(overdue());
  world.Answer("FR.fiu", request, v1::REPLY_STATE_CLARIFICATION_ASKED);
  world.Settle();
  EXPECT_FALSE(overdue());
}

TEST(AlertTest, ARefusalOfARequestHasItsGround) {
  AlertWorld world;
  const std::string alert = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  const std::string request = world.Ask("BR.fiu", alert);
  world.Settle();
  v1::AnswerRequest answer;
  answer.set_record_id(request);
  answer.set_state(v1::REPLY_STATE_REFUSED);
  answer.set_justification("decided by the prosecutor");
  EXPECT_TRUE(IsRefusal(world.node("FR.fiu")->Answer("author", answer, world.now).status(),
                        Reason::kMalformed));
  answer.set_ground(v1::REFUSAL_GROUND_NOT_AUTHORISED);
  EXPECT_TRUE(world.node("FR.fiu")->Answer("author", answer, world.now).ok());
  world.Settle();
  EXPECT_EQ(world.List("BR.fiu", v1::RECORD_KIND_REQUEST, false)[0].recipients(0).state(),
            v1::RECIPIENT_STATE_TURNED_DOWN);
}

TEST(AlertTest, WhoeverWasFoundToBeAnotherIsNotStoppedAgainAnywhere) {
  AlertWorld world;
  v1::Draft alert = world.Alert({"BR.fiu", "DE.fiu"});
  // The alert knows a name and a year; the traveller has the same, and a passport of their own.
  alert.mutable_sections(1)
      ->mutable_content()
      ->mutable_subjects()
      ->mutable_subjects()
      ->RemoveLast();
  const std::string id = world.Publish(alert);
  world.Settle();
  v1::SearchRequest traveller = world.Question();
  traveller.set_zone(kZone);
  ASSERT_THAT(world.Find("BR.fiu", traveller).hits(), SizeIs(1));

  ASSERT_TRUE(world.Clear("FR.fiu", id, "L898902C3", "SE").ok());
  world.Settle();
  for (const auto* agency : {"BR.fiu", "DE.fiu", "FR.fiu"}) {
    const auto again = world.Find(agency, traveller);
    EXPECT_THAT(again.hits(), IsEmpty()) << agency;
    ASSERT_THAT(again.not_identical(), SizeIs(1)) << agency;
    EXPECT_EQ(again.not_identical(0).record_id(), id);
  }
  // By name alone nobody can tell the two apart: it is a hit, which says so.
  v1::SearchRequest name = world.Question();
  name.set_name("Anna Maria Eriksson");
  name.set_born("1974");
  const auto by_name = world.Find("DE.fiu", name);
  ASSERT_THAT(by_name.hits(), SizeIs(1));
  EXPECT_EQ(by_name.hits(0).cleared(), 1u);
  // Nor by name and day of birth, when the alert has these very ones.
  name.set_born("1974-08-12");
  EXPECT_THAT(world.Find("DE.fiu", name).hits(), SizeIs(1));
  // After a restart as before.
  world.node("DE.fiu").Restart(world.now);
  EXPECT_THAT(world.Find("DE.fiu", traveller).hits(), IsEmpty());
}

TEST(AlertTest, TheAlertsOwnPapersAreAHitWhateverANoteSays) {
  AlertWorld world;
  const std::string id = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  ASSERT_TRUE(world.Clear("FR.fiu", id, "L898902C3", "SE").ok());
  world.Settle();
  EXPECT_THAT(world.Find("BR.fiu", world.ByDocument("L898902C3")).hits(), SizeIs(1));
}

TEST(AlertTest, OnlyTheIssuerClears) {
  AlertWorld world;
  const std::string id = world.Publish(world.Alert({"BR.fiu", "DE.fiu"}));
  world.Settle();
  EXPECT_TRUE(IsRefusal(world.Clear("BR.fiu", id, "L898902C3", "SE"), Reason::kWrongAgency));
}

// An import makes hundreds of them.
TEST(AlertTest, AlertsDoNotDrownWhatWaitsForSomebodyUnlessTheyAreUrgent) {
  AlertWorld world;
  v1::Draft alert = world.Alert({"BR.fiu"});
  alert.set_urgency(v1::URGENCY_NORMAL);
  world.Publish(alert);
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  v1::InboxRequest request;
  const auto inbox = [&] {
    return world.node("BR.fiu")->Inbox("reader", request, world.now)->items_size();
  };
  const auto rings = [&] {
    return world.node("BR.fiu")->Watch("reader", world.now)->records_size();
  };
  EXPECT_EQ(inbox(), 2);
  EXPECT_EQ(rings(), 1);
  request.add_without(v1::RECORD_KIND_ALERT);
  EXPECT_EQ(inbox(), 1);
  alert.set_urgency(v1::URGENCY_URGENT);
  world.Publish(alert);
  world.Settle();
  EXPECT_EQ(inbox(), 2);
  EXPECT_EQ(rings(), 2);
}

// A list that comes anew replaces many; whoever still has the old reference is told so.
TEST(AlertTest, AnAlertThatWasReplacedIsNotSaidToHaveExpired) {
  AlertWorld world;
  const std::string id = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  v1::RecallRequest request;
  request.set_record_id(id);
  request.set_ground(v1::RECALL_GROUND_REPLACED);
  request.set_justification("a newer list");
  ASSERT_TRUE(world.node("FR.fiu")->Recall("author", request, world.now).ok());
  for (const absl::Status& status :
       {world.Clear("FR.fiu", id, "L898902C3", "SE"), world.Show("FR.fiu", id).status()}) {
    const auto refusal = RefusalOf(status);
    ASSERT_TRUE(refusal && refusal->reason == Reason::kExpired) << status;
    EXPECT_EQ(refusal->text, "this agency recalled it: another takes its place");
    EXPECT_THAT(refusal->advice, HasSubstr("the record that took its place"));
  }
}

TEST(AlertTest, AFindingGoesToTheIssuer) {
  AlertWorld world;
  const std::string id = world.Publish(world.Alert({"BR.fiu"}));
  world.Settle();
  v1::JudgeHitRequest request;
  request.set_record_id(id);
  request.set_result(v1::FINDING_RESULT_NOT_IDENTICAL);
  request.set_text("ten centimetres taller");
  request.set_justification("compared at the counter");
  const auto judged = world.node("BR.fiu")->JudgeHit("author", request, world.now);
  ASSERT_TRUE(judged.ok()) << judged.status();
  world.Settle();
  const auto inbox = world.InboxOf("FR.fiu");
  ASSERT_THAT(inbox, SizeIs(1));
  EXPECT_EQ(inbox[0].kind(), v1::RECORD_KIND_OUTCOME);
  EXPECT_EQ(inbox[0].in_reply_to(), id);
}

}  // namespace
}  // namespace entente::node
