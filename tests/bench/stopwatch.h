// Small words for what is measured. Values; safe to copy between threads.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace entente::bench {

// Runs from its making.
class Stopwatch {
 public:
  double Seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
  }

 private:
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

// The value below which this share of the samples lies; 0 for none.
inline double Quantile(std::vector<double> samples, double share) {
  if (samples.empty()) return 0;
  std::sort(samples.begin(), samples.end());
  const auto last = static_cast<double>(samples.size() - 1);
  return samples[static_cast<size_t>(last * share + 0.5)];
}

}  // namespace entente::bench
