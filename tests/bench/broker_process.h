// The broker's own program as a process: started, asked what it uses, stopped. Linux. Not
// thread-safe.
#pragma once

#include <sys/types.h>

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace entente::bench {

// As /proc/PID tells it.
struct ProcessUse {
  double cpu_seconds = 0;
  double resident_mib = 0;
  double peak_mib = 0;
};

class BrokerProcess {
 public:
  // Runs `program run --config CONFIG` and returns when it says where it listens. INTERNAL when it
  // ends before that.
  static absl::StatusOr<std::unique_ptr<BrokerProcess>> Start(const std::string& program,
                                                              const std::string& config);
  // Ends it as an operator does, and waits for its end.
  ~BrokerProcess();

  const std::string& address() const { return address_; }
  // From the call of Start() to the line that says where it listens.
  double start_seconds() const { return start_seconds_; }
  ProcessUse Use() const;
  // The sample lines of its Prometheus page, by name with labels.
  std::map<std::string, double> Metrics() const;

 private:
  BrokerProcess() = default;

  pid_t pid_ = -1;
  int output_ = -1;
  std::string address_;
  std::string metrics_address_;
  double start_seconds_ = 0;
};

}  // namespace entente::bench
