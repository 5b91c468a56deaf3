// Labels turned into row numbers of a snapshot's tables, and what was missing or unknown on the way
// (step 1 of the decision). Internal to policy/. Allocates nothing.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/limits.h"
#include "policy/labels.h"
#include "policy/tables.h"

namespace entente::policy {

// What a reason can say of a label: label-missing:purpose.
enum class Label : uint8_t {
  kOrigin,
  kRecipient,
  kKind,
  kPurpose,
  kUrgency,
  kEvaluation,
  kHandling,
  kCreated,
  kExpires,
  kUnder,
  kObtainedFrom,
  kSection,
  kAbout,
  kData,
  kBasis,
};
inline constexpr size_t kLabelKinds = 15;
std::string_view LabelWord(Label label);

// The words of a set as rows of a table: bit i for word i, and kUnknownRow for one that is missing
// or not in the vocabulary.
struct BoundSet {
  uint64_t rows;
  void Add(uint8_t row) { rows |= uint64_t{1} << row; }
  uint32_t words() const { return static_cast<uint32_t>(rows); }
  bool unknown() const { return rows >> kUnknownRow != 0; }
};
static_assert(kUnknownRow == 32);

struct BoundSection {
  BoundSet about;
  BoundSet data;
};

struct BoundEnd {
  std::string_view agency;
  uint32_t number = kNone;  // among the registered
  uint16_t state = kNoState;
  uint8_t kind = kUnknownRow;
  bool known = false;  // registered and active
};

// Views into the labels that it was made from; those must outlive it.
struct Bound {
  BoundEnd origin;
  BoundEnd recipient;
  uint8_t purpose = kUnknownRow;
  uint8_t kind = kUnknownRow;
  uint8_t evaluation = kUnknownRow;
  BoundSet handling{};
  uint32_t instrument = kNone;
  bool obtained_unknown = false;
  const std::vector<std::string>* obtained_from = nullptr;
  uint32_t missing = 0;  // by Label
  uint32_t unknown = 0;
  uint32_t essential = 0;  // by section
  uint32_t section_count = 0;
  // Only the first `section_count` hold anything: to clear the others takes time.
  std::array<BoundSection, limits::kSections> sections;
};

// Whether a set of words has this row; none has kUnknownRow.
inline bool HasWord(uint32_t words, size_t row) {
  return row < kWordsPerCategory && (words >> row & 1u) != 0;
}

// The words of a list, by row; one that the vocabulary does not have names nothing.
uint32_t WordsOf(const Tables& tables, Category category, const std::vector<std::string>& words);

// Not known unless the agency is registered and active at t.
BoundEnd BindEnd(const Tables& tables, std::string_view agency, Instant t);

// Precondition: at most limits::kSections sections.
Bound Bind(const Tables& tables, const RecordLabels& record, const RecipientLabels& recipient,
           Instant t);

}  // namespace entente::policy
