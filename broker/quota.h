// How much one agency may make others keep: what waits at the broker, and what stands in the log
// for ever. Counted in memory from mailboxes and commits; checked at admission, never while
// applying (limits are configuration). What is admitted at the same time is not yet counted: the
// bounds can be passed by what is in flight.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "core/base/instant.h"
#include "core/base/limits.h"
#include "core/base/mutex.h"

namespace entente::broker {

struct QuotaLimits {
  uint64_t records_queued = 200'000;                  // of one origin; as many notices
  uint64_t bytes_queued = 4ull * 1024 * 1024 * 1024;  // of one origin
  uint64_t mailbox_records = 100'000;                 // of one recipient, both lanes
  uint64_t refused_per_day = limits::kRefusedPerDay;
  uint64_t open_per_day = limits::kOpenPerDay;
  uint64_t open_bytes_per_day = limits::kOpenBytesPerDay;
};

// Whose day's budget of open entries: broker/publication.h.
struct OpenAccount {
  std::string name;
  std::string above;  // a second budget, limits::kOpenShare times as large; may be empty
};

// One row in a mailbox.
struct Waiting {
  std::string origin;  // of a record, gap note or pair head; empty: an acknowledgement
  std::string recipient;
  bool notice = false;
  friend auto operator<=>(const Waiting&, const Waiting&) = default;
};

// Thread-safe.
class Usage {
 public:
  struct Count {
    uint64_t records = 0;          // sent by this agency and not yet taken or expired everywhere
    uint64_t bytes = 0;            // of those
    uint64_t notices = 0;          // its gap notes and pair heads that wait
    uint64_t waiting = 0;          // records in this agency's mailbox
    uint64_t waiting_notices = 0;  // of every type, in this agency's mailbox
  };

  // Refusal quota, naming the agency and the limit, when one more record of `bytes` from `origin`
  // to `recipients` would pass a limit: of the origin, of a recipient's mailbox, or of the origin's
  // share in it (limits::kMailboxShare), or its jurisdiction's (kJurisdictionShare).
  absl::Status Check(const QuotaLimits& limits, std::string_view origin,
                     std::span<const std::string> recipients, uint64_t bytes) const;
  // The same for one more gap note or pair head, which take no room from records.
  absl::Status CheckNotice(const QuotaLimits& limits, std::string_view origin,
                           std::string_view recipient) const;
  // Refusal quota when the origin's submissions were refused to every recipient so often that day.
  absl::Status CheckRefused(const QuotaLimits& limits, std::string_view origin,
                            Instant instant) const;
  // Refusal quota when one more open entry, of `bytes` with its text, would pass a day's budget.
  absl::Status CheckOpen(const QuotaLimits& limits, const OpenAccount& account, uint64_t bytes,
                         Instant instant) const;
  Count Of(std::string_view agency) const;

  // By the committer, when a commit has succeeded. Counts never go below zero.
  void AddQueued(std::string_view origin, int64_t records, int64_t bytes);
  void AddWaiting(const Waiting& what, int64_t rows);
  void AddRefused(std::string_view origin, uint64_t count, Instant instant);
  void AddOpen(const OpenAccount& account, uint64_t bytes, Instant instant);

 private:
  struct Daily {
    int64_t day = 0;
    uint64_t count = 0;
    uint64_t bytes = 0;
  };
  using DailyCounts = std::map<std::string, Daily, std::less<>>;
  static Daily OnDay(const DailyCounts& counts, std::string_view key, Instant instant);
  static void AddOnDay(DailyCounts& counts, std::string_view key, Daily more, Instant instant);
  absl::Status CheckShare(const QuotaLimits& limits, const Waiting& what) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  uint64_t WaitingOf(const Waiting& what) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  std::map<std::string, Count, std::less<>> counts_ ABSL_GUARDED_BY(mutex_);
  // By origin, and once more by the origin's jurisdiction.
  std::map<Waiting, uint64_t> waiting_ ABSL_GUARDED_BY(mutex_);
  DailyCounts refused_ ABSL_GUARDED_BY(mutex_);  // by origin
  DailyCounts open_ ABSL_GUARDED_BY(mutex_);     // by account
};

}  // namespace entente::broker
