#include "policy/calendar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace entente::policy {
namespace {

using std::chrono::sys_days;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

std::string Text(std::string_view weekend = "[\"saturday\", \"sunday\"]",
                 std::string_view zone = "Europe/Paris") {
  return "calendar = \"calendar/1\"\njurisdiction = \"FR\"\nversion = 3\ntime_zone = \"" +
         std::string(zone) + "\"\nweekend = " + std::string(weekend) +
         "\ncovers_from = \"2026-01-01\"\ncovers_until = \"2027-06-30\"\n"
         "[[holiday]]\nday = \"2026-12-25\"\nname = \"Noël\"\n"
         "[[holiday]]\nday = \"2027-01-01\"\nname = \"Jour de l'an\"\n";
}

Calendar Parsed(const std::string& text) {
  auto calendar = ParseCalendar(text, "fr.toml");
  EXPECT_TRUE(calendar.ok()) << calendar.status();
  return *calendar;
}

constexpr Day On(int month, int day, int year = 2026) {
  return sys_days(std::chrono::year(year) / month / day);
}

Instant At(std::string_view text) { return *ParseInstant(text); }

TEST(Calendar, IsReadWhole) {
  const Calendar calendar = Parsed(Text());
  EXPECT_EQ(calendar.jurisdiction, "FR");
  EXPECT_EQ(calendar.version, 3u);
  EXPECT_EQ(calendar.holidays.size(), 2u);
  EXPECT_EQ(calendar.last, On(6, 30, 2027));
}

TEST(Calendar, AnythingElseRefusesIt) {
  const auto refused = [](std::string from, std::string to) {
    std::string text = Text();
    text.replace(text.find(from), from.size(), to);
    return std::string(ParseCalendar(text, "fr.toml").status().message());
  };
  EXPECT_THAT(refused("version = 3\n", ""), HasSubstr("version"));
  EXPECT_THAT(refused("version = 3", "version = 3\ncolour = 1"), HasSubstr("colour"));
  EXPECT_THAT(refused("\"saturday\"", "\"samedi\""), HasSubstr("fr.toml:5:"));
  EXPECT_THAT(refused("[\"saturday\", \"sunday\"]",
                      "[\"monday\", \"tuesday\", \"wednesday\", \"thursday\", \"friday\", "
                      "\"saturday\", \"sunday\"]"),
              HasSubstr("no day of the week"));
  EXPECT_THAT(refused("Europe/Paris", "../etc/passwd"), HasSubstr("time_zone"));
  EXPECT_THAT(refused("Europe/Paris", "/etc/passwd"), HasSubstr("time_zone"));
  EXPECT_THAT(refused("2026-12-25", "2026-12-32"), HasSubstr("day"));
  EXPECT_THAT(refused("2026-12-25", "2027-01-01"), HasSubstr("twice"));
  EXPECT_THAT(refused("2026-12-25", "2025-12-25"), HasSubstr("covered"));
  EXPECT_THAT(refused("2027-06-30", "2025-06-30"), HasSubstr("covers"));
  EXPECT_THAT(refused("2027-06-30", "2035-06-30"), HasSubstr("covers"));
  EXPECT_THAT(refused("\"FR\"", "\"UK\""), HasSubstr("GB"));
  EXPECT_THAT(refused("name = \"Noël\"\n", ""), HasSubstr("name"));
}

TEST(WorkingDays, WeekendsAndHolidaysDoNotCount) {
  const Calendar calendar = Parsed(Text());
  // Thursday the 24th; Friday is Christmas.
  EXPECT_EQ(WorkingDaysAfter(calendar, On(12, 24), On(12, 24)), 0);
  EXPECT_EQ(WorkingDaysAfter(calendar, On(12, 24), On(12, 27)), 0);
  EXPECT_EQ(WorkingDaysAfter(calendar, On(12, 24), On(12, 28)), 1);
  EXPECT_EQ(WorkingDaysAfter(calendar, On(12, 23), On(12, 28)), 2);
  EXPECT_EQ(WorkingDaysAfter(calendar, On(12, 28), On(12, 24)), 0);
}

TEST(WorkingDays, AYearEndsWithinTheCount) {
  // Thursday the 31st; Friday is New Year's day.
  EXPECT_EQ(WorkingDaysAfter(Parsed(Text()), On(12, 30), On(1, 5, 2027)), 3);
}

TEST(WorkingDays, FridayAndSaturdayAreTheWeekendElsewhere) {
  const Calendar calendar = Parsed(Text("[\"friday\", \"saturday\"]"));
  EXPECT_FALSE(IsWorkingDay(calendar, On(12, 4)));
  EXPECT_FALSE(IsWorkingDay(calendar, On(12, 5)));
  EXPECT_TRUE(IsWorkingDay(calendar, On(12, 6)));
  EXPECT_EQ(WorkingDaysAfter(calendar, On(12, 3), On(12, 6)), 1);
}

TEST(WorkingDays, BeyondWhatIsCoveredNothingIsSaid) {
  const Calendar calendar = Parsed(Text());
  EXPECT_EQ(WorkingDaysAfter(calendar, On(6, 28, 2027), On(6, 30, 2027)), 2);
  EXPECT_EQ(WorkingDaysAfter(calendar, On(6, 28, 2027), On(7, 1, 2027)), std::nullopt);
  EXPECT_EQ(WorkingDaysAfter(calendar, On(12, 30, 2025), On(1, 2)), std::nullopt);
  EXPECT_EQ(WorkingDaysAfter(calendar, On(12, 31, 2025), On(1, 2)), 2);
}

TEST(LocalDay, BeginsWhereTheStateIs) {
  const auto day = [](std::string_view zone, std::string_view instant) {
    return LocalDay(*ZoneOf(Parsed(Text("[\"sunday\"]", zone))), At(instant));
  };
  EXPECT_EQ(day("Pacific/Auckland", "2026-12-01T11:30:00Z"), On(12, 2));
  EXPECT_EQ(day("America/Sao_Paulo", "2026-12-01T02:30:00Z"), On(11, 30));
  EXPECT_EQ(day("Europe/Paris", "2026-12-01T22:59:59Z"), On(12, 1));
  EXPECT_EQ(day("Europe/Paris", "2026-12-01T23:00:00Z"), On(12, 2));
  // The day on which the clocks change has 23 hours.
  EXPECT_EQ(day("Europe/Paris", "2026-03-28T22:59:59Z"), On(3, 28));
  EXPECT_EQ(day("Europe/Paris", "2026-03-28T23:00:00Z"), On(3, 29));
  EXPECT_EQ(day("Europe/Paris", "2026-03-29T21:59:59Z"), On(3, 29));
  EXPECT_EQ(day("Europe/Paris", "2026-03-29T22:00:00Z"), On(3, 30));
  EXPECT_FALSE(ZoneOf(Parsed(Text("[\"sunday\"]", "Europe/Atlantis"))).ok());
}

}  // namespace
}  // namespace entente::policy
