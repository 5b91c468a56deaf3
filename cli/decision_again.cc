#include "cli/decision_again.h"

#include <algorithm>
#include <iterator>

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
  return AreSame(policy::ViewFor(policy::Reader::kOrigin, again), line.logged);
}

}  // namespace entente::cli
