// How much may wait at the broker, for each agency. Counted in memory from the mailboxes; checked
// at admission, never while applying (limits are configuration). What is admitted at the same time
// is not yet counted: the bounds can be passed by what is in flight.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "core/base/mutex.h"

namespace entente::broker {

struct QuotaLimits {
  uint64_t records_queued = 200'000;                  // of one origin
  uint64_t bytes_queued = 4ull * 1024 * 1024 * 1024;  // of one origin
  uint64_t mailbox_records = 100'000;                 // of one recipient, both lanes
};

// Thread-safe.
class Usage {
 public:
  struct Count {
    uint64_t records = 0;  // sent by this agency and not yet taken or expired everywhere
    uint64_t bytes = 0;    // of those
    uint64_t waiting = 0;  // in this agency's mailbox
  };

  // Refusal quota, naming the agency and the limit, when one more record of `bytes` from `origin`
  // to `recipients` would pass a limit.
  absl::Status Check(const QuotaLimits& limits, std::string_view origin,
                     std::span<const std::string> recipients, uint64_t bytes) const;
  Count Of(std::string_view agency) const;

  // By the committer, when a commit has succeeded. Counts never go below zero.
  void AddQueued(std::string_view origin, int64_t records, int64_t bytes);
  void AddWaiting(std::string_view recipient, int64_t records);

 private:
  mutable Mutex mutex_;
  std::map<std::string, Count, std::less<>> counts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace entente::broker
