// The type of the federation file that a State signs alone: "calendar-FR". Pure.
#pragma once

#include <string>
#include <string_view>

namespace entente::record {

inline constexpr std::string_view kCalendarPrefix = "calendar-";

inline std::string CalendarType(std::string_view jurisdiction) {
  return std::string(kCalendarPrefix) + std::string(jurisdiction);
}
// Whose calendar this type is of; empty for every other type.
inline std::string_view CalendarOf(std::string_view type) {
  return type.starts_with(kCalendarPrefix) ? type.substr(kCalendarPrefix.size())
                                           : std::string_view();
}

}  // namespace entente::record
