#include "node/assignment.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_join.h"
#include "core/base/agency.h"
#include "core/base/refusal.h"
#include "core/record/words.h"
#include "node/cases.h"
#include "node/families.h"
#include "node/sent.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

constexpr std::string_view kRulesKey = "unit-rules";

Assigned Stored(const state::Assignment& assignment) {
  return {false, assignment.unit(), {assignment.officers().begin(), assignment.officers().end()}};
}

bool IsSet(const state::Assignment& assignment) {
  return !assignment.unit().empty() || !assignment.officers().empty();
}

state::Assignment ToState(const Assigned& assigned) {
  state::Assignment assignment;
  assignment.set_unit(assigned.unit);
  assignment.mutable_officers()->Assign(assigned.officers.begin(), assigned.officers.end());
  return assignment;
}

bool IsStateOf(std::string_view state, std::string_view agency) {
  return agency.size() > state.size() && agency.starts_with(state) && agency[state.size()] == '.';
}

// How much a rule says of this record; nullopt when it is about others.
std::optional<int> Fit(const v1::UnitRule& rule, v1::RecordKind kind, std::string_view origin) {
  const bool of_kind = rule.kind() == kind;
  const bool of_agency = rule.origin() == origin;
  const bool any_kind = rule.kind() == v1::RECORD_KIND_UNSPECIFIED;
  const bool of_state = IsStateOf(rule.origin(), origin);
  if ((!of_kind && !any_kind) || (!of_agency && !of_state && !rule.origin().empty())) {
    return std::nullopt;
  }
  return (of_kind ? 4 : 0) + (of_agency ? 2 : of_state ? 1 : 0);
}

bool AnswersOurs(const state::ReceivedRecord& received) {
  const bool answers =
      received.kind() == v1::RECORD_KIND_ANSWER || received.kind() == v1::RECORD_KIND_OUTCOME;
  return answers && !received.in_reply_to().empty();
}

absl::StatusOr<state::UnitRules> LoadRules(const Ground& ground) {
  absl::StatusOr<std::optional<state::UnitRules>> rules =
      Load<state::UnitRules>(ground.db, kNode, kRulesKey);
  if (!rules.ok()) return rules.status();
  return rules->value_or(state::UnitRules());
}

absl::Status CheckRule(const v1::UnitRule& rule) {
  const bool kind =
      rule.kind() == v1::RECORD_KIND_UNSPECIFIED || !record::KindWord(rule.kind()).empty();
  if (!kind) return Refuse(Reason::kMalformed, "no such kind of record");
  const std::string& origin = rule.origin();
  if (origin.empty() || AgencyId::Parse(origin).ok() || AgencyId::Parse(origin + ".x").ok()) {
    return absl::OkStatus();
  }
  return RefuseAdvising(Reason::kMalformed, "", Text("no agency and no State: ", origin),
                        "write an agency as DE.fiu, or a State as DE");
}

std::string RuleText(const v1::UnitRule& rule) {
  const std::string_view kind = record::KindWord(rule.kind());
  return Text(kind.empty() ? "any record" : kind, " from ",
              rule.origin().empty() ? "anywhere" : rule.origin(), " -> ",
              rule.unit().empty() ? "no rule" : Text("unit ", rule.unit()));
}

}  // namespace

std::string AssignedText(const Assigned& assigned) {
  if (assigned.everybody) return "everybody";
  const std::string officers =
      assigned.officers.empty() ? "" : Text("officers ", absl::StrJoin(assigned.officers, ", "));
  if (assigned.unit.empty()) return officers.empty() ? "nobody" : officers;
  return Text("unit ", assigned.unit, officers.empty() ? "" : ", ", officers);
}

std::string UnitOf(const state::UnitRules& rules, v1::RecordKind kind, std::string_view origin) {
  std::string unit;
  int best = -1;
  for (const v1::UnitRule& rule : rules.rules()) {
    const std::optional<int> fit = Fit(rule, kind, origin);
    if (!fit || *fit <= best) continue;
    best = *fit;
    unit = rule.unit();
  }
  return unit;
}

absl::StatusOr<Assignments> Assignments::Load(const Ground& ground) {
  Assignments loaded(ground);
  absl::StatusOr<std::vector<v1::Officer>> all = ground.officers.All();
  if (!all.ok()) return all.status();
  for (v1::Officer& officer : *all) {
    loaded.any_unit_ = loaded.any_unit_ || !officer.unit().empty();
    std::string id = officer.id();
    loaded.officers_.emplace(std::move(id), std::move(officer));
  }
  absl::StatusOr<state::UnitRules> rules = LoadRules(ground);
  if (!rules.ok()) return rules.status();
  loaded.rules_ = *std::move(rules);
  return loaded;
}

std::map<std::string, std::vector<std::string>> Assignments::Units() const {
  std::map<std::string, std::vector<std::string>> units;
  for (const auto& [id, officer] : officers_) {
    if (!officer.unit().empty()) units[officer.unit()].push_back(id);
  }
  return units;
}

std::string Assignments::UnitOfOfficer(const std::string& officer) const {
  const auto found = officers_.find(officer);
  return found == officers_.end() ? "" : found->second.unit();
}

bool Assignments::IsInside(const Assigned& assigned, std::string_view officer) const {
  if (assigned.everybody) return true;
  if (std::ranges::find(assigned.officers, officer) != assigned.officers.end()) return true;
  return !assigned.unit.empty() && UnitOfOfficer(std::string(officer)) == assigned.unit;
}

