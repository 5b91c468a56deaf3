#include <algorithm>
#include <map>
#include <set>

#include "policy/country.h"
#include "policy/render.h"
#include "policy/wording.h"

namespace entente::policy {
namespace {

using Kind = DocumentBlock::Kind;
using State = MatrixCell::State;

constexpr std::array<std::string_view, 4> kMarks = {"nothing", "stays", "obliged", "free"};
constexpr std::string_view kHardSpace = "\xc2\xa0";
constexpr std::array<std::string_view, 4> kSigns = {"·", "✕", "●", "○"};

void Add(Blocks& out, Kind kind, std::string text, std::vector<std::string> items = {}) {
  out.push_back({kind, std::move(text), std::move(items), {}, {}});
}

// Numbers of articles, ascending: "8, 12".
std::string Numbers(const Policy& policy, const std::set<std::string>& ids) {
  std::set<size_t> numbers;
  for (const std::string& id : ids) numbers.insert(ArticleNumber(policy, id));
  std::string out;
  for (const size_t number : numbers) out += (out.empty() ? "" : ", ") + std::to_string(number);
  return out;
}

DocumentCell CellOf(Language language, const Policy& policy, const MatrixCell& cell) {
  const auto index = static_cast<size_t>(cell.state);
  const std::string by = Numbers(policy, cell.by);
  const std::string against = Numbers(policy, cell.against);
  const bool goes = cell.state >= State::kObliged;
  DocumentCell out{std::string(kSigns[index]), "", std::string(kMarks[index])};
  if (goes) out.text += std::string(kHardSpace) + by;
  if (!against.empty()) out.text += (goes ? " −" : "") + std::string(kHardSpace) + against;
  const std::string key = "cell." + std::to_string(index);
  out.spoken = Sentence(language, key, {goes ? by : against});
  if (goes && !against.empty()) out.spoken += Sentence(language, "cell.except", {against});
  return out;
}

// The rows and columns in which anything is said.
struct Extent {
  std::vector<size_t> persons, data;
  std::vector<std::string> left_out;
};

bool Says(const MatrixCell& cell) { return cell.state != State::kNothing; }

Extent ExtentOf(const RenderSetting& setting, const DestinationMatrix& matrix) {
  Extent out;
  const auto& persons = setting.vocabulary.words(Category::kPerson);
  const auto& data = setting.vocabulary.words(Category::kData);
  for (size_t i = 0; i < persons.size(); ++i) {
    if (std::ranges::any_of(matrix.cells[i], Says)) {
      out.persons.push_back(i);
    } else {
      out.left_out.push_back(WordingOf(setting.language, Category::kPerson, persons[i]));
    }
  }
  for (size_t k = 0; k < data.size(); ++k) {
    if (std::ranges::any_of(matrix.cells, [k](const auto& row) { return Says(row[k]); })) {
      out.data.push_back(k);
    } else {
      out.left_out.push_back(WordingOf(setting.language, Category::kData, data[k]));
    }
  }
  return out;
}

DocumentTable TableOf(const RenderSetting& setting, const Policy& policy,
                      const DestinationMatrix& matrix, const Extent& extent) {
  const auto label = [&](Category category, size_t word) {
    return Capitalized(
        WordingOf(setting.language, category, setting.vocabulary.words(category)[word]));
  };
  DocumentTable table;
  table.corner = Sentence(setting.language, "matrix.corner");
  for (const size_t data : extent.data) table.columns.push_back(label(Category::kData, data));
  for (const size_t person : extent.persons) {
    std::vector<DocumentCell> cells;
    for (const size_t data : extent.data) {
      cells.push_back(CellOf(setting.language, policy, matrix.cells[person][data]));
    }
    table.rows.emplace_back(label(Category::kPerson, person), std::move(cells));
  }
  return table;
}

std::string DestinationName(const RenderSetting& setting, const Policy& policy,
                            const std::string& destination) {
  const std::string name = PartyName(setting, destination);
  return destination == policy.jurisdiction ? Sentence(setting.language, "matrix.at-home", {name})
                                            : name;
}

std::string DestinationNames(const RenderSetting& setting, const Policy& policy,
                             const DestinationMatrix& matrix) {
  std::vector<std::string> names;
  for (const std::string& destination : matrix.destinations) {
    names.push_back(DestinationName(setting, policy, destination));
  }
  return Listed(setting.language, Join::kAnd, names);
}

// As a reader looks for them, States first.
std::vector<DestinationMatrix> Ordered(const RenderSetting& setting,
                                       std::vector<DestinationMatrix> matrices) {
  const auto before = [&](const std::string& a, const std::string& b) {
    const bool one = a.find('.') != a.npos, other = b.find('.') != b.npos;
    if (one != other) return other;
    return ReadsBefore(setting.language, PartyHeading(setting, a), PartyHeading(setting, b));
  };
  for (DestinationMatrix& matrix : matrices) std::ranges::sort(matrix.destinations, before);
  std::ranges::sort(matrices, [&](const DestinationMatrix& a, const DestinationMatrix& b) {
    return before(a.destinations[0], b.destinations[0]);
  });
  return matrices;
}

// What other labels than those of the tables change.
std::vector<std::string> NotInTables(const RenderSetting& setting, const Policy& policy) {
  std::vector<std::string> out;
  for (const Rule& rule : policy.outbound) {
    if (rule.handling.empty() && rule.reliability.empty() && !rule.obtained_from &&
        rule.kind != RuleKind::kNotTogether) {
      continue;
    }
    out.push_back(Sentence(setting.language, "render.article",
                           {std::to_string(ArticleNumber(policy, rule.id)), rule.title}));
  }
  return out;
}

// The first instant after the setting's at which a membership, an admission or the policy begins or
// ends: until then nothing that depends on time alone changes.
std::pair<Instant, int> NextChange(const RenderSetting& setting, const Policy& policy) {
  std::pair<Instant, int> next{policy.valid.until.value_or(Instant{kLastInstantMs}),
                               policy.valid.until_offset};
  const auto consider = [&](const Interval& span) {
    if (span.from > setting.at) next = std::min(next, {span.from, span.from_offset});
    if (span.until && *span.until > setting.at) {
      next = std::min(next, {*span.until, span.until_offset});
    }
  };
  for (const Group& group : setting.groups.groups) {
    for (const GroupMember& member : group.members) consider(member.member);
  }
  for (const Instrument& instrument : setting.instruments.instruments) {
    for (const InstrumentParty& party : instrument.parties) consider(party.member);
  }
  for (const Agency& agency : setting.agencies) {
    consider(agency.admitted);
    for (const Interval& span : agency.suspended) consider(span);
  }
  return next;
}

void AddMatrix(const RenderSetting& setting, const Policy& policy, const DestinationMatrix& matrix,
               Blocks& out) {
  const Language language = setting.language;
  const std::string names = DestinationNames(setting, policy, matrix);
  Add(out, Kind::kSection, Capitalized(names));
  if (matrix.empty()) return Add(out, Kind::kParagraph, Sentence(language, "matrix.nothing"));
  const Extent extent = ExtentOf(setting, matrix);
  DocumentBlock block{Kind::kTable, Sentence(language, "matrix.caption", {names}), {}, {}, {}};
  block.table = TableOf(setting, policy, matrix, extent);
  out.push_back(std::move(block));
  if (extent.left_out.empty()) return;
  Add(out, Kind::kParagraph,
      Sentence(language, "matrix.left-out", {Listed(language, Join::kAnd, extent.left_out)}));
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

// Those who come after the instant or have left before it, and those who will leave.
std::string Changes(const RenderSetting& setting, const Instrument& instrument) {
  std::string out;
  for (const InstrumentParty& party : instrument.parties) {
    if (party.member.from <= setting.at && !party.member.until) continue;
    out += (out.empty() ? "" : "; ") + SpanText(setting, party.party, party.member);
  }
  return out;
}

void AddInstrument(const RenderSetting& setting, const Instrument& instrument, Blocks& out) {
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
      {say("instrument.purposes"),
       Listed(language, Join::kAnd, WordingsOf(language, Category::kPurpose, instrument.purposes))},
      {say("instrument.data"),
       Listed(language, Join::kAnd, WordingsOf(language, Category::kData, instrument.data))},
  };
  const std::string obligations =
      ObligationsInWords(language, instrument.obligations, "render.shall");
  if (!obligations.empty()) block.facts.emplace_back(say("instrument.obligations"), obligations);
  if (const std::string changes = Changes(setting, instrument); !changes.empty()) {
    block.facts.emplace_back(say("instrument.changes"), changes);
  }
  block.facts.emplace_back(
      say("instrument.after"),
      say(instrument.sent_data_stay_bound ? "instrument.bound" : "instrument.unbound"));
  out.push_back(std::move(block));
}

}  // namespace

void AddMatrices(const RenderSetting& setting, const Policy& policy, const RenderRequest& request,
                 const std::vector<DestinationMatrix>& matrices, Blocks& out) {
  const Language language = setting.language;

  const std::string purposes =
      Listed(language, Join::kOr, WordingsOf(language, Category::kPurpose, request.purposes));
  const bool all = request.purposes == setting.vocabulary.words(Category::kPurpose);
  Add(out, Kind::kPart, Sentence(language, "matrix.title"));
  const auto [until, offset] = NextChange(setting, policy);
  Add(out, Kind::kParagraph,
      Sentence(language, "matrix.about",
               {InstantInWords(language, setting.at, 0),
                all ? Sentence(language, "matrix.any-purpose") : purposes,
                InstantInWords(language, until, offset)}));
  DocumentBlock legend{Kind::kFacts, "", {}, {}, {}};
  for (size_t i = kSigns.size(); i-- > 0;) {
    legend.facts.emplace_back(kSigns[i], Sentence(language, "legend." + std::to_string(i)));
  }
  out.push_back(std::move(legend));
  Add(out, Kind::kParagraph, Sentence(language, "matrix.supposes"));
  if (auto others = NotInTables(setting, policy); !others.empty()) {
    Add(out, Kind::kParagraph, Sentence(language, "matrix.beside"));
    Add(out, Kind::kList, "", std::move(others));
  }
  for (const DestinationMatrix& matrix : Ordered(setting, matrices)) {
    AddMatrix(setting, policy, matrix, out);
  }
}

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
    all += (all.empty() ? "" : "; ") +
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
    AddInstrument(setting, instrument, out);
  }
}

void AddHandlingCodes(const RenderSetting& setting, Blocks& out) {
  const Language language = setting.language;
  const auto& codes = setting.vocabulary.words(Category::kHandling);
  Add(out, Kind::kPart, Sentence(language, "handling.title"));
  DocumentBlock block{Kind::kFacts, "", {}, {}, {}};
  for (size_t i = 0; i < codes.size(); ++i) {
    std::string text =
        Capitalized(WordingOf(language, Category::kHandling, codes[i])) + ". " +
        ObligationsInWords(language,
                           setting.vocabulary.handling_obligations(static_cast<uint8_t>(i)),
                           "render.shall");
    if ((setting.vocabulary.handling_for_person() >> i & 1u) != 0) {
      text += Sentence(language, "handling.for-person");
    }
    block.facts.emplace_back(codes[i], std::move(text));
  }
  out.push_back(std::move(block));
}

}  // namespace entente::policy
