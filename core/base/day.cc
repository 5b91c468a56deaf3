#include "core/base/day.h"

#include <chrono>
#include <numeric>

namespace entente {
namespace {

bool IsDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

int NumberOf(std::string_view digits) {
  return std::accumulate(digits.begin(), digits.end(), 0,
                         [](int sum, char c) { return sum * 10 + (c - '0'); });
}

}  // namespace

bool IsYear(std::string_view text) { return text.size() == 4 && IsDigits(text); }

bool IsDay(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const std::string_view month = text.substr(5, 2), day = text.substr(8);
  if (!IsYear(text.substr(0, 4)) || !IsDigits(month) || !IsDigits(day)) return false;
  return std::chrono::year_month_day(std::chrono::year(NumberOf(text.substr(0, 4))),
                                     std::chrono::month(static_cast<unsigned>(NumberOf(month))),
                                     std::chrono::day(static_cast<unsigned>(NumberOf(day))))
      .ok();
}

}  // namespace entente
