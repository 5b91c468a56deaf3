#include "tests/policy/oracle_rules.h"

#include <algorithm>

namespace entente::policy::testing {

using Texts = std::vector<std::string>;

bool HasWord(const Texts& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

Texts AxisOf(const Texts& words) { return words.empty() ? Texts{""} : words; }

namespace {

bool Party(const Instrument& instrument, const std::string& agency, Instant t) {
  const std::string name = StateIn(agency) == "ORG" ? agency : StateIn(agency);
  return std::any_of(
      instrument.parties.begin(), instrument.parties.end(),
      [&](const InstrumentParty& p) { return p.party == name && p.member.Holds(t); });
}

bool OneState(const std::string& from, const std::string& to) {
  return StateIn(from) == "ORG" ? from == to : StateIn(from) == StateIn(to);
}

}  // namespace

std::string BarOf(const Instrument& instrument, const std::string& from, const std::string& to,
                  Instant t) {
  if (instrument.state != InstrumentState::kInForce) return "instrument-not-in-force";
  if (!Party(instrument, from, t) || !Party(instrument, to, t) ||
      OneState(from, to) != (instrument.kind == InstrumentKind::kDomestic)) {
    return "instrument-not-party";
  }
  return "";
}

const Instrument* OracleRules::Known(const std::string& id) const {
  for (const Instrument& instrument : parts_.instruments.instruments) {
    if (instrument.id == id) return &instrument;
  }
  return nullptr;
}

// How an answer about a label counts for a rule of this kind.
bool OracleRules::Counts(Truth truth, RuleKind kind) {
  if (truth == Truth::kUnknown) return kind != RuleKind::kAllow;
  return truth == Truth::kTrue;
}

const Agency* OracleRules::Find(const std::string& id) const {
  for (const Agency& agency : parts_.agencies) {
    if (agency.id.text() != id || !agency.admitted.Holds(t_)) continue;
    const bool suspended =
        std::any_of(agency.suspended.begin(), agency.suspended.end(),
                    [&](const Interval& interval) { return interval.Holds(t_); });
    return suspended ? nullptr : &agency;
  }
  return nullptr;
}

bool OracleRules::EvaluationKnown() const {
  return record_.evaluation.size() == 2 &&
         HasWord(words_.words(Category::kSource), record_.evaluation.substr(0, 1)) &&
         HasWord(words_.words(Category::kInformation), record_.evaluation.substr(1));
}

const Policy* OracleRules::InEffect(const std::string& state) const {
  const PolicyInForce* best = nullptr;
  for (const PolicyInForce& in_force : parts_.policies) {
    if (in_force.policy.jurisdiction != state) continue;
    if (in_force.in_force > t_ || in_force.policy.valid.from > t_) continue;
    if (best == nullptr || best->policy.version < in_force.policy.version) best = &in_force;
  }
  return best == nullptr ? nullptr : &best->policy;
}

bool OracleRules::InGroup(const std::string& group, const std::string& state) const {
  for (const Group& g : parts_.groups.groups) {
    if (g.id != group) continue;
    for (const GroupMember& member : g.members) {
      if (member.jurisdiction == state && member.member.Holds(t_)) return true;
    }
  }
  return false;
}

bool OracleRules::NamesLostGroup(const Parties& parties) const {
  const auto lost = [&](const std::string& id) {
    return std::none_of(parts_.groups.groups.begin(), parts_.groups.groups.end(),
                        [&](const Group& group) { return group.id == id; });
  };
  return std::any_of(parties.groups.begin(), parties.groups.end(), lost);
}

bool OracleRules::Names(const Parties& parties, const std::string& state) const {
  return HasWord(parties.jurisdictions, state) ||
         std::any_of(parties.groups.begin(), parties.groups.end(),
                     [&](const std::string& group) { return InGroup(group, state); });
}

OracleRules::Truth OracleRules::Meant(const Parties& parties, const std::string& agency,
                                      const std::string& own) const {
  if (NamesLostGroup(parties) || Find(agency) == nullptr) return Truth::kUnknown;
  const std::string state = StateIn(agency);
  const bool another = state != own && state != "ORG";
  const bool named = Names(parties, state) || HasWord(parties.agencies, agency);
  if (parties.everyone_except) return another && !named ? Truth::kTrue : Truth::kFalse;
  return named || (parties.everyone && another) ? Truth::kTrue : Truth::kFalse;
}

OracleRules::Truth OracleRules::Obtained(const Parties& parties, RuleKind kind) const {
  if (NamesLostGroup(parties)) return Truth::kUnknown;
  size_t hits = 0;
  for (const std::string& code : record_.obtained_from) {
    if (code != "ORG" && !IsJurisdiction(code)) return Truth::kUnknown;
    const bool another = parties.another_state && code != StateIn(record_.origin);
    if (another || Names(parties, code)) ++hits;
  }
  const size_t all = record_.obtained_from.size();
  const bool met = kind == RuleKind::kAllow ? all > 0 && hits == all : hits > 0;
  return met ? Truth::kTrue : Truth::kFalse;
}

OracleRules::Truth OracleRules::Handling(const Texts& listed, RuleKind kind) const {
  size_t hits = 0;
  for (const std::string& code : record_.handling) {
    if (!HasWord(words_.words(Category::kHandling), code)) return Truth::kUnknown;
    if (HasWord(listed, code)) ++hits;
  }
  if (record_.handling.empty()) return Truth::kUnknown;
  const bool met = kind == RuleKind::kAllow ? hits == record_.handling.size() : hits > 0;
  return met ? Truth::kTrue : Truth::kFalse;
}

OracleRules::Truth OracleRules::Listed(Category category, const Texts& listed,
                                       const std::string& word) const {
  if (!HasWord(words_.words(category), word)) return Truth::kUnknown;
  return HasWord(listed, word) ? Truth::kTrue : Truth::kFalse;
}

OracleRules::Truth OracleRules::Kind(const Texts& listed, const std::string& agency) const {
  const Agency* found = Find(agency);
  if (found == nullptr) return Truth::kUnknown;
  return HasWord(listed, found->kind) ? Truth::kTrue : Truth::kFalse;
}

OracleRules::Truth OracleRules::Reliability(const Texts& listed) const {
  if (!EvaluationKnown()) return Truth::kUnknown;
  const std::string& code = record_.evaluation;
  return HasWord(listed, code) || HasWord(listed, code.substr(0, 1)) ||
                 HasWord(listed, code.substr(1))
             ? Truth::kTrue
             : Truth::kFalse;
}

OracleRules::Truth OracleRules::Under(const Texts& listed) const {
  if (Known(to_.under) == nullptr) return Truth::kUnknown;
  return HasWord(listed, to_.under) ? Truth::kTrue : Truth::kFalse;
}

bool OracleRules::Holds(const Rule& rule, Direction direction, const std::string& own) const {
  const RuleKind kind = rule.kind;
  const std::string& other = direction == Direction::kOutbound ? to_.recipient : record_.origin;
  return (!rule.party || Counts(Meant(*rule.party, other, own), kind)) &&
         (!rule.obtained_from || Counts(Obtained(*rule.obtained_from, kind), kind)) &&
         (rule.handling.empty() || Counts(Handling(rule.handling, kind), kind)) &&
         (rule.under.empty() || Counts(Under(rule.under), kind)) &&
         (rule.to_kind.empty() || Counts(Kind(rule.to_kind, to_.recipient), kind)) &&
         (rule.from_kind.empty() || Counts(Kind(rule.from_kind, record_.origin), kind)) &&
         (rule.for_purpose.empty() ||
          Counts(Listed(Category::kPurpose, rule.for_purpose, record_.purpose), kind)) &&
         (rule.record.empty() ||
          Counts(Listed(Category::kRecordKind, rule.record, record_.kind), kind)) &&
         (rule.reliability.empty() || Counts(Reliability(rule.reliability), kind));
}

bool OracleRules::HoldsFor(const Rule& rule, Direction direction, const std::string& own,
                           const std::string& person, const std::string& data) const {
  return Holds(rule, direction, own) &&
         (rule.about.empty() || Counts(Listed(Category::kPerson, rule.about, person), rule.kind)) &&
         (rule.data.empty() || Counts(Listed(Category::kData, rule.data, data), rule.kind));
}

}  // namespace entente::policy::testing
