#include "tests/bench/names.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "cli/un_list.h"
#include "core/base/read_file.h"
#include "node/search/fold.h"
#include "node/search/name_index.h"
#include "tests/bench/stopwatch.h"

namespace entente::bench {
namespace {

using node::search::IndexEntry;
using node::search::NameIndex;

constexpr size_t kShown = 3;
constexpr size_t kQueriesBytes = 64 * 1024 * 1024;

struct Line {
  std::string name;
  std::optional<uint16_t> year;
  std::string reference;
};

absl::Status Unreadable(const std::string& file, size_t line, const std::string& sentence) {
  return absl::InvalidArgumentError(file + ":" + std::to_string(line) + ":1: " + sentence);
}

std::vector<std::string> Split(const std::string& text, char by) {
  std::vector<std::string> fields;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(by, at), text.size());
    fields.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return fields;
}

// Empty fields at the end may be missing: editors drop the tabs before them.
absl::StatusOr<Line> ParseLine(std::vector<std::string> fields, const std::string& file,
                               size_t number) {
  if (fields.size() > 3) {
    return Unreadable(file, number, "a line has a name, a year and a reference, with tabs between");
  }
  fields.resize(3);
  Line line{.name = fields[0], .year = std::nullopt, .reference = fields[2]};
  if (node::search::FoldName(line.name).empty()) {
    return Unreadable(file, number, "the name has no letters");
  }
  if (fields[1].empty()) return line;
  uint16_t year = 0;
  const char* const end = fields[1].data() + fields[1].size();
  const auto read = std::from_chars(fields[1].data(), end, year);
  if (read.ec != std::errc() || read.ptr != end || fields[1].size() != 4) {
    return Unreadable(file, number, "the year of birth has four digits");
  }
  line.year = year;
  return line;
}

absl::StatusOr<std::vector<Line>> ReadLines(const std::string& file) {
  auto text = ReadFile(file, kQueriesBytes);
  if (!text.ok()) return text.status();
  std::vector<Line> lines;
  size_t number = 0;
  for (std::string& row : Split(*text, '\n')) {
    ++number;
    if (row.ends_with('\r')) row.pop_back();
    if (row.empty()) continue;
    auto line = ParseLine(Split(row, '\t'), file, number);
    if (!line.ok()) return line.status();
    lines.push_back(*std::move(line));
  }
  return lines;
}

IndexEntry EntryOf(const cli::UnPerson& person) {
  IndexEntry entry{.id = person.data_id, .names = {}, .years = {}, .owner = 0};
  for (cli::UnName& name : cli::NamesOf(person)) {
    entry.names.push_back({.text = std::move(name.text), .low_quality = name.low_quality});
  }
  for (const cli::UnBirth& birth : person.births) {
    if (birth.from == 0) continue;
    entry.years.push_back(
        {.from = birth.from, .to = birth.to, .about = birth.kind == cli::UnBirth::Kind::kAbout});
  }
  return entry;
}

NameIndex IndexOf(const cli::UnList& list) {
  NameIndex index;
  for (const cli::UnPerson& person : list.persons) index.Add(EntryOf(person));
  return index;
}

bool IsFound(const NameIndex& index, const std::string& name, uint64_t id) {
  return std::ranges::any_of(index.Find({name, std::nullopt}, kShown),
                             [&](const auto& candidate) { return candidate.id == id; });
}

double Share(size_t part, size_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

absl::StatusOr<nlohmann::json> AskLines(const cli::UnList& list, const std::string& file) {
  auto lines = ReadLines(file);
  if (!lines.ok()) return lines.status();
  std::map<uint64_t, std::string> references;
  for (const cli::UnPerson& person : list.persons) references[person.data_id] = person.reference;
  const NameIndex index = IndexOf(list);
  size_t expected = 0;
  size_t found = 0;
  size_t alarms = 0;
  const Stopwatch watch;
  for (const Line& line : *lines) {
    const auto candidates = index.Find({line.name, line.year}, kShown);
    if (line.reference.empty()) {
      alarms += candidates.empty() ? 0 : 1;
      continue;
    }
    ++expected;
    found += std::ranges::any_of(candidates, [&](const auto& candidate) {
      return references[candidate.id] == line.reference;
    });
  }
  const double ms = watch.Seconds() * 1e3;
  const size_t others = lines->size() - expected;
  return nlohmann::json{
      {"queries", lines->size()},
      {"expected", expected},
      {"found", found},
      {"recall", Share(found, expected)},
      {"not_listed", others},
      {"false_alarms", alarms},
      {"false_alarm_rate", Share(alarms, others)},
      {"ms_per_query", ms / std::max<double>(1, static_cast<double>(lines->size()))},
      {"threshold", node::search::kDefaultThreshold},
      {"persons", list.persons.size()}};
}

bool IsChosen(const cli::UnPerson& person, const std::string& dataids) {
  return dataids == "all" || (person.data_id % 2 == 0) == (dataids == "even");
}

struct Counts {
  size_t asked = 0;
  size_t found = 0;
  size_t asked_left_out = 0;
  size_t found_left_out = 0;
};

// Forms that fold to the same parts are one: taking out only one of them would leave the answer.
IndexEntry Without(IndexEntry entry, const std::string& name) {
  const auto parts = node::search::FoldName(name);
  std::erase_if(entry.names,
                [&](const auto& other) { return node::search::FoldName(other.text) == parts; });
  return entry;
}

void AskPerson(NameIndex& index, const cli::UnPerson& person, Counts& counts) {
  const IndexEntry whole = EntryOf(person);
  for (const cli::UnName& name : cli::NamesOf(person)) {
    if (name.low_quality || node::search::FoldName(name.text).empty()) continue;
    ++counts.asked;
    counts.found += IsFound(index, name.text, person.data_id);
    const IndexEntry rest = Without(whole, name.text);
    if (rest.names.empty()) continue;
    index.Add(rest);
    ++counts.asked_left_out;
    counts.found_left_out += IsFound(index, name.text, person.data_id);
    index.Add(whole);
  }
}

nlohmann::json LeaveOneOut(const cli::UnList& list, const std::string& dataids) {
  NameIndex index = IndexOf(list);
  Counts counts;
  const Stopwatch watch;
  for (const cli::UnPerson& person : list.persons) {
    if (IsChosen(person, dataids)) AskPerson(index, person, counts);
  }
  const auto questions = static_cast<double>(counts.asked + counts.asked_left_out);
  return {{"dataids", dataids},
          {"asked", counts.asked},
          {"found", counts.found},
          {"recall", Share(counts.found, counts.asked)},
          {"asked_left_out", counts.asked_left_out},
          {"found_left_out", counts.found_left_out},
          {"recall_left_out", Share(counts.found_left_out, counts.asked_left_out)},
          {"ms_per_query", watch.Seconds() * 1e3 / std::max(1.0, questions)},
          {"threshold", node::search::kDefaultThreshold},
          {"persons", list.persons.size()}};
}

}  // namespace

absl::StatusOr<nlohmann::json> RunNames(const NamesOptions& options) {
  auto list = cli::ReadUnList(options.list);
  if (!list.ok()) return list.status();
  if (options.leave_one_out) return LeaveOneOut(*list, options.dataids);
  return AskLines(*list, options.queries);
}

}  // namespace entente::bench
