// The measurements of whole processes: each founds a federation in a temporary folder ($TMPDIR,
// which must be on a disk), starts the broker's own program, and gives what it found as one JSON
// object. One at a time.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "tests/bench/records.h"

namespace entente::bench {

struct ExchangeOptions {
  std::string broker;  // the program
  size_t records = 50'000;
  Signing signing = Signing::kBatch;
  bool seal_live = false;  // else everything is sealed and signed before the clock starts
  size_t recipients = 1;   // of each record
  size_t streams = 1;      // that submit
};

// Submits, delivers and acknowledges all at once, until the sender has verified the last
// acknowledgement. DATA_LOSS when the three counts are not the same.
absl::StatusOr<nlohmann::json> RunExchange(const ExchangeOptions& options);

// One record at a time on an idle broker, from the write to the receipt.
absl::StatusOr<nlohmann::json> RunLatency(const std::string& broker, size_t records);

// From starting the program to the line that says where it listens: with a log that holds only the
// founding, and with so many records in log and mailbox.
absl::StatusOr<nlohmann::json> RunStartup(const std::string& broker, size_t records, size_t times);

}  // namespace entente::bench
