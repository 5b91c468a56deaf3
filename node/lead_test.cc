// Leads from the first answer to the last: measures told, changed, contradicted, and read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/refusal.h"
#include "node/engine_fixture.h"
#include "node/sent.h"

namespace entente::node {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

uint64_t Ms(Instant instant) { return static_cast<uint64_t>(instant.ms); }

class LeadTest : public ::testing::Test {
 protected:
  void Deliver() {
    id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
    world.Settle();
  }

  v1::AnswerLeadRequest Taking() const {
    v1::AnswerLeadRequest request;
    request.set_record_id(id);
    request.set_taken(true);
    request.set_justification("accounts known here");
    return request;
  }

  v1::AnswerLeadRequest Suspending() const {
    v1::AnswerLeadRequest request = Taking();
    v1::TakenMeasure& measure = *request.add_measures();
    measure.set_measure(v1::LEAD_MEASURE_SUSPEND);
    measure.set_on("account 4711");
    measure.set_reference("BR-17/1");
    measure.mutable_held()->set_amount("310500.50");
    measure.mutable_held()->set_currency("EUR");
    measure.set_until_ms(Ms(world.now + 10 * limits::kDayMs));
    return request;
  }

  v1::AnswerLeadRequest Changing(v1::MeasureStatus status, uint64_t until_ms) const {
    v1::AnswerLeadRequest request = Taking();
    request.set_follows(true);
    v1::TakenMeasure& measure = *request.add_measures();
    measure.set_number(1);
    measure.set_status(status);
    measure.set_until_ms(until_ms);
    return request;
  }

  absl::Status Answer(const v1::AnswerLeadRequest& request) {
    const auto sent = world.node("BR.fiu")->AnswerLead("author", request, world.now);
    if (sent.ok()) last = sent->record_id();
    if (sent.ok()) world.Settle();
    return sent.status();
  }

  absl::StatusOr<v1::ShowLeadResponse> Show(std::string_view agency, const char* purpose = "") {
    v1::ShowLeadRequest request;
    request.set_record_id(id);
    request.set_purpose(purpose);
    request.set_justification("case 4711");
    return world.node(agency)->ShowLead("reader", request, world.now);
  }

