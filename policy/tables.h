// What a snapshot compiles to: for each condition of a rule one row of rule sets, indexed by the
// label's word, so that a decision is a handful of ANDs. Internal to policy/. Immutable once built.
//
// Each row of a condition holds the rules that this word satisfies, those that do not ask included.
// The last row (kUnknownRow) stands for a missing or unknown word: it satisfies every withhold,
// forbid and not_together, and no allow that asks.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/decision.h"
#include "policy/mask.h"
#include "policy/model.h"
#include "policy/text_map.h"
#include "policy/vocabulary.h"

namespace entente::policy {

inline constexpr uint8_t kUnknownRow = kWordsPerCategory;
using Rows = std::array<Mask, kWordsPerCategory + 1>;

// States by number: AA = 0 ... ZZ = 675, ORG = 676.
inline constexpr uint16_t kOrgState = 676;
inline constexpr uint16_t kStates = 677;
inline constexpr uint16_t kNoState = 0xFFFF;
// kNoState for anything else.
uint16_t StateNumber(std::string_view code);
// What stands before the dot of an agency's id.
std::string_view StateOf(std::string_view agency);

inline constexpr uint32_t kNone = 0xFFFFFFFF;

// Obligations as numbers: of one family the smaller is the stricter, so union is the minimum.
inline constexpr uint16_t kNoObligation = 0xFFFF;
struct ObligationSet {
  std::array<uint16_t, kObligationFamilies> strictest;
  ObligationSet() { strictest.fill(kNoObligation); }
  void Add(const ObligationSet& other) {
    for (size_t i = 0; i < strictest.size(); ++i) {
      strictest[i] = std::min(strictest[i], other.strictest[i]);
    }
  }
};

// Rules by the number of what they name: a State, a group, an agency, an instrument. Most numbers
// are named by none.
class NamingRules {
 public:
  void Set(size_t number, size_t rule);
  const Mask& Of(size_t number) const {
    return rows_[number < row_of_.size() ? row_of_[number] : 0];
  }

 private:
  std::vector<uint16_t> row_of_;
  std::vector<Mask> rows_ = {Mask()};  // the first: no rule
};

// One condition that lists parties. Of rules that name a group which is gone, an allow stands
// nowhere in it, and any other as if it did not ask.
struct PartyTable {
  Mask unasked;        // rules without this condition
  Mask everyone;       // `everyone`
  Mask except;         // `everyone-except`: what is named is taken out
  Mask another_state;  // `another-state`
  NamingRules states, groups, agencies;
};

struct RuleRow {
  RuleKind kind;
  std::string id;
  std::string title;
  uint32_t together_about = 0;  // not_together only
  uint32_t together_data = 0;
  uint16_t place = 0;  // in SideTables::in_order
};

// One obligation, and the allows that have it.
struct Obliging {
  uint8_t family;
  uint16_t number;
  Mask rules;
};

struct SideTables {
  Direction direction;
  uint16_t own_state;
  Mask allow, withhold, forbid, together;
  Mask deny;         // all but allow
  Mask unless;       // forbids that yield to the consent of the source
  Mask overridable;  // those of them that an override may name
  PartyTable party, obtained_from;
  Rows to_kind, from_kind, purpose, record, evaluation, person, data;
  // Of each handling code the rules that it satisfies; an allow needs every code of the record.
  std::array<Mask, kHandlingCodes + 1> handling;  // the last: missing or unknown
  NamingRules under;
  Mask under_unasked, under_unknown;
  std::vector<Obliging> obliging;  // the stricter of a family first
  std::vector<RuleRow> rules;
  // Their numbers by id and title. Of those that have both the same, all have the first one's
  // place.
  std::vector<uint16_t> in_order;
};

struct PolicyTables {
  uint64_t version;
  Instant effective;
  Instant until;
  std::string contact;
  bool explain_public;
  ObligationSet can_honour;
  SideTables outbound;
  SideTables inbound;
};

struct AgencyRow {
  uint32_t number;
  uint16_t state;
  uint8_t kind;  // kUnknownRow for a word outside the vocabulary
  Interval admitted;
  std::vector<Interval> suspended;
  bool ActiveAt(Instant t) const;
};

// An agency as a party: it acts for its State, or for itself when international.
struct Party {
  uint16_t state;
  std::string_view agency;
  friend bool operator==(const Party& a, const Party& b) {
    return a.state == b.state && (a.state != kOrgState || a.agency == b.agency);
  }
};

struct InstrumentRow {
  std::string id;
  std::string title;
  InstrumentKind kind;
  InstrumentState state;
  uint32_t purposes = 0;
  uint32_t data = 0;
  ObligationSet obligations;
  std::array<std::vector<Interval>, kStates> states;            // parties, by number
  std::vector<std::pair<std::string, Interval>> organisations;  // parties, "ORG.name"
  void AddParty(const std::string& party, const Interval& member);
  bool HasParty(const Party& party, Instant t) const;
  // Why nothing may go between these two agencies under it at t; nullopt when it may.
  std::optional<PolicyReason> Bars(const Party& origin, const Party& recipient, Instant t) const;
};

struct GroupSpan {
  uint16_t group;
  Interval member;
};

struct Tables {
  explicit Tables(const Vocabulary& words) : vocabulary(words) {}

  Vocabulary vocabulary;
  std::vector<std::string> obligation_texts;  // by number
  std::vector<uint8_t> obligation_families;
  std::array<ObligationSet, kHandlingCodes> handling_obligations;
  TextMap<AgencyRow> agencies;
  std::vector<InstrumentRow> instruments;
  TextMap<uint32_t> instrument_index;
  std::array<std::vector<GroupSpan>, kStates> groups_of;  // by State
  // By State, ascending version.
  std::array<std::vector<std::unique_ptr<const PolicyTables>>, kStates> policies;

  std::vector<Instant>
      changes;  // ascending: when something in these tables begins or ends to count

  // Null when the State has none in effect at t. It may have expired.
  const PolicyTables* PolicyAt(uint16_t state, Instant t) const;
};

}  // namespace entente::policy
