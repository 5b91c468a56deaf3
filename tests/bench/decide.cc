#include "tests/bench/decide.h"

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <numeric>
#include <set>
#include <span>
#include <thread>
#include <vector>

#include "policy/decide.h"
#include "policy/diff.h"
#include "policy/vocabulary.h"
#include "tests/bench/decide_world.h"
#include "tests/bench/stopwatch.h"
#include "tests/bench/ticks.h"
#include "tests/policy/cedar_rules.h"
#include "tests/support/seeded_random.h"

namespace entente::bench {
namespace {

using nlohmann::json;
using policy::Snapshot;
using SnapshotPointer = std::shared_ptr<const Snapshot>;

constexpr size_t kWarmUp = 16;
constexpr size_t kCacheLine = 64;
constexpr size_t kLeastEvicted = size_t{64} << 20;
constexpr size_t kDifferent = 65'536;  // records at most, whose labels no cache holds

absl::StatusOr<SnapshotPointer> Compiled(const policy::SnapshotParts& parts) {
  return Snapshot::Compile(policy::PublishedVocabulary(), parts);
}

void Brief(const Snapshot& snapshot, const DecideCase& one) {
  benchmark::DoNotOptimize(
      policy::DecideInNumbers(snapshot, one.record, one.recipient, DecideInstant()));
}

void InWords(const Snapshot& snapshot, const DecideCase& one) {
  benchmark::DoNotOptimize(policy::Decide(snapshot, one.record, one.recipient, DecideInstant()));
}

// Each case over and over, the first times not counted.
template <typename Call>
std::vector<double> Warm(const Ticks& ticks, const std::vector<DecideCase>& cases, size_t repeats,
                         Call call) {
  std::vector<double> us;
  for (const DecideCase& one : cases) {
    for (size_t i = 0; i < kWarmUp; ++i) call(one);
    for (size_t i = 0; i < repeats; ++i) us.push_back(ticks.Us([&] { call(one); }));
  }
  return us;
}

size_t LastLevelCache() {
  size_t kib = 0;
  for (const char* index : {"2", "3"}) {
    std::ifstream file("/sys/devices/system/cpu/cpu0/cache/index" + std::string(index) + "/size");
    size_t read = 0;
    if (file >> read) kib = std::max(kib, read);
  }
  return kib * 1024;
}

// Writes to more memory than the last cache holds.
class Evictor {
 public:
  Evictor() : memory_(std::max(kLeastEvicted, LastLevelCache() + LastLevelCache() / 4)) {}
  void Run() {
    for (size_t i = 0; i < memory_.size(); i += kCacheLine) ++memory_[i];
    benchmark::ClobberMemory();
  }
  size_t mib() const { return memory_.size() >> 20; }

