// States by their names, with the articles that a sentence needs. The names are ICU's; which of
// them take an article, and which, is grammar and stands here. Pure; safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "core/base/sentences.h"

namespace entente::policy {

// "Netherlands", "Pays-Bas"; the code as it is when ICU does not know it.
std::string CountryName(Language language, std::string_view code);
// As the subject of a sentence: "the Netherlands", "les Pays-Bas"; "Brazil", "le Brésil".
std::string CountryInText(Language language, std::string_view code);
// "of the Netherlands", "des Pays-Bas"; "of Brazil", "du Brésil"; "of France", "de la France".
std::string OfCountry(Language language, std::string_view code);

// Whether a reader of this language looks for the one before the other: É beside E.
bool ReadsBefore(Language language, std::string_view a, std::string_view b);

}  // namespace entente::policy
