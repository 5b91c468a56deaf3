#include "policy/country.h"

#include <unicode/coll.h>
#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <memory>

#include "policy/prose.h"

namespace entente::policy {
namespace {

// English: "the".
constexpr std::string_view kDefinite =
    " AE AX BS CC CF CK DO FK FO GB GM GS HM IM IO KM KY MH MP MV NL PH PN PS SB SC TC TF UM US VG "
    "VI ";
// French.
constexpr std::string_view kPlural =
    " AE AS AX BM BQ BS CC CK FJ FK FO GS HM IC KM KY MH MP MV NL PH PN PS SB SC TC TF UM US VG "
    "VI ";
constexpr std::string_view kNoArticle =
    " AD AG AI AW BB BH BL BV CU CW CX CY DG DJ DM EA GD GG GI GU HK HT IL IM JE KI KN LC MC MF MG "
    "MO "
    "MS MT MU NF NR NU OM PM PR PW RE SG SH SJ SM ST SX TK TO TT TV TW VC VU WF WS YT ";
constexpr std::string_view kMasculineInE = " BZ KH MX MZ SR ZW ";
constexpr std::string_view kFeminine = " GW KP KR MK ";

bool Lists(std::string_view codes, std::string_view code) {
  return codes.find(" " + std::string(code) + " ") != codes.npos;
}

void Replace(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

icu::Locale LocaleOf(Language language) {
  return icu::Locale(language == Language::kFrench ? "fr" : "en");
}

bool Feminine(std::string_view code, std::string_view name) {
  return Lists(kFeminine, code) || (name.ends_with("e") && !Lists(kMasculineInE, code));
}

}  // namespace

std::string CountryName(Language language, std::string_view code) {
  const icu::Locale reader = LocaleOf(language);
  icu::UnicodeString shown;
  icu::Locale("", std::string(code).c_str()).getDisplayCountry(reader, shown);
  std::string name;
  shown.toUTF8String(name);
  if (language == Language::kEnglish) Replace(name, " & ", " and ");
  return name;
}

std::string CountryInText(Language language, std::string_view code) {
  const std::string name = CountryName(language, code);
  if (language == Language::kEnglish) return (Lists(kDefinite, code) ? "the " : "") + name;
  if (Lists(kPlural, code)) return "les " + name;
  if (Lists(kNoArticle, code)) return name;
  if (Elides(name)) return "l'" + name;
  return (Feminine(code, name) ? "la " : "le ") + name;
}

std::string OfCountry(Language language, std::string_view code) {
  const std::string name = CountryInText(language, code);
  if (language == Language::kEnglish) return "of " + name;
  if (name.starts_with("le ")) return "du " + name.substr(3);
  if (name.starts_with("les ")) return "des " + name.substr(4);
  return FrenchOf(name);
}

bool ReadsBefore(Language language, std::string_view a, std::string_view b) {
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<icu::Collator> order(
      icu::Collator::createInstance(LocaleOf(language), error));
  if (U_FAILURE(error)) return a < b;
  const auto text = [](std::string_view from) {
    return icu::StringPiece(from.data(), static_cast<int32_t>(from.size()));
  };
  const UCollationResult result = order->compareUTF8(text(a), text(b), error);
  return U_SUCCESS(error) && result == UCOL_LESS;
}

}  // namespace entente::policy
