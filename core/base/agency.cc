#include "core/base/agency.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "core/base/limits.h"

namespace entente {
namespace {

// ISO 3166-1 alpha-2, officially assigned, and XK.
constexpr std::string_view kCodes =
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ "
    "BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM "
    "DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS "
    "GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN "
    "KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ "
    "MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
    "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV "
    "SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI "
    "VN VU WF WS YE YT ZA ZM ZW XK ";

constexpr bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr size_t Place(char first, char second) {
  return static_cast<size_t>(first - 'A') * 26 + static_cast<size_t>(second - 'A');
}
constexpr auto kAssigned = [] {
  std::array<bool, size_t{26} * 26> assigned{};
  for (size_t i = 0; i < kCodes.size(); i += 3) assigned[Place(kCodes[i], kCodes[i + 1])] = true;
  return assigned;
}();

bool IsLowerAlnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool IsAgencyName(std::string_view name) {
  if (name.empty() || name.size() > 32) return false;
  if (!IsLowerAlnum(name.front()) || !IsLowerAlnum(name.back())) return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return IsLowerAlnum(c) || c == '-'; });
}

// One label of a host name.
bool IsLabel(std::string_view text) {
  return !text.empty() && text.size() <= limits::kHostLabelBytes && text.front() != '-' &&
         text.back() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) { return IsLowerAlnum(c) || c == '-'; });
}

}  // namespace

bool IsJurisdiction(std::string_view code) {
  return code.size() == 2 && IsUpper(code[0]) && IsUpper(code[1]) &&
         kAssigned[Place(code[0], code[1])];
}

absl::Status CheckJurisdiction(std::string_view code) {
  if (IsJurisdiction(code)) return absl::OkStatus();
  if (code == "EL") return absl::InvalidArgumentError("'EL' is not a jurisdiction code: write GR");
  if (code == "UK") return absl::InvalidArgumentError("'UK' is not a jurisdiction code: write GB");
  return absl::InvalidArgumentError(
      "'" + std::string(code) +
      "' is not a jurisdiction code: write an ISO 3166-1 alpha-2 code or XK");
}

absl::StatusOr<AgencyId> AgencyId::Parse(std::string_view text) {
  const size_t dot = text.find('.');
  if (dot == text.npos || !IsAgencyName(text.substr(dot + 1))) {
    return absl::InvalidArgumentError("'" + std::string(text.substr(0, 64)) +
                                      "' is not an agency: write CC.name, with name of 1 to 32 "
                                      "letters a-z, digits and inner hyphens");
  }
  const std::string_view code = text.substr(0, dot);
  if (code != "ORG") {
    if (absl::Status status = CheckJurisdiction(code); !status.ok()) return status;
  }
  return AgencyId(std::string(text));
}

std::string_view AgencyId::jurisdiction() const {
  return std::string_view(text_).substr(0, text_.find('.'));
}

std::string_view AgencyId::name() const {
  return std::string_view(text_).substr(text_.find('.') + 1);
}

bool IsOfficerId(std::string_view text) {
  if (text.size() < 2 || text.size() > 41 || !IsLowerAlnum(text[0])) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return IsLowerAlnum(c) || c == '.' || c == '-'; });
}

bool IsFederationName(std::string_view text) {
  if (text.size() > limits::kHostNameBytes) return false;
  for (size_t dot; (dot = text.find('.')) != text.npos; text.remove_prefix(dot + 1)) {
    if (!IsLabel(text.substr(0, dot))) return false;
  }
  return IsLabel(text);
}

bool IsBrokerName(std::string_view text) { return IsLabel(text); }

}  // namespace entente
