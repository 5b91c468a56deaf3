// The working days of a State: its weekend, its public holidays, its time zone, for the days that
// the file covers. Values; safe from any thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/instant.h"

namespace entente::policy {

using Day = std::chrono::sys_days;

struct Calendar {
  std::string jurisdiction;
  uint64_t version = 0;
  std::string time_zone;          // IANA: "Europe/Paris"
  std::array<bool, 7> weekend{};  // from Sunday, 0
  Day first, last;                // covered, both
  std::map<Day, std::string> holidays;
};

// Strictly; errors as in parse.h. That this machine knows the time zone is not asked.
absl::StatusOr<Calendar> ParseCalendar(std::string_view text, std::string_view file);

// Pure.
bool IsWorkingDay(const Calendar& calendar, Day day);
// From the day after `today` to `last`; 0 when there is none. nullopt: one of these days is not
// covered.
std::optional<int> WorkingDaysAfter(const Calendar& calendar, Day today, Day last);

// A name of the zone data of this machine, which are read once; none is a path.
bool IsTimeZone(std::string_view name);
// By the zone data of this machine, which are read once. NOT_FOUND: it does not know this zone.
absl::StatusOr<absl::TimeZone> ZoneOf(const Calendar& calendar);
Day LocalDay(const absl::TimeZone& zone, Instant instant);

}  // namespace entente::policy
