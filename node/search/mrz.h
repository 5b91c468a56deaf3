// The machine-readable zone of a travel document: ICAO Doc 9303 parts 3 to 6, forms TD1 (three
// lines of 30), TD2 (two of 36) and TD3 (two of 44). As pasted or scanned: blanks, lower-case
// letters and any line ends are accepted, everything else is strict. Pure; thread-safe.
//
// Errors: INVALID_ARGUMENT `LINE:COLUMN: sentence`, of the zone without its blanks. Every check
// digit is verified, and the sentence names the field whose digit is wrong. Visas (MRV) are
// refused: they have other fields.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/instant.h"

namespace entente::node::search {

enum class ZoneForm : uint8_t { kTd1, kTd2, kTd3 };

// As printed: a year has two digits, and what is not known is left out.
struct ZoneDate {
  std::string text;  // "740812", "74<<<<"
  std::optional<int> year;
  std::optional<int> month;
  std::optional<int> day;
};

struct MachineZone {
  ZoneForm form = ZoneForm::kTd3;
  std::string type;         // "P", "I", "AC"
  std::string issuer;       // "UTO", "D"
  std::string number;       // whole, however long
  std::string surname;      // parts with blanks between
  std::string given_names;  // may be empty
  std::string nationality;
  char sex = 'X';  // M, F, X for unspecified
  ZoneDate birth;
  ZoneDate expiry;
  std::string optional;       // TD1: of the first line
  std::string optional_more;  // TD1: of the second line
};

absl::StatusOr<MachineZone> ParseZone(std::string_view text);

// The value of a check digit over `field`, weights 7 3 1 (Doc 9303-3 section 4.9). Precondition:
// A-Z, 0-9 and < only.
int CheckDigit(std::string_view field);

// The four digits that a printed year of birth has at `now`: the latest that is not in the future.
// nullopt when no year is printed.
std::optional<int> BirthYear(const ZoneDate& date, Instant now);
// The nearest to `now`.
std::optional<int> ExpiryYear(const ZoneDate& date, Instant now);

}  // namespace entente::node::search
