// How much of a file may be on its way at once: as much as fills the line, and little enough that
// it never makes a queue that something urgent would have to wait behind. The delay that the line
// itself has is the least that was seen; whatever is above it is our own queue (as in LEDBAT, RFC
// 6817). Pure; not thread-safe.
#pragma once

#include <cstddef>

#include "absl/time/time.h"

namespace entente::node {

class Pace {
 public:
  // Pieces that may be unanswered now: at least one.
  size_t window() const { return static_cast<size_t>(window_); }
  // A piece was answered `took` after it was sent, at `now`.
  void OnAnswered(absl::Duration took, absl::Time now);

 private:
  double window_ = 2;
  absl::Duration least_ = absl::InfiniteDuration();
  absl::Duration next_least_ = absl::InfiniteDuration();
  absl::Time looked_at_ = absl::InfinitePast();
};

}  // namespace entente::node
