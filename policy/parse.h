// Strict readers of the policy's files: bytes in, checked values out. They touch no file system:
// `file` is only the name that errors carry. Stateless; safe from any thread.
//
// Errors: INVALID_ARGUMENT whose message is one or more lines `FILE:LINE:COL: sentence`. An unknown
// key or word, a repeated key, a date without offset, EL or UK for a State, a text over the size
// limit: each refuses the whole file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "policy/labels.h"
#include "policy/model.h"
#include "policy/vocabulary.h"

namespace entente::policy {

inline constexpr size_t kPolicyFileBytes = 1024 * 1024;

enum class FileType : uint8_t {
  kPolicy,
  kInstruments,
  kGroups,
  kAgencies,
  kVocabulary,
  kLabels,
  kCalendar,
};

// By the first key of the text; anything unknown is refused.
absl::StatusOr<FileType> DetectFileType(std::string_view text, std::string_view file);

absl::StatusOr<Vocabulary> ParseVocabulary(std::string_view text, std::string_view file);
// More than limits::kRulesPerSide rules in one direction refuse the file here already.
absl::StatusOr<Policy> ParsePolicy(std::string_view text, std::string_view file,
                                   const Vocabulary& vocabulary);
absl::StatusOr<Instruments> ParseInstruments(std::string_view text, std::string_view file,
                                             const Vocabulary& vocabulary);
absl::StatusOr<Groups> ParseGroups(std::string_view text, std::string_view file);
absl::StatusOr<std::vector<Agency>> ParseAgencies(std::string_view text, std::string_view file,
                                                  const Vocabulary& vocabulary);

// The record of `entente-policy decide`. Words are not checked: saying which labels are missing or
// unknown is the decision's part.
struct LabelsFile {
  RecordLabels record;
  RecipientLabels recipient;
};
absl::StatusOr<LabelsFile> ParseLabels(std::string_view text, std::string_view file);

// OK when every group and instrument that the policy names exists. To be asked before a policy
// comes in force; a name that is lost later matches nothing in an allow and everything elsewhere.
absl::Status CheckReferences(const Policy& policy, const Groups& groups,
                             const Instruments& instruments);

}  // namespace entente::policy
