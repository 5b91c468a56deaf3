#include "node/lapses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/engine_fixture.h"

namespace entente::node {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

Instant At(std::string_view text) { return *ParseInstant(text); }
uint64_t Ms(Instant instant) { return static_cast<uint64_t>(instant.ms); }

std::string CalendarText(std::string_view until = "2027-12-31") {
  return "calendar = \"calendar/1\"\njurisdiction = \"BR\"\nversion = 1\n"
         "time_zone = \"America/Sao_Paulo\"\nweekend = [\"saturday\", \"sunday\"]\n"
         "covers_from = \"2026-01-01\"\ncovers_until = \"" +
         std::string(until) + "\"\n[[holiday]]\nday = \"2026-12-25\"\nname = \"Natal\"\n";
}

std::optional<WorkingTime> Brazil() {
  const policy::Calendar calendar = *policy::ParseCalendar(CalendarText(), "br");
  return WorkingTime{calendar, *policy::ZoneOf(calendar)};
}

v1::TakenMeasure Until(std::string_view end, std::string_view from = "2026-11-02T12:00:00Z") {
  v1::TakenMeasure measure;
  measure.set_status(v1::MEASURE_STATUS_IN_FORCE);
  measure.set_from_ms(Ms(At(from)));
  measure.set_until_ms(Ms(At(end)));
  return measure;
}

std::optional<int> Days(const v1::TakenMeasure& measure, std::string_view now,
                        const std::optional<WorkingTime>& time = Brazil()) {
  const auto warning = WarningOf(time, measure, At(now));
  return warning ? std::optional(warning->days) : std::nullopt;
}

// Wednesday the 30th of December, 17:00 in São Paulo.
constexpr std::string_view kEnd = "2026-12-30T20:00:00Z";

TEST(Lapses, IsToldFiveTwoAndOneWorkingDaysBefore) {
  const v1::TakenMeasure measure = Until(kEnd);
  EXPECT_EQ(Days(measure, "2026-12-22T02:59:00Z"), std::nullopt);  // Monday there, six are left
  EXPECT_EQ(Days(measure, "2026-12-22T03:00:00Z"), 5);             // Tuesday
  EXPECT_EQ(Days(measure, "2026-12-24T12:00:00Z"), 5);             // Christmas, Sunday between
  EXPECT_EQ(Days(measure, "2026-12-28T12:00:00Z"), 2);
  EXPECT_EQ(Days(measure, "2026-12-29T12:00:00Z"), 1);
  EXPECT_EQ(Days(measure, "2026-12-30T19:59:59Z"), 1);
  EXPECT_EQ(Days(measure, kEnd), 0);
  EXPECT_EQ(Days(measure, "2027-01-29T19:59:59Z"), 0);
  EXPECT_EQ(Days(measure, "2027-01-29T20:00:00Z"), std::nullopt);
}

TEST(Lapses, WhatEndsWithTheDayDoesNotHoldOnTheNext) {
  // Midnight from Wednesday to Thursday: Wednesday is the last day.
  const v1::TakenMeasure measure = Until("2026-12-31T03:00:00Z");
  EXPECT_EQ(Days(measure, "2026-12-28T12:00:00Z"), 2);
  EXPECT_EQ(Days(measure, "2026-12-29T12:00:00Z"), 1);
}

TEST(Lapses, AShortMeasureIsNotToldOfOnItsFirstDay) {
  // Suspended on Tuesday for five working days.
  const v1::TakenMeasure measure = Until(kEnd, "2026-12-22T12:00:00Z");
  EXPECT_EQ(Days(measure, "2026-12-22T13:00:00Z"), std::nullopt);
  EXPECT_EQ(Days(measure, "2026-12-28T12:00:00Z"), 2);
  const v1::TakenMeasure shortest = Until(kEnd, "2026-12-30T12:00:00Z");
  EXPECT_EQ(Days(shortest, "2026-12-30T13:00:00Z"), 1);
}

TEST(Lapses, WithoutACalendarItIsToldEarlyEnoughForAny) {
  const v1::TakenMeasure measure = Until(kEnd);
  EXPECT_EQ(Days(measure, "2026-12-16T19:59:00Z", std::nullopt), std::nullopt);
  EXPECT_EQ(Days(measure, "2026-12-16T20:00:00Z", std::nullopt), 5);
  EXPECT_EQ(Days(measure, "2026-12-23T20:00:00Z", std::nullopt), 2);
  EXPECT_EQ(Days(measure, "2026-12-26T20:00:00Z", std::nullopt), 1);
  EXPECT_FALSE(WarningOf(std::nullopt, measure, At("2026-12-26T20:00:00Z"))->by_calendar);
  // The calendar ends before the measure does.
  const v1::TakenMeasure longer = Until("2028-01-10T20:00:00Z");
  const auto warning = WarningOf(Brazil(), longer, At("2027-12-28T20:00:00Z"));
  ASSERT_TRUE(warning);
  EXPECT_FALSE(warning->by_calendar);
}

TEST(Lapses, WhatDoesNotEndByItselfIsNotToldOf) {
  v1::TakenMeasure measure = Until(kEnd);
  measure.set_status(v1::MEASURE_STATUS_LIFTED);
  EXPECT_EQ(Days(measure, kEnd), std::nullopt);
  measure = Until(kEnd);
  measure.set_until_ms(0);
  EXPECT_EQ(Days(measure, kEnd), std::nullopt);
}

class LapseAlarms : public ::testing::Test {
 protected:
  void Publish(const std::string& text) {
    const ledger::Publication calendar = world.federation.SignFile("calendar-BR", 1, text, {"BR"});
    v1::PublishRequest request;
    request.set_entry_kind(calendar.kind);
    *request.mutable_statement() = calendar.statement;
    request.set_text(calendar.text);
    const auto published = world.broker.Publish(request, world.now);
    ASSERT_TRUE(published.ok()) << published.status();
    world.Settle();
  }

