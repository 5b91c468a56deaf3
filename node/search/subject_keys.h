// From the subjects of a record to what they are found by. Pure; thread-safe. Numbers too short or
// ill-formed to be keys give none: the names beside them do.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "entente/v1/content.pb.h"
#include "node/search/match_keys.h"
#include "node/search/name_index.h"

namespace entente::node::search {

// A key, and the value as its record writes it.
struct SubjectKey {
  MatchKey key;
  std::string written;
};
// All numbers of one subject: papers, plates, accounts, telephones. Of persons, the national
// number.
std::vector<SubjectKey> KeysOf(const v1::Subject& subject);
// Of a person also the keys of each good name with each known date of birth.
std::vector<MatchKey> BirthKeysOf(const v1::Person& person);

// Names and years of a person, names of an organisation or vessel; nullopt for other subjects, and
// for those without a name. `id` is left 0.
std::optional<IndexEntry> NamesOf(const v1::Subject& subject);

}  // namespace entente::node::search
