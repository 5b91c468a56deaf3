// entente-policy shadow: decisions of the log, made again under a policy that is not in force.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <set>

#include "absl/strings/str_join.h"
#include "cli/decision_again.h"
#include "cli/failure.h"
#include "cli/policy_commands.h"
#include "cli/text.h"
#include "core/base/limits.h"
#include "core/base/read_file.h"
#include "policy/parse.h"

namespace entente::cli {
namespace {

using Texts = std::vector<std::string>;

constexpr size_t kExamples = 3;

struct Candidate {
  std::string file, bytes;
};

// The file; of a folder the highest version of that State.
absl::StatusOr<Candidate> ReadCandidate(const std::string& path, const std::string& state) {
  if (!std::filesystem::is_directory(path)) {
    const auto bytes = ReadFile(path, limits::kConfigBytes);
    if (!bytes.ok()) return bytes.status();
    return Candidate{path, *bytes};
  }
  const auto folder = policy::LoadFolder(path);
  if (!folder.ok()) return folder.status();
  const policy::Policy* const found = PickVersion(*folder, state, std::nullopt);
  if (found == nullptr) return Told(absl::StatusCode::kNotFound, "policy.none", {state}, path);
  const auto file =
      std::ranges::find(folder->files, found->file, [](const auto& one) { return one.path; });
  return Candidate{file->path, file->bytes};
}

enum class What : uint8_t {
  kReleased,
  kMore,
  kOthers,
  kFewer,
  kKeptBack,
  kObligations,
  kOtherwise
};
constexpr std::string_view kWhat[] = {"released",  "more",        "others",   "fewer",
                                      "kept-back", "obligations", "otherwise"};

std::optional<What> WhatChanges(const policy::Decision& before, const policy::Decision& after) {
  if (!before.releases() || !after.releases()) {
    if (after.releases()) return What::kReleased;
    if (before.releases()) return What::kKeptBack;
    return before.verdict == after.verdict ? std::nullopt : std::optional(What::kOtherwise);
  }
  if (before.released != after.released) {
    if (std::ranges::includes(after.released, before.released)) return What::kMore;
    if (std::ranges::includes(before.released, after.released)) return What::kFewer;
    return What::kOthers;
  }
  return before.obligations == after.obligations ? std::nullopt : std::optional(What::kObligations);
}

// What is in the second and not in the first. Both are sorted.
Texts New(const Texts& before, const Texts& after) {
  Texts out;
  std::ranges::set_difference(after, before, std::back_inserter(out));
  return out;
}

// What changed decisions have in common.
struct Group {
  What what;
  Texts about, data;  // of the sections that go or stay otherwise
  Texts rules_gone, rules_new, obligations_gone, obligations_new, reasons_new;
  friend auto operator<=>(const Group&, const Group&) = default;
};

Group GroupOf(What what, const policy::RecordLabels& record, const policy::Decision& before,
              const policy::Decision& after) {
  const auto was = policy::ViewFor(policy::Reader::kOrigin, before);
  const auto is = policy::ViewFor(policy::Reader::kOrigin, after);
  std::vector<uint32_t> sections;
  std::ranges::set_symmetric_difference(was.released, is.released, std::back_inserter(sections));
  std::set<std::string> about, data;
  for (const uint32_t section : sections) {
    about.insert(record.sections[section].about.begin(), record.sections[section].about.end());
    data.insert(record.sections[section].data.begin(), record.sections[section].data.end());
  }
  return {.what = what,
          .about = {about.begin(), about.end()},
          .data = {data.begin(), data.end()},
          .rules_gone = New(is.RuleIds(), was.RuleIds()),
          .rules_new = New(was.RuleIds(), is.RuleIds()),
          .obligations_gone = New(is.obligations, was.obligations),
          .obligations_new = New(was.obligations, is.obligations),
          .reasons_new = New(was.reasons, is.reasons)};
}

struct Place {
  uint64_t log_index;
  std::string record_id, reference, to;
};

Place PlaceOf(const DecisionLine& line) {
  return {line.log_index, line.record_id, line.reference, line.recipient};
}

Json ToJson(const Place& place) {
  return {{"log_index", place.log_index},
          {"record_id", place.record_id},
          {"reference", place.reference},
          {"to", place.to}};
}

struct Places {
  uint64_t count = 0;
  std::vector<Place> some;
};

Json ToJson(const Places& places) {
  Json list = Json::array();
  for (const Place& place : places.some) list.push_back(ToJson(place));
  return list;
}

struct Outcome {
  uint64_t decided = 0, changed = 0, without_labels = 0, one_sided = 0;
  std::array<uint64_t, std::size(kWhat)> by_what{};
  Places differ;  // from the log
  std::map<Group, Places> groups;
};

// One set of texts, as it was and with the candidate.
struct World {
  TextsInForce texts;
  std::shared_ptr<const policy::Snapshot> then, instead;
  policy::Policy candidate;
};

class Shadow {
 public:
  Shadow(const ShadowQuestion& question, Candidate candidate)
      : question_(question), candidate_(std::move(candidate)) {}

