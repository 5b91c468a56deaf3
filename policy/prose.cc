#include "policy/prose.h"

#include <array>
#include <chrono>

namespace entente::policy {
namespace {

namespace chr = std::chrono;

constexpr std::array<std::string_view, 6> kUnits = {"year", "month",  "day",
                                                    "hour", "minute", "second"};

// "three hours": the number in words up to twelve, so that it reads as a lawyer writes it.
std::string Counted(Language language, int64_t count, std::string_view unit) {
  constexpr int64_t kLastInWords = 12;
  const std::string key = (count == 1 ? "duration-one." : "duration-many.") + std::string(unit);
  std::string number = std::to_string(count);
  if (count > 1 && count <= kLastInWords) number = Sentence(language, "number." + number);
  return Sentence(language, key, {number});
}

struct Civil {
  int year;
  unsigned month, day;
  int64_t hour, minute, second, millisecond;
};

Civil CivilOf(Instant instant, int offset_minutes) {
  const chr::sys_time<chr::milliseconds> time{
      chr::milliseconds{instant.ms + int64_t{offset_minutes} * 60'000}};
  const auto day = chr::floor<chr::days>(time);
  const chr::year_month_day date{day};
  const chr::hh_mm_ss clock{time - day};
  return {static_cast<int>(date.year()),     static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()), clock.hours().count(),
          clock.minutes().count(),           clock.seconds().count(),
          clock.subseconds().count()};
}

std::string DateText(Language language, const Civil& civil) {
  const std::string day =
      civil.day == 1 ? Sentence(language, "date.first") : std::to_string(civil.day);
  return Sentence(language, "date.day",
                  {day, Sentence(language, "month." + std::to_string(civil.month)),
                   std::to_string(civil.year)});
}

std::string Padded(int64_t number, size_t width) {
  const std::string digits = std::to_string(number);
  return std::string(width - std::min(width, digits.size()), '0') + digits;
}

std::string TimeText(Language language, const Civil& civil) {
  std::string out =
      Sentence(language, "date.time", {Padded(civil.hour, 2), Padded(civil.minute, 2)});
  if (civil.second == 0 && civil.millisecond == 0) return out;
  std::string seconds = std::to_string(civil.second);
  if (civil.millisecond != 0) {
    seconds += Sentence(language, "date.point") + Padded(civil.millisecond, 3);
  }
  return out + Sentence(language, "date.seconds", {seconds});
}

std::string OffsetText(Language language, int minutes) {
  if (minutes == 0) return Sentence(language, "date.utc");
  const std::string length = DurationInWords(language, {0, std::abs(minutes) * int64_t{60}});
  return Sentence(language, minutes > 0 ? "date.ahead" : "date.behind", {length});
}

}  // namespace

std::string Listed(Language language, Join join, const std::vector<std::string>& items) {
  if (items.empty()) return Sentence(language, "list.nobody");
  const std::string last = Sentence(language, join == Join::kAnd ? "list.and" : "list.or");
  std::string out = items[0];
  for (size_t i = 1; i < items.size(); ++i) {
    out += (i + 1 == items.size() ? " " + last + " " : ", ") + items[i];
  }
  return out;
}

bool Elides(std::string_view word) {
  constexpr std::array<std::string_view, 8> kAccented = {"É", "È", "Ê", "Î", "é", "è", "ê", "î"};
  for (const std::string_view vowel : kAccented) {
    if (word.starts_with(vowel)) return true;
  }
  if (word.starts_with("onze")) return false;
  if (word.starts_with("Haïti")) return true;
  return !word.empty() && std::string_view("AEIOUaeiou").find(word[0]) != word.npos;
}

std::string FrenchOf(std::string_view words) {
  return (Elides(words) ? "d'" : "de ") + std::string(words);
}

std::string Capitalized(std::string text) {
  if (text.empty()) return text;
  if (text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  // à to þ, but ÷: 32 below stands the capital.
  const bool accented =
      text.size() > 1 && text[0] == '\xc3' && static_cast<uint8_t>(text[1]) >= 0xa0;
  if (accented && text[1] != '\xb7') text[1] = static_cast<char>(text[1] - 0x20);
  return text;
}

std::string DurationInWords(Language language, Duration duration) {
  const std::array<int64_t, 6> counts = {duration.months / 12,       duration.months % 12,
                                         duration.seconds / 86400,   duration.seconds / 3600 % 24,
                                         duration.seconds / 60 % 60, duration.seconds % 60};
  std::vector<std::string> parts;
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] != 0) parts.push_back(Counted(language, counts[i], kUnits[i]));
  }
  return Listed(language, Join::kAnd, parts);
}

std::string InstantInWords(Language language, Instant instant, int offset_minutes) {
  const Civil civil = CivilOf(instant, offset_minutes);
  return Sentence(
      language, "date.instant",
      {DateText(language, civil), TimeText(language, civil), OffsetText(language, offset_minutes)});
}

std::string DayInWords(Language language, Instant instant) {
  return DateText(language, CivilOf(instant, 0));
}

}  // namespace entente::policy
