// What the broker tells Prometheus: counts and times, agencies by name, never content. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/refusal.h"

namespace entente::broker {

// Read when Prometheus asks.
struct Levels {
  uint64_t tree_size = 0;
  struct Witnessed {
    uint64_t size = 0;
    uint64_t time = 0;  // Unix seconds
  };
  std::optional<Witnessed> witnessed;           // nullopt: quorum none
  std::map<std::string, uint64_t> mailboxes;    // waiting, by agency
  std::map<std::string, uint64_t> attachments;  // bytes that count against the limit, by origin
};

class Metrics {
 public:
  Metrics();
  ~Metrics();

  void Submitted(size_t committed, size_t repeated);
  void Refused(Reason reason);
  void Committed(size_t commands, double seconds);
  void Synced(double seconds);
  // `service`: "submit", "pull", "upload" or "fetch"; +1 when a stream begins, -1 when it ends.
  void Streams(std::string_view service, int change);

  // Serves GET /metrics at HOST:PORT until Hide() or death, and gives the port that was bound.
  // `levels` is called from other threads. UNAVAILABLE when the address cannot be used.
  absl::StatusOr<int> Expose(const std::string& address, std::function<Levels()> levels);
  // `levels` is not called any more when this returns.
  void Hide();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace entente::broker
