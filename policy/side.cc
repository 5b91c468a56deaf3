#include "policy/side.h"

#include <algorithm>
#include <bit>

namespace entente::policy {
namespace {

template <typename Key, typename Wanted>
void AddNamed(const Named<Key>& named, const Wanted& key, Mask& out) {
  const auto at = std::lower_bound(
      named.begin(), named.end(), key,
      [](const auto& entry, const Wanted& wanted) { return entry.first < wanted; });
  if (at != named.end() && at->first == key) out |= at->second;
}

// Rules that name this State, itself or by a group that it is a member of at t.
Mask NamedState(const PartyTable& table, const Tables& tables, uint16_t state, Instant t) {
  Mask named;
  AddNamed(table.states, state, named);
  if (table.groups.empty()) return named;
  for (const GroupSpan& span : tables.groups_of[state]) {
    if (span.member.Holds(t)) AddNamed(table.groups, span.group, named);
  }
  return named;
}

}  // namespace

Mask PartyMask(const SideTables& side, const Tables& tables, const BoundEnd& other, Instant t) {
  const PartyTable& table = side.party;
  if (!other.known || other.state >= kStates) return table.unasked | side.deny;
  Mask named = NamedState(table, tables, other.state, t);
  AddNamed(table.agencies, other.agency, named);
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
  Mask one = table.always;
  Mask all = side.allow;
  for (const uint16_t state : bound.obtained_from) {
    Mask hit = NamedState(table, tables, state, t);
    if (state != bound.origin.state) hit |= table.another_state;
    one |= hit;
    all &= hit;
  }
  if (bound.obtained_from.empty()) all = Mask();
  return table.unasked | (one & side.deny) | (all & ~table.never);
}

Mask HandlingMask(const SideTables& side, const Bound& bound) {
  if (bound.handling_unknown) return side.handling.back();
  Mask one;
  Mask all = side.allow;
  for (uint32_t codes = bound.handling; codes != 0; codes &= codes - 1) {
    const Mask& hit = side.handling[std::countr_zero(codes)];
    one |= hit;
    all &= hit;
  }
  return (one & side.deny) | all;
}

Mask UnderMask(const SideTables& side, uint32_t instrument) {
  if (instrument == kNone) return side.under_unasked | side.under_unknown;
  Mask out = side.under_unasked;
  AddNamed(side.under, instrument, out);
  return out;
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

// Calls visit(row) for each word of a set, and for the unknown one.
template <typename Visit>
void ForEachRow(uint32_t words, bool unknown, Visit visit) {
  for (; words != 0; words &= words - 1) visit(std::countr_zero(words));
  if (unknown) visit(static_cast<int>(kUnknownRow));
}

SectionAnswer AnswerSection(const SideTables& side, const Mask& record_mask,
                            const BoundSection& section, SideAnswer& answer) {
  SectionAnswer out;
  ForEachRow(section.about, section.about_unknown, [&](int person) {
    const Mask of_person = record_mask & side.person[person];
    ForEachRow(section.data, section.data_unknown, [&](int data) {
      const Mask hit = of_person & side.data[data];
      answer.matched |= hit;
      out.withholds |= hit & side.withhold;
      if (!(hit & side.allow).any()) out.uncovered = true;
    });
  });
  return out;
}

}  // namespace

SideAnswer AnswerOf(const SideTables& side, const Tables& tables, const Bound& bound, Instant t) {
  SideAnswer answer;
  const Mask record_mask = RecordMask(side, tables, bound, t);
  for (uint32_t i = 0; i < bound.section_count; ++i) {
    answer.sections[i] = AnswerSection(side, record_mask, bound.sections[i], answer);
  }
  answer.forbids = answer.matched & side.forbid;
  answer.together = record_mask & side.together;
  return answer;
}

Mask TogetherHits(const SideTables& side, const SideAnswer& answer, const Bound& bound,
                  uint32_t released) {
  Mask hits;
  answer.together.ForEach([&](size_t rule) {
    const RuleRow& row = side.rules[rule];
    uint32_t seen = 0;
    for (uint32_t i = 0; i < bound.section_count; ++i) {
      const BoundSection& section = bound.sections[i];
      if ((released >> i & 1u) != 0 && (section.about & row.together_about) != 0) {
        seen |= section.data;
      }
    }
    if ((seen & row.together_data) == row.together_data) hits.Set(rule);
  });
  return hits;
}

}  // namespace entente::policy
