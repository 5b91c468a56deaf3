// What this machine allows, measured in the same run as what is held against it. NOT SAFE to run
// beside anything that is measured.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "tests/bench/ground.h"

namespace entente::bench {

struct MachineLimits {
  double fdatasync_us = 0;  // 4 KiB appended and synced, median
  double echo_per_s = 0;    // 2 KiB messages there and back on one stream under mutual TLS
  double verify_per_s = 0;  // Ed25519, one thread
};

// Takes about two seconds. `folder` must be on the disk in question.
absl::StatusOr<MachineLimits> MeasureLimits(const Ground& ground, const std::string& folder);

}  // namespace entente::bench
