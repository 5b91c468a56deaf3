#include "tests/bench/decide_world.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/base/limits.h"
#include "policy/vocabulary.h"
#include "tests/support/seeded_random.h"

namespace entente::bench {
namespace {

using policy::Category;
using policy::Direction;
using policy::Rule;
using policy::RuleKind;
using Texts = std::vector<std::string>;

constexpr size_t kRules = limits::kRulesPerSide;
constexpr Instant kFrom{1'760'000'000'000};
constexpr Instant kNow{1'780'000'000'000};
constexpr Instant kUntil{1'800'000'000'000};

const Texts kStates = {"AE", "AL", "AM", "AR", "AT", "AU", "BA", "BE", "BG", "BR", "CA", "CH",
                       "CL", "CO", "CY", "CZ", "DE", "DK", "EE", "EG", "ES", "FI", "FR", "GB",
                       "GE", "GR", "HR", "HU", "IE", "IN", "IT", "JP", "KE", "LT", "LU", "LV",
                       "MA", "MD", "ME", "MK", "MT", "MX", "NG", "NL", "NO", "PH", "PL", "PT",
                       "RO", "RS", "SE", "SI", "SK", "TH", "TN", "TR", "UA", "US", "VN", "ZA"};
const Texts kGroups = {"EU", "SOUTH", "NORTH", "EAST", "WEST"};
const Texts kKinds = {"police", "fiu", "border"};
// Whose parties are all sixty, and those between fewer.
const Texts kInstruments = {"CONVENTION",  "PROTOCOL", "EAST-WEST",
                            "NORTH-SOUTH", "FIUS",     "BORDERS"};
const Texts kObligations = {"use-only-for-stated-purpose", "delete-after:P1Y",
                            "delete-after:P30D",           "onward:never",
                            "onward:with-consent",         "verify-before-action",
                            "inform-source:P2D",           "no-judicial-use-without-consent"};

class Maker {
 public:
  explicit Maker(uint64_t seed) : random_(seed) {}

  bool Chance(uint64_t in) { return random_.Below(in) == 0; }
  size_t Below(size_t bound) { return random_.Below(bound); }
  const std::string& One(const Texts& from) { return from[random_.Below(from.size())]; }

  // So many different ones.
  Texts Some(const Texts& from, size_t count) {
    Texts out;
    while (out.size() < std::min(count, from.size())) {
      const std::string& word = One(from);
      if (std::find(out.begin(), out.end(), word) == out.end()) out.push_back(word);
    }
    return out;
  }

  Rule MakeRule(Direction direction, size_t number) {
    Rule rule;
    rule.kind = KindOf(number);
    const bool allow = rule.kind == RuleKind::kAllow;
    rule.id = (direction == Direction::kOutbound ? "OUT-" : "IN-") + std::to_string(number);
    rule.title = "What rule " + std::to_string(number) + " of this half is about";
    rule.party = Parties(allow);
    if (allow || Chance(2)) rule.for_purpose = Some(Words(Category::kPurpose), 1 + Below(4));
    rule.about = Some(Words(Category::kPerson), 1 + Below(allow ? 5 : 2));
    rule.data = Some(Words(Category::kData), 1 + Below(allow ? 8 : 2));
    if (allow || Chance(4)) rule.under = Some(kInstruments, 1 + Below(4));
    if (Chance(4)) rule.to_kind = Some(kKinds, 2);
    if (Chance(8)) rule.from_kind = Some(kKinds, 2);
    if (Chance(8)) rule.record = Some(Words(Category::kRecordKind), 6);
    if (Chance(4)) rule.handling = Some({"H0", "H1", "H2"}, 1 + Below(3));
    if (!allow || Chance(8)) rule.reliability = Some({"A", "B", "C", "1", "2"}, 1 + Below(3));
    if (rule.kind == RuleKind::kNotTogether) rule.data = {"biometric", "address", "health"};
    if (allow) rule.obligations = Obligations();
    return rule;
  }

  std::vector<policy::Obligation> Obligations() {
    std::vector<policy::Obligation> out;
    for (const std::string& text : Some(kObligations, Below(4))) out.push_back(Parsed(text));
    return out;
  }

  static policy::Obligation Parsed(const std::string& text) {
    return policy::ParseObligation(text, policy::PublishedVocabulary().obligation_forms()).value();
  }

  static const Texts& Words(Category category) {
    return policy::PublishedVocabulary().words(category);
  }

 private:
  // Of 256: 204 allow, 38 withhold, 7 forbid, 7 not_together.
  static RuleKind KindOf(size_t number) {
    if (number % 40 == 38) return RuleKind::kForbid;
    if (number % 40 == 39) return RuleKind::kNotTogether;
    return number % 6 == 5 ? RuleKind::kWithhold : RuleKind::kAllow;
  }

