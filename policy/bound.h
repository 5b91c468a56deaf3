// Labels turned into row numbers of a snapshot's tables, and what was missing or unknown on the way
// (step 1 of the decision). Internal to policy/.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/limits.h"
#include "policy/decision.h"
#include "policy/labels.h"
#include "policy/tables.h"

namespace entente::policy {

// Words of a section as masks; `unknown`: a word is missing or not in the vocabulary.
struct BoundSection {
  uint32_t about = 0;
  uint32_t data = 0;
  bool about_unknown = false;
  bool data_unknown = false;
  bool essential = false;
};

struct BoundEnd {
  std::string_view agency;
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
  uint32_t handling = 0;
  bool handling_unknown = false;
  uint32_t instrument = kNone;
  bool obtained_unknown = false;
  std::vector<uint16_t> obtained_from;
  uint32_t section_count = 0;
  std::array<BoundSection, limits::kSections> sections;
  std::vector<SidedReason> reasons;
};

// Precondition: at most limits::kSections sections.
Bound Bind(const Tables& tables, const RecordLabels& record, const RecipientLabels& recipient,
           Instant t);

}  // namespace entente::policy