  void Suspend(int64_t days) {
    id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
    world.Settle();
    v1::AnswerLeadRequest request;
    request.set_record_id(id);
    request.set_taken(true);
    request.set_justification("accounts known here");
    v1::TakenMeasure& measure = *request.add_measures();
    measure.set_measure(v1::LEAD_MEASURE_SUSPEND);
    measure.set_on("account 4711");
    measure.set_until_ms(Ms(world.now + days * limits::kDayMs));
    Answer(request);
  }

  void Answer(const v1::AnswerLeadRequest& request) {
    const auto answered = world.node("BR.fiu")->AnswerLead("author", request, world.now);
    ASSERT_TRUE(answered.ok()) << answered.status();
    world.Settle();
  }

  // The texts of the alarm at both desks.
  std::vector<std::string> Told(std::string_view agency) {
    EXPECT_TRUE(world.node(agency)->Tick(world.now).ok());
    const auto status = world.node(agency)->Status("admin", world.now);
    std::vector<std::string> texts;
    for (const v1::Alarm& alarm : status->alarms()) {
      if (alarm.code() == "measure-lapses") texts.push_back(alarm.text());
    }
    return texts;
  }

  World world;
  std::string id;
};

TEST_F(LapseAlarms, BothDesksAreWarnedUntilItIsProlonged) {
  Publish(CalendarText());
  Suspend(20);
  for (const char* agency : {"FR.fiu", "BR.fiu"}) EXPECT_TRUE(Told(agency).empty()) << agency;
  world.Advance(19 * limits::kDayMs);
  world.Settle();
  for (const char* agency : {"FR.fiu", "BR.fiu"}) {
    ASSERT_EQ(Told(agency).size(), 1u) << agency;
    EXPECT_THAT(Told(agency)[0], HasSubstr("1 working day(s) of BR")) << agency;
  }
  v1::AnswerLeadRequest request;
  request.set_record_id(id);
  request.set_taken(true);
  request.set_follows(true);
  request.set_justification("order of the court");
  v1::TakenMeasure& measure = *request.add_measures();
  measure.set_number(1);
  measure.set_status(v1::MEASURE_STATUS_PROLONGED);
  measure.set_until_ms(Ms(world.now + 30 * limits::kDayMs));
  Answer(request);
  for (const char* agency : {"FR.fiu", "BR.fiu"}) EXPECT_TRUE(Told(agency).empty()) << agency;
}

TEST_F(LapseAlarms, WithoutACalendarTheWarningSaysSo) {
  Suspend(20);
  world.Advance(7 * limits::kDayMs);
  world.Settle();
  ASSERT_EQ(Told("FR.fiu").size(), 1u);
  EXPECT_THAT(Told("FR.fiu")[0], HasSubstr("no calendar of BR"));
}

// Nothing else waits for it.
TEST_F(LapseAlarms, ACalendarThatIsKeptBackHoldsNothingUp) {
  world.broker.withholds_texts = true;
  Publish(CalendarText());
  Suspend(20);
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_TAKEN);
  world.Advance(7 * limits::kDayMs);
  world.Settle();
  ASSERT_EQ(Told("FR.fiu").size(), 1u);
  EXPECT_THAT(Told("FR.fiu")[0], HasSubstr("no calendar of BR"));
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Not(Contains("text-withheld")));
}

TEST_F(LapseAlarms, ShowLeadCountsTheWorkingDaysLeft) {
  Publish(CalendarText());
  Suspend(7);
  v1::ShowLeadRequest request;
  request.set_record_id(id);
  request.set_justification("case 4711");
  const auto shown = world.node("FR.fiu")->ShowLead("reader", request, world.now);
  ASSERT_TRUE(shown.ok()) << shown.status();
  EXPECT_EQ(shown->standings(0).measures(0).working_days(), 5u);
}

}  // namespace
}  // namespace entente::node