  policy::Parties Parties(bool allow) {
    policy::Parties out;
    out.everyone = allow && Chance(4);
    out.everyone_except = !out.everyone && Chance(16);
    out.jurisdictions = Some(kStates, 1 + Below(allow ? 8 : 3));
    if (Chance(4)) out.groups = Some(kGroups, 1);
    if (Chance(16)) out.agencies = {One(kStates) + "." + One(kKinds)};
    return out;
  }

  entente::testing::SeededRandom random_;
};

policy::PolicyInForce MakePolicy(size_t state, uint64_t version) {
  Maker maker(state + (state % 10 == 0 ? version * 1000 : 0));
  policy::PolicyInForce out;
  out.in_force = kFrom;
  out.policy.vocabulary = policy::PublishedVocabulary().name();
  out.policy.jurisdiction = kStates[state];
  out.policy.version = version;
  out.policy.valid = {kFrom, kUntil};
  out.policy.contact = "desk";
  for (const char* text :
       {"use-only-for-stated-purpose", "delete-after:PT1H", "onward:never", "verify-before-action",
        "inform-source:PT1H", "no-judicial-use-without-consent"}) {
    out.policy.can_honour.push_back(Maker::Parsed(text));
  }
  for (size_t i = 0; i < kRules; ++i) {
    out.policy.outbound.push_back(maker.MakeRule(Direction::kOutbound, i));
    out.policy.inbound.push_back(maker.MakeRule(Direction::kInbound, i));
  }
  return out;
}

// Every State stands in two of them, those of the first half in EU as well.
policy::Groups MakeGroups() {
  policy::Groups out;
  for (size_t g = 0; g < kGroups.size(); ++g) {
    policy::Group group{kGroups[g], kGroups[g], {}};
    for (size_t s = 0; s < kStates.size(); ++s) {
      const bool member = g == 0 ? s < kStates.size() / 2 : (s + g) % 4 < 2;
      if (member) group.members.push_back({kStates[s], {kFrom, std::nullopt}});
    }
    out.groups.push_back(std::move(group));
  }
  return out;
}

policy::Instruments MakeInstruments() {
  policy::Instruments out;
  for (size_t i = 0; i < kInstruments.size(); ++i) {
    policy::Instrument instrument;
    instrument.id = kInstruments[i];
    instrument.title = kInstruments[i];
    instrument.purposes = Maker::Words(Category::kPurpose);
    instrument.data = Maker::Words(Category::kData);
    for (size_t s = 0; s < kStates.size(); ++s) {
      if (i < 2 || (s + i) % 3 != 0) {
        instrument.parties.push_back({kStates[s], {kFrom, std::nullopt}});
      }
    }
    out.instruments.push_back(std::move(instrument));
  }
  return out;
}

}  // namespace

Instant DecideInstant() { return kNow; }

policy::SnapshotParts DecideParts(uint64_t version) {
  policy::SnapshotParts parts;
  parts.number = version;
  parts.groups = MakeGroups();
  parts.instruments = MakeInstruments();
  for (size_t s = 0; s < kStates.size(); ++s) {
    for (const std::string& kind : kKinds) {
      const std::string id = kStates[s] + "." + kind;
      parts.agencies.push_back({AgencyId::Parse(id).value(), kind, id, {kFrom, std::nullopt}, {}});
    }
    parts.policies.push_back(MakePolicy(s, version));
  }
  return parts;
}

std::vector<DecideCase> DecideCases(const policy::SnapshotParts& parts, size_t count) {
  Maker maker(7);
  std::vector<DecideCase> out;
  while (out.size() < count) {
    DecideCase one;
    const std::string origin = maker.One(kStates);
    const std::string recipient = maker.One(kStates);
    if (origin == recipient) continue;
    one.recipient = {recipient + "." + maker.One(kKinds), maker.One({"CONVENTION", "PROTOCOL"})};
    one.record.origin = origin + "." + maker.One(kKinds);
    one.record.kind = maker.One({"lead", "information", "case-item", "answer"});
    one.record.purpose = maker.One(Maker::Words(Category::kPurpose));
    one.record.handling = maker.Some({"H0", "H1", "H2"}, 1 + maker.Below(2));
    one.record.evaluation = maker.One({"A1", "B2", "C3", "X4"});
    one.record.urgency = "normal";
    one.record.created = kNow;
    one.record.expires = kUntil;
    if (maker.Chance(8)) one.record.obtained_from = maker.Some(kStates, 1);
    one.record.sent_under = parts.policies.front().policy.version;
    for (size_t i = 0; i < kDecideSections; ++i) {
      one.record.sections.push_back(
          {maker.Some(Maker::Words(Category::kPerson), maker.Chance(4) ? 2 : 1),
           maker.Some(Maker::Words(Category::kData), 1 + maker.Below(2)), "fact", false});
    }
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace entente::bench