 private:
  std::vector<unsigned char> memory_;
};

std::vector<double> Cold(const Ticks& ticks, const Snapshot& snapshot,
                         const std::vector<DecideCase>& cases, size_t count, Evictor& evictor) {
  std::vector<double> us;
  for (size_t i = 0; i < count; ++i) {
    evictor.Run();
    benchmark::DoNotOptimize(ticks.Us([] {}));  // the clock itself is in cache again
    us.push_back(ticks.Us([&] { Brief(snapshot, cases[i % cases.size()]); }));
  }
  return us;
}

// All cases one after the other, without looking at the clock in between.
double InTurnUs(const Snapshot& snapshot, const std::vector<DecideCase>& cases, size_t repeats) {
  const Stopwatch watch;
  for (size_t i = 0; i < repeats; ++i) {
    for (const DecideCase& one : cases) Brief(snapshot, one);
  }
  return watch.Seconds() * 1e6 / static_cast<double>(cases.size() * repeats);
}

json Verdicts(const Snapshot& snapshot, const std::vector<DecideCase>& cases) {
  json out = json::object();
  for (const DecideCase& one : cases) {
    const auto verdict =
        policy::DecideInNumbers(snapshot, one.record, one.recipient, DecideInstant()).verdict;
    const std::string word(policy::VerdictWord(verdict));
    out[word] = out.value(word, 0) + 1;
  }
  return out;
}

// The path.
absl::StatusOr<std::string> WriteForCedar(const std::string& path,
                                          const policy::SnapshotParts& parts,
                                          const Snapshot& snapshot,
                                          const std::vector<DecideCase>& cases) {
  json world = policy::testing::CedarWorld(parts);
  world["cases"] = json::array();
  std::set<std::string> states;
  for (const DecideCase& one : cases) {
    states.insert({one.record.origin.substr(0, 2), one.recipient.recipient.substr(0, 2)});
    json asked = policy::testing::CedarCase(one.record, one.recipient, DecideInstant());
    asked["answer"] = json::parse(
        policy::DecisionJson(policy::Decide(snapshot, one.record, one.recipient, DecideInstant())));
    world["cases"].push_back(std::move(asked));
  }
  // Reading and checking those of the others takes Cedar minutes.
  json policies = json::array();
  for (json& policy : world["policies"]) {
    if (states.contains(policy["state"])) policies.push_back(std::move(policy));
  }
  world["policies"] = std::move(policies);
  std::ofstream file(path);
  file << policy::testing::CedarHead(policy::PublishedVocabulary()).dump() << '\n'
       << world.dump() << '\n';
  file.close();
  if (!file) return absl::InternalError("cannot write " + path);
  return path;
}

// What a program prints; UNAVAILABLE when it exits with 5, what is missing being on stderr.
absl::StatusOr<std::string> OutputOf(const std::string& command) {
  constexpr int kMissing = 5;
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return absl::InternalError("cannot run " + command);
  std::string out;
  std::array<char, 4096> piece;
  for (size_t n = 0; (n = fread(piece.data(), 1, piece.size(), pipe)) > 0;) {
    out.append(piece.data(), n);
  }
  const int status = pclose(pipe);
  if (WIFEXITED(status) && WEXITSTATUS(status) == kMissing) {
    return absl::UnavailableError(command + " lacks something");
  }
  if (status != 0) return absl::InternalError(command + " failed");
  return out;
}

absl::StatusOr<json> AskCedar(const DecideOptions& options, const policy::SnapshotParts& parts,
                              const Snapshot& snapshot, const std::vector<DecideCase>& cases) {
  const char* const folder = std::getenv("TMPDIR");
  std::string path = std::string(folder != nullptr ? folder : "/tmp") + "/entente-cedar-XXXXXX";
  const int file = mkstemp(path.data());
  if (file < 0) return absl::InternalError("cannot write " + path);
  close(file);
  absl::StatusOr<std::string> answer = WriteForCedar(path, parts, snapshot, cases);
  if (answer.ok()) answer = OutputOf(options.source + "/tests/policy/cedar/bench " + path);
  unlink(path.c_str());
  if (!answer.ok()) return answer.status();
  return json::parse(*answer);
}

}  // namespace

absl::StatusOr<json> RunDecide(const DecideOptions& options) {
  const policy::SnapshotParts parts = DecideParts(1);
  const auto compiled = Compiled(parts);
  if (!compiled.ok()) return compiled.status();
  const Snapshot& snapshot = **compiled;
  const auto cases = DecideCases(parts, options.cases);
  const auto brief = [&](const DecideCase& one) { Brief(snapshot, one); };
  const auto words = [&](const DecideCase& one) { InWords(snapshot, one); };
  const Ticks ticks;
  Evictor evictor;
  const auto warm = Warm(ticks, cases, options.repeats, brief);
  const auto cold = Cold(ticks, snapshot, cases, options.cold, evictor);
  const auto worded = Warm(ticks, cases, options.repeats, words);
  json out = {{"sections", kDecideSections},
              {"jurisdictions", parts.policies.size()},
              {"rules_a_side", parts.policies.front().policy.outbound.size()},
              {"cases", cases.size()},
              {"verdicts", Verdicts(snapshot, cases)},
              {"p50_us", Quantile(warm, 0.5)},
              {"p99_us", Quantile(warm, 0.99)},
              {"in_turn_us", InTurnUs(snapshot, cases, options.repeats)},
              {"words_p50_us", Quantile(worded, 0.5)},
              {"words_p99_us", Quantile(worded, 0.99)},
              {"clock_us", ticks.reading_us()}};
  if (!cold.empty()) {
    out["cold_p50_us"] = Quantile(cold, 0.5);
    out["cold_p99_us"] = Quantile(cold, 0.99);
    out["evicted_mib"] = evictor.mib();
  }
  if (options.cedar_records == 0) return out;
  const std::vector<DecideCase> shared(
      cases.begin(),
      cases.begin() + static_cast<std::ptrdiff_t>(std::min(cases.size(), options.cedar_records)));
  const auto cedar = AskCedar(options, parts, snapshot, shared);
  if (absl::IsUnavailable(cedar.status())) {
    out["cedar_missing"] = std::string(cedar.status().message());
    std::fprintf(stderr, "entente-bench: no comparison with Cedar, see above\n");
    return out;
  }
  if (!cedar.ok()) return cedar.status();
  out["cedar"] = *cedar;
  out["ratio_to_cedar"] = cedar->at("p50_us").get<double>() /
                          Quantile(Warm(ticks, shared, options.repeats, brief), 0.5);
  return out;
}

namespace {

// Half again as many as the largest of the example policies has.
constexpr size_t kDiffRules = 48;

struct DiffFigures {
  double seconds = 0;
  uint64_t compared = 0;
  double questions = 0;
  size_t changes = 0;
};

absl::StatusOr<DiffFigures> TimeDiff(const policy::SnapshotParts& before,
                                     const policy::SnapshotParts& after) {
  const auto old_rules = Compiled(before);
  const auto new_rules = Compiled(after);
  if (!old_rules.ok() || !new_rules.ok()) return absl::InternalError("rules do not compile");
  DiffFigures out;
  const Stopwatch watch;
  for (const auto direction : {policy::Direction::kOutbound, policy::Direction::kInbound}) {
    const auto half = policy::CompareHalf(
        direction, {old_rules->get(), &before.policies.front().policy, DecideInstant()},
        {new_rules->get(), &after.policies.front().policy, DecideInstant()});
    if (!half.ok()) return half.status();
    out.compared += half->compared;
    out.questions += half->questions;
    out.changes += half->changes.size();
  }
  out.seconds = watch.Seconds();
  return out;
}

}  // namespace

absl::StatusOr<json> RunPolicyDiff() {
  policy::SnapshotParts before = DecideParts(1);
  before.policies.resize(1);
  policy::Policy& whole = before.policies.front().policy;
  for (auto* half : {&whole.outbound, &whole.inbound}) half->resize(kDiffRules);
  policy::SnapshotParts after = before;
  policy::Policy& changed = after.policies.front().policy;
  for (auto* half : {&changed.outbound, &changed.inbound}) half->erase(half->begin());
  const auto one_rule = TimeDiff(before, after);
  if (!one_rule.ok()) return one_rule.status();
  return json{{"rules_a_side", kDiffRules},
              {"seconds", one_rule->seconds},
              {"classes", one_rule->compared},
              {"questions", one_rule->questions},
              {"changes", one_rule->changes}};
}

namespace {

// What waited, mailbox by mailbox, as a broker has it: numbers of cases.
std::vector<uint32_t> Waiting(const std::vector<DecideCase>& cases, size_t records) {
  entente::testing::SeededRandom random(11);
  std::vector<uint32_t> queue;
  while (queue.size() < records) queue.push_back(static_cast<uint32_t>(random.Below(cases.size())));
  std::ranges::stable_sort(queue, {}, [&](uint32_t i) { return cases[i].recipient.recipient; });
  return queue;
}

struct Again {
  static constexpr size_t kAtOnce = 256;  // decided before they are compared
  const Snapshot& before;
  const Snapshot& after;
  const std::vector<DecideCase>& cases;
  const std::vector<policy::Ruling>& known;  // of each case, before

