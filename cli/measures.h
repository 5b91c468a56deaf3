// Measures taken upon a lead, as a person tells them: in a TOML file (docs/drafts.md), or one by
// words on the command line. Blocking file access; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/base/sentences.h"
#include "entente/v1/desk_lead.pb.h"

namespace entente::cli {

// Each as it is written; empty: not said.
struct MeasureWords {
  uint32_t number = 0;
  uint32_t subject = 0;
  std::string measure;  // "suspend"
  std::string status;   // "prolonged"
  std::string on, reference, court_reference;
  std::string held;                // "310500.50 EUR"
  std::string from, until, since;  // instants, or durations from `now`

  bool Any() const;
};

// INVALID_ARGUMENT with the sentence to show, in this language.
absl::StatusOr<v1::TakenMeasure> MeasureFrom(const MeasureWords& words, Instant now,
                                             Language language);
// Errors as of ReadDraft.
absl::StatusOr<std::vector<v1::TakenMeasure>> ReadMeasures(const std::string& path, Instant now);

}  // namespace entente::cli
