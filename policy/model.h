// The files of the sharing policy, parsed: words are checked against the vocabulary, dates are
// instants, nothing is compiled yet. Plain values; safe to copy between threads. The file forms are
// in docs/policy.md; policy/parse.h reads them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/agency.h"
#include "core/base/instant.h"
#include "policy/labels.h"
#include "policy/obligation.h"
#include "policy/position.h"

namespace entente::policy {

// [from, until); no end when `until` is absent.
struct Interval {
  Instant from;
  std::optional<Instant> until;
  // Minutes east of UTC, as the file writes its instants: for people, no decision rests on them.
  int from_offset = 0;
  int until_offset = 0;
  bool Holds(Instant t) const { return from <= t && (!until || t < *until); }
};

enum class RuleKind : uint8_t { kAllow, kWithhold, kForbid, kNotTogether };
enum class Direction : uint8_t { kOutbound, kInbound };

// Whom a rule is about: `to` of an outbound rule, `from` of an inbound one, `obtained_from`.
struct Parties {
  bool everyone = false;         // every State of the federation but the file's own; never ORG
  bool everyone_except = false;  // the same without those listed
  bool another_state = false;    // obtained_from only: any State at all but the record's origin
  std::vector<std::string> jurisdictions;  // "BR", or "ORG"
  std::vector<std::string> agencies;       // "ORG.interpol-demo"
  std::vector<std::string> groups;         // "EU", as written after "group:"
  friend bool operator==(const Parties&, const Parties&) = default;
};

// An empty list or nullopt: the rule does not ask.
struct Rule {
  RuleKind kind = RuleKind::kAllow;
  std::string id;
  std::string title;
  std::string law;
  std::optional<Parties> party;  // to, or from
  std::vector<std::string> to_kind;
  std::vector<std::string> from_kind;
  std::vector<std::string> for_purpose;
  std::vector<std::string> about;
  std::vector<std::string> data;
  std::vector<std::string> under;
  std::vector<std::string> record;
  std::vector<std::string> handling;
  std::vector<std::string> reliability;  // "B2", "B" or "2"
  std::optional<Parties> obtained_from;
  std::vector<Obligation> obligations;    // allow only
  bool unless_consent_of_source = false;  // forbid only
  Position at;
};

// A record written beside the rules, with the answer its author expects. It tests its own file
// alone: the other side is taken to release everything.
struct Example {
  std::string say;
  Direction direction = Direction::kOutbound;
  std::string other;                    // the other side: a jurisdiction or an agency
  std::string own_kind;                 // kind of the file's own agency
  std::string other_kind;               // empty: as registered, when `other` is an agency
  RecordLabels record;                  // origin is filled in when the example runs
  RecipientLabels recipient;            // recipient is filled in when the example runs
  std::vector<std::string> consents;    // States that let all of it go on to the recipient
  std::vector<std::string> overridden;  // ids of rules that an override of all of it names
  Instant when;
  std::string expect;                // verdict word
  std::vector<std::string> because;  // rule ids and reasons that must all be there
  Position at;
};

// A name used in a file that another file defines.
struct Reference {
  enum class Kind : uint8_t { kGroup, kInstrument } kind;
  std::string id;
  Position at;
};

struct Policy {
  std::string file;          // as given to the parser
  std::string vocabulary;    // "2026.1"
  std::string jurisdiction;  // "FR", or "ORG"
  uint64_t version = 0;
  Interval valid;
  std::string contact;          // whom to ask when this State refuses
  bool explain_public = false;  // others may see this file's rule ids and titles
  std::vector<Obligation> can_honour;
  std::vector<std::string> quorum_first;  // kinds of record: opened here only once witnessed
  std::vector<Rule> outbound;
  std::vector<Rule> inbound;
  std::vector<Example> examples;
  std::vector<Reference> references;
};

enum class InstrumentKind : uint8_t { kTreaty, kMemorandum, kReciprocity, kUnionLaw, kDomestic };
enum class InstrumentState : uint8_t { kInForce, kSuspended, kTerminated };

struct InstrumentParty {
  std::string party;  // jurisdiction, or an agency "ORG.name"
  Interval member;    // [joined, left)
};

struct Instrument {
  std::string id;
  std::string title;
  std::string law;
  InstrumentKind kind = InstrumentKind::kTreaty;
  InstrumentState state = InstrumentState::kInForce;
  std::vector<std::string> purposes;
  std::vector<std::string> data;
  std::vector<Obligation> obligations;
  bool sent_data_stay_bound = true;  // after a party has left
  std::vector<InstrumentParty> parties;
};

struct Instruments {
  uint64_t version = 0;
  std::vector<Instrument> instruments;
};

struct GroupMember {
  std::string jurisdiction;
  Interval member;
};

struct Group {
  std::string id;
  std::string title;
  std::vector<GroupMember> members;
};

struct Groups {
  uint64_t version = 0;
  std::vector<Group> groups;
};

struct Agency {
  AgencyId id;
  std::string kind;  // vocabulary word
  std::string name;  // for people
  Interval admitted;
  std::vector<Interval> suspended;
};

}  // namespace entente::policy