Assigned Assignments::OfAuthor(const std::string& officer) const {
  if (!any_unit_) return Assigned{true, "", {}};
  return Assigned{false, UnitOfOfficer(officer), {officer}};
}

absl::StatusOr<Assigned> Assignments::OfCase(std::string_view case_id) const {
  absl::StatusOr<std::optional<state::CaseBook>> book =
      node::Load<state::CaseBook>(ground_->db, kCases, case_id);
  if (!book.ok()) return book.status();
  if (*book && IsSet((*book)->assigned())) return Stored((*book)->assigned());
  if (!any_unit_) return Assigned{true, "", {}};
  if (!*book) return Assigned{};
  // From before there were units.
  if ((*book)->owner() == ground_->agency.text() && !(*book)->memberships().empty()) {
    absl::StatusOr<std::optional<state::SentRecord>> opened =
        node::Load<state::SentRecord>(ground_->db, kSent, (*book)->memberships(0).record());
    if (!opened.ok()) return opened.status();
    if (*opened) return OfAuthor((*opened)->officer());
  }
  return Assigned{false, UnitOf(rules_, v1::RECORD_KIND_MEMBERSHIP, (*book)->owner()), {}};
}

absl::StatusOr<std::optional<Assigned>> Assignments::OfAsked(
    const state::ReceivedRecord& received) const {
  if (!AnswersOurs(received)) return std::nullopt;
  absl::StatusOr<std::optional<state::SentRecord>> sent =
      node::Load<state::SentRecord>(ground_->db, kSent, received.in_reply_to());
  if (!sent.ok()) return sent.status();
  if (!*sent) return std::nullopt;
  absl::StatusOr<Assigned> assigned = Of(**sent);
  if (!assigned.ok()) return assigned.status();
  return *std::move(assigned);
}

absl::StatusOr<Assigned> Assignments::Of(const state::ReceivedRecord& received) const {
  if (IsSet(received.assigned())) return Stored(received.assigned());
  if (!received.case_id().empty()) return OfCase(received.case_id());
  if (!any_unit_) return Assigned{true, "", {}};
  absl::StatusOr<std::optional<Assigned>> asked = OfAsked(received);
  if (!asked.ok()) return asked.status();
  if (*asked) return **std::move(asked);
  return Assigned{false, UnitOf(rules_, received.kind(), received.origin()), {}};
}

absl::StatusOr<Assigned> Assignments::Of(const state::SentRecord& sent) const {
  if (IsSet(sent.assigned())) return Stored(sent.assigned());
  if (sent.case_id().empty()) return OfAuthor(sent.officer());
  absl::StatusOr<Assigned> assigned = OfCase(sent.case_id());
  if (assigned.ok() && !IsInside(*assigned, sent.officer())) {
    assigned->officers.push_back(sent.officer());
  }
  return assigned;
}

absl::Status AssignReceived(const Ground& ground, state::ReceivedRecord& received) {
  if (!received.case_id().empty()) return absl::OkStatus();
  if (!AnswersOurs(received)) {
    absl::StatusOr<state::UnitRules> rules = LoadRules(ground);
    if (!rules.ok()) return rules.status();
    const std::string unit = UnitOf(*rules, received.kind(), received.origin());
    if (!unit.empty()) received.mutable_assigned()->set_unit(unit);
    return absl::OkStatus();
  }
  absl::StatusOr<Assignments> assignments = Assignments::Load(ground);
  if (!assignments.ok()) return assignments.status();
  absl::StatusOr<std::optional<Assigned>> asked = assignments->OfAsked(received);
  if (!asked.ok()) return asked.status();
  if (*asked && !(*asked)->everybody) *received.mutable_assigned() = ToState(**asked);
  return absl::OkStatus();
}

absl::Status AssignSent(const Ground& ground, state::SentRecord& sent) {
  // What is posted belongs to those of the case, and its author.
  if (!sent.case_id().empty() && sent.kind() != v1::RECORD_KIND_MEMBERSHIP) return absl::OkStatus();
  absl::StatusOr<Assignments> assignments = Assignments::Load(ground);
  if (!assignments.ok()) return assignments.status();
  const Assigned author = assignments->OfAuthor(sent.officer());
  if (!author.everybody) *sent.mutable_assigned() = ToState(author);
  return absl::OkStatus();
}

absl::StatusOr<std::string> SetRule(const Ground& ground, const v1::UnitRule& rule,
                                    store::WriteBatch& batch) {
  if (absl::Status good = CheckRule(rule); !good.ok()) return good;
  absl::StatusOr<Assignments> assignments = Assignments::Load(ground);
  if (!assignments.ok()) return assignments.status();
  if (!rule.unit().empty() && !assignments->Units().contains(rule.unit())) {
    return RefuseAdvising(Reason::kMalformed, "", Text("no officer is in unit ", rule.unit()),
                          "entente unit list shows the units; officer add --unit puts somebody in");
  }
  state::UnitRules rules = assignments->rules();
  auto& all = *rules.mutable_rules();
  const auto old = std::ranges::find_if(all, [&](const v1::UnitRule& one) {
    return one.kind() == rule.kind() && one.origin() == rule.origin();
  });
  const bool there = old != all.end();
  if (!there && rule.unit().empty()) {
    return RefuseAdvising(Reason::kMalformed, "", "there is no such rule",
                          "entente unit list shows the rules");
  }
  if (there) all.erase(old);
  if (!rule.unit().empty()) *all.Add() = rule;
  Save(batch, kNode, kRulesKey, rules);
  return Text("unit rule: ", RuleText(rule));
}

}  // namespace entente::node
