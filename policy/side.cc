#include "policy/side.h"

#include <bit>

namespace entente::policy {
namespace {

// Rules that name this State, itself or by a group that it is a member of at t.
Mask NamedState(const PartyTable& table, const Tables& tables, uint16_t state, Instant t) {
  Mask named = table.states.Of(state);
  for (const GroupSpan& span : tables.groups_of[state]) {
    if (span.member.Holds(t)) named |= table.groups.Of(span.group);
  }
  return named;
}

Mask Obtained(const PartyTable& table, const Tables& tables, const Bound& bound, uint16_t state,
              Instant t) {
  Mask hit = NamedState(table, tables, state, t);
  if (state != bound.origin.state) hit |= table.another_state;
  return hit;
}

}  // namespace

Mask PartyMask(const SideTables& side, const Tables& tables, const BoundEnd& other, Instant t) {
  const PartyTable& table = side.party;
  if (!other.known || other.state >= kStates) return table.unasked | side.deny;
  const Mask named = NamedState(table, tables, other.state, t) | table.agencies.Of(other.number);
  if (other.state == side.own_state || other.state == kOrgState) {
    return table.unasked | (named & ~table.except);
  }
  return table.unasked | table.everyone | (named ^ table.except);
}

// A withhold or forbid is satisfied by one of the States, an allow only by all of them.
Mask ObtainedMask(const SideTables& side, const Tables& tables, const Bound& bound, Instant t) {
  const PartyTable& table = side.obtained_from;
  if (bound.obtained_unknown) return table.unasked | side.deny;
  if (bound.obtained_from->empty()) return table.unasked;
  Mask one;
  Mask all = side.allow;
  for (const std::string& code : *bound.obtained_from) {
    const Mask hit = Obtained(table, tables, bound, StateNumber(code), t);
    one |= hit;
    all &= hit;
  }
  return table.unasked | (one & side.deny) | all;
}

Mask SourceMask(const SideTables& side, const Tables& tables, const Bound& bound, uint16_t state,
                Instant t) {
  return side.obtained_from.unasked | Obtained(side.obtained_from, tables, bound, state, t);
}

Mask HandlingMask(const SideTables& side, const Bound& bound) {
  if (bound.handling.unknown()) return side.handling.back();
  if (std::has_single_bit(bound.handling.words())) {
    return side.handling[std::countr_zero(bound.handling.words())];
  }
  Mask one;
  Mask all = side.allow;
  for (uint32_t codes = bound.handling.words(); codes != 0; codes &= codes - 1) {
    const Mask& hit = side.handling[std::countr_zero(codes)];
    one |= hit;
    all &= hit;
  }
  return (one & side.deny) | all;
}

Mask UnderMask(const SideTables& side, uint32_t instrument) {
  if (instrument == kNone) return side.under_unasked | side.under_unknown;
  return side.under_unasked | side.under.Of(instrument);
}

namespace {

// The rules whose conditions on the record hold, whatever its sections.
Mask RecordMask(const SideTables& side, const Tables& tables, const Bound& bound, Instant t) {
  const BoundEnd& other = side.direction == Direction::kOutbound ? bound.recipient : bound.origin;
  Mask out = PartyMask(side, tables, other, t);
  out &= ObtainedMask(side, tables, bound, t);
  out &= HandlingMask(side, bound);
  out &= UnderMask(side, bound.instrument);
  out &= side.to_kind[bound.recipient.kind];
  out &= side.from_kind[bound.origin.kind];
  out &= side.purpose[bound.purpose];
  out &= side.record[bound.kind];
  out &= side.evaluation[bound.evaluation];
  return out;
}

size_t LowestBit(uint64_t bits) { return static_cast<unsigned>(std::countr_zero(bits)); }

// Calls visit(hit) with the rules that match, for each atom.
template <typename Visit>
[[gnu::always_inline]] inline void ForEachAtom(const SideTables& side, const Mask& record,
                                               const BoundSection& section, Visit visit) {
  for (uint64_t persons = section.about.rows; persons != 0; persons &= persons - 1) {
    const Mask of_person = record & side.person[LowestBit(persons)];
    for (uint64_t data = section.data.rows; data != 0; data &= data - 1) {
      visit(of_person & side.data[LowestBit(data)]);
    }
  }
}

}  // namespace

SideAnswer AnswerOf(const SideTables& side, const Tables& tables, const Bound& bound, Instant t) {
  const Mask record = RecordMask(side, tables, bound, t);
  const Mask allow = side.allow;
  const Mask withhold = record & side.withhold;
  const bool may_withhold = withhold.any();
  SideAnswer answer{.record = record, .matched = {}};
  Mask matched;
  for (uint32_t i = 0; i < bound.section_count; ++i) {
    Mask of_section;
    bool covered = true;
    ForEachAtom(side, record, bound.sections[i], [&](const Mask& hit) {
      of_section |= hit;
      covered &= (hit & allow).any();
    });
    matched |= of_section;
    answer.uncovered |= uint32_t{!covered} << i;
    if (may_withhold) answer.withheld |= uint32_t{(of_section & withhold).any()} << i;
  }
  answer.matched = matched;
  return answer;
}

bool Releases(const SideTables& side, const Mask& rules, size_t person, size_t data) {
  const Mask hit = rules & side.person[person] & side.data[data];
  return (hit & side.allow).any() && !(hit & side.withhold).any();
}

Mask WithholdsOf(const SideTables& side, const SideAnswer& answer, const BoundSection& section) {
  Mask out;
  ForEachAtom(side, answer.record & side.withhold, section, [&](const Mask& hit) { out |= hit; });
  return out;
}

Mask TogetherHits(const SideTables& side, const SideAnswer& answer, const Bound& bound,
                  uint32_t released) {
  Mask hits;
  (answer.record & side.together).ForEach([&](size_t rule) {
    const RuleRow& row = side.rules[rule];
    uint32_t seen = 0;
    for (uint32_t i = 0; i < bound.section_count; ++i) {
      const BoundSection& section = bound.sections[i];
      if ((released >> i & 1u) != 0 && (section.about.words() & row.together_about) != 0) {
        seen |= section.data.words();
      }
    }
    if ((seen & row.together_data) == row.together_data) hits.Set(rule);
  });
  return hits;
}

void AddObligations(const SideTables& side, const Mask& matched, ObligationSet& out) {
  for (const Obliging& one : side.obliging) {
    if (one.number < out.strictest[one.family] && (one.rules & matched).any()) {
      out.strictest[one.family] = one.number;
    }
  }
}

}  // namespace entente::policy
