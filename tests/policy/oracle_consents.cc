#include "tests/policy/oracle_consents.h"

#include <algorithm>
#include <iterator>
#include <optional>

namespace entente::policy::testing {
namespace {

using Texts = std::vector<std::string>;

Texts Both(const Texts& a, const Texts& b) {
  Texts out;
  for (const std::string& word : a) {
    if (HasWord(b, word)) out.push_back(word);
  }
  return out;
}

bool HoldsTogether(const Rule& rule, const RecordLabels& record) {
  std::set<std::string> seen;
  for (const SectionLabels& section : record.sections) {
    if (rule.about.empty() || !Both(section.about, rule.about).empty()) {
      seen.insert(section.data.begin(), section.data.end());
    }
  }
  return std::all_of(rule.data.begin(), rule.data.end(),
                     [&](const std::string& data) { return seen.count(data) > 0; });
}

}  // namespace

std::set<Atom> AtomsOf(const SectionLabels& section) {
  std::set<Atom> out;
  for (const std::string& person : AxisOf(section.about)) {
    for (const std::string& data : AxisOf(section.data)) out.insert({person, data});
  }
  return out;
}

OracleConsents::OracleConsents(const Vocabulary& vocabulary, const SnapshotParts& parts,
                               const RecordLabels& record, const RecipientLabels& recipient,
                               Instant t)
    : words_(vocabulary),
      parts_(parts),
      record_(record),
      to_(recipient),
      t_(t),
      rules_(vocabulary, parts, record, recipient, t) {
  for (const ConsentLabels& consent : recipient.consents) given_.push_back(Judge(consent));
}

std::string OracleConsents::BarOfConsent(const ConsentLabels& consent) const {
  if (!InTime(consent)) return "time";
  if (rules_.Find(consent.source) == nullptr) return "source";
  if (StateIn(consent.source) == StateIn(record_.origin)) return "source";
  const Instrument* instrument = rules_.Known(consent.under);
  if (instrument == nullptr || !HasWord(instrument->purposes, record_.purpose)) return "instrument";
  if (!BarOf(*instrument, consent.source, to_.recipient, t_).empty()) return "instrument";
  const Policy* policy = rules_.InEffect(StateIn(consent.source));
  return policy == nullptr || !policy->valid.Holds(t_) ? "source-policy" : "";
}

bool OracleConsents::IsNamed(const ConsentLabels& consent, const Atom& atom) const {
  return HasWord(words_.words(Category::kPerson), atom.first) &&
         HasWord(words_.words(Category::kData), atom.second) &&
         HasWord(consent.about, atom.first) && HasWord(consent.data, atom.second);
}

// The record as the source would have sent it: its own data, and no more than the consent names.
RecordLabels OracleConsents::AsSource(const ConsentLabels& consent, const Texts& data) const {
  RecordLabels record = record_;
  record.origin = consent.source;
  record.obtained_from.clear();
  const Texts about = Both(consent.about, words_.words(Category::kPerson));
  for (SectionLabels& section : record.sections) {
    section.about = Both(section.about, about);
    section.data = Both(Both(section.data, consent.data), data);
  }
  std::erase_if(record.sections, [](const SectionLabels& section) {
    return section.about.empty() || section.data.empty();
  });
  return record;
}

OracleConsents::Given OracleConsents::Judge(const ConsentLabels& consent) {
  Given given{&consent, BarOfConsent(consent), {}, {}};
  if (given.bar.empty()) AskSource(given);
  return given;
}

void OracleConsents::AskSource(Given& given) {
  const ConsentLabels& consent = *given.consent;
  const Instrument& instrument = *rules_.Known(consent.under);
  const Policy& policy = *rules_.InEffect(StateIn(consent.source));
  const RecordLabels record = AsSource(consent, instrument.data);
  const RecipientLabels recipient{to_.recipient, consent.under};
  const OracleRules asked(words_, parts_, record, recipient, t_);
  for (const SectionLabels& section : record.sections) given.asked.merge(AtomsOf(section));

  std::set<Atom> allowed, withheld;
  std::vector<Obligation> duties = instrument.obligations;
  for (const Rule& rule : policy.outbound) {
    if (rule.kind == RuleKind::kNotTogether) {
      if (asked.Holds(rule, Direction::kOutbound, policy.jurisdiction) &&
          HoldsTogether(rule, record)) {
        given.bar = "source-together";
      }
      continue;
    }
    bool matches = false;
    for (const Atom& atom : given.asked) {
      if (!asked.HoldsFor(rule, Direction::kOutbound, policy.jurisdiction, atom.first,
                          atom.second)) {
        continue;
      }
      matches = true;
      if (rule.kind == RuleKind::kAllow) allowed.insert(atom);
      if (rule.kind == RuleKind::kWithhold) withheld.insert(atom);
    }
    if (!matches) continue;
    if (rule.kind == RuleKind::kForbid) given.bar = "source-forbid";
    if (rule.kind != RuleKind::kAllow) continue;
    duties.insert(duties.end(), rule.obligations.begin(), rule.obligations.end());
  }
  if (!given.bar.empty()) return;
  std::set_difference(allowed.begin(), allowed.end(), withheld.begin(), withheld.end(),
                      std::inserter(given.covered, given.covered.end()));
  if (given.covered.empty()) return;
  obligations_.insert(obligations_.end(), duties.begin(), duties.end());
  met_.insert("covers");
}

std::string OracleConsents::WhyNot(const Given& given, const Atom& atom) const {
  if (!IsNamed(*given.consent, atom)) return "words";
  if (!given.bar.empty()) return given.bar;
  return given.asked.count(atom) == 0 ? "instrument" : "source-policy";
}

bool OracleConsents::Covers(const std::string& state, const Atom& atom) {
  std::set<std::string> why;
  for (const Given& given : given_) {
    if (StateIn(given.consent->source) != state) continue;
    if (given.covered.count(atom) > 0) return true;
    why.insert(WhyNot(given, atom));
  }
  if (why.empty()) why.insert("no-consent");
  met_.merge(why);
  return false;
}

std::set<std::string> OracleConsents::AskedBy(const Rule& forbid) const {
  const std::optional<Parties>& named = forbid.obtained_from;
  const bool every = !named || named->another_state || rules_.NamesLostGroup(*named);
  std::set<std::string> states;
  for (const std::string& code : record_.obtained_from) {
    if (code != "ORG" && !IsJurisdiction(code)) return {};
    if (code == StateIn(record_.origin)) continue;
    if (every || rules_.Names(*named, code)) states.insert(code);
  }
  return states;
}

bool OracleConsents::Yields(const Rule& forbid, const std::set<Atom>& matched) {
  if (!forbid.unless_consent_of_source) return false;
  const std::set<std::string> states = AskedBy(forbid);
  size_t agreed = 0;
  for (const std::string& state : states) {
    size_t covered = 0;
    for (const Atom& atom : matched) covered += Covers(state, atom) ? 1 : 0;
    agreed += covered == matched.size() ? 1 : 0;
  }
  const bool yields = agreed == states.size() && !states.empty();
  if (yields) met_.insert("yields");
  if (yields && states.size() > 1) met_.insert("yields-to-several");
  if (!yields && agreed > 0) met_.insert("other-state");
  return yields;
}

bool OracleConsents::PersonLetGo() {
  std::set<Atom> named, all;
  for (const SectionLabels& section : record_.sections) all.merge(AtomsOf(section));
  for (const ConsentLabels& consent : to_.consents) {
    if (consent.source != record_.origin || consent.under != to_.under || !InTime(consent)) {
      continue;
    }
    for (const Atom& atom : all) {
      if (IsNamed(consent, atom)) named.insert(atom);
    }
  }
  if (all.empty() || named != all) return false;
  met_.insert("let-go");
  return true;
}

}  // namespace entente::policy::testing
