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

Mask PartyMask(const SideTables& side, const Tables& tables, const BoundEnd& other, Instant t) {
  const PartyTable& table = side.party;
  if (!other.known || other.state >= kStates) return table.unasked | side.deny;
  const Mask named = NamedState(table, tables, other.state, t) | table.agencies.Of(other.number);
  Mask out = table.unasked | (named & ~table.except) | table.always;
  if (other.state != side.own_state && other.state != kOrgState) {
    out |= table.everyone | (table.except & ~named);
  }
  return out & ~table.never;
}

// A withhold or forbid is satisfied by one of the States, an allow only by all of them.
Mask ObtainedMask(const SideTables& side, const Tables& tables, const Bound& bound, Instant t) {
  const PartyTable& table = side.obtained_from;
  if (bound.obtained_unknown) return table.unasked | side.deny;
  if (bound.obtained_from->empty()) return table.unasked | (table.always & side.deny);
  Mask one = table.always;
  Mask all = side.allow;
  for (const std::string& code : *bound.obtained_from) {
    const uint16_t state = StateNumber(code);
    Mask hit = NamedState(table, tables, state, t);
    if (state != bound.origin.state) hit |= table.another_state;
    one |= hit;
    all &= hit;
  }
  return table.unasked | (one & side.deny) | (all & ~table.never);
}

Mask HandlingMask(const SideTables& side, const Bound& bound) {
  if (bound.handling.unknown()) return side.handling.back();
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

struct SectionAnswer {
  Mask matched;
  bool covered = true;
};

[[gnu::always_inline]] inline SectionAnswer AnswerSection(const SideTables& side,
                                                          const Mask& record, const Mask& allow,
                                                          const BoundSection& section) {
  SectionAnswer out;
  ForEachAtom(side, record, section, [&](const Mask& hit) {
    out.matched |= hit;
    out.covered &= (hit & allow).any();
  });
  return out;
}

}  // namespace

SideAnswer AnswerOf(const SideTables& side, const Tables& tables, const Bound& bound, Instant t) {
  const Mask record = RecordMask(side, tables, bound, t);
  const Mask allow = side.allow;
  const Mask withhold = side.withhold;
  Mask matched;
  uint32_t uncovered = 0;
  uint32_t withheld = 0;
  for (uint32_t i = bound.section_count; i-- > 0;) {
    const SectionAnswer answer = AnswerSection(side, record, allow, bound.sections[i]);
    matched |= answer.matched;
    uncovered = uncovered << 1 | uint32_t{!answer.covered};
    withheld = withheld << 1 | uint32_t{(answer.matched & withhold).any()};
  }
  return {record, matched, uncovered, withheld};
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
