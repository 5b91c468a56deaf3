#include "policy/decision.h"

#include <algorithm>
#include <array>

namespace entente::policy {
namespace {

constexpr std::array<std::string_view, 4> kVerdicts = {"release", "release-in-part", "hold",
                                                       "refuse"};

constexpr std::array<std::string_view, 20> kReasons = {"label-missing",
                                                       "label-unknown",
                                                       "origin-policy-absent",
                                                       "destination-policy-absent",
                                                       "policy-expired",
                                                       "snapshot-behind",
                                                       "instrument-unknown",
                                                       "instrument-not-in-force",
                                                       "instrument-not-party",
                                                       "instrument-purpose",
                                                       "no-rule-allows",
                                                       "withheld",
                                                       "forbidden",
                                                       "not-together",
                                                       "nothing-left",
                                                       "essential-missing",
                                                       "cannot-honour",
                                                       "handling-needs-person",
                                                       "quorum-needed",
                                                       "engine-failed"};

bool TakesSubject(std::string_view word) {
  return word == "label-missing" || word == "label-unknown" || word == "cannot-honour";
}

// What a State's rules said, as against what anyone may know of it: that it has no policy, or
// cannot honour an obligation.
bool SpeaksOfRules(std::string_view reason) {
  return reason == PolicyReasonWord(PolicyReason::kNoRuleAllows) ||
         reason == PolicyReasonWord(PolicyReason::kWithheld) ||
         reason == PolicyReasonWord(PolicyReason::kForbidden) ||
         reason == PolicyReasonWord(PolicyReason::kNotTogether);
}

// Makes the part of a decision that one reader may see.
class Viewer {
 public:
  explicit Viewer(bool hides_destination) : hides_destination_(hides_destination) {}

  std::vector<MatchedRule> Rules(const std::vector<MatchedRule>& rules) const {
    std::vector<MatchedRule> out;
    for (const MatchedRule& rule : rules) {
      if (!hides_destination_ || rule.side != Side::kDestination) out.push_back(rule);
    }
    return out;
  }

  std::vector<std::string> Reasons(const std::vector<SidedReason>& reasons) {
    std::vector<std::string> out;
    for (const SidedReason& reason : reasons) {
      const bool hidden =
          hides_destination_ && reason.side == Side::kDestination && SpeaksOfRules(reason.text);
      hid_a_reason_ |= hidden;
      if (!hidden) out.push_back(reason.text);
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

  bool hid_a_reason() const { return hid_a_reason_; }

 private:
  const bool hides_destination_;
  bool hid_a_reason_ = false;
};

}  // namespace

std::vector<std::string> RuleIdsOf(const std::vector<MatchedRule>& rules) {
  std::vector<std::string> out;
  for (const MatchedRule& rule : rules) out.push_back(rule.id);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::string_view VerdictWord(Verdict verdict) { return kVerdicts[static_cast<size_t>(verdict)]; }

std::optional<Verdict> VerdictFromWord(std::string_view word) {
  const auto found = std::find(kVerdicts.begin(), kVerdicts.end(), word);
  if (found == kVerdicts.end()) return std::nullopt;
  return static_cast<Verdict>(found - kVerdicts.begin());
}

std::string_view PolicyReasonWord(PolicyReason reason) {
  return kReasons[static_cast<size_t>(reason)];
}

bool IsPolicyReason(std::string_view text) {
  const size_t colon = text.find(':');
  const std::string_view word = text.substr(0, colon);
  if (std::find(kReasons.begin(), kReasons.end(), word) == kReasons.end()) return false;
  const bool has_subject = colon != text.npos && colon + 1 < text.size();
  return TakesSubject(word) ? has_subject : colon == text.npos;
}

Decision EngineFailed(Instant at, uint64_t snapshot_number, const Digest& snapshot_hash) {
  Decision out;
  out.verdict = Verdict::kRefuse;
  out.reasons = {{Side::kRecord, std::string(PolicyReasonWord(PolicyReason::kEngineFailed))}};
  out.at = at;
  out.snapshot_number = snapshot_number;
  out.snapshot_hash = snapshot_hash;
  return out;
}

std::vector<std::string> VisibleDecision::RuleIds() const { return RuleIdsOf(rules); }

VisibleDecision ViewFor(Reader reader, const Decision& decision) {
  Viewer viewer(reader == Reader::kOrigin && !decision.destination_public);
  VisibleDecision out;
  out.verdict = decision.verdict;
  out.released = decision.released;
  for (const WithheldSection& section : decision.withheld) {
    out.withheld.push_back(
        {section.section, RuleIdsOf(viewer.Rules(section.rules)), viewer.Reasons(section.reasons)});
  }
  out.obligations = decision.obligations;
  out.rules = viewer.Rules(decision.matched);
  out.reasons = viewer.Reasons(decision.reasons);
  if (viewer.hid_a_reason()) out.contact = decision.destination_contact;
  return out;
}

}  // namespace entente::policy
