#include "core/base/instant.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>

namespace entente {
namespace {

namespace chr = std::chrono;

constexpr Duration kLongest{1200, 0};

std::optional<int> Digits(std::string_view text, size_t at, size_t count) {
  if (at + count > text.size()) return std::nullopt;
  int value = 0;
  for (size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

absl::Status Malformed(std::string_view text) {
  return absl::InvalidArgumentError("'" + std::string(text.substr(0, 40)) +
                                    "' is not an instant: write 2026-12-01T00:00:00Z or with an "
                                    "offset such as +01:00");
}

// Reads ".123" and moves `at` past it; digits below the millisecond must be absent.
std::optional<int> Fraction(std::string_view text, size_t& at) {
  if (at >= text.size() || text[at] != '.') return 0;
  const size_t start = ++at;
  int value = 0;
  int scale = 1000;
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
    if (at - start == 3) return std::nullopt;
    scale /= 10;
    value += (text[at++] - '0') * scale;
  }
  if (at == start) return std::nullopt;
  return value;
}

std::optional<int> OffsetMinutes(std::string_view text) {
  if (text == "Z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const auto hours = Digits(text, 1, 2);
  const auto minutes = Digits(text, 4, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const int total = *hours * 60 + *minutes;
  return text[0] == '-' ? -total : total;
}

// Seconds of one duration component, or the months it stands for.
std::optional<Duration> Component(int64_t count, char unit, bool time) {
  constexpr int64_t kDay = 86400;
  if (!time) {
    switch (unit) {
      case 'Y':
        return Duration{count * 12, 0};
      case 'M':
        return Duration{count, 0};
      case 'W':
        return Duration{0, count * 7 * kDay};
      case 'D':
        return Duration{0, count * kDay};
      default:
        return std::nullopt;
    }
  }
  switch (unit) {
    case 'H':
      return Duration{0, count * 3600};
    case 'M':
      return Duration{0, count * 60};
    case 'S':
      return Duration{0, count};
    default:
      return std::nullopt;
  }
}

}  // namespace

std::string FormatInstant(Instant instant) {
  const chr::sys_time<chr::milliseconds> time{chr::milliseconds{instant.ms}};
  const auto day = chr::floor<chr::days>(time);
  const chr::year_month_day date{day};
  const chr::hh_mm_ss clock{time - day};
  char out[40];
  std::snprintf(
      out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return out;
}

absl::StatusOr<Instant> CivilInstant(int year, int month, int day, int hour, int minute, int second,
                                     int millisecond, int offset_minutes) {
  const chr::year_month_day date{chr::year{year}, chr::month{static_cast<unsigned>(month)},
                                 chr::day{static_cast<unsigned>(day)}};
  if (year < 1970 || year > 9999 || !date.ok() || hour > 23 || minute > 59 || second > 59) {
    return absl::InvalidArgumentError("this date or time of day does not exist");
  }
  const auto time = chr::sys_days{date} + chr::hours{hour} + chr::minutes{minute - offset_minutes} +
                    chr::seconds{second} + chr::milliseconds{millisecond};
  return Instant{chr::duration_cast<chr::milliseconds>(time.time_since_epoch()).count()};
}

absl::StatusOr<Instant> ParseInstant(std::string_view text) {
  const auto year = Digits(text, 0, 4), month = Digits(text, 5, 2), day = Digits(text, 8, 2);
  const auto hour = Digits(text, 11, 2), minute = Digits(text, 14, 2), second = Digits(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return Malformed(text);
  if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':') {
    return Malformed(text);
  }
  size_t at = 19;
  const auto fraction = Fraction(text, at);
  const auto offset = OffsetMinutes(text.substr(at));
  if (!fraction || !offset) return Malformed(text);
  return CivilInstant(*year, *month, *day, *hour, *minute, *second, *fraction, *offset);
}

absl::StatusOr<Duration> ParseDuration(std::string_view text) {
  const absl::Status bad = absl::InvalidArgumentError(
      "'" + std::string(text.substr(0, 40)) + "' is not a duration: write P1Y, P30D or PT8H");
  if (text.size() < 3 || text[0] != 'P') return bad;
  Duration total;
  bool time = false;
  size_t at = 1;
  while (at < text.size()) {
    if (text[at] == 'T' && !time) {
      time = true;
      if (++at == text.size()) return bad;
    }
    const size_t start = at;
    int64_t count = 0;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9' && at - start < 6) {
      count = count * 10 + (text[at++] - '0');
    }
    if (at == start || at == text.size()) return bad;
    const auto part = Component(count, text[at++], time);
    if (!part) return bad;
    total.months += part->months;
    total.seconds += part->seconds;
    if (CompareDurations(total, kLongest) > 0) {
      return absl::InvalidArgumentError("'" + std::string(text.substr(0, 40)) +
                                        "' is longer than 100 years");
    }
  }
  return total;
}

std::string FormatDuration(Duration duration) {
  std::string out = "P";
  if (duration.months / 12 > 0) out += std::to_string(duration.months / 12) + "Y";
  if (duration.months % 12 > 0) out += std::to_string(duration.months % 12) + "M";
  const int64_t days = duration.seconds / 86400;
  if (days > 0) out += std::to_string(days) + "D";
  const int64_t rest = duration.seconds % 86400;
  if (rest > 0 || out.size() == 1) out += "T";
  if (rest / 3600 > 0) out += std::to_string(rest / 3600) + "H";
  if (rest % 3600 / 60 > 0) out += std::to_string(rest % 3600 / 60) + "M";
  if (rest % 60 > 0 || out.back() == 'T') out += std::to_string(rest % 60) + "S";
  return out;
}

Instant AddDuration(Instant instant, Duration duration) {
  // Beyond these every sum lies outside, and the calendar's years would wrap round.
  constexpr int64_t kYears = 10'000;
  const int64_t start = std::clamp<int64_t>(instant.ms, 0, kLastInstantMs);
  duration.months = std::clamp<int64_t>(duration.months, -12 * kYears, 12 * kYears);
  duration.seconds =
      std::clamp<int64_t>(duration.seconds, -kYears * 366 * 86400, kYears * 366 * 86400);
  const chr::sys_time<chr::milliseconds> time{chr::milliseconds{start}};
  const auto day = chr::floor<chr::days>(time);
  chr::year_month_day date{day};
  date += chr::months{duration.months};
  if (!date.ok()) date = date.year() / date.month() / chr::last;
  const auto moved = chr::sys_days{date} + (time - day);
  const int64_t sum = chr::duration_cast<chr::milliseconds>(moved.time_since_epoch()).count() +
                      duration.seconds * 1000;
  return Instant{std::clamp<int64_t>(sum, 0, kLastInstantMs)};
}

std::weak_ordering CompareDurations(Duration a, Duration b) {
  constexpr int64_t kMonthSeconds = 2629746;  // 30.436875 days
  return a.months * kMonthSeconds + a.seconds <=> b.months * kMonthSeconds + b.seconds;
}

}  // namespace entente
