#include "tests/policy/oracle.h"

#include <algorithm>
#include <map>
#include <set>

#include "tests/policy/oracle_consents.h"
#include "tests/policy/oracle_override.h"
#include "tests/policy/oracle_rules.h"

namespace entente::policy::testing {
namespace {

using Texts = std::vector<std::string>;

constexpr size_t kMostConsents = 16;

class Oracle {
 public:
  Oracle(const Vocabulary& vocabulary, const SnapshotParts& parts, const RecordLabels& record,
         const RecipientLabels& recipient, Instant t)
      : words_(vocabulary),
        parts_(parts),
        record_(record),
        to_(recipient),
        t_(t),
        rules_(vocabulary, parts, record, recipient, t),
        consents_(vocabulary, parts, record, recipient, t),
        override_(vocabulary, recipient, t) {}

  Decision Run() {
    if (to_.consents.size() > kMostConsents) return Undecided();
    Labels();
    const Policy* origin = Origin();
    const Policy* destination = Destination();
    Instruments();
    for (size_t i = 0; i < record_.sections.size(); ++i) Section(i, origin, destination);
    if (origin != nullptr) Forbids(*origin, Direction::kOutbound, Side::kOrigin);
    if (destination != nullptr) Forbids(*destination, Direction::kInbound, Side::kDestination);
    if (origin != nullptr && destination != nullptr) {
      Together(*origin, Direction::kOutbound, Side::kOrigin);
      Together(*destination, Direction::kInbound, Side::kDestination);
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

  std::set<std::string> met() {
    std::set<std::string> out = consents_.met();
    out.merge(override_.met());
    return out;
  }

 private:
  void Refuse(Side side, const std::string& reason) {
    refused_ = true;
    reasons_.insert({side, reason});
  }

  void Hold(Side side, const std::string& reason) {
    held_ = true;
    reasons_.insert({side, reason});
  }

  void Word(Category category, const std::string& word, const std::string& label) {
    if (word.empty()) {
      Refuse(Side::kRecord, "label-missing:" + label);
    } else if (!HasWord(words_.words(category), word)) {
      Refuse(Side::kRecord, "label-unknown:" + label);
    }
  }

  void Set(Category category, const Texts& set, const std::string& label) {
    if (set.empty()) Refuse(Side::kRecord, "label-missing:" + label);
    for (const std::string& word : set) Word(category, word, label);
  }

  void End(const std::string& agency, const std::string& label) {
    if (agency.empty()) return Refuse(Side::kRecord, "label-missing:" + label);
    if (rules_.Find(agency) == nullptr) Refuse(Side::kRecord, "label-unknown:" + label);
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
    } else if (!rules_.EvaluationKnown()) {
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
    if (HasWord(record_.handling, "H3") && !consents_.PersonLetGo()) {
      Hold(Side::kRecord, "handling-needs-person");
    }
  }

  void WaitOrRefuse(const std::string& reason) {
    const bool in_the_hour = record_.created && t_ - *record_.created < int64_t{3'600'000};
    if (record_.sent_under > 0 && in_the_hour) {
      Hold(Side::kOrigin, reason);
    } else {
      Refuse(Side::kOrigin, reason);
    }
  }

  const Policy* Origin() {
    const Policy* policy = rules_.InEffect(StateIn(record_.origin));
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
    const Policy* policy = rules_.InEffect(StateIn(to_.recipient));
    if (policy == nullptr) {
      Refuse(Side::kDestination, "destination-policy-absent");
    } else if (!policy->valid.Holds(t_)) {
      Refuse(Side::kDestination, "policy-expired");
      policy = nullptr;
    }
    return policy;
  }

  void Instruments() {
    if (to_.under.empty()) return;
    const Instrument* known = rules_.Known(to_.under);
    if (known == nullptr) return Refuse(Side::kInstrument, "instrument-unknown");
    const Instrument& it = *known;
    const std::string bar = BarOf(it, record_.origin, to_.recipient, t_);
    if (!bar.empty()) return Refuse(Side::kInstrument, bar);
    if (!HasWord(words_.words(Category::kPurpose), record_.purpose)) return;
    if (!HasWord(it.purposes, record_.purpose))
      return Refuse(Side::kInstrument, "instrument-purpose");
    binding_ = &it;
    matched_.insert({Side::kInstrument, it.id, it.title});
  }

  void SectionBy(const Policy& policy, Direction direction, Side side, const SectionLabels& section,
                 WithheldSection& withheld) {
    std::set<std::string> reasons;
    for (const auto& [person, data] : AtomsOf(section)) {
      bool allowed = false;
      for (const Rule& rule : HalfOf(policy, direction)) {
        if (rule.kind == RuleKind::kNotTogether || rule.kind == RuleKind::kForbid ||
            !rules_.HoldsFor(rule, direction, policy.jurisdiction, person, data)) {
          continue;
        }
        matched_.insert({side, rule.id, rule.title});
        if (rule.kind == RuleKind::kAllow) {
          allowed = true;
          allows_.push_back({side, &rule});
        } else {
          reasons.insert("withheld");
          withheld.rules.push_back({side, rule.id, rule.title});
        }
      }
      if (!allowed) reasons.insert("no-rule-allows");
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
          return !HasWord(words_.words(Category::kData), data) || HasWord(binding_->data, data);
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

  static const std::vector<Rule>& HalfOf(const Policy& policy, Direction direction) {
    return direction == Direction::kOutbound ? policy.outbound : policy.inbound;
  }

  // Of what the override leaves each State that is asked has consented to each atom.
  bool YieldsToOverride(const Rule& rule, Direction direction, const std::set<Atom>& matched) {
    const std::set<Atom> overridden = override_.StandsInFor(rule, direction, matched);
    if (overridden.empty()) return false;
    const std::set<std::string> states = consents_.AskedBy(rule);
    if (states.empty()) override_.met().insert("override-nobody-asked");
    bool yields = !states.empty();
    for (const Atom& atom : matched) {
      if (overridden.count(atom) > 0) continue;
      for (const std::string& state : states) yields = yields && consents_.Covers(state, atom);
    }
    if (!yields) return false;
    override_.met().insert("override-yields");
    if (states.size() > 1) override_.met().insert("override-yields-for-several");
    if (overridden.size() < matched.size()) override_.met().insert("override-shares");
    return true;
  }

  bool Yields(const Rule& rule, Direction direction, const std::set<Atom>& matched) {
    return consents_.Yields(rule, matched) || YieldsToOverride(rule, direction, matched);
  }

  void Forbids(const Policy& policy, Direction direction, Side side) {
    const std::string& own = policy.jurisdiction;
    for (const Rule& rule : HalfOf(policy, direction)) {
      if (rule.kind != RuleKind::kForbid) continue;
      std::set<Atom> matched;
      for (const SectionLabels& section : record_.sections) {
        for (const Atom& atom : AtomsOf(section)) {
          if (rules_.HoldsFor(rule, direction, own, atom.first, atom.second)) matched.insert(atom);
        }
      }
      if (matched.empty() || Yields(rule, direction, matched)) continue;
      Refuse(side, "forbidden");
      matched_.insert({side, rule.id, rule.title});
    }
  }

  void Together(const Policy& policy, Direction direction, Side side) {
    for (const Rule& rule : HalfOf(policy, direction)) {
      if (rule.kind != RuleKind::kNotTogether ||
          !rules_.Holds(rule, direction, policy.jurisdiction)) {
        continue;
      }
      std::set<std::string> seen;
      for (const size_t i : released_) {
        const SectionLabels& section = record_.sections[i];
        const bool about =
            rule.about.empty() ||
            std::any_of(section.about.begin(), section.about.end(),
                        [&](const std::string& p) { return HasWord(rule.about, p); });
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
      if (HasWord(record_.handling, codes[i])) {
        Add(words_.handling_obligations(static_cast<uint8_t>(i)), all_);
      }
    }
    if (binding_ != nullptr) Add(binding_->obligations, all_);
    Add(consents_.obligations(), all_);
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

  Decision Empty() const {
    Decision out;
    out.at = t_;
    out.snapshot_number = parts_.number;
    out.snapshot_hash = parts_.hash;
    return out;
  }

  Decision Undecided() const {
    Decision out = Empty();
    out.verdict = Verdict::kRefuse;
    out.reasons = {{Side::kRecord, "engine-failed"}};
    return out;
  }

  Decision Result() const {
    Decision out = Empty();
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
  const OracleRules rules_;
  OracleConsents consents_;
  OracleOverride override_;
  const Instrument* binding_ = nullptr;
  bool refused_ = false;
  bool held_ = false;
  std::set<size_t> released_;
  std::vector<WithheldSection> withheld_;
  std::set<MatchedRule> matched_;
  std::set<SidedReason> reasons_;
  std::vector<std::pair<Side, const Rule*>> allows_;
  Strictest all_;
  Strictest origins_;
};

}  // namespace

Decision OracleDecide(const Vocabulary& vocabulary, const SnapshotParts& parts,
                      const RecordLabels& record, const RecipientLabels& recipient, Instant t,
                      std::set<std::string>* met) {
  Oracle oracle(vocabulary, parts, record, recipient, t);
  Decision decision = oracle.Run();
  if (met != nullptr) *met = oracle.met();
  return decision;
}

}  // namespace entente::policy::testing
