// Between policy's decision and the log's: core/ledger/parts.h.
#include <algorithm>
#include <utility>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/ledger/parts.h"

namespace entente::ledger {
namespace {

absl::StatusOr<uint32_t> PositionOf(std::string_view id, std::span<const SectionId> sections) {
  const auto wanted = FixedBytes<16>(id);
  const auto found = wanted ? std::find(sections.begin(), sections.end(), *wanted) : sections.end();
  if (found == sections.end()) {
    return Refuse(Reason::kMalformed, "A decision names a section that the record does not have.");
  }
  return static_cast<uint32_t>(found - sections.begin());
}

v1::WithheldSection ToProto(const policy::VisibleSection& section, const SectionId& id,
                            const std::vector<policy::MatchedRule>& visible) {
  v1::WithheldSection out;
  for (const std::string& rule : section.rules) {
    const auto found = std::find_if(visible.begin(), visible.end(),
                                    [&](const auto& one) { return one.id == rule; });
    out.add_titles(found == visible.end() ? "" : found->title);
  }
  out.set_section_id(ToString(id));
  out.mutable_rules()->Assign(section.rules.begin(), section.rules.end());
  out.mutable_reasons()->Assign(section.reasons.begin(), section.reasons.end());
  return out;
}

std::vector<uint32_t> NotWithheld(const policy::VisibleDecision& decision, size_t sections) {
  std::vector<uint32_t> out;
  for (uint32_t i = 0; i < sections; ++i) {
    const auto same = [&](const policy::VisibleSection& held) { return held.section == i; };
    if (std::none_of(decision.withheld.begin(), decision.withheld.end(), same)) out.push_back(i);
  }
  return out;
}

}  // namespace

v1::Verdict ToProto(policy::Verdict verdict) {
  switch (verdict) {
    case policy::Verdict::kRelease:
      return v1::VERDICT_RELEASE;
    case policy::Verdict::kReleaseInPart:
      return v1::VERDICT_RELEASE_IN_PART;
    case policy::Verdict::kHold:
      return v1::VERDICT_HOLD;
    case policy::Verdict::kRefuse:
      break;
  }
  return v1::VERDICT_REFUSE;
}

std::optional<policy::Verdict> FromProto(v1::Verdict verdict) {
  switch (verdict) {
    case v1::VERDICT_RELEASE:
      return policy::Verdict::kRelease;
    case v1::VERDICT_RELEASE_IN_PART:
      return policy::Verdict::kReleaseInPart;
    case v1::VERDICT_HOLD:
      return policy::Verdict::kHold;
    case v1::VERDICT_REFUSE:
      return policy::Verdict::kRefuse;
    default:
      return std::nullopt;
  }
}

v1::RecipientDecision DecisionFor(policy::Reader reader, std::string_view recipient,
                                  const policy::Decision& decision,
                                  std::span<const SectionId> sections) {
  const policy::VisibleDecision view = policy::ViewFor(reader, decision);
  v1::RecipientDecision out;
  out.set_recipient(std::string(recipient));
  out.set_verdict(ToProto(view.verdict));
  std::vector<std::pair<SectionId, const policy::VisibleSection*>> withheld;
  for (const policy::VisibleSection& one : view.withheld) {
    withheld.emplace_back(sections[one.section], &one);
  }
  std::sort(withheld.begin(), withheld.end());
  for (const auto& [id, one] : withheld) *out.add_withheld() = ToProto(*one, id, view.rules);
  out.mutable_obligations()->Assign(view.obligations.begin(), view.obligations.end());
  const std::vector<std::string> rules = view.RuleIds();
  out.mutable_rules()->Assign(rules.begin(), rules.end());
  out.mutable_reasons()->Assign(view.reasons.begin(), view.reasons.end());
  out.set_contact(view.contact);
  return out;
}

absl::StatusOr<policy::VisibleDecision> ReadDecision(const v1::RecipientDecision& decision,
                                                     std::span<const SectionId> sections) {
  const auto verdict = FromProto(decision.verdict());
  if (!verdict) return Refuse(Reason::kMalformed, "A decision has a verdict that is not listed.");
  policy::VisibleDecision out;
  out.verdict = *verdict;
  for (const v1::WithheldSection& one : decision.withheld()) {
    const auto position = PositionOf(one.section_id(), sections);
    if (!position.ok()) return position.status();
    out.withheld.push_back({.section = *position,
                            .rules = {one.rules().begin(), one.rules().end()},
                            .reasons = {one.reasons().begin(), one.reasons().end()}});
  }
  std::sort(out.withheld.begin(), out.withheld.end(),
            [](const auto& a, const auto& b) { return a.section < b.section; });
  if (*verdict <= policy::Verdict::kReleaseInPart) out.released = NotWithheld(out, sections.size());
  out.obligations.assign(decision.obligations().begin(), decision.obligations().end());
  for (const std::string& id : decision.rules()) {
    out.rules.push_back({.side = policy::Side::kRecord, .id = id, .title = {}});
  }
  out.reasons.assign(decision.reasons().begin(), decision.reasons().end());
  out.contact = decision.contact();
  return out;
}

}  // namespace entente::ledger
