// What the decision costs, on the federation of decide_world.h. One JSON object each.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/statusor.h"

namespace entente::bench {

struct DecideOptions {
  size_t cases = 256;
  size_t repeats = 64;       // of each case, warm
  size_t cold = 200;         // decisions, each after other memory took all caches
  size_t cedar_records = 6;  // that Cedar decides too; 0: it is not asked
  std::string source;        // folder of this project, which holds what asks Cedar
};

// `p50_us`, `p99_us`: one decision of eight sections for one recipient, verdict, sections and
// obligations in numbers, everything it reads in cache; `cold_…`: nothing of it; `words_…`: with
// all rules and reasons in words, as the log has them. Without node or Cedar `ratio_to_cedar` is
// left out, and `cedar_missing` and a line on stderr say why. INTERNAL: Cedar decided otherwise.
absl::StatusOr<nlohmann::json> RunDecide(const DecideOptions& options);

// So many queued records decided again, on one thread, after one State in ten has changed its
// rules: those that come out otherwise in words too, for the log.
absl::StatusOr<nlohmann::json> RunRedecide(size_t records);

// Two versions of one State's policy compared over every question that their rules tell apart, both
// halves, with one rule of each half taken out.
absl::StatusOr<nlohmann::json> RunPolicyDiff();

}  // namespace entente::bench