  absl::Status Take(const DecisionLine& line) {
    if (!line.labels) {
      ++outcome_.without_labels;
      return absl::OkStatus();
    }
    const auto world = WorldOf(line.texts);
    if (!world.ok()) return world.status();
    const policy::Decision before = DecideAgain((*world)->texts, *(*world)->then, line);
    if (!IsAsLogged((*world)->texts, before, line)) Add(outcome_.differ, line);
    ++outcome_.decided;
    if (IsOneSided((*world)->texts, line)) ++outcome_.one_sided;
    Compare(line, before, **world);
    return absl::OkStatus();
  }

  const Outcome& outcome() const { return outcome_; }
  // nullptr while nothing was decided.
  const policy::Policy* candidate() const {
    return worlds_.empty() ? nullptr : &worlds_.begin()->second.candidate;
  }
  // What the candidate names and the files of that time do not have.
  const std::set<std::string>& unknown() const { return unknown_; }

 private:
  void Add(Places& places, const DecisionLine& line) const {
    ++places.count;
    if (question_.all || places.some.size() < kExamples) places.some.push_back(PlaceOf(line));
  }

  void Compare(const DecisionLine& line, const policy::Decision& before, const World& world) {
    DecisionLine asked = line;
    // As if it had been sealed under the candidate, which is not behind itself.
    if (StateOf(line.labels->record.origin) == world.candidate.jurisdiction) {
      asked.labels->record.sent_under = 0;
    }
    const policy::Decision after = DecideAgain(world.texts, *world.instead, asked);
    const std::optional<What> what = WhatChanges(before, after);
    if (!what) return;
    ++outcome_.changed;
    ++outcome_.by_what[static_cast<size_t>(*what)];
    Add(outcome_.groups[GroupOf(*what, line.labels->record, before, after)], line);
  }

  absl::StatusOr<const World*> WorldOf(const std::string& name) {
    const auto found = worlds_.find(name);
    if (found != worlds_.end()) return &found->second;
    auto texts = TextsInForce::Read(question_.folder + "/" + name);
    if (!texts.ok()) return texts.status();
    auto candidate = policy::ParsePolicy(candidate_.bytes, candidate_.file, texts->vocabulary());
    if (!candidate.ok()) return candidate.status();
    const absl::Status known =
        policy::CheckReferences(*candidate, texts->groups(), texts->instruments());
    if (!known.ok()) unknown_.insert(std::string(known.message()));
    // In force at every instant that is asked about.
    candidate->valid = {.from = {INT64_MIN}, .until = Instant{INT64_MAX}};
    auto then = texts->Compile(std::nullopt), instead = texts->Compile(*candidate);
    if (!then.ok()) return then.status();
    if (!instead.ok()) return instead.status();
    World world{*std::move(texts), *std::move(then), *std::move(instead), *std::move(candidate)};
    return &worlds_.emplace(name, std::move(world)).first->second;
  }

  const ShadowQuestion& question_;
  const Candidate candidate_;
  std::map<std::string, World> worlds_;
  std::set<std::string> unknown_;
  Outcome outcome_;
};

class Printer {
 public:
  Printer(Language language, bool all) : language_(language), all_(all) {}

  void Print(const ExportHeader& header, const Shadow& shadow, const std::string& file) const {
    const Outcome& outcome = shadow.outcome();
    const auto number = [](uint64_t n) { return std::to_string(n); };
    const auto by = [&](What what) { return outcome.by_what[static_cast<size_t>(what)]; };
    PrintLine("policy.shadow.title",
              {header.agency, number(header.decisions), file, shadow.candidate()->jurisdiction,
               number(shadow.candidate()->version)});
    PrintLine("policy.shadow.totals",
              {number(outcome.decided), number(outcome.decided - outcome.changed),
               number(outcome.changed)});
    PrintLine("policy.shadow.changes",
              {number(by(What::kReleased) + by(What::kMore)),
               number(by(What::kKeptBack) + by(What::kFewer)), number(by(What::kOthers)),
               number(by(What::kObligations)), number(by(What::kOtherwise))});
    if (outcome.without_labels != 0) {
      PrintLine("policy.shadow.without", {number(outcome.without_labels)});
    }
    if (outcome.one_sided != 0) PrintLine("policy.shadow.one-sided", {number(outcome.one_sided)});
    if (outcome.differ.count != 0) {
      PrintLine("policy.shadow.differ", {number(outcome.differ.count)});
      PrintPlaces(outcome.differ);
    }
    for (const auto& [group, places] : outcome.groups) PrintGroup(group, places);
  }

