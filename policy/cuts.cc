#include "policy/cuts.h"

#include <vector>

#include "policy/alone.h"

namespace entente::policy {
namespace {

// What may not go together concerns whoever permits a part of it.
Policy PartByPart(const Policy& policy) {
  Policy out = policy;
  for (auto* half : {&out.outbound, &out.inbound}) {
    for (Rule& rule : *half) {
      if (rule.kind == RuleKind::kNotTogether) rule.kind = RuleKind::kWithhold;
    }
  }
  return out;
}

}  // namespace

absl::StatusOr<Cuts> CutsOf(const RenderSetting& setting, const Policy& policy,
                            Direction direction) {
  const Policy parts = PartByPart(policy);
  const auto alone = Alone::Compile(parts, setting.vocabulary, setting.groups, setting.instruments);
  if (!alone.ok()) return alone.status();
  const SideTables* const rules = alone->RulesAt(direction, setting.at);
  if (rules == nullptr) return Cuts();
  const auto space = alone->SpaceAt(direction, setting.at);
  if (!space.ok()) return space.status();

  const auto& half = direction == Direction::kOutbound ? policy.outbound : policy.inbound;
  std::vector<Mask> against(half.size());
  space->ForEach([&](const Point&, const std::vector<Hit>& hits) {
    const Hit& hit = hits.front();
    if (!hit.served || !hit.covered) return false;
    const Mask others = hit.rules & rules->deny;
    (hit.rules & rules->allow).ForEach([&](size_t allow) { against[allow] |= others; });
    return false;
  });
  Cuts out;
  for (size_t i = 0; i < half.size(); ++i) {
    against[i].ForEach([&](size_t other) { out[half[i].id].insert(half[other].id); });
  }
  return out;
}

}  // namespace entente::policy
