#include "tests/policy/oracle.h"

#include <algorithm>
#include <map>
#include <set>

namespace entente::policy::testing {
namespace {

using Texts = std::vector<std::string>;

bool Has(const Texts& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::string State(const std::string& agency) { return agency.substr(0, agency.find('.')); }

enum class Truth { kFalse, kTrue, kUnknown };

// How an answer about a label counts for a rule of this kind.
bool Counts(Truth truth, RuleKind kind) {
  if (truth == Truth::kUnknown) return kind != RuleKind::kAllow;
  return truth == Truth::kTrue;
}

class Oracle {
 public:
  Oracle(const Vocabulary& vocabulary, const SnapshotParts& parts, const RecordLabels& record,
         const RecipientLabels& recipient, Instant t)
      : words_(vocabulary), parts_(parts), record_(record), to_(recipient), t_(t) {}

  Decision Run() {
    Labels();
    const Policy* origin = Origin();
    const Policy* destination = Destination();
    Instruments();
    for (size_t i = 0; i < record_.sections.size(); ++i) Section(i, origin, destination);
    if (origin != nullptr) Forbids(*origin, Side::kOrigin);
    if (destination != nullptr) Forbids(*destination, Side::kDestination);
    if (origin != nullptr && destination != nullptr) {
      Together(origin->outbound, Direction::kOutbound, origin->jurisdiction, Side::kOrigin);
      Together(destination->inbound, Direction::kInbound, destination->jurisdiction,
               Side::kDestination);
      if (released_.empty()) Refuse(Side::kRecord, "nothing-left");
      for (size_t i = 0; i < record_.sections.size(); ++i) {
        if (record_.sections[i].essential && released_.count(i) == 0) {
          Refuse(Side::kRecord, "essential-missing");
        }
      }
    }
    Obligations(destination);
    return Result();
  }

 private:
  void Refuse(Side side, const std::string& reason) {
    refused_ = true;
    reasons_.insert({side, reason});
  }

  const Agency* Find(const std::string& id) const {
    for (const Agency& agency : parts_.agencies) {
      if (agency.id.text() != id || !agency.admitted.Holds(t_)) continue;
      const bool suspended =
          std::any_of(agency.suspended.begin(), agency.suspended.end(),
                      [&](const Interval& interval) { return interval.Holds(t_); });
      return suspended ? nullptr : &agency;
    }
    return nullptr;
  }

  void Word(Category category, const std::string& word, const std::string& label) {
    if (word.empty()) {
      Refuse(Side::kRecord, "label-missing:" + label);
    } else if (!Has(words_.words(category), word)) {
      Refuse(Side::kRecord, "label-unknown:" + label);
    }
  }

  void Set(Category category, const Texts& set, const std::string& label) {
    if (set.empty()) Refuse(Side::kRecord, "label-missing:" + label);
    for (const std::string& word : set) Word(category, word, label);
  }

  void End(const std::string& agency, const std::string& label) {
    if (agency.empty()) return Refuse(Side::kRecord, "label-missing:" + label);
    if (Find(agency) == nullptr) Refuse(Side::kRecord, "label-unknown:" + label);
  }

  bool EvaluationKnown() const {
    return record_.evaluation.size() == 2 &&
           Has(words_.words(Category::kSource), record_.evaluation.substr(0, 1)) &&
           Has(words_.words(Category::kInformation), record_.evaluation.substr(1));
  }

  void Labels() {
    End(record_.origin, "origin");
    End(to_.recipient, "recipient");
    Word(Category::kRecordKind, record_.kind, "kind");
    Word(Category::kPurpose, record_.purpose, "purpose");
    Word(Category::kUrgency, record_.urgency, "urgency");
    Set(Category::kHandling, record_.handling, "handling");
    if (record_.evaluation.empty()) {
      Refuse(Side::kRecord, "label-missing:evaluation");
    } else if (!EvaluationKnown()) {
      Refuse(Side::kRecord, "label-unknown:evaluation");
    }
    if (!record_.created) Refuse(Side::kRecord, "label-missing:created");
    if (!record_.expires) Refuse(Side::kRecord, "label-missing:expires");
    if (to_.under.empty()) Refuse(Side::kRecord, "label-missing:under");
    for (const std::string& code : record_.obtained_from) {
      if (code != "ORG" && !IsJurisdiction(code)) {
        Refuse(Side::kRecord, "label-unknown:obtained_from");
      }
    }
    if (record_.sections.empty()) Refuse(Side::kRecord, "label-missing:section");
    for (const SectionLabels& section : record_.sections) {
      Set(Category::kPerson, section.about, "about");
      Set(Category::kData, section.data, "data");
      if (!section.basis.empty()) Word(Category::kBasis, section.basis, "basis");
    }
    if (Has(record_.handling, "H3")) {
      Refuse(Side::kRecord, "handling-needs-person");
    }
  }

  const Policy* InEffect(const std::string& state) const {
    const PolicyInForce* best = nullptr;
    for (const PolicyInForce& in_force : parts_.policies) {
      if (in_force.policy.jurisdiction != state) continue;
      if (in_force.in_force > t_ || in_force.policy.valid.from > t_) continue;
      if (best == nullptr || best->policy.version < in_force.policy.version) best = &in_force;
    }
    return best == nullptr ? nullptr : &best->policy;
  }

  void WaitOrRefuse(const std::string& reason) {
    const bool in_the_hour = record_.created && t_ - *record_.created < int64_t{3'600'000};
    if (record_.sent_under > 0 && in_the_hour) {
      held_ = true;
      reasons_.insert({Side::kOrigin, reason});
    } else {
      Refuse(Side::kOrigin, reason);
    }
  }

  const Policy* Origin() {
    const Policy* policy = InEffect(State(record_.origin));
    if (policy == nullptr) {
      WaitOrRefuse("origin-policy-absent");
    } else if (policy->version < record_.sent_under) {
      WaitOrRefuse("snapshot-behind");
      policy = nullptr;
    } else if (!policy->valid.Holds(t_)) {
      Refuse(Side::kOrigin, "policy-expired");
      policy = nullptr;
    }
    return policy;
  }

  const Policy* Destination() {
    const Policy* policy = InEffect(State(to_.recipient));
    if (policy == nullptr) {
      Refuse(Side::kDestination, "destination-policy-absent");
    } else if (!policy->valid.Holds(t_)) {
      Refuse(Side::kDestination, "policy-expired");
      policy = nullptr;
    }
    return policy;
  }

  static bool Party(const Instrument& instrument, const std::string& agency, Instant t) {
    const std::string name = State(agency) == "ORG" ? agency : State(agency);
    return std::any_of(
        instrument.parties.begin(), instrument.parties.end(),
        [&](const InstrumentParty& p) { return p.party == name && p.member.Holds(t); });
  }

  bool OneState() const {
    return State(record_.origin) == "ORG" ? record_.origin == to_.recipient
                                          : State(record_.origin) == State(to_.recipient);
  }

  void Instruments() {
    if (to_.under.empty()) return;
    for (const Instrument& instrument : parts_.instruments.instruments) {
      if (instrument.id == to_.under) known_instrument_ = &instrument;
    }
    if (known_instrument_ == nullptr) return Refuse(Side::kInstrument, "instrument-unknown");
    const Instrument& it = *known_instrument_;
    if (it.state != InstrumentState::kInForce) {
      return Refuse(Side::kInstrument, "instrument-not-in-force");
    }
    if (!Party(it, record_.origin, t_) || !Party(it, to_.recipient, t_) ||
        OneState() != (it.kind == InstrumentKind::kDomestic)) {
      return Refuse(Side::kInstrument, "instrument-not-party");
    }
    if (!Has(words_.words(Category::kPurpose), record_.purpose)) return;
    if (!Has(it.purposes, record_.purpose)) return Refuse(Side::kInstrument, "instrument-purpose");
    binding_ = &it;
    matched_.insert({Side::kInstrument, it.id, it.title});
  }

  bool InGroup(const std::string& group, const std::string& state) const {
    for (const Group& g : parts_.groups.groups) {
      if (g.id != group) continue;
      for (const GroupMember& member : g.members) {
        if (member.jurisdiction == state && member.member.Holds(t_)) return true;
      }
    }
    return false;
  }

  bool Names(const Parties& parties, const std::string& state) const {
    return Has(parties.jurisdictions, state) ||
           std::any_of(parties.groups.begin(), parties.groups.end(),
                       [&](const std::string& group) { return InGroup(group, state); });
  }

  Truth Meant(const Parties& parties, const std::string& agency, const std::string& own) const {
    if (Find(agency) == nullptr) return Truth::kUnknown;
    const std::string state = State(agency);
    const bool another = state != own && state != "ORG";
    const bool named = Names(parties, state) || Has(parties.agencies, agency);
    if (parties.everyone_except) return another && !named ? Truth::kTrue : Truth::kFalse;
    return named || (parties.everyone && another) ? Truth::kTrue : Truth::kFalse;
  }

  Truth Obtained(const Parties& parties, RuleKind kind) const {
    size_t hits = 0;
    for (const std::string& code : record_.obtained_from) {
      if (code != "ORG" && !IsJurisdiction(code)) return Truth::kUnknown;
      const bool another = parties.another_state && code != State(record_.origin);
      if (another || Names(parties, code)) ++hits;
    }
    const size_t all = record_.obtained_from.size();
    const bool met = kind == RuleKind::kAllow ? all > 0 && hits == all : hits > 0;
    return met ? Truth::kTrue : Truth::kFalse;
  }

  Truth Handling(const Texts& listed, RuleKind kind) const {
    size_t hits = 0;
    for (const std::string& code : record_.handling) {
      if (!Has(words_.words(Category::kHandling), code)) return Truth::kUnknown;
      if (Has(listed, code)) ++hits;
    }
    if (record_.handling.empty()) return Truth::kUnknown;
    const bool met = kind == RuleKind::kAllow ? hits == record_.handling.size() : hits > 0;
    return met ? Truth::kTrue : Truth::kFalse;
  }

  Truth Listed(Category category, const Texts& listed, const std::string& word) const {
    if (!Has(words_.words(category), word)) return Truth::kUnknown;
    return Has(listed, word) ? Truth::kTrue : Truth::kFalse;
  }

  Truth Kind(const Texts& listed, const std::string& agency) const {
    const Agency* found = Find(agency);
    if (found == nullptr) return Truth::kUnknown;
    return Has(listed, found->kind) ? Truth::kTrue : Truth::kFalse;
  }

  Truth Reliability(const Texts& listed) const {
    if (!EvaluationKnown()) return Truth::kUnknown;
    const std::string& code = record_.evaluation;
    return Has(listed, code) || Has(listed, code.substr(0, 1)) || Has(listed, code.substr(1))
               ? Truth::kTrue
               : Truth::kFalse;
  }

  Truth Under(const Texts& listed) const {
    if (known_instrument_ == nullptr) return Truth::kUnknown;
    return Has(listed, to_.under) ? Truth::kTrue : Truth::kFalse;
  }

  // Do the rule's conditions on the record hold, its sections aside?
  bool Holds(const Rule& rule, Direction direction, const std::string& own) const {
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

  bool HoldsFor(const Rule& rule, Direction direction, const std::string& own,
                const std::string& person, const std::string& data) const {
    return Holds(rule, direction, own) &&
           (rule.about.empty() ||
            Counts(Listed(Category::kPerson, rule.about, person), rule.kind)) &&
           (rule.data.empty() || Counts(Listed(Category::kData, rule.data, data), rule.kind));
  }

  // An empty set is one word that nobody knows.
  static Texts Atoms(const Texts& words) { return words.empty() ? Texts{""} : words; }

  void SectionBy(const Policy& policy, Direction direction, Side side, const SectionLabels& section,
                 WithheldSection& withheld) {
    const auto& rules = direction == Direction::kOutbound ? policy.outbound : policy.inbound;
    std::set<std::string> reasons;
    for (const std::string& person : Atoms(section.about)) {
      for (const std::string& data : Atoms(section.data)) {
        bool allowed = false;
        for (const Rule& rule : rules) {
          if (rule.kind == RuleKind::kNotTogether ||
              !HoldsFor(rule, direction, policy.jurisdiction, person, data)) {
            continue;
          }
          matched_.insert({side, rule.id, rule.title});
          if (rule.kind == RuleKind::kAllow) {
            allowed = true;
            allows_.push_back({side, &rule});
          }
          if (rule.kind == RuleKind::kForbid) forbidden_.insert(side);
          if (rule.kind == RuleKind::kWithhold) {
            reasons.insert("withheld");
            withheld.rules.push_back({side, rule.id, rule.title});
          }
        }
        if (!allowed) reasons.insert("no-rule-allows");
      }
    }
    for (const std::string& reason : reasons) withheld.reasons.push_back({side, reason});
  }

  void Section(size_t i, const Policy* origin, const Policy* destination) {
    const SectionLabels& section = record_.sections[i];
    WithheldSection withheld;
    withheld.section = static_cast<uint32_t>(i);
    if (origin != nullptr) {
      SectionBy(*origin, Direction::kOutbound, Side::kOrigin, section, withheld);
    }
    if (destination != nullptr) {
      SectionBy(*destination, Direction::kInbound, Side::kDestination, section, withheld);
    }
    const bool covered =
        binding_ == nullptr ||
        std::all_of(section.data.begin(), section.data.end(), [&](const std::string& data) {
          return !Has(words_.words(Category::kData), data) || Has(binding_->data, data);
        });
    if (!covered) {
      withheld.reasons.push_back({Side::kInstrument, "no-rule-allows"});
      withheld.rules.push_back({Side::kInstrument, binding_->id, binding_->title});
    }
    if (withheld.reasons.empty()) {
      released_.insert(i);
      return;
    }
    const std::set<MatchedRule> rules(withheld.rules.begin(), withheld.rules.end());
    withheld.rules.assign(rules.begin(), rules.end());
    std::sort(withheld.reasons.begin(), withheld.reasons.end());
    for (const SidedReason& reason : withheld.reasons) reasons_.insert(reason);
    withheld_.push_back(std::move(withheld));
  }

  void Forbids(const Policy&, Side side) {
    if (forbidden_.count(side) > 0) Refuse(side, "forbidden");
  }

  void Together(const std::vector<Rule>& rules, Direction direction, const std::string& own,
                Side side) {
    for (const Rule& rule : rules) {
      if (rule.kind != RuleKind::kNotTogether || !Holds(rule, direction, own)) continue;
      std::set<std::string> seen;
      for (const size_t i : released_) {
        const SectionLabels& section = record_.sections[i];
        const bool about = rule.about.empty() ||
                           std::any_of(section.about.begin(), section.about.end(),
                                       [&](const std::string& p) { return Has(rule.about, p); });
        if (about) seen.insert(section.data.begin(), section.data.end());
      }
      const bool all = std::all_of(rule.data.begin(), rule.data.end(),
                                   [&](const std::string& data) { return seen.count(data) > 0; });
      if (!all) continue;
      Refuse(side, "not-together");
      matched_.insert({side, rule.id, rule.title});
    }
  }

  using Strictest = std::map<uint8_t, Obligation>;
  static void Add(const std::vector<Obligation>& obligations, Strictest& out) {
    for (const Obligation& obligation : obligations) {
      const auto [at, fresh] = out.emplace(obligation.family, obligation);
      if (!fresh && CompareObligations(obligation, at->second) < 0) at->second = obligation;
    }
  }

  void Obligations(const Policy* destination) {
    const Texts& codes = words_.words(Category::kHandling);
    for (size_t i = 0; i < codes.size(); ++i) {
      if (Has(record_.handling, codes[i])) {
        Add(words_.handling_obligations(static_cast<uint8_t>(i)), all_);
      }
    }
    if (binding_ != nullptr) Add(binding_->obligations, all_);
    for (const auto& [side, rule] : allows_) {
      Add(rule->obligations, all_);
      if (side == Side::kOrigin) Add(rule->obligations, origins_);
    }
    if (destination == nullptr) return;
    for (const auto& [family, wanted] : all_) {
      const bool honoured =
          std::any_of(destination->can_honour.begin(), destination->can_honour.end(),
                      [&, f = family, &w = wanted](const Obligation& declared) {
                        return declared.family == f && CompareObligations(declared, w) <= 0;
                      });
      if (!honoured) Refuse(Side::kDestination, "cannot-honour:" + wanted.text);
    }
  }

  static Texts Texted(const Strictest& obligations) {
    Texts out;
    for (const auto& [family, obligation] : obligations) out.push_back(obligation.text);
    std::sort(out.begin(), out.end());
    return out;
  }

  Decision Result() const {
    Decision out;
    out.at = t_;
    out.snapshot_number = parts_.number;
    out.snapshot_hash = parts_.hash;
    out.withheld = withheld_;
    out.matched.assign(matched_.begin(), matched_.end());
    out.reasons.assign(reasons_.begin(), reasons_.end());
    out.verdict = refused_            ? Verdict::kRefuse
                  : held_             ? Verdict::kHold
                  : withheld_.empty() ? Verdict::kRelease
                                      : Verdict::kReleaseInPart;
    if (refused_ || held_) return out;
    for (const size_t i : released_) out.released.push_back(static_cast<uint32_t>(i));
    out.obligations = Texted(all_);
    out.origin_obligations = Texted(origins_);
    return out;
  }

  const Vocabulary& words_;
  const SnapshotParts& parts_;
  const RecordLabels& record_;
  const RecipientLabels& to_;
  const Instant t_;
  const Instrument* known_instrument_ = nullptr;
  const Instrument* binding_ = nullptr;
  bool refused_ = false;
  bool held_ = false;
  std::set<size_t> released_;
  std::set<Side> forbidden_;
  std::vector<WithheldSection> withheld_;
  std::set<MatchedRule> matched_;
  std::set<SidedReason> reasons_;
  std::vector<std::pair<Side, const Rule*>> allows_;
  Strictest all_;
  Strictest origins_;
};

}  // namespace

Decision OracleDecide(const Vocabulary& vocabulary, const SnapshotParts& parts,
                      const RecordLabels& record, const RecipientLabels& recipient, Instant t) {
  return Oracle(vocabulary, parts, record, recipient, t).Run();
}

}  // namespace entente::policy::testing