 private:
  void PrintLine(std::string_view key, std::initializer_list<std::string_view> arguments) const {
    std::cout << Say(language_, key, arguments) << '\n';
  }

  void PrintList(std::string_view key, const Texts& texts) const {
    if (!texts.empty()) PrintLine(key, {absl::StrJoin(texts, ", ")});
  }

  void PrintGroup(const Group& group, const Places& places) const {
    const std::string what(kWhat[static_cast<size_t>(group.what)]);
    PrintLine("policy.shadow." + what, {std::to_string(places.count)});
    PrintList("policy.shadow.data", group.data);
    PrintList("policy.shadow.about", group.about);
    PrintList("policy.shadow.rules-gone", group.rules_gone);
    PrintList("policy.shadow.rules-new", group.rules_new);
    PrintList("policy.shadow.obligations-gone", group.obligations_gone);
    PrintList("policy.shadow.obligations-new", group.obligations_new);
    Texts reasons;
    for (const std::string& one : group.reasons_new) reasons.push_back(ReasonWords(language_, one));
    PrintList("policy.shadow.reasons-new", reasons);
    PrintPlaces(places);
  }

  void PrintPlaces(const Places& places) const {
    for (const Place& place : places.some) {
      PrintLine("policy.shadow.place",
                {std::to_string(place.log_index), place.reference, place.record_id, place.to});
    }
    if (!all_ && places.count > places.some.size()) {
      PrintLine("policy.shadow.more-places", {std::to_string(places.count - places.some.size())});
    }
  }

  const Language language_;
  const bool all_;
};

Json GroupJson(const Group& group, const Places& places) {
  return {{"change", kWhat[static_cast<size_t>(group.what)]},
          {"count", places.count},
          {"about", group.about},
          {"data", group.data},
          {"rules_gone", group.rules_gone},
          {"rules_new", group.rules_new},
          {"obligations_gone", group.obligations_gone},
          {"obligations_new", group.obligations_new},
          {"reasons_new", group.reasons_new},
          {"decisions", ToJson(places)}};
}

Json ShadowJson(const ExportHeader& header, const Shadow& shadow, const std::string& file) {
  const Outcome& outcome = shadow.outcome();
  Json changes = Json::object();
  for (size_t i = 0; i < std::size(kWhat); ++i) {
    changes[std::string(kWhat[i])] = outcome.by_what[i];
  }
  Json groups = Json::array();
  for (const auto& [group, places] : outcome.groups) groups.push_back(GroupJson(group, places));
  return {{"federation", header.federation},
          {"agency", header.agency},
          {"candidate", file},
          {"jurisdiction", shadow.candidate()->jurisdiction},
          {"version", shadow.candidate()->version},
          {"decided", outcome.decided},
          {"same", outcome.decided - outcome.changed},
          {"changed", outcome.changed},
          {"changes", std::move(changes)},
          {"without_labels", outcome.without_labels},
          {"one_sided", outcome.one_sided},
          {"differ_from_log", outcome.differ.count},
          {"differing", ToJson(outcome.differ)},
          {"groups", std::move(groups)}};
}

}  // namespace

int ShadowPolicies(Language language, const ShadowQuestion& question) {
  auto reader = ExportReader::Open(question.folder);
  if (!reader.ok()) return PolicyRefused(language, reader.status());
  auto candidate = ReadCandidate(question.candidate, StateOf(reader->header().agency));
  if (!candidate.ok()) return PolicyRefused(language, candidate.status());
  const std::string file = candidate->file;
  Shadow shadow(question, *std::move(candidate));
  for (;;) {
    const auto line = reader->Next();
    if (!line.ok()) return PolicyRefused(language, line.status());
    if (!*line) break;
    if (const absl::Status status = shadow.Take(**line); !status.ok()) {
      return PolicyRefused(language, status);
    }
  }
  for (const std::string& unknown : shadow.unknown()) {
    std::cerr << Say(language, "policy.warning") << ' ' << Printable(unknown) << '\n';
  }
  if (shadow.candidate() == nullptr) {
    std::cerr << Say(language, "policy.shadow.nothing", {question.folder}) << '\n';
    return kInputRefused;
  }
  if (question.json) {
    std::cout << JsonLine(ShadowJson(reader->header(), shadow, file)) << '\n';
  } else {
    Printer(language, question.all).Print(reader->header(), shadow, file);
  }
  const Outcome& outcome = shadow.outcome();
  return outcome.changed == 0 && outcome.differ.count == 0 ? kDone : kAnswerIsNo;
}

}  // namespace entente::cli
