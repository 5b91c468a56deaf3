// What an officer searches for, as match keys and a name, and how it agrees with the subjects of an
// alert or of a note that somebody is another. Pure; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/instant.h"
#include "entente/v1/desk.pb.h"
#include "node/search/alert_index.h"
#include "node/search/match_keys.h"

namespace entente::node {

// One number that is asked for: with the key that its issuer gives, when that is known.
struct AskedNumber {
  std::string written;
  std::vector<search::MatchKey> keys;
};

struct Question {
  std::vector<AskedNumber> numbers;
  std::string name;
  std::string born;                // YYYY, YYYY-MM-DD, or empty
  std::vector<std::string> kinds;  // "document", "name": for the log, which keeps no more
  std::vector<std::string> asked;  // the same with what was asked for, for who asked
};

// Of a zone the document's number and issuer, the name and the date of birth. Refusal malformed,
// with the sentence of the key or zone that is wrong; label-missing when nothing is asked for, or a
// date of birth without a name.
absl::StatusOr<Question> ReadQuestion(const v1::SearchRequest& request, Instant now);

search::IndexQuestion ForIndex(const Question& question);

// The numbers of this subject that are asked for. One whose issuer is known on both sides and
// differs does not agree.
std::vector<v1::SearchAgreement> Agreements(const Question& question, const v1::Subject& subject);
// What a name that was found has in common with the one asked for.
std::vector<v1::SearchAgreement> Agreements(const search::NameCandidate& candidate);

// True when no papers are asked for, and one of these persons has the very name and day of birth.
bool IsBornAs(const Question& question, const std::vector<v1::Subject>& subjects);

// True when what is asked for is the person of the note: one of the papers, or, where none is asked
// for, name and day of birth.
bool IsOf(const Question& question, const v1::NotIdentical& note);

}  // namespace entente::node
