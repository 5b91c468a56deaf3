#include "node/pace.h"

#include <algorithm>

namespace entente::node {
namespace {

// The queue that we may make.
constexpr absl::Duration kTarget = absl::Milliseconds(400);
constexpr double kLargest = 256;
// A line may become slower: what was seen longer ago counts no more.
constexpr absl::Duration kMemory = absl::Minutes(2);

}  // namespace

void Pace::OnAnswered(absl::Duration took, absl::Time now) {
  if (now - looked_at_ > kMemory) {
    least_ = next_least_;
    next_least_ = absl::InfiniteDuration();
    looked_at_ = now;
  }
  next_least_ = std::min(next_least_, took);
  least_ = std::min(least_, took);
  const double off = absl::FDivDuration(kTarget - (took - least_), kTarget);
  // Up by at most one for each window that was answered, down as fast as the queue is too long.
  window_ += off > 0 ? off / window_ : std::max(off, -1.0);
  window_ = std::clamp(window_, 1.0, kLargest);
}

}  // namespace entente::node
