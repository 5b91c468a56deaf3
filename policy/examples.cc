#include "policy/examples.h"

#include <algorithm>

#include "policy/decide.h"
#include "policy/snapshot.h"

namespace entente::policy {
namespace {

constexpr std::string_view kOwnName = "example";
constexpr std::string_view kOtherName = "example-other";
constexpr std::string_view kSourceName = "example-source";
constexpr std::string_view kConsentInstrument = "example-consent";
constexpr std::string_view kOtherKind = "police";

// Registers the agency an example speaks of, admitted at any instant: an example asks about rules.
// A kind that it states replaces the registered one; without either it is police.
absl::StatusOr<std::string> Register(std::string id, const std::string& kind,
                                     std::vector<Agency>& agencies) {
  const auto parsed = AgencyId::Parse(id);
  if (!parsed.ok()) return parsed.status();
  const auto found = std::find_if(agencies.begin(), agencies.end(),
                                  [&](const Agency& agency) { return agency.id == *parsed; });
  Agency agency{*parsed, std::string(kOtherKind), id, {}, {}};
  if (found != agencies.end()) agency.kind = found->kind;
  if (!kind.empty()) agency.kind = kind;
  if (found != agencies.end()) agencies.erase(found);
  agencies.push_back(std::move(agency));
  return id;
}

std::string Dotted(const std::string& state, std::string_view name) {
  return state + "." + std::string(name);
}

InstrumentParty PartyFor(const std::string& agency) {
  const std::string state = agency.substr(0, agency.find('.'));
  return {state == "ORG" ? agency : state, {}};
}

// The States that consent in an example, with all that makes their consents good.
class ConsentingStates {
 public:
  ConsentingStates(const Policy& policy, const Example& example, const Vocabulary& words,
                   SnapshotParts& parts)
      : policy_(policy), example_(example), words_(words), parts_(parts) {}

  absl::Status Add(const RecordLabels& record, RecipientLabels& recipient) {
    Instrument instrument;
    instrument.id = kConsentInstrument;
    instrument.purposes = words_.words(Category::kPurpose);
    instrument.data = words_.words(Category::kData);
    instrument.parties = {PartyFor(recipient.recipient)};
    for (const std::string& state : example_.consents) {
      const bool of_origin = record.origin.starts_with(state + ".");
      auto source =
          of_origin ? record.origin : Register(Dotted(state, kSourceName), "", parts_.agencies);
      if (!source.ok()) return source.status();
      instrument.parties.push_back(PartyFor(*source));
      recipient.consents.push_back({.source = *source,
                                    .under = of_origin ? recipient.under : instrument.id,
                                    .about = words_.words(Category::kPerson),
                                    .data = words_.words(Category::kData),
                                    .from = policy_.valid.from,
                                    .until = *policy_.valid.until});
    }
    parts_.instruments.instruments.push_back(std::move(instrument));
    return absl::OkStatus();
  }

 private:
  const Policy& policy_;
  const Example& example_;
  const Vocabulary& words_;
  SnapshotParts& parts_;
};

// Of whatever the record is about, at the example's instant.
OverrideLabels OverrideOf(const Example& example, const Vocabulary& words) {
  return {.rules = example.overridden,
          .about = words.words(Category::kPerson),
          .data = words.words(Category::kData),
          .from = example.when,
          .until = example.when + 1};
}

bool Met(const std::string& cause, const Decision& decision) {
  return std::any_of(decision.matched.begin(), decision.matched.end(),
                     [&](const MatchedRule& rule) { return rule.id == cause; }) ||
         std::any_of(decision.reasons.begin(), decision.reasons.end(),
                     [&](const SidedReason& reason) { return reason.text == cause; });
}

std::string Listed(const Decision& decision) {
  std::string out(VerdictWord(decision.verdict));
  for (const std::string& id : RuleIdsOf(decision.matched)) out += " " + id;
  for (const SidedReason& reason : decision.reasons) out += " " + reason.text;
  return out;
}

}  // namespace

absl::StatusOr<Decision> DecideExample(const Policy& policy, const Example& example,
                                       const ExampleSetting& setting) {
  SnapshotParts parts;
  parts.groups = setting.groups;
  parts.instruments = setting.instruments;
  parts.agencies = setting.agencies;
  parts.policies = {{policy, policy.valid.from}};
  const auto own =
      Register(Dotted(policy.jurisdiction, kOwnName), example.own_kind, parts.agencies);
  if (!own.ok()) return own.status();
  const bool named = example.other.find('.') != std::string::npos;
  const auto other = Register(named ? example.other : Dotted(example.other, kOtherName),
                              example.other_kind, parts.agencies);
  if (!other.ok()) return other.status();
  RecordLabels record = example.record;
  RecipientLabels recipient = example.recipient;
  const bool outbound = example.direction == Direction::kOutbound;
  record.origin = outbound ? *own : *other;
  recipient.recipient = outbound ? *other : *own;
  ConsentingStates consenting(policy, example, setting.vocabulary, parts);
  if (auto status = consenting.Add(record, recipient); !status.ok()) return status;
  if (!example.overridden.empty()) recipient.emergency = OverrideOf(example, setting.vocabulary);
  const auto snapshot = Snapshot::Compile(setting.vocabulary, parts);
  if (!snapshot.ok()) return snapshot.status();
  return outbound ? DecideOutbound(**snapshot, record, recipient, example.when)
                  : DecideInbound(**snapshot, record, recipient, example.when);
}

absl::StatusOr<std::vector<std::string>> RunExamples(const Policy& policy,
                                                     const ExampleSetting& setting) {
  std::vector<std::string> failures;
  for (const Example& example : policy.examples) {
    const auto decision = DecideExample(policy, example, setting);
    if (!decision.ok()) return decision.status();
    std::string wrong;
    if (VerdictWord(decision->verdict) != example.expect) wrong = "expected " + example.expect;
    for (const std::string& cause : example.because) {
      if (!Met(cause, *decision)) wrong += (wrong.empty() ? "expected " : " and ") + cause;
    }
    if (wrong.empty()) continue;
    failures.push_back(ErrorAt(
        policy.file, example.at,
        "example \"" + example.say + "\": " + wrong + ", the answer is " + Listed(*decision)));
  }
  return failures;
}

}  // namespace entente::policy
