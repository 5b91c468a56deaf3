// What time does to a node: records expire and are purged, keys are renewed and destroyed, partners
// are told the last numbers and watched. Driven by Tick; not thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/instant.h"
#include "node/attachments.h"
#include "node/ground.h"
#include "node/outbox.h"
#include "node/overrides.h"

namespace entente::node {

class Upkeep {
 public:
  Upkeep(Ground& ground, Outbox& outbox, Instant started)
      : ground_(&ground), outbox_(&outbox), started_(started) {}

  // What fails keeps nothing else from being done, but for a fault of the disk. The errors joined.
  absl::Status Tick(Instant now);
  // Erases what is due, at most some hundreds at once.
  absl::Status Purge(Instant now);

 private:
  struct Due;

  absl::StatusOr<std::vector<Due>> FindDue(Instant until) const;
  absl::Status Keys(Instant now);
  absl::Status RotateStoreKey(Instant now);
  absl::Status PurgeOne(const Due& due, Instant sure, Instant now);
  absl::Status PurgeSent(std::string_view record_id, Instant now, store::WriteBatch& batch);
  absl::Status PurgeReceived(std::string_view record_hash, Instant now, store::WriteBatch& batch);
  absl::Status MissAcknowledgements(std::string_view record_id, Instant now,
                                    store::WriteBatch& batch);
  absl::Status PurgeRecalled(std::string_view name, Instant now, store::WriteBatch& batch);
  absl::Status MissAnswers(const Due& due, Instant now, store::WriteBatch& batch);
  absl::Status SayHeads(Instant now) { return outbox_->AddPairHeads(now); }
  absl::Status DropFiles(Instant now) { return DropUnused(*ground_, now); }
  absl::Status Watch(Instant now);
  void WatchLog(Instant now);
  void WatchClock(Instant now);
  void WatchTexts(Instant now);
  void WatchEndings(Instant now);
  absl::Status WatchMeasures(Instant now);
  absl::Status WatchOverrides(Instant now) { return WatchReviews(*ground_, now); }
  absl::Status WatchPairs(Instant now);
  // Stands while `wrong` holds.
  void Keep(bool wrong, std::string_view code, std::string_view subject, std::string text,
            Instant now);

  Ground* ground_;
  Outbox* outbox_;
  const Instant started_;
  Instant keys_looked_at_;
  uint64_t keys_looked_under_ = 0;  // snapshot number: a key of ours may have been revoked since
  Instant endings_looked_at_;
  Instant measures_looked_at_;
  Instant not_fresh_;  // the last time that the log was not known freshly
  absl::Status rotated_;
};

}  // namespace entente::node
