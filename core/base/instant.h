// Instants (Unix milliseconds, UTC) and ISO 8601 durations. Values; safe from any thread.
// Text: RFC 3339; written with `Z` and milliseconds, read with any offset but never without one.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace entente {

// 9999-12-31T23:59:59.999Z, the last instant that has a text form.
inline constexpr int64_t kLastInstantMs = 253402300799999;

struct Instant {
  int64_t ms = 0;
  friend auto operator<=>(Instant, Instant) = default;
  friend Instant operator+(Instant t, int64_t delta_ms) { return {t.ms + delta_ms}; }
  friend Instant operator-(Instant t, int64_t delta_ms) { return {t.ms - delta_ms}; }
  friend int64_t operator-(Instant a, Instant b) { return a.ms - b.ms; }
};

// "2026-12-01T00:00:00.000Z"
std::string FormatInstant(Instant instant);
// INVALID_ARGUMENT for a missing offset, a day that does not exist, or a year outside 1970-9999.
absl::StatusOr<Instant> ParseInstant(std::string_view text);

// Civil date and time to an instant; INVALID_ARGUMENT when it does not exist.
absl::StatusOr<Instant> CivilInstant(int year, int month, int day, int hour, int minute, int second,
                                     int millisecond, int offset_minutes);

// ISO 8601 duration in years, months, weeks, days, hours, minutes, seconds: "P1Y", "P30D", "PT8H".
// At least one component, each a whole number without sign; 100 years at most in all.
struct Duration {
  int64_t months = 0;   // years are 12 months
  int64_t seconds = 0;  // weeks, days (of 24 hours), hours, minutes are seconds
  friend bool operator==(Duration, Duration) = default;
};
absl::StatusOr<Duration> ParseDuration(std::string_view text);
std::string FormatDuration(Duration duration);
// Months are added by the calendar in UTC, the day clipped to the month's last. What comes out lies
// in the years 1970 to 9999, whatever goes in.
Instant AddDuration(Instant instant, Duration duration);
// An order for "the shorter is stricter": months count as 30.436875 days.
std::weak_ordering CompareDurations(Duration a, Duration b);

}  // namespace entente
