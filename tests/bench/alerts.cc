#include "tests/bench/alerts.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <string>
#include <vector>

#include "node/search/alert_index.h"
#include "tests/bench/stopwatch.h"

namespace entente::bench {
namespace {

using node::search::AlertIndex;

constexpr size_t kShown = 3;
constexpr size_t kGiven = 20'000;
constexpr size_t kFamily = 300'000;
constexpr double kMiB = 1024.0 * 1024.0;

// SplitMix64 (Steele, Lea, Flood 2014).
uint64_t Mixed(uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

// Few names are common and most are rare.
size_t Skewed(uint64_t chance, size_t count) {
  const double share = static_cast<double>(chance >> 11) / static_cast<double>(1ULL << 53);
  return static_cast<size_t>(share * share * share * static_cast<double>(count));
}

std::string Word(uint64_t number, uint64_t kind) {
  static constexpr std::array kOnsets = {"b", "d", "f", "g", "h", "k", "l",  "m", "n",
                                         "p", "r", "s", "t", "v", "z", "sh", "j", "kh"};
  static constexpr std::array kVowels = {"a", "e", "i", "o", "u", "ai", "ou"};
  static constexpr std::array kCodas = {"", "", "n", "r", "l", "s", "m", "d"};
  uint64_t chance = Mixed(number * 4 + kind);
  std::string word;
  const size_t syllables = 2 + chance % 2;
  for (size_t i = 0; i < syllables; ++i) {
    chance = Mixed(chance);
    word += kOnsets[chance % kOnsets.size()];
    word += kVowels[(chance >> 8) % kVowels.size()];
    word += kCodas[(chance >> 16) % kCodas.size()];
  }
  return word;
}

struct Made {
  std::string name;
  std::string number;
  uint16_t year;
};

Made Make(uint64_t number) {
  const uint64_t chance = Mixed(number);
  return {
      Word(Skewed(Mixed(chance), kGiven), 0) + " " + Word(Skewed(Mixed(chance + 1), kFamily), 1),
      "P" + std::to_string(10'000'000 + number), static_cast<uint16_t>(1940 + chance % 70)};
}

std::vector<v1::Subject> SubjectsOf(const Made& made) {
  std::vector<v1::Subject> subjects(2);
  v1::Name& name = *subjects[0].mutable_person()->add_names();
  name.set_text(made.name);
  name.set_quality(v1::NAME_QUALITY_GOOD);
  v1::PartialDate& born = *subjects[0].mutable_person()->add_births();
  born.set_kind(v1::DATE_KIND_YEAR);
  born.set_from(std::to_string(made.year));
  subjects[1].mutable_document()->set_number(made.number);
  subjects[1].mutable_document()->set_issuer("FR");
  return subjects;
}

double ResidentMiB() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
  }
  return 0;
}

nlohmann::json AskNumbers(const AlertIndex& index, const AlertsOptions& options) {
  std::vector<double> times;
  size_t found = 0;
  for (size_t i = 0; i < options.questions; ++i) {
    // Every second one is of nobody.
    const uint64_t number = Mixed(i) % options.alerts + (i % 2 == 0 ? 0 : options.alerts);
    const std::string text = Make(number).number;
    const Stopwatch watch;
    const auto keys = node::search::DocumentKeys(text, "FR");
    found += index.Find({*keys, {}}, kShown).size();
    times.push_back(watch.Seconds());
  }
  double all = 0;
  for (const double time : times) all += time;
  return {{"p50_us", Quantile(times, 0.5) * 1e6},
          {"p99_us", Quantile(times, 0.99) * 1e6},
          {"per_second", all == 0 ? 0 : static_cast<double>(times.size()) / all},
          {"found", found}};
}

nlohmann::json AskNames(const AlertIndex& index, const AlertsOptions& options) {
  std::vector<double> times;
  size_t found = 0;
  for (size_t i = 0; i < options.name_questions; ++i) {
    const auto number = static_cast<uint32_t>(Mixed(i + 77) % options.alerts);
    Made made = Make(number);
    made.name[1 + Mixed(i) % 3] = 'e';
    const Stopwatch watch;
    const auto hits = index.Find({{}, node::search::NameQuery{made.name, made.year}}, kShown);
    times.push_back(watch.Seconds());
    found += std::ranges::count(hits, number, &node::search::IndexCandidate::number);
  }
  const double asked = std::max<double>(1, static_cast<double>(options.name_questions));
  return {{"p50_ms", Quantile(times, 0.5) * 1e3},
          {"p99_ms", Quantile(times, 0.99) * 1e3},
          {"found", static_cast<double>(found) / asked}};
}

}  // namespace

nlohmann::json RunAlerts(const AlertsOptions& options) {
  const double before = ResidentMiB();
  AlertIndex index;
  const Stopwatch watch;
  for (size_t i = 0; i < options.alerts; ++i) {
    index.Add(static_cast<uint32_t>(i), static_cast<uint32_t>(i % 40), SubjectsOf(Make(i)));
  }
  const double seconds = watch.Seconds();
  const double resident = ResidentMiB() - before;
  return {{"alerts", options.alerts},
          {"add_seconds", seconds},
          {"memory_mib", resident},
          {"bytes_per_alert",
           resident * kMiB / std::max<double>(1, static_cast<double>(options.alerts))},
          {"by_number", AskNumbers(index, options)},
          {"by_name", AskNames(index, options)}};
}

}  // namespace entente::bench
