// What admission judges under: the state of the federation after some number of open entries. A
// value that never changes; shared between threads by shared_ptr.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/audit/tlog_policy.h"
#include "core/base/instant.h"
#include "core/ledger/registry.h"

namespace entente::broker {

// A quorum as it is since the open entry at this index; policy nullptr: none.
struct QuorumSince {
  uint64_t index = 0;
  std::shared_ptr<const audit::TlogPolicy> policy;
};

struct View {
  ledger::Registry registry;
  uint64_t next_index = 0;  // every open entry that counts stands below
  Instant ledger_time;      // of the last entry: nothing is judged before it
  // All that ever were, by number: the genesis file's first.
  std::vector<QuorumSince> quorums;

  // After `registry` has applied the open entry at `index`.
  void NoteQuorum(uint64_t index) {
    if (registry.quorum_number() < quorums.size()) return;
    quorums.push_back({index, registry.Quorum()});
  }
};

}  // namespace entente::broker
