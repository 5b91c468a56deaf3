#include <algorithm>
#include <map>
#include <tuple>

#include "policy/country.h"
#include "policy/render.h"
#include "policy/wording.h"

namespace entente::policy {
namespace {

using Kind = DocumentBlock::Kind;

void Add(Blocks& out, Kind kind, std::string text, std::vector<std::string> items = {}) {
  out.push_back({kind, std::move(text), std::move(items), {}, {}});
}

bool NamesGroup(const Rule& rule, const std::string& id) {
  const auto names = [&](const std::optional<Parties>& parties) {
    return parties && std::ranges::find(parties->groups, id) != parties->groups.end();
  };
  return names(rule.party) || names(rule.obtained_from);
}

bool NamesInstrument(const Rule& rule, const std::string& id) {
  return std::ranges::find(rule.under, id) != rule.under.end();
}

template <typename Names>
bool AnyRule(const Policy& policy, Names names) {
  return std::ranges::any_of(policy.outbound, names) || std::ranges::any_of(policy.inbound, names);
}

std::string SpanText(const RenderSetting& setting, const std::string& party, const Interval& span) {
  const Language language = setting.language;
  const std::string from = InstantInWords(language, span.from, span.from_offset);
  const std::string name = PartyHeading(setting, party);
  if (!span.until) return Sentence(language, "span.from", {name, from});
  return Sentence(language, "span.until",
                  {name, from, InstantInWords(language, *span.until, span.until_offset)});
}

std::string PartiesNow(const RenderSetting& setting, const Instrument& instrument) {
  std::vector<std::string> names;
  for (const InstrumentParty& party : instrument.parties) {
    if (party.member.Holds(setting.at)) names.push_back(PartyName(setting, party.party));
  }
  return names.empty() ? Sentence(setting.language, "instrument.no-party")
                       : Listed(setting.language, Join::kAnd, names);
}

// Since when the State whose policy it is and each other party are both bound; of domestic law
// since when it binds at all. Nothing for a State that is no party, and for the policy of
// organisations.
std::string BoundSince(const RenderSetting& setting, const Policy& policy,
                       const Instrument& instrument) {
  const Language language = setting.language;
  const auto own = std::ranges::find_if(instrument.parties, [&](const InstrumentParty& one) {
    return one.party == policy.jurisdiction && one.member.Holds(setting.at);
  });
  if (own == instrument.parties.end()) return "";
  const auto joined = [](const InstrumentParty& party) {
    return std::pair(party.member.from, party.member.from_offset);
  };
  std::map<std::pair<Instant, int>, std::vector<std::string>> by_day;
  for (const InstrumentParty& party : instrument.parties) {
    if (party.party == own->party || !party.member.Holds(setting.at)) continue;
    by_day[std::max(joined(*own), joined(party))].push_back(PartyName(setting, party.party));
  }
  if (by_day.empty() && instrument.kind == InstrumentKind::kDomestic) by_day[joined(*own)] = {};
  std::string out;
  for (const auto& [instant, names] : by_day) {
    const std::string day = InstantInWords(language, instant.first, instant.second);
    const std::string with = Listed(language, Join::kAnd, names);
    out += (out.empty() ? "" : Sentence(language, "list.semicolon")) +
           (names.empty() ? day : Sentence(language, "instrument.since", {with, day}));
  }
  return out;
}

// Those who come after the instant or have left before it, and those who will leave.
std::string Changes(const RenderSetting& setting, const Instrument& instrument) {
  std::string out;
  for (const InstrumentParty& party : instrument.parties) {
    if (party.member.from <= setting.at && !party.member.until) continue;
    out += (out.empty() ? "" : Sentence(setting.language, "list.semicolon")) +
           SpanText(setting, party.party, party.member);
  }
  return out;
}

void AddInstrument(const RenderSetting& setting, const Policy& policy, const Instrument& instrument,
                   Blocks& out) {
  const Language language = setting.language;
  const auto say = [&](std::string_view key) { return Sentence(language, key); };
  Add(out, Kind::kSection,
      Sentence(language, "instrument.heading", {instrument.id, instrument.title}));
  DocumentBlock block{Kind::kFacts, "", {}, {}, {}};
  const auto kind = std::to_string(static_cast<int>(instrument.kind));
  const auto state = std::to_string(static_cast<int>(instrument.state));
  block.facts = {
      {say("instrument.nature"),
       say("instrument-kind." + kind) + ", " + say("instrument-state." + state)},
      {say("render.law"), instrument.law},
      {say("instrument.parties"), PartiesNow(setting, instrument)},
  };
  if (const std::string since = BoundSince(setting, policy, instrument); !since.empty()) {
    const std::string own = CountryInText(language, policy.jurisdiction);
    block.facts.emplace_back(Sentence(language, "instrument.binds-with", {own}), since);
  }
  block.facts.emplace_back(
      say("instrument.purposes"),
      Listed(language, Join::kAnd, WordingsOf(language, Category::kPurpose, instrument.purposes)));
  block.facts.emplace_back(
      say("instrument.data"),
      Listed(language, Join::kAnd, WordingsOf(language, Category::kData, instrument.data)));
  const std::string obligations =
      ObligationsInWords(language, instrument.obligations, "render.shall");
  if (!obligations.empty()) block.facts.emplace_back(say("instrument.obligations"), obligations);
  const std::string of_sender = SenderObligationsInWords(language, instrument.obligations);
  if (!of_sender.empty()) block.facts.emplace_back(say("instrument.of-sender"), of_sender);
  if (const std::string changes = Changes(setting, instrument); !changes.empty()) {
    block.facts.emplace_back(say("instrument.changes"), changes);
  }
  block.facts.emplace_back(
      say("instrument.after"),
      say(instrument.sent_data_stay_bound ? "instrument.bound" : "instrument.unbound"));
  out.push_back(std::move(block));
}

}  // namespace

void AddParticipants(const RenderSetting& setting, Blocks& out) {
  const Language language = setting.language;
  const auto before = [language](const std::string& a, const std::string& b) {
    return ReadsBefore(language, a, b);
  };
  std::map<std::string, std::string, decltype(before)> agencies(before);  // by State
  for (const Agency& agency : setting.agencies) {
    if (!ActiveAt(agency, setting.at)) continue;
    const std::string state(agency.id.jurisdiction());
    std::string& all = agencies[PartyHeading(setting, state)];
    all += (all.empty() ? "" : Sentence(language, "list.semicolon")) +
           Sentence(language, "participants.agency",
                    {PartyName(setting, agency.id.text()),
                     WordingOf(language, Category::kAgencyKind, agency.kind)});
  }
  const std::string at = InstantInWords(language, setting.at, 0);
  Add(out, Kind::kPart, Sentence(language, "participants.title"));
  Add(out, Kind::kParagraph,
      Sentence(language, agencies.empty() ? "participants.none" : "participants.text", {at}));
  if (agencies.empty()) return;
  out.push_back({Kind::kFacts, "", {}, {agencies.begin(), agencies.end()}, {}});
}

void AddGroups(const RenderSetting& setting, const Policy& policy, Blocks& out) {
  const Language language = setting.language;
  bool first = true;
  for (const Group& group : setting.groups.groups) {
    if (!AnyRule(policy, [&](const Rule& rule) { return NamesGroup(rule, group.id); })) continue;
    if (first) Add(out, Kind::kPart, Sentence(language, "groups.title"));
    first = false;
    Add(out, Kind::kSection, Sentence(language, "instrument.heading", {group.id, group.title}));
    std::vector<std::string> spans;
    for (const GroupMember& member : group.members) {
      spans.push_back(SpanText(setting, member.jurisdiction, member.member));
    }
    Add(out, Kind::kList, "", std::move(spans));
  }
}

void AddInstruments(const RenderSetting& setting, const Policy& policy, Blocks& out) {
  bool first = true;
  for (const Instrument& instrument : setting.instruments.instruments) {
    if (!AnyRule(policy, [&](const Rule& rule) { return NamesInstrument(rule, instrument.id); })) {
      continue;
    }
    if (first) Add(out, Kind::kPart, Sentence(setting.language, "instruments.title"));
    first = false;
    AddInstrument(setting, policy, instrument, out);
  }
}

void AddHandlingCodes(const RenderSetting& setting, Blocks& out) {
  const Language language = setting.language;
  const auto& codes = setting.vocabulary.words(Category::kHandling);
  Add(out, Kind::kPart, Sentence(language, "handling.title"));
  DocumentBlock block{Kind::kFacts, "", {}, {}, {}};
  for (size_t i = 0; i < codes.size(); ++i) {
    const auto& obligations = setting.vocabulary.handling_obligations(static_cast<uint8_t>(i));
    std::string text = Capitalized(WordingOf(language, Category::kHandling, codes[i])) + ". " +
                       ObligationsInWords(language, obligations, "render.shall") +
                       SenderObligationsInWords(language, obligations);
    if ((setting.vocabulary.handling_for_person() >> i & 1u) != 0) {
      text += Sentence(language, "handling.for-person");
    }
    block.facts.emplace_back(codes[i], std::move(text));
  }
  out.push_back(std::move(block));
}

// The words that the articles use, in the order of the vocabulary. An article that names no
// category means any of them.
void AddMeanings(const RenderSetting& setting, const Policy& policy, Blocks& out) {
  using Words = std::vector<std::string> Rule::*;
  constexpr std::array<std::tuple<Category, Words, std::string_view>, 3> kExplained = {
      {{Category::kPerson, &Rule::about, "meanings.persons"},
       {Category::kData, &Rule::data, "meanings.data"},
       {Category::kPurpose, &Rule::for_purpose, "meanings.purposes"}}};
  const Language language = setting.language;
  Add(out, Kind::kPart, Sentence(language, "meanings.title"));
  Add(out, Kind::kParagraph, Sentence(language, "meanings.text"));
  for (const auto& [category, words, title] : kExplained) {
    DocumentBlock block{Kind::kFacts, "", {}, {}, {}};
    for (const std::string& word : setting.vocabulary.words(category)) {
      const auto uses = [&word, listed = words](const Rule& rule) {
        return std::ranges::find(rule.*listed, word) != (rule.*listed).end();
      };
      std::string meaning = MeaningOf(language, category, word);
      if (meaning.empty() || !AnyRule(policy, uses)) continue;
      block.facts.emplace_back(Capitalized(WordingOf(language, category, word)),
                               std::move(meaning));
    }
    if (block.facts.empty()) continue;
    Add(out, Kind::kSection, Sentence(language, title));
    out.push_back(std::move(block));
  }
}

}  // namespace entente::policy