  // How many come out otherwise; those are put into words.
  size_t Run(std::span<const uint32_t> queue) const {
    std::vector<policy::Pending> pending;
    std::vector<policy::Ruling> now(kAtOnce);
    size_t changed = 0;
    for (; !queue.empty(); queue = queue.subspan(pending.size())) {
      pending.clear();
      for (const uint32_t i : queue.first(std::min(kAtOnce, queue.size()))) {
        pending.push_back({&cases[i].record, &cases[i].recipient});
      }
      policy::DecideInNumbers(after, pending, DecideInstant(), now);
      for (size_t k = 0; k < pending.size(); ++k) {
        if (policy::SameOutcome(after, now[k], before, known[queue[k]])) continue;
        ++changed;
        InWords(after, cases[queue[k]]);
      }
    }
    return changed;
  }

  size_t RunOn(size_t threads, std::span<const uint32_t> queue) const {
    std::vector<size_t> changed(threads);
    std::vector<std::thread> running;
    const size_t share = (queue.size() + threads - 1) / threads;
    for (size_t k = 0; k < threads; ++k) {
      const size_t from = std::min(k * share, queue.size());
      const size_t count = std::min(share, queue.size() - from);
      running.emplace_back([&, k, from, count] { changed[k] = Run(queue.subspan(from, count)); });
    }
    for (std::thread& thread : running) thread.join();
    return std::accumulate(changed.begin(), changed.end(), size_t{0});
  }
};

}  // namespace

absl::StatusOr<json> RunRedecide(size_t records) {
  const policy::SnapshotParts before = DecideParts(1);
  const auto old_rules = Compiled(before);
  const auto new_rules = Compiled(DecideParts(2));
  if (!old_rules.ok() || !new_rules.ok()) return absl::InternalError("rules do not compile");
  const auto cases = DecideCases(before, std::min(records, kDifferent));
  std::vector<policy::Ruling> known;
  for (const DecideCase& one : cases) {
    known.push_back(
        policy::DecideInNumbers(**old_rules, one.record, one.recipient, DecideInstant()));
  }
  const std::vector<uint32_t> queue = Waiting(cases, records);
  const Again again{**old_rules, **new_rules, cases, known};
  const Stopwatch alone;
  const size_t by_one = again.RunOn(1, queue);
  const double one_thread = alone.Seconds();
  const size_t threads = std::max(1u, std::thread::hardware_concurrency());
  const Stopwatch watch;
  const size_t changed = again.RunOn(threads, queue);
  const double seconds = watch.Seconds();
  if (by_one != changed) return absl::InternalError("threads decide otherwise than one alone");
  return json{
      {"records", records},
      {"different", cases.size()},
      {"changed", changed},
      {"threads", threads},
      {"seconds", seconds},
      {"one_thread_seconds", one_thread},
      {"us_a_record", one_thread * 1e6 / static_cast<double>(std::max<size_t>(1, records))}};
}

}  // namespace entente::bench
