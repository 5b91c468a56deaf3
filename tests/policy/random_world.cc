#include "tests/policy/random_world.h"

#include <algorithm>

#include "policy/tables.h"
#include "policy/vocabulary.h"

namespace entente::policy::testing {
namespace {

using Texts = std::vector<std::string>;

const Texts kStates = {"FR", "BR", "DE"};
const Texts kAgencies = {"FR.a", "FR.b", "BR.a", "BR.b", "DE.a", "ORG.x"};
const Texts kKinds = {"police", "fiu", "ngo"};
const Texts kPurposes = {"investigate", "asset-recovery"};
const Texts kPersons = {"suspect", "victim", "child"};
const Texts kData = {"identity", "address", "financial"};
const Texts kRecords = {"lead", "answer"};
const Texts kHandling = {"H0", "H1", "H2"};  // beside H3, which a record has or not
const Texts kReliability = {"A", "B", "1", "2", "B2", "A1"};
const Texts kGroups = {"G1", "G2", "GONE"};
const Texts kInstruments = {"I1", "I2", "I3", "HOME"};
const Texts kObligations = {"use-only-for-stated-purpose",
                            "delete-after:P1Y",
                            "delete-after:P12M",
                            "delete-after:P30D",
                            "onward:never",
                            "onward:with-consent",
                            "onward:free",
                            "second-person",
                            "inform-source:P2D",
                            "no-judicial-use-without-consent",
                            "verify-before-action"};

constexpr int64_t kDay = 86'400'000;
constexpr int64_t kStart = 1'770'000'000'000;
constexpr int64_t kStep = 1'000'000;

// Of all sections, each once.
Texts WordsOf(const RecordLabels& record, Texts SectionLabels::*label) {
  Texts out;
  for (const SectionLabels& section : record.sections) {
    out.insert(out.end(), (section.*label).begin(), (section.*label).end());
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

// Else hardly anything would go by an override.
void LeaveOutTheProtected(RecordLabels& record) {
  for (SectionLabels& section : record.sections) {
    std::erase_if(section.about,
                  [](const std::string& one) { return one == "victim" || one == "child"; });
    if (section.about.empty()) section.about = {"suspect"};
  }
}

}  // namespace

Texts RandomWorld::Some(const Texts& from, uint64_t in) {
  Texts out = SomeOrNone(from, in);
  if (out.empty()) out.push_back(One(from));
  return out;
}

Texts RandomWorld::SomeOrNone(const Texts& from, uint64_t in) {
  Texts out;
  for (const std::string& word : from) {
    if (Chance(in)) out.push_back(word);
  }
  return out;
}

Instant RandomWorld::When() {
  const auto steps = static_cast<int64_t>(random_.Below(7));
  const auto beside = static_cast<int64_t>(random_.Below(3)) - 1;
  return {kStart + steps * kStep + beside};
}

Interval RandomWorld::RandomInterval() {
  if (!Harsh(3)) return {{0}, std::nullopt};
  const auto from = static_cast<int64_t>(random_.Below(4));
  Interval out{{kStart + from * kStep}, std::nullopt};
  if (Chance(2)) out.until = out.from + static_cast<int64_t>(1 + random_.Below(3)) * kStep;
  return out;
}

std::vector<Obligation> RandomWorld::RandomObligations(uint64_t in) {
  std::vector<Obligation> out;
  for (const std::string& text : SomeOrNone(kObligations, in)) {
    out.push_back(ParseObligation(text, PublishedVocabulary().obligation_forms()).value());
  }
  return out;
}

Parties RandomWorld::RandomParties() {
  Parties out;
  out.everyone = !Harsh(2);
  out.everyone_except = !out.everyone && Chance(3);
  out.jurisdictions = SomeOrNone({"FR", "BR", "DE", "ORG"}, 3);
  out.agencies = SomeOrNone(kAgencies, 8);
  out.groups = SomeOrNone({"G1", "G2"}, 4);
  return out;
}

Parties RandomWorld::RandomOrigins() {
  Parties out;
  out.another_state = Chance(3);
  out.jurisdictions = SomeOrNone({"FR", "BR", "DE", "JP", "ORG"}, 2);
  out.groups = SomeOrNone({"G1", "G2"}, 3);
  return out;
}

Rule RandomWorld::RandomRule(Direction direction, size_t number) {
  Rule rule;
  rule.kind = Chance(2) || (!harsh_ && !Chance(3)) ? RuleKind::kAllow
              : Chance(2)                          ? RuleKind::kWithhold
              : Chance(2)                          ? RuleKind::kForbid
                                                   : RuleKind::kNotTogether;
  const bool allow = rule.kind == RuleKind::kAllow;
  rule.id = (direction == Direction::kOutbound ? "OUT-" : "IN-") + std::to_string(number);
  rule.title = "title " + std::to_string(number);
  if (allow || Chance(2)) rule.party = RandomParties();
  if (allow || Chance(2)) rule.for_purpose = Some(kPurposes, allow ? 1 : 2);
  if (allow || Chance(2)) rule.about = Some(kPersons, allow ? 1 : 3);
  if (allow || Chance(2)) rule.data = Some(kData, allow ? 1 : 3);
  if (allow || Chance(3)) rule.under = Some(kInstruments, allow ? 1 : 2);
  if (allow && Chance(2)) rule.about = Some(kPersons, 2);
  if (allow && Chance(2)) rule.data = Some(kData, 2);
  if (Chance(5)) rule.to_kind = Some(kKinds, 2);
  if (Chance(5)) rule.from_kind = Some(kKinds, 2);
  if (Chance(5)) rule.record = Some(kRecords, 2);
  if (Chance(4)) rule.handling = Some(kHandling, 2);
  if (Chance(5)) rule.reliability = Some(kReliability, 2);
  if (Chance(6)) rule.obtained_from = RandomOrigins();
  if (rule.kind == RuleKind::kForbid) rule.unless_consent_of_source = !Chance(3);
  if (allow) rule.obligations = RandomObligations(6);
  if (rule.kind == RuleKind::kNotTogether) rule.data = {"identity", One({"address", "financial"})};
  return rule;
}

// What another State gave goes on with its consent.
Rule RandomWorld::RandomRestriction(size_t number) {
  Rule rule;
  rule.kind = RuleKind::kForbid;
  rule.id = "GIVEN-" + std::to_string(number);
  rule.title = "given " + std::to_string(number);
  if (Chance(3)) rule.party = RandomParties();
  if (Chance(3)) rule.about = Some(kPersons, 2);
  if (Chance(3)) rule.data = Some(kData, 2);
  if (Chance(4)) rule.handling = Some(kHandling, 2);
  if (!Chance(4)) rule.obtained_from = RandomOrigins();
  rule.unless_consent_of_source = true;
  return rule;
}

PolicyInForce RandomWorld::RandomPolicy(const std::string& state, uint64_t version) {
  PolicyInForce out;
  out.policy.vocabulary = PublishedVocabulary().name();
  out.policy.jurisdiction = state;
  out.policy.version = version;
  out.policy.valid = RandomInterval();
  if (!out.policy.valid.until) out.policy.valid.until = Instant{kStart + 100 * kStep};
  out.policy.contact = "desk";
  out.policy.explain_public = Chance(2);
  out.policy.can_honour = RandomObligations(Harsh(4) ? 2 : 1);
  const size_t outbound = 1 + random_.Below(9);
  for (size_t i = 0; i < outbound; ++i) {
    out.policy.outbound.push_back(RandomRule(Direction::kOutbound, i));
  }
  const size_t inbound = 1 + random_.Below(9);
  for (size_t i = 0; i < inbound; ++i) {
    out.policy.inbound.push_back(RandomRule(Direction::kInbound, i));
  }
  if (Chance(2)) out.policy.outbound.push_back(RandomRestriction(outbound));
  if (Chance(4)) out.policy.inbound.push_back(RandomRestriction(inbound));
  out.in_force = Chance(4) ? When() : Instant{0};
  return out;
}

Groups RandomWorld::RandomGroups() {
  Groups out;
  for (const std::string id : {"G1", "G2"}) {
    Group group{id, id, {}};
    for (const std::string& state : SomeOrNone(kStates, 2)) {
      group.members.push_back({state, RandomInterval()});
    }
    out.groups.push_back(std::move(group));
  }
  return out;
}

Instruments RandomWorld::RandomInstruments() {
  Instruments out;
  for (const std::string id : {"I1", "I2", "HOME"}) {
    Instrument instrument;
    instrument.id = id;
    instrument.title = "title of " + id;
    instrument.kind = id == "HOME" ? InstrumentKind::kDomestic : InstrumentKind::kTreaty;
    if (Harsh(8)) instrument.state = InstrumentState::kSuspended;
    instrument.purposes = Some(kPurposes, Harsh(3) ? 2 : 1);
    instrument.data = Some(kData, Harsh(3) ? 2 : 1);
    instrument.obligations = RandomObligations(8);
    if (id == "HOME") {
      instrument.parties.push_back({One(kStates), RandomInterval()});
    } else {
      for (const char* party : {"FR", "BR", "DE", "ORG.x"}) {
        if (!Harsh(6)) instrument.parties.push_back({party, RandomInterval()});
      }
    }
    out.instruments.push_back(std::move(instrument));
  }
  return out;
}

std::vector<Agency> RandomWorld::RandomAgencies() {
  std::vector<Agency> out;
  for (const std::string& id : kAgencies) {
    Agency agency{AgencyId::Parse(id).value(), One(kKinds), id, RandomInterval(), {}};
    if (Harsh(8)) agency.suspended.push_back(RandomInterval());
    if (!Harsh(12)) out.push_back(std::move(agency));
  }
  return out;
}

SnapshotParts RandomWorld::Parts() {
  harsh_ = Chance(2);
  SnapshotParts parts;
  parts.number = random_.Next();
  random_.Fill(parts.hash);
  parts.groups = RandomGroups();
  parts.instruments = RandomInstruments();
  parts.agencies = RandomAgencies();
  for (const char* state : {"FR", "BR", "DE", "ORG"}) {
    const uint64_t versions = Harsh(12) ? 0 : Chance(4) ? 2 : 1;
    for (uint64_t v = 1; v <= versions; ++v) parts.policies.push_back(RandomPolicy(state, v));
  }
  return parts;
}

RecordLabels RandomWorld::Record(const SnapshotParts& parts, size_t most_sections) {
  RecordLabels out;
  out.origin = Harsh(30) ? One({"", "FR.unknown", "nonsense"}) : One(kAgencies);
  out.kind = Harsh(40) ? One({"", "rumour"}) : One(kRecords);
  out.purpose = Harsh(40) ? One({"", "curiosity"}) : One(kPurposes);
  out.handling = Harsh(60) ? Texts{"H0", "H9"} : SomeOrNone(kHandling, 2);
  if (out.handling.empty() && !Harsh(5)) out.handling = {"H0"};
  out.evaluation = Harsh(40) ? One({"", "Z9", "B"}) : One({"A1", "B2", "C3", "X1"});
  out.urgency = Harsh(40) ? One({"", "soon"}) : "normal";
  if (!Harsh(40)) out.created = When();
  if (!Harsh(40)) out.expires = When() + kStep;
  if (Chance(12)) out.handling.push_back("H3");
  if (Chance(2)) out.obtained_from = SomeOrNone({"FR", "BR", "DE", "ORG"}, 3);
  if (Harsh(8)) out.obtained_from.push_back("JP");
  if (Harsh(40)) out.obtained_from.push_back("UK");
  if (Chance(6)) out.sent_under = 1 + random_.Below(parts.policies.size() + 1) % 3;
  const size_t sections = Harsh(30) ? 0 : 1 + random_.Below(most_sections);
  for (size_t i = 0; i < sections; ++i) {
    SectionLabels section;
    section.about = Harsh(40) ? SomeOrNone({"hero"}, 2) : Some(kPersons, 3);
    section.data = Harsh(40) ? SomeOrNone({"gossip", "identity"}, 2) : Some(kData, 3);
    section.basis = Harsh(30) ? One({"", "hunch"}) : "fact";
    section.essential = Chance(8);
    out.sections.push_back(std::move(section));
  }
  return out;
}

RecipientLabels RandomWorld::Recipient() {
  RecipientLabels out;
  out.recipient = Harsh(30) ? One({"", "BR.unknown", "JP.a"}) : One(kAgencies);
  out.under =
      Harsh(30) ? One({"", "I3"}) : One(harsh_ ? Texts{"I1", "I2", "HOME"} : Texts{"I1", "I2"});
  return out;
}

// What lets all of the record go on to the recipient, as far as the source's own policy does.
ConsentLabels RandomWorld::Agreed(const Asked& asked, const std::string& source) {
  ConsentLabels out;
  out.source = source;
  const bool at_home = StateOf(source) == StateOf(asked.recipient.recipient);
  out.under = source == asked.record.origin ? asked.recipient.under
              : at_home                     ? "HOME"
                                            : One({"I1", "I2"});
  out.about = WordsOf(asked.record, &SectionLabels::about);
  out.data = WordsOf(asked.record, &SectionLabels::data);
  out.from = asked.t + -static_cast<int64_t>(random_.Below(3));
  out.until = asked.t + (Chance(2) ? 1 : kStep);
  return out;
}

// Sometimes as two consents that only together name everything.
void RandomWorld::AddAgreed(const Asked& asked, const std::string& source,
                            std::vector<ConsentLabels>& out) {
  out.push_back(Agreed(asked, source));
  if (out.back().data.size() < 2 || !Chance(4)) return;
  ConsentLabels rest = out.back();
  rest.data = {out.back().data.back()};
  out.back().data.pop_back();
  out.push_back(std::move(rest));
}

void RandomWorld::Spoil(const Asked& asked, ConsentLabels& consent) {
  Texts& words = Chance(2) ? consent.about : consent.data;
  switch (random_.Below(6)) {
    case 0:
      consent.until = asked.t;  // the last instant is not in it
      return;
    case 1:
      consent.from = asked.t + 1;
      return;
    case 2:
      if (!words.empty()) words.pop_back();
      return;
    case 3:
      words.push_back(One({"hero", "gossip", "", "child", "financial"}));
      return;
    case 4:
      consent.under = One(kInstruments);
      return;
    default:
      consent.source = Chance(3) ? One({"", "FR.unknown", "nonsense"}) : One(kAgencies);
  }
}

std::vector<ConsentLabels> RandomWorld::Consents(const Asked& asked) {
  std::vector<ConsentLabels> out;
  if (Chance(6)) return out;
  for (const std::string& code : asked.record.obtained_from) {
    Texts sources;
    for (const std::string& id : kAgencies) {
      if (StateOf(id) == code) sources.push_back(id);
    }
    if (!sources.empty() && !Chance(12)) AddAgreed(asked, One(sources), out);
  }
  const bool needs_person = std::find(asked.record.handling.begin(), asked.record.handling.end(),
                                      "H3") != asked.record.handling.end();
  if (needs_person && !Chance(4)) AddAgreed(asked, asked.record.origin, out);
  if (Chance(6)) out.push_back(Agreed(asked, One(kAgencies)));
  if (!out.empty() && Chance(3)) Spoil(asked, out[random_.Below(out.size())]);
  if (!out.empty() && Harsh(60)) out.resize(16 + random_.Below(2), out.front());
  for (size_t i = out.size(); i > 1; --i) std::swap(out[i - 1], out[random_.Below(i)]);
  return out;
}

// The forbids of both ends that the consent of a source lifts, and now and then one that it does
// not.
Texts RandomWorld::RulesToOverride(const SnapshotParts& parts, const Asked& asked) {
  Texts out;
  const auto add = [&](const std::string& agency, const PolicyInForce& of,
                       const std::vector<Rule>& rules) {
    if (of.policy.jurisdiction != StateOf(agency)) return;
    for (const Rule& rule : rules) {
      const bool lifted = rule.kind == RuleKind::kForbid && rule.unless_consent_of_source;
      if (lifted ? !Chance(8) : Chance(6)) out.push_back(rule.id);
    }
  };
  for (const PolicyInForce& of : parts.policies) {
    add(asked.record.origin, of, of.policy.outbound);
    if (Chance(3)) add(asked.recipient.recipient, of, of.policy.inbound);
  }
  if (Chance(8)) out.push_back("NOWHERE-1");
  return out;
}

void RandomWorld::Spoil(const Asked& asked, OverrideLabels& one) {
  Texts& words = Chance(2) ? one.about : one.data;
  switch (random_.Below(6)) {
    case 0:
      one.until = asked.t;
      return;
    case 1:
      one.from = asked.t + 1;
      return;
    case 2:
      one.until = one.from + (kDay + 1);
      return;
    case 3:
      if (!words.empty()) words.pop_back();
      return;
    case 4:
      words.push_back(One({"hero", "gossip", "", "child", "financial"}));
      return;
    default:
      if (!one.rules.empty()) one.rules.pop_back();
  }
}

OverrideLabels RandomWorld::Override(const SnapshotParts& parts, const Asked& asked) {
  OverrideLabels out;
  out.rules = RulesToOverride(parts, asked);
  out.about = WordsOf(asked.record, &SectionLabels::about);
  out.data = WordsOf(asked.record, &SectionLabels::data);
  out.from = asked.t + -static_cast<int64_t>(random_.Below(3));
  out.until = Chance(2) ? asked.t + 1 : out.from + kDay;
  if (Chance(4)) Spoil(asked, out);
  return out;
}

// It matters only where consents do not do: often there are none, or they are to one category of
// data and the override is to the others.
void RandomWorld::AddOverride(const SnapshotParts& parts, Asked& asked) {
  OverrideLabels one = Override(parts, asked);
  std::vector<ConsentLabels>& consents = asked.recipient.consents;
  const uint64_t how = random_.Below(4);
  if (how == 0) consents.clear();
  if (how > 1 && !one.data.empty()) {
    const std::string agreed = One(one.data);
    std::erase(one.data, agreed);
    for (ConsentLabels& consent : consents) consent.data = {agreed};
  }
  asked.recipient.emergency = std::move(one);
}

Asked RandomWorld::Question(const SnapshotParts& parts, size_t most_sections) {
  Asked out{Record(parts, most_sections), Recipient(), When()};
  const bool emergency = Chance(2);
  if (emergency && !Chance(3)) LeaveOutTheProtected(out.record);
  out.recipient.consents = Consents(out);
  if (emergency) AddOverride(parts, out);
  return out;
}

}  // namespace entente::policy::testing
