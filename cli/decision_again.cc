#include "cli/decision_again.h"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "core/ledger/parts.h"
#include "policy/decide.h"
#include "policy/obligation.h"

namespace entente::cli {
namespace {

bool Releases(policy::Verdict verdict) { return verdict <= policy::Verdict::kReleaseInPart; }

bool KeepsBack(const policy::Decision& own, const policy::VisibleDecision& logged) {
  if (!Releases(logged.verdict)) return true;
  return own.releases() && std::ranges::includes(own.released, logged.released);
}

bool Obliges(const policy::Decision& own, const policy::VisibleDecision& logged,
             const policy::Vocabulary& vocabulary) {
  if (!Releases(logged.verdict)) return true;
  return std::ranges::all_of(own.obligations, [&](const std::string& wanted) {
    return std::ranges::any_of(logged.obligations, [&](const std::string& given) {
      return policy::IsAsStrict(given, wanted, vocabulary.obligation_forms());
    });
  });
}

// A section is known here by its number.
SectionId IdOf(uint32_t section) {
  SectionId id{};
  std::memcpy(id.data(), &section, sizeof(section));
  return id;
}

v1::RecipientDecision ToProto(const policy::VisibleDecision& from) {
  v1::RecipientDecision out;
  out.set_verdict(ledger::ToProto(from.verdict));
  for (const policy::VisibleSection& section : from.withheld) {
    v1::WithheldSection& one = *out.add_withheld();
    one.set_section_id(ToString(IdOf(section.section)));
    one.mutable_rules()->Assign(section.rules.begin(), section.rules.end());
    one.mutable_reasons()->Assign(section.reasons.begin(), section.reasons.end());
  }
  out.mutable_obligations()->Assign(from.obligations.begin(), from.obligations.end());
  const std::vector<std::string> rules = from.RuleIds();
  out.mutable_rules()->Assign(rules.begin(), rules.end());
  out.mutable_reasons()->Assign(from.reasons.begin(), from.reasons.end());
  out.set_contact(from.contact);
  return out;
}

// What the log must say after `now`, when it said `before` until then.
policy::VisibleDecision Narrowed(const policy::VisibleDecision& before,
                                 const policy::VisibleDecision& now, size_t sections,
                                 const policy::Vocabulary& vocabulary) {
  std::vector<SectionId> ids;
  for (uint32_t i = 0; i < sections; ++i) ids.push_back(IdOf(i));
  auto narrowed = ledger::ReadDecision(
      ledger::Narrowed(ToProto(before), ToProto(now), sections, vocabulary), ids);
  return narrowed.ok() ? *std::move(narrowed) : now;
}

bool AreSame(const policy::VisibleDecision& a, const policy::VisibleDecision& b) {
  return a.verdict == b.verdict && a.released == b.released && a.withheld == b.withheld &&
         a.obligations == b.obligations && a.RuleIds() == b.RuleIds() && a.reasons == b.reasons &&
         a.contact == b.contact;
}

}  // namespace

std::string StateOf(const std::string& agency) { return agency.substr(0, agency.find('.')); }

bool IsOneSided(const TextsInForce& texts, const DecisionLine& line) {
  if (!texts.Holds(StateOf(line.recipient))) return true;
  if (!line.labels) return false;
  const policy::LabelsFile& labels = *line.labels;
  return std::ranges::any_of(labels.recipient.consents, [&](const auto& consent) {
    return consent.source != labels.record.origin && !texts.Holds(StateOf(consent.source));
  });
}

policy::Decision DecideAgain(const TextsInForce& texts, const policy::Snapshot& snapshot,
                             const DecisionLine& line) {
  const auto& [record, recipient] = *line.labels;
  return IsOneSided(texts, line) ? policy::DecideOutbound(snapshot, record, recipient, line.instant)
                                 : policy::Decide(snapshot, record, recipient, line.instant);
}

std::vector<policy::MatchedRule> OverriddenRules(const TextsInForce& texts,
                                                 const policy::Snapshot& snapshot,
                                                 const DecisionLine& line) {
  DecisionLine without = line;
  without.labels->recipient.emergency.reset();
  const policy::Decision before = DecideAgain(texts, snapshot, without);
  const policy::Decision after = DecideAgain(texts, snapshot, line);
  std::vector<policy::MatchedRule> out;
  std::set_difference(before.matched.begin(), before.matched.end(), after.matched.begin(),
                      after.matched.end(), std::back_inserter(out));
  return out;
}

bool IsAsLogged(const TextsInForce& texts, const policy::Decision& again,
                const DecisionLine& line) {
  if (IsOneSided(texts, line)) {
    return KeepsBack(again, line.logged) && Obliges(again, line.logged, texts.vocabulary());
  }
  policy::VisibleDecision expected = policy::ViewFor(policy::Reader::kOrigin, again);
  if (line.before) {
    expected =
        Narrowed(*line.before, expected, line.labels->record.sections.size(), texts.vocabulary());
  }
  return AreSame(expected, line.logged);
}

}  // namespace entente::cli