  World world;
  std::string id, last;
};

TEST_F(LeadTest, BothSidesSeeEachMeasureAsItStandsAndEveryAnswer) {
  Deliver();
  ASSERT_TRUE(Answer(Suspending()).ok());
  world.Advance(2 * limits::kDayMs);
  const uint64_t until = Ms(world.now + 30 * limits::kDayMs);
  ASSERT_TRUE(Answer(Changing(v1::MEASURE_STATUS_PROLONGED, until)).ok());
  for (const char* agency : {"FR.fiu", "BR.fiu"}) {
    const auto shown = Show(agency);
    ASSERT_TRUE(shown.ok()) << agency << shown.status();
    ASSERT_EQ(shown->standings_size(), 1) << agency;
    const v1::LeadStanding& standing = shown->standings(0);
    EXPECT_EQ(standing.agency(), "BR.fiu");
    ASSERT_EQ(standing.measures_size(), 1);
    const v1::TakenMeasure& measure = standing.measures(0).measure();
    EXPECT_EQ(measure.status(), v1::MEASURE_STATUS_PROLONGED);
    EXPECT_EQ(measure.until_ms(), until);
    EXPECT_EQ(measure.held().amount(), "310500.50");
    EXPECT_EQ(measure.on(), "account 4711");
    EXPECT_EQ(standing.measures(0).told_in(), 2u);
    ASSERT_EQ(standing.answers_size(), 2);
    EXPECT_EQ(standing.answers(0).answer().measures(0).status(), v1::MEASURE_STATUS_IN_FORCE);
    EXPECT_THAT(standing.contradictions(), IsEmpty());
    EXPECT_EQ(shown->ask().summary(), "three accounts at the harbour bank");
  }
  // No list tells of it.
  const auto listed = world.node("FR.fiu")->ListRecords("author", Leads(), world.now);
  EXPECT_THAT(listed->DebugString(), Not(HasSubstr("310500")));
}

TEST_F(LeadTest, ReadingWhatWasAnsweredIsAConsultationOfTheLeadAndOfEachAnswer) {
  Deliver();
  ASSERT_TRUE(Answer(Suspending()).ok());
  ASSERT_TRUE(Show("FR.fiu").ok());
  for (const std::string& name : {id, last}) {
    v1::ConsultationsRequest request;
    request.set_record_id(name);
    request.set_justification("control");
    const auto lines = world.node("FR.fiu")->Consultations("protector", request, world.now);
    ASSERT_TRUE(lines.ok()) << lines.status();
    EXPECT_EQ(lines->consultations().rbegin()->operation(), "consultation");
  }
  v1::ShowLeadRequest request;
  request.set_record_id(id);
  EXPECT_TRUE(IsRefusal(world.node("FR.fiu")->ShowLead("reader", request, world.now).status(),
                        Reason::kLabelMissing));
  request.set_justification("x");
  EXPECT_TRUE(IsRefusal(world.node("FR.fiu")->ShowLead("author", request, world.now).status(),
                        Reason::kNotAuthorised));
}

TEST_F(LeadTest, WhatIsForOnePurposeAloneIsNotReadForAnother) {
  Deliver();
  ASSERT_TRUE(Answer(Suspending()).ok());
  EXPECT_TRUE(IsRefusal(Show("BR.fiu", "prosecute").status(), Reason::kPolicyRefused));
  const auto shown = Show("FR.fiu", "prosecute");
  ASSERT_TRUE(shown.ok()) << shown.status();
  EXPECT_THAT(shown->standings(0).measures(), IsEmpty());
  EXPECT_THAT(shown->standings(0).answers(0).why_not(), HasSubstr("asset-recovery"));
  EXPECT_THAT(shown->DebugString(), Not(HasSubstr("310500")));
}

TEST_F(LeadTest, AnAgencyDoesNotTellWhatContradictsWhatItTold) {
  Deliver();
  const auto later = Ms(world.now + 30 * limits::kDayMs);
  const auto refused = [&](const v1::AnswerLeadRequest& request) {
    return IsRefusal(Answer(request), Reason::kMalformed);
  };
  EXPECT_TRUE(refused(Changing(v1::MEASURE_STATUS_PROLONGED, later))) << "not taken up";
  ASSERT_TRUE(Answer(Suspending()).ok());
  EXPECT_TRUE(refused(Changing(v1::MEASURE_STATUS_PROLONGED, Ms(world.now + limits::kDayMs))));
  EXPECT_TRUE(refused(Changing(v1::MEASURE_STATUS_HANDED_TO_COURT, later))) << "no reference";
  v1::AnswerLeadRequest unknown = Changing(v1::MEASURE_STATUS_LIFTED, 0);
  unknown.mutable_measures(0)->set_number(2);
  unknown.mutable_measures(0)->set_on("account 12");
  unknown.mutable_measures(0)->set_measure(v1::LEAD_MEASURE_STOP);
  EXPECT_TRUE(refused(unknown)) << "never told";
  v1::AnswerLeadRequest over = Suspending();
  over.mutable_measures(0)->set_from_ms(1);
  over.mutable_measures(0)->set_until_ms(Ms(world.now) - 1);
  EXPECT_TRUE(refused(over)) << "lapsed already";
  v1::AnswerLeadRequest nothing = Suspending();
  nothing.mutable_measures(0)->set_subject(12);
  EXPECT_TRUE(refused(nothing)) << "on what the lead does not have";
  ASSERT_TRUE(Answer(Changing(v1::MEASURE_STATUS_LIFTED, 0)).ok());
  EXPECT_TRUE(refused(Changing(v1::MEASURE_STATUS_PROLONGED, later))) << "lifted";
  v1::AnswerLeadRequest declined = Suspending();
  declined.set_taken(false);
  declined.set_reason("no longer");
  EXPECT_TRUE(refused(declined)) << "declined, with a measure";
  EXPECT_THAT(Show("FR.fiu")->standings(0).contradictions(), IsEmpty());
}

TEST_F(LeadTest, WhatWasDeclinedIsTakenUpByThoseAloneWhoSaySo) {
  Deliver();
  v1::AnswerLeadRequest after = Taking();
  after.set_after_decline(true);
  EXPECT_TRUE(IsRefusal(Answer(after), Reason::kMalformed)) << "it was not declined";
  v1::AnswerLeadRequest decline = Taking();
  decline.set_taken(false);
  decline.set_reason("not ours");
  ASSERT_TRUE(Answer(decline).ok());
  const absl::Status refused = Answer(Taking());
  EXPECT_TRUE(IsRefusal(refused, Reason::kMalformed)) << refused;
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_DECLINED);
  ASSERT_TRUE(Answer(after).ok());
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_TAKEN);
}

