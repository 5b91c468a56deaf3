// Days and years as texts of ISO 8601. Pure; safe from any thread.
#pragma once

#include <string_view>

namespace entente {

// "1984-03-17": a day that exists, of the years 0 to 9999.
bool IsDay(std::string_view text);
// "1984"
bool IsYear(std::string_view text);

}  // namespace entente
