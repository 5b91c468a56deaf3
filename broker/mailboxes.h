// What waits for whom, counted in memory: lanes of mailboxes, and the bodies that somebody still
// has to take. Rebuilt from r_mailbox and r_cursors at start; the store has no reference counts.
// Thread-safe. Only the committer changes it, after its batch is on disk.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "broker/command.pb.h"
#include "broker/families.h"
#include "broker/quota.h"
#include "core/base/instant.h"
#include "core/base/mutex.h"
#include "core/store/store.h"

namespace entente::broker {

struct LaneState {
  uint64_t last = 0;          // highest sequence given
  uint64_t acknowledged = 0;  // all up to here is taken
  uint64_t next_expiry = 0;   // ms; nothing in the lane expires before it; 0: nothing expires
};

struct BodyState {
  std::string origin;  // empty: notices
  uint64_t bytes = 0;
  uint64_t waiting = 0;  // mailbox rows that still deliver it
};

// What one commit changes. A body with waiting == 0 is forgotten.
struct MailboxChanges {
  std::map<LaneKey, LaneState> lanes;
  std::map<uint64_t, BodyState> bodies;
  std::map<Waiting, int64_t> waiting;
};

// What a row of `recipient` counts as.
Waiting WaitingOf(const MailboxRow& row, const std::string& recipient);

// The earlier of two next_expiry, of which 0 means never.
uint64_t EarlierExpiry(uint64_t a, uint64_t b);

class Mailboxes {
 public:
  // Fills itself and `usage`. DATA_LOSS for rows that cannot be read.
  absl::Status Load(const store::Reader& store, Usage& usage);

  LaneState Lane(const LaneKey& key) const;
  std::optional<BodyState> Body(uint64_t log_index) const;
  // Lanes in which something may have expired at `now`.
  std::vector<LaneKey> LanesDue(Instant now) const;
  // Nothing in the lane, up to sequence `last`, expires before `next_expiry`. Ignored when the lane
  // has grown since.
  void SetNextExpiry(const LaneKey& key, uint64_t last, uint64_t next_expiry);

  void Commit(const MailboxChanges& changes, Usage& usage);

 private:
  absl::Status LoadCursors(const store::Reader& store) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status LoadRows(const store::Reader& store, Usage& usage)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  std::map<LaneKey, LaneState> lanes_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<uint64_t, BodyState> bodies_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace entente::broker
