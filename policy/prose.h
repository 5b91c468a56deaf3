// The mechanics of sentences in English and French: lists, elision, dates, durations. Pure; safe
// from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/instant.h"
#include "core/base/sentences.h"

namespace entente::policy {

enum class Join : uint8_t { kAnd, kOr };

// "a, b and c"; of none, the word for nobody.
std::string Listed(Language language, Join join, const std::vector<std::string>& items);
// Whether French drops the vowel before this word: "Allemagne", "enquête", "un an"; "Hongrie" and
// "Honduras" keep it.
bool Elides(std::string_view word);
// "d'enquête", "de poursuite"
std::string FrenchOf(std::string_view words);
// The first letter in upper case: "Équateur" of "équateur".
std::string Capitalized(std::string text);

// "one year and six months", "30 days", "huit heures".
std::string DurationInWords(Language language, Duration duration);
// "1 January 2027", "1er janvier 2027", with the time of day unless it is midnight, and the offset
// in words: "(one hour ahead of UTC)".
std::string InstantInWords(Language language, Instant instant, int offset_minutes);
// The day alone, in UTC.
std::string DayInWords(Language language, Instant instant);

}  // namespace entente::policy
