#include "node/pace.h"

#include <gtest/gtest.h>

#include <deque>

namespace entente::node {
namespace {

constexpr double kPiece = 16 * 1024;

// A line of so many bytes a second and a round trip, and whatever a Pace puts on it.
class Line {
 public:
  Line(double rate, absl::Duration round_trip) : rate_(rate), round_trip_(round_trip) {}

  // Sends as the pace allows for so long; the longest queue in the second half.
  absl::Duration Run(absl::Duration duration) {
    const absl::Time end = now_ + duration;
    absl::Duration longest;
    const absl::Time half = now_ + duration / 2;
    while (now_ < end) {
      while (under_way_.size() < pace_.window()) Send();
      const auto [sent, answered] = under_way_.front();
      under_way_.pop_front();
      now_ = std::max(now_, answered);
      pace_.OnAnswered(answered - sent, now_);
      ++pieces_;
      if (now_ > half) longest = std::max(longest, free_ - now_);
    }
    return longest;
  }
  double carried() const { return static_cast<double>(pieces_) * kPiece; }
  void SetRate(double rate) { rate_ = rate; }

 private:
  void Send() {
    free_ = std::max(free_, now_) + absl::Seconds(kPiece / rate_);
    under_way_.emplace_back(now_, free_ + round_trip_);
  }

  double rate_;
  absl::Duration round_trip_;
  Pace pace_;
  absl::Time now_ = absl::UnixEpoch();
  absl::Time free_ = absl::UnixEpoch();
  std::deque<std::pair<absl::Time, absl::Time>> under_way_;
  size_t pieces_ = 0;
};

TEST(PaceTest, FillsASlowLineAndMakesNoQueueToSpeakOf) {
  Line line(32'000, absl::Milliseconds(600));
  // A piece alone takes half a second of it.
  EXPECT_LT(line.Run(absl::Minutes(2)), absl::Seconds(2));
  EXPECT_GT(line.carried(), 0.8 * 32'000 * 120);
}

TEST(PaceTest, FillsAFastLongLine) {
  Line line(4'000'000, absl::Milliseconds(200));
  line.Run(absl::Minutes(2));
  EXPECT_GT(line.carried(), 0.7 * 4'000'000 * 120);
}

TEST(PaceTest, FindsItsWayWhenTheLineBecomesSlower) {
  Line line(4'000'000, absl::Milliseconds(100));
  line.Run(absl::Minutes(1));
  line.SetRate(32'000);
  EXPECT_LT(line.Run(absl::Minutes(10)), absl::Seconds(2));
}

TEST(PaceTest, NeverStops) {
  Pace pace;
  for (int i = 0; i < 100; ++i) {
    pace.OnAnswered(absl::Milliseconds(i == 0 ? 1 : 60'000), absl::UnixEpoch() + absl::Seconds(i));
  }
  EXPECT_EQ(pace.window(), 1u);
}

}  // namespace
}  // namespace entente::node
