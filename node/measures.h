// What an agency's answers to a lead come to: each measure as it was told last, and what cannot be
// so. Pure; safe from any thread.
#pragma once

#include <cstdint>
#include <span>

#include "core/base/instant.h"
#include "entente/v1/desk_lead.pb.h"

namespace entente::node {

struct ToldAnswer {
  uint32_t number = 0;
  // nullptr: it cannot be read any more, or not for this purpose. What it told is not known then,
  // and nothing that follows contradicts it.
  const v1::LeadAnswer* answer = nullptr;
};

// Fills measures, by their numbers, and contradictions. `answers`: of one agency, in the order in
// which they count; a measure stands as the last of them has it.
void Stand(std::span<const ToldAnswer> answers, Instant now, v1::LeadStanding& standing);

// Whether it would end by itself, and has not ended in another way.
bool CanLapse(const v1::TakenMeasure& measure);

}  // namespace entente::node
