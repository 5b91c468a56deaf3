#include "policy/calendar.h"

#include <algorithm>
#include <charconv>

#include "core/base/day.h"
#include "policy/file_frame.h"
#include "policy/table_reader.h"

namespace entente::policy {
namespace {

constexpr std::array<std::string_view, 7> kWeekdays = {"sunday",   "monday", "tuesday", "wednesday",
                                                       "thursday", "friday", "saturday"};
// Beyond it holidays are guesses.
constexpr std::chrono::days kLongest{5 * 366};
constexpr size_t kZoneBytes = 64;

unsigned NumberOf(std::string_view digits) {
  unsigned number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

Day ReadDay(TableReader& reader, std::string_view key) {
  const PlacedText text = reader.Placed(key, Need::kMandatory);
  if (text.text.empty()) return {};
  if (!IsDay(text.text)) {
    reader.Error(text.at, "'" + std::string(key) + "' must be a day such as 2026-12-25");
    return {};
  }
  const std::string_view day = text.text;
  return Day(std::chrono::year(static_cast<int>(NumberOf(day.substr(0, 4)))) /
             std::chrono::month(NumberOf(day.substr(5, 2))) /
             std::chrono::day(NumberOf(day.substr(8))));
}

void ReadWeekend(TableReader& reader, Calendar& calendar) {
  for (const PlacedText& word : reader.Texts("weekend", Need::kMandatory)) {
    const auto* const found = std::ranges::find(kWeekdays, word.text);
    if (found == kWeekdays.end()) {
      reader.Error(word.at, "'weekend' names days such as saturday");
      continue;
    }
    calendar.weekend[static_cast<size_t>(found - kWeekdays.begin())] = true;
  }
  if (std::ranges::count(calendar.weekend, true) == 7) {
    reader.Error(reader.at(), "no day of the week is left to work");
  }
}

// A path could name any file of the machine.
bool IsZoneName(std::string_view name) {
  const bool good = std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '_' || c == '+' || c == '-';
  });
  return good && name.size() <= kZoneBytes && !name.starts_with('/');
}

void ReadZone(TableReader& reader, Calendar& calendar) {
  const PlacedText zone = reader.Placed("time_zone", Need::kMandatory);
  calendar.time_zone = zone.text;
  if (!IsZoneName(zone.text)) {
    reader.Error(zone.at, "'time_zone' must be a name such as Europe/Paris");
  }
}

void ReadHoliday(const TomlValue& table, Calendar& calendar, FileErrors& errors) {
  TableReader reader(table, "this holiday", errors);
  const Day day = ReadDay(reader, "day");
  std::string name = reader.Text("name", Need::kMandatory);
  reader.Finish();
  if (!errors.ok()) return;
  if (day < calendar.first || day > calendar.last) {
    errors.Add(table.at, "this holiday is not among the days that are covered");
  } else if (!calendar.holidays.emplace(day, std::move(name)).second) {
    errors.Add(table.at, "this day stands twice");
  }
}

}  // namespace

absl::StatusOr<Calendar> ParseCalendar(std::string_view text, std::string_view file) {
  const auto tree = OpenFile(text, file, FileType::kCalendar);
  if (!tree.ok()) return tree.status();
  FileErrors errors(file);
  TableReader reader(*tree, "a calendar", errors);
  reader.Take(TypeKey(FileType::kCalendar), Need::kMandatory);
  Calendar calendar;
  const PlacedText state = reader.Placed("jurisdiction", Need::kMandatory);
  if (CheckState(state, false, errors)) calendar.jurisdiction = state.text;
  calendar.version = reader.Count("version", Need::kMandatory);
  ReadZone(reader, calendar);
  ReadWeekend(reader, calendar);
  calendar.first = ReadDay(reader, "covers_from");
  calendar.last = ReadDay(reader, "covers_until");
  if (calendar.last < calendar.first || calendar.last - calendar.first > kLongest) {
    reader.Error(reader.at(), "a calendar covers one day at least, and five years at most");
  }
  for (const TomlValue* holiday : reader.Tables("holiday", Need::kOptional)) {
    ReadHoliday(*holiday, calendar, errors);
  }
  reader.Finish();
  if (!errors.ok()) return errors.status();
  return calendar;
}

bool IsWorkingDay(const Calendar& calendar, Day day) {
  return !calendar.weekend[std::chrono::weekday(day).c_encoding()] &&
         !calendar.holidays.contains(day);
}

std::optional<int> WorkingDaysAfter(const Calendar& calendar, Day today, Day last) {
  if (last <= today) return 0;
  const Day next = today + std::chrono::days(1);
  if (next < calendar.first || last > calendar.last) return std::nullopt;
  int count = 0;
  for (Day day = next; day <= last; day += std::chrono::days(1)) {
    count += IsWorkingDay(calendar, day) ? 1 : 0;
  }
  return count;
}

bool IsTimeZone(std::string_view name) {
  absl::TimeZone zone;
  return !name.empty() && IsZoneName(name) && absl::LoadTimeZone(std::string(name), &zone);
}

absl::StatusOr<absl::TimeZone> ZoneOf(const Calendar& calendar) {
  absl::TimeZone zone;
  if (absl::LoadTimeZone(calendar.time_zone, &zone)) return zone;
  return absl::NotFoundError("this machine does not know the time zone " + calendar.time_zone);
}

Day LocalDay(const absl::TimeZone& zone, Instant instant) {
  const absl::CivilDay day = absl::ToCivilDay(absl::FromUnixMillis(instant.ms), zone);
  return Day(std::chrono::days(day - absl::CivilDay(1970, 1, 1)));
}

}  // namespace entente::policy
