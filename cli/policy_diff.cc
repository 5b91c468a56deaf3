// entente-policy diff.
#include <algorithm>
#include <iostream>

#include "absl/strings/str_join.h"
#include "cli/failure.h"
#include "cli/policy_commands.h"
#include "cli/text.h"
#include "core/base/instant.h"
#include "policy/diff.h"

namespace entente::cli {
namespace {

using policy::Axis;

// The order in which a change is told.
constexpr std::array<Axis, policy::kAxes> kTold = {
    Axis::kData,     Axis::kPerson,     Axis::kParty,        Axis::kToKind,
    Axis::kFromKind, Axis::kPurpose,    Axis::kInstrument,   Axis::kRecordKind,
    Axis::kHandling, Axis::kEvaluation, Axis::kObtainedFrom, Axis::kConsent};
std::string KeyOf(std::string_view name) { return "policy.diff." + std::string(name); }

constexpr std::array<std::string_view, policy::kAxes> kKeys = {
    "party",     "under",   "obtained-from", "consent",    "handling", "purpose",
    "from-kind", "to-kind", "record-kind",   "evaluation", "person",   "data"};

// One version of one State with the folder it lies in, and the instant at which it is looked at.
struct End {
  const policy::Folder* folder;
  const policy::Policy* policy;
  Instant at;
};

absl::StatusOr<std::shared_ptr<const policy::Snapshot>> CompileOne(const End& end) {
  return policy::Snapshot::Compile(end.folder->vocabulary,
                                   {.number = 0,
                                    .hash = {},
                                    .groups = end.folder->groups,
                                    .instruments = end.folder->instruments,
                                    .agencies = end.folder->agencies,
                                    .policies = {{*end.policy, end.policy->valid.from}}});
}

// By the answers before and after.
constexpr std::string_view kChanges[3][3] = {{"stays-stays", "stays-goes", "stays-forbids"},
                                             {"goes-stays", "goes-goes", "goes-forbids"},
                                             {"forbids-stays", "forbids-goes", ""}};

class Printer {
 public:
  explicit Printer(Language language) : language_(language) {}

  void Print(const policy::Change& change) const {
    std::cout << "  "
              << Say(language_, KeyOf(kChanges[static_cast<size_t>(change.before.answer)]
                                              [static_cast<size_t>(change.after.answer)]))
              << '\n';
    for (const Axis axis : kTold) PrintValues(change, axis);
    PrintPair("rules", change.before.rules, change.after.rules);
    PrintPair("obligations", change.before.obligations, change.after.obligations);
  }

  void PrintPair(std::string_view key, const std::vector<std::string>& before,
                 const std::vector<std::string>& after) const {
    if (before == after) return;
    const std::string none = Say(language_, "policy.diff.none");
    const auto list = [&](const std::vector<std::string>& texts) {
      return texts.empty() ? none : absl::StrJoin(texts, ", ");
    };
    std::cout << "      " << Say(language_, KeyOf(key), {list(before), list(after)}) << '\n';
  }

 private:
  void PrintValues(const policy::Change& change, Axis axis) const {
    const policy::Values& values = change.values[static_cast<size_t>(axis)];
    if (values.all_but && values.listed.empty()) return;
    std::string key(kKeys[static_cast<size_t>(axis)]);
    if (axis == Axis::kParty && change.direction == policy::Direction::kInbound) key = "party-from";
    std::string listed = absl::StrJoin(values.listed, ", ");
    if (values.all_but) listed = Say(language_, "policy.diff.all-but", {listed});
    std::cout << "      " << Say(language_, KeyOf(key), {listed}) << '\n';
  }

