// What this node believes of its clock. A clock that jumps ahead must neither erase a record nor
// destroy or make a key: an instant is sure when it is at most a day beyond the last entry of the
// log that a checkpoint covers, or beyond the last sure instant of this clock, which moves on from
// tick to tick, and over a restart of less than a day. The first start believes its clock. Kept in
// the store hourly. Not thread-safe.
#pragma once

#include "absl/status/statusor.h"
#include "core/base/instant.h"
#include "core/store/store.h"

namespace entente::node {

class TrustedTime {
 public:
  static absl::StatusOr<TrustedTime> Open(const store::Store& store, Instant now);

  bool IsSure(Instant now, Instant last_entry) const;
  // `now` when that is sure; else the latest instant that is.
  Instant Sure(Instant now, Instant last_entry) const;
  // To be called at each tick.
  void Note(Instant now, Instant last_entry);

  bool changed() const;
  void AddChanges(store::WriteBatch& batch) const;
  void OnKept();

 private:
  Instant sure_;
  Instant kept_;
};

}  // namespace entente::node
