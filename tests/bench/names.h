// How well names are found again, on the Consolidated List of the United Nations (cli/un_list.h).
// One JSON object each.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/statusor.h"

namespace entente::bench {

struct NamesOptions {
  std::string list;     // the XML
  std::string queries;  // lines of: name, tab, year of birth or nothing, tab, reference or nothing
  bool leave_one_out = false;
  std::string dataids = "all";  // even, odd, all
};

// With `queries`: `recall`, the share of lines with a reference whose person is among the first
// three at or above the default threshold; `false_alarm_rate`, the share of the others for which
// anything is; `ms_per_query`. With `leave_one_out` each good name of a person is the question:
// `recall` with all names in the index, `recall_left_out` with the form that is asked for taken
// out, of persons who have another one. INVALID_ARGUMENT `FILE:LINE:1: sentence` for a line that is
// none.
absl::StatusOr<nlohmann::json> RunNames(const NamesOptions& options);

}  // namespace entente::bench