  const Language language_;
};

std::vector<std::string> TextsOf(const std::vector<policy::Obligation>& obligations) {
  std::vector<std::string> out;
  for (const policy::Obligation& one : obligations) out.push_back(one.text);
  std::ranges::sort(out);
  return out;
}

std::vector<std::string> Sorted(std::vector<std::string> texts) {
  std::ranges::sort(texts);
  return texts;
}

// What stands above the rules. Each pair once, when it differs.
size_t PrintHead(Language language, const policy::Policy& before, const policy::Policy& after) {
  const Printer printer(language);
  const auto yes = [&](bool is) {
    return Say(language, is ? "policy.diff.yes" : "policy.diff.no");
  };
  const auto until = [](const policy::Policy& one) {
    return one.valid.until ? FormatInstant(*one.valid.until) : std::string();
  };
  using Lists = std::pair<std::vector<std::string>, std::vector<std::string>>;
  const std::vector<std::pair<std::string_view, Lists>> pairs = {
      {"valid-from", {{FormatInstant(before.valid.from)}, {FormatInstant(after.valid.from)}}},
      {"valid-until", {{until(before)}, {until(after)}}},
      {"contact", {{before.contact}, {after.contact}}},
      {"explain", {{yes(before.explain_public)}, {yes(after.explain_public)}}},
      {"can-honour", {TextsOf(before.can_honour), TextsOf(after.can_honour)}},
      {"quorum-first", {Sorted(before.quorum_first), Sorted(after.quorum_first)}}};
  size_t count = 0;
  for (const auto& [key, lists] : pairs) {
    if (lists.first != lists.second) ++count;
    printer.PrintPair(key, lists.first, lists.second);
  }
  return count;
}

size_t PrintTogether(Language language, const policy::Policy& before, const policy::Policy& after) {
  const std::vector<policy::TogetherChange> changes = policy::CompareTogether(before, after);
  constexpr std::array<std::string_view, 3> kWhat = {"together-added", "together-removed",
                                                     "together-changed"};
  for (const policy::TogetherChange& change : changes) {
    std::cout << "  "
              << Say(language, KeyOf(kWhat[static_cast<size_t>(change.what)]),
                     {change.id, change.title})
              << '\n';
  }
  return changes.size();
}

absl::Status PrintHalf(Language language, policy::Direction direction,
                       const policy::Version& before, const policy::Version& after,
                       policy::HalfDifference& total, size_t& differences) {
  auto half = policy::CompareHalf(direction, before, after);
  if (!half.ok()) return half.status();
  total.questions += half->questions;
  total.compared += half->compared;
  differences += half->changes.size();
  if (half->changes.empty()) return absl::OkStatus();
  std::cout << Say(language, direction == policy::Direction::kOutbound ? "policy.diff.outbound"
                                                                       : "policy.diff.inbound")
            << '\n';
  for (const policy::Change& change : half->changes) Printer(language).Print(change);
  return absl::OkStatus();
}

// How many differences there are, printed.
absl::StatusOr<size_t> DiffOne(Language language, const End& before, const End& after) {
  const auto old_snapshot = CompileOne(before);
  if (!old_snapshot.ok()) return old_snapshot.status();
  const auto new_snapshot = CompileOne(after);
  if (!new_snapshot.ok()) return new_snapshot.status();
  std::cout << Say(language, "policy.diff.title",
                   {before.policy->jurisdiction, std::to_string(before.policy->version),
                    FormatInstant(before.at), std::to_string(after.policy->version),
                    FormatInstant(after.at)})
            << '\n';
  size_t differences = PrintHead(language, *before.policy, *after.policy);
  policy::HalfDifference total;
  const policy::Version old_version{old_snapshot->get(), before.policy, before.at};
  const policy::Version new_version{new_snapshot->get(), after.policy, after.at};
  for (const auto direction : {policy::Direction::kOutbound, policy::Direction::kInbound}) {
    absl::Status status =
        PrintHalf(language, direction, old_version, new_version, total, differences);
    if (!status.ok()) return status;
  }
  differences += PrintTogether(language, *before.policy, *after.policy);
  char questions[32];
  std::snprintf(questions, sizeof questions, "%.3g", total.questions);
  std::cout << Say(language, "policy.diff.summary",
                   {std::to_string(differences), questions, std::to_string(total.compared)})
            << '\n';
  return differences;
}

struct Instants {
  std::optional<Instant> before, after;
};

absl::Status NothingToCompare(Language language, const DiffQuestion& question) {
  const std::string whose = question.jurisdiction.empty() ? Say(language, "policy.diff.any-state")
                                                          : question.jurisdiction;
  const bool one_folder = question.before == question.after && question.at_before.empty();
  return absl::NotFoundError(Say(language,
                                 one_folder ? "policy.diff.one-version" : "policy.diff.not-in-both",
                                 {whose, question.before, question.after}));
}

absl::StatusOr<size_t> DiffFolders(Language language, const policy::Folder& before,
                                   const policy::Folder& after, const DiffQuestion& question,
                                   const Instants& instants) {
  const std::string& jurisdiction = question.jurisdiction;
  size_t compared = 0;
  size_t differences = 0;
  for (const std::string& state : JurisdictionsOf(after)) {
    if (!jurisdiction.empty() && state != jurisdiction) continue;
    const policy::Policy* now = PickVersion(after, state, instants.after, {});
    if (now == nullptr) continue;
    const bool step_down = question.before == question.after && !instants.before;
    const policy::Policy* then = PickVersion(
        before, state, instants.before, step_down ? std::optional(now->version) : std::nullopt);
    if (then == nullptr) continue;
    const auto count =
        DiffOne(language, {&before, then, instants.before.value_or(then->valid.from)},
                {&after, now, instants.after.value_or(now->valid.from)});
    if (!count.ok()) return count.status();
    ++compared;
    differences += *count;
  }
  if (compared == 0) return NothingToCompare(language, question);
  return differences;
}

}  // namespace

int DiffPolicies(Language language, const DiffQuestion& question) {
  Instants instants;
  if (!question.at_before.empty()) {
    instants.before = ReadInstant(language, "--at-old", question.at_before);
    if (!instants.before) return kUsage;
  }
  if (!question.at.empty()) {
    instants.after = ReadInstant(language, "--at", question.at);
    if (!instants.after) return kUsage;
  }
  const auto before = policy::LoadFolder(question.before);
  if (!before.ok()) return PolicyRefused(language, before.status());
  const auto after = policy::LoadFolder(question.after);
  if (!after.ok()) return PolicyRefused(language, after.status());
  const auto differences = DiffFolders(language, *before, *after, question, instants);
  if (!differences.ok()) return PolicyRefused(language, differences.status());
  return *differences == 0 ? kDone : kAnswerIsNo;
}

}  // namespace entente::cli
