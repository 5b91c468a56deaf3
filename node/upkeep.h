// What time does to a node: records expire and are purged, keys are renewed and destroyed, partners
// are told the last numbers and watched. Driven by Tick; not thread-safe.
#pragma once

#include "absl/status/status.h"
#include "core/base/instant.h"
#include "node/ground.h"
#include "node/outbox.h"

namespace entente::node {

class Upkeep {
 public:
  Upkeep(Ground& ground, Outbox& outbox, Instant started)
      : ground_(&ground), outbox_(&outbox), started_(started) {}

  absl::Status Tick(Instant now);
  // Erases what is due, at most some hundreds at once.
  absl::Status Purge(Instant now);

 private:
  absl::Status Keys(Instant now);
  absl::Status PurgeSent(std::string_view record_id, Instant now, store::WriteBatch& batch);
  absl::Status PurgeReceived(std::string_view record_hash, Instant now, store::WriteBatch& batch);
  absl::Status Watch(Instant now);

  Ground* ground_;
  Outbox* outbox_;
  const Instant started_;
  Instant keys_looked_at_;
};

}  // namespace entente::node