TEST_F(LeadTest, WhatIsNotSaidOfAMeasureStaysAsItWas) {
  Deliver();
  ASSERT_TRUE(Answer(Suspending()).ok());
  const uint64_t until = Ms(world.now + 30 * limits::kDayMs);
  ASSERT_TRUE(Answer(Changing(v1::MEASURE_STATUS_PROLONGED, until)).ok());
  world.Advance(limits::kDayMs);
  v1::AnswerLeadRequest request = Changing(v1::MEASURE_STATUS_UNSPECIFIED, 0);
  request.mutable_measures(0)->mutable_held()->set_amount("12.00");
  request.mutable_measures(0)->mutable_held()->set_currency("EUR");
  ASSERT_TRUE(Answer(request).ok());
  const auto shown = Show("FR.fiu");
  ASSERT_TRUE(shown.ok()) << shown.status();
  const v1::LeadStanding& standing = shown->standings(0);
  EXPECT_EQ(standing.measures(0).measure().status(), v1::MEASURE_STATUS_PROLONGED);
  EXPECT_EQ(standing.measures(0).measure().until_ms(), until);
  EXPECT_EQ(standing.measures(0).measure().held().amount(), "12.00");
  EXPECT_THAT(standing.contradictions(), IsEmpty());
}

TEST_F(LeadTest, AnAnswerThatDoesNotComeIsMissedAtTheSender) {
  Deliver();
  world.broker.refuses = [](const v1::Submission& submission) -> std::optional<v1::Refusal> {
    if (submission.record().empty()) return std::nullopt;
    v1::Refusal refusal;
    refusal.set_reason("too-large");
    return refusal;
  };
  ASSERT_TRUE(Answer(Suspending()).ok());
  world.broker.refuses = nullptr;
  ASSERT_TRUE(Answer(Changing(v1::MEASURE_STATUS_LIFTED, 0)).ok());
  const auto shown = Show("FR.fiu");
  ASSERT_TRUE(shown.ok()) << shown.status();
  const v1::LeadStanding& standing = shown->standings(0);
  ASSERT_EQ(standing.contradictions_size(), 1);
  EXPECT_EQ(standing.contradictions(0).what(), v1::CONTRADICTION_ANSWER_MISSING);
  EXPECT_EQ(standing.measures(0).measure().status(), v1::MEASURE_STATUS_LIFTED);
}

TEST_F(LeadTest, AmountsDoNotLeaveWherePolicyKeepsFinancialDataBack) {
  Deliver();
  world.PublishPolicy("BR", 2,
                      testing::DefaultPolicy("BR", 2) +
                          "\n[[outbound.withhold]]\nid = \"BR-OUT-90\"\ntitle = \"No amounts\"\n"
                          "law = \"a test\"\nto = [\"everyone\"]\ndata = [\"financial\"]\n");
  world.Settle();
  EXPECT_TRUE(IsRefusal(Answer(Suspending()), Reason::kPolicyRefused));
  EXPECT_TRUE(Answer(Taking()).ok());
}

TEST_F(LeadTest, RecipientsSeeOneAnotherOnlyWhereTheSenderSaysSo) {
  v1::Draft lead = world.Lead({"BR.fiu", "DE.fiu"});
  const auto recipients = [&](const v1::Draft& draft, std::string_view at) {
    const std::string sent = world.Send("FR.fiu", draft);
    world.Settle();
    const auto shown = world.Show(at, sent);
    EXPECT_TRUE(shown.ok()) << shown.status();
    const auto& told = shown->sections(0).content().lead_ask().recipients();
    return std::vector<std::string>(told.begin(), told.end());
  };
  EXPECT_THAT(recipients(lead, "BR.fiu"), IsEmpty());
  lead.set_show_recipients(true);
  EXPECT_THAT(recipients(lead, "DE.fiu"), ElementsAre("BR.fiu", "DE.fiu"));
  EXPECT_THAT(recipients(lead, "FR.fiu"), ElementsAre("BR.fiu", "DE.fiu"));
}

TEST_F(LeadTest, WhoGetsNothingIsNotNamed) {
  v1::Draft lead = world.Lead({"BR.fiu", "DE.fiu"});
  lead.set_show_recipients(true);
  world.PublishPolicy("FR", 2,
                      testing::DefaultPolicy("FR", 2) +
                          "\n[[outbound.forbid]]\nid = \"FR-OUT-90\"\ntitle = \"Not to DE\"\n"
                          "law = \"a test\"\nto = [\"DE\"]\n");
  world.Settle();
  id = world.Send("FR.fiu", lead);
  world.Settle();
  ASSERT_EQ(world.StateOf("FR.fiu", id, "DE.fiu"), v1::RECIPIENT_STATE_NOT_SENT);
  EXPECT_THAT(world.Show("BR.fiu", id)->sections(0).content().lead_ask().recipients(),
              ElementsAre("BR.fiu"));
}

TEST_F(LeadTest, ADraftDoesNotListWhoGetsIt) {
  v1::Draft lead = world.Lead({"BR.fiu"});
  lead.mutable_sections(0)->mutable_content()->mutable_lead_ask()->add_recipients("DE.fiu");
  EXPECT_TRUE(IsRefusal(world.node("FR.fiu")->Send("author", lead, world.now).status(),
                        Reason::kMalformed));
}

}  // namespace
}  // namespace entente::node
