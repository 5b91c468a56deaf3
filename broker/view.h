// What admission judges under: the state of the federation after some number of open entries. A
// value that never changes; shared between threads by shared_ptr.
#pragma once

#include <cstdint>

#include "core/base/instant.h"
#include "core/ledger/registry.h"

namespace entente::broker {

struct View {
  ledger::Registry registry;
  uint64_t next_index = 0;  // every open entry that counts stands below
  Instant ledger_time;      // of the last entry: nothing is judged before it
};

}  // namespace entente::broker
