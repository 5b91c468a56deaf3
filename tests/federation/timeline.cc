#include "tests/federation/timeline.h"

#include <algorithm>
#include <cstdlib>

#include "core/crypto/digest.h"

namespace entente::testing {
namespace {

// ENTENTE_SIMULATION_TAIL: how many of the last lines are kept.
size_t TailLines() {
  const char* text = std::getenv("ENTENTE_SIMULATION_TAIL");
  return text == nullptr ? 60 : std::strtoul(text, nullptr, 10);
}

}  // namespace

void Timeline::After(int64_t delay_ms, Action action) {
  due_.emplace(std::pair(now_ + delay_ms, made_++), std::move(action));
}

bool Timeline::Step() {
  if (due_.empty()) return false;
  auto next = due_.extract(due_.begin());
  now_ = std::max(now_, next.key().first);
  ++steps_;
  next.mapped()();
  return true;
}

void Timeline::Run(int64_t ms) {
  const Instant until = now_ + ms;
  while (!due_.empty() && due_.begin()->first.first <= until) Step();
  now_ = std::max(now_, until);
}

void Trace::Add(std::string_view who, std::string_view what) {
  std::string line = "+" + std::to_string(timeline_.now() - start_) + " ";
  line.append(who).append(": ").append(what);
  hash_ = crypto::Sha256Concat({hash_, AsBytes(line)});
  ++lines_;
  tail_.push_back(std::move(line));
  static const size_t most = TailLines();
  if (tail_.size() > most) tail_.pop_front();
}

std::string Trace::Tail() const {
  std::string out;
  for (const std::string& line : tail_) out += line + "\n";
  return out;
}

}  // namespace entente::testing
