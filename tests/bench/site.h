// A founded federation and its running broker in one temporary folder: where each run begins. Not
// thread-safe.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "tests/bench/broker_process.h"
#include "tests/bench/ground.h"
#include "tests/bench/limits.h"
#include "tests/support/pki.h"

namespace entente::bench {

class Site {
 public:
  // Measures the machine's limits before the broker runs.
  static absl::StatusOr<std::unique_ptr<Site>> Open(const std::string& program, size_t recipients);

  const Ground& ground() const { return *ground_; }
  const BrokerProcess& broker() const { return *broker_; }
  const std::string& address() const { return broker_->address(); }
  const MachineLimits& limits() const { return limits_; }
  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }
  // Stops the broker and starts it on the same database.
  absl::Status Restart();
  nlohmann::json LimitsJson() const;

 private:
  explicit Site(std::string program) : program_(std::move(program)) {}

  const std::string program_;
  testing::TemporaryFolder folder_;
  std::unique_ptr<Ground> ground_;
  MachineLimits limits_;
  std::unique_ptr<BrokerProcess> broker_;
};

}  // namespace entente::bench
