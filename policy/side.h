// One side's answer: which rules match, and what they say of each section. Internal to policy/.
// Allocates nothing.
#pragma once

#include "policy/bound.h"

namespace entente::policy {

struct SideAnswer {
  Mask record;             // rules whose conditions on the record hold
  Mask matched;            // allows, withholds and forbids that match some atom
  uint32_t uncovered = 0;  // bit i: some atom of section i has no allow
  uint32_t withheld = 0;   // bit i: some atom of section i has a withhold
};

// The rules whose one condition on the record holds; their meet is what holds of all conditions.
Mask PartyMask(const SideTables& side, const Tables& tables, const BoundEnd& other, Instant t);
Mask ObtainedMask(const SideTables& side, const Tables& tables, const Bound& bound, Instant t);
// The rules of which `obtained_from` names this State, or that do not ask.
Mask SourceMask(const SideTables& side, const Tables& tables, const Bound& bound, uint16_t state,
                Instant t);
Mask HandlingMask(const SideTables& side, const Bound& bound);
Mask UnderMask(const SideTables& side, uint32_t instrument);

SideAnswer AnswerOf(const SideTables& side, const Tables& tables, const Bound& bound, Instant t);

// Of these rules some allow matches the atom, and no withhold.
bool Releases(const SideTables& side, const Mask& rules, size_t person, size_t data);

// The withholds that match some atom of a section.
Mask WithholdsOf(const SideTables& side, const SideAnswer& answer, const BoundSection& section);

// Those not_together rules whose categories all stand in the released sections.
Mask TogetherHits(const SideTables& side, const SideAnswer& answer, const Bound& bound,
                  uint32_t released);

// What the allows among these rules oblige to.
void AddObligations(const SideTables& side, const Mask& matched, ObligationSet& out);

}  // namespace entente::policy
