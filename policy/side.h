// One side's answer: which rules match, and what they say of each section. Internal to policy/.
#pragma once

#include <array>

#include "policy/bound.h"

namespace entente::policy {

struct SectionAnswer {
  bool uncovered = false;  // some atom has no allow
  Mask withholds;          // the withholds that match some atom
  bool released() const { return !uncovered && !withholds.any(); }
};

struct SideAnswer {
  Mask matched;  // allows, withholds and forbids that match some atom
  Mask forbids;
  Mask together;  // not_together rules whose conditions on the record hold
  std::array<SectionAnswer, limits::kSections> sections;
};

// The rules whose one condition on the record holds; their meet is what holds of all conditions.
Mask PartyMask(const SideTables& side, const Tables& tables, const BoundEnd& other, Instant t);
Mask ObtainedMask(const SideTables& side, const Tables& tables, const Bound& bound, Instant t);
Mask HandlingMask(const SideTables& side, const Bound& bound);
Mask UnderMask(const SideTables& side, uint32_t instrument);

SideAnswer AnswerOf(const SideTables& side, const Tables& tables, const Bound& bound, Instant t);

// Those of `answer.together` whose categories all stand in the released sections.
Mask TogetherHits(const SideTables& side, const SideAnswer& answer, const Bound& bound,
                  uint32_t released);

}  // namespace entente::policy
