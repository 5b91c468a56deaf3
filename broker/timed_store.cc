#include "broker/timed_store.h"

#include <chrono>

namespace entente::broker {

absl::Status TimedStore::Write(const store::WriteBatch& batch, store::Sync sync) {
  const auto start = std::chrono::steady_clock::now();
  absl::Status status = within_.Write(batch, sync);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  if (status.ok() && sync == store::Sync::kYes) synced_(took.count());
  return status;
}

}  // namespace entente::broker
