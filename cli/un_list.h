// The United Nations Security Council Consolidated List as its publisher gives it: XML, read with
// pugixml, which fetches nothing and expands no entity of the file's own. Nothing is interpreted
// but dates and qualities. Stateless; thread-safe; the structs are values.
//
// Errors: INVALID_ARGUMENT `FILE:LINE:COL: sentence` for what is not well-formed, for a document
// type (whatever it declares), for another root than CONSOLIDATED_LIST, for a row without its
// number or reference, for a year that is none, for more rows than limits::kListRows; refusal
// too-large above limits::kListBytes; NOT_FOUND when the file cannot be opened.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace entente::cli {

enum class UnQuality : uint8_t { kUnstated, kGood, kLow, kAlsoKnownAs, kFormerlyKnownAs };

struct UnAlias {
  std::string name;
  UnQuality quality = UnQuality::kUnstated;
  std::string date_of_birth;
  std::string place_of_birth;
  std::string note;
};

struct UnBirth {
  enum class Kind : uint8_t { kUnstated, kExact, kAbout, kBetween };
  Kind kind = Kind::kUnstated;
  std::string date;   // "1971-04-21", or empty when only the year is known
  uint16_t from = 0;  // years, both included; 0 when there is none
  uint16_t to = 0;
  std::string note;
};

struct UnDocument {
  std::string type;
  std::string type2;
  std::string number;
  std::string issuer;  // a country, by name
  std::string issued_on;
  std::string issued_at;
  std::string note;
};

struct UnPerson {
  uint64_t data_id = 0;
  std::string reference;
  std::string list;  // "Al-Qaida"
  std::string listed_on;
  std::string gender;
  std::vector<std::string> name_parts;
  std::string original_script;
  std::vector<UnAlias> aliases;
  std::vector<UnBirth> births;
  std::vector<std::string> places_of_birth;  // one text each, from the smallest place up
  std::vector<std::string> nationalities;
  std::vector<UnDocument> documents;
  std::vector<std::string> titles;
  std::vector<std::string> designations;
  std::string comments;
};

struct UnEntity {
  uint64_t data_id = 0;
  std::string reference;
  std::string list;
  std::string listed_on;
  std::string name;
  std::string original_script;
  std::vector<UnAlias> aliases;
  std::string comments;
};

struct UnList {
  std::string generated;  // as the file says
  std::vector<UnPerson> persons;
  std::vector<UnEntity> entities;
};

// `file` is only the name that errors carry.
absl::StatusOr<UnList> ParseUnList(std::string_view xml, std::string_view file);
absl::StatusOr<UnList> ReadUnList(const std::string& path);

struct UnName {
  std::string text;
  bool low_quality = false;
  bool primary = false;
  friend bool operator==(const UnName&, const UnName&) = default;
};
// All names by which the list knows a person, the primary one first: where one alias holds several
// ("A; B", "a) A b) B"), each by itself; remarks in brackets are left out.
std::vector<UnName> NamesOf(const UnPerson& person);

}  // namespace entente::cli
