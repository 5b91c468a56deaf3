#include <algorithm>

#include "policy/file_frame.h"
#include "policy/parse.h"
#include "policy/table_reader.h"

namespace entente::policy {
namespace {

template <typename T, typename Key>
bool Taken(const std::vector<T>& items, const std::string& id, Key key) {
  return !id.empty() &&
         std::any_of(items.begin(), items.end(), [&](const T& item) { return key(item) == id; });
}

Group ReadGroup(const TomlValue& table, FileErrors& errors) {
  TableReader reader(table, "this group", errors);
  Group group;
  const PlacedText id = reader.Placed("id", Need::kMandatory);
  if (CheckIdentifier(id, errors)) group.id = id.text;
  group.title = reader.Text("title", Need::kMandatory);
  for (const TomlValue* member_table : reader.Tables("member", Need::kMandatory)) {
    TableReader member(*member_table, "this member", errors);
    const PlacedText state = member.Placed("jurisdiction", Need::kMandatory);
    CheckState(state, false, errors);
    group.members.push_back({state.text, member.Between("joined", "left", Need::kOptional)});
    member.Finish();
  }
  reader.Finish();
  return group;
}

template <typename Enum, size_t N>
Enum ReadChoice(TableReader& reader, std::string_view key,
                const std::array<std::string_view, N>& words) {
  const PlacedText word = reader.Placed(key, Need::kMandatory);
  const auto found = std::find(words.begin(), words.end(), word.text);
  if (found != words.end()) return static_cast<Enum>(found - words.begin());
  std::string all;
  for (const std::string_view w : words) all += (all.empty() ? "" : " ") + std::string(w);
  if (!word.text.empty()) {
    reader.Error(word.at, "'" + std::string(key) + "' must be one of " + all);
  }
  return Enum{};
}

constexpr std::array<std::string_view, 5> kInstrumentKinds = {"treaty", "memorandum", "reciprocity",
                                                              "union-law", "domestic"};
constexpr std::array<std::string_view, 3> kInstrumentStates = {"in-force", "suspended",
                                                               "terminated"};

InstrumentParty ReadParty(const TomlValue& table, FileErrors& errors) {
  TableReader reader(table, "this party", errors);
  const PlacedText party = reader.Placed("party", Need::kMandatory);
  if (party.text.starts_with("ORG.")) {
    const auto agency = AgencyId::Parse(party.text);
    if (!agency.ok()) errors.Add(party.at, std::string(agency.status().message()));
  } else {
    CheckState(party, false, errors);
  }
  InstrumentParty out{party.text, reader.Between("joined", "left", Need::kOptional)};
  reader.Finish();
  return out;
}

Instrument ReadInstrument(const TomlValue& table, const Vocabulary& vocabulary,
                          FileErrors& errors) {
  TableReader reader(table, "this instrument", errors);
  Instrument out;
  const PlacedText id = reader.Placed("id", Need::kMandatory);
  if (CheckIdentifier(id, errors)) out.id = id.text;
  out.title = reader.Text("title", Need::kMandatory);
  out.law = reader.Text("law", Need::kMandatory);
  out.kind = ReadChoice<InstrumentKind>(reader, "kind", kInstrumentKinds);
  out.state = ReadChoice<InstrumentState>(reader, "state", kInstrumentStates);
  out.purposes = reader.Words("purposes", Need::kMandatory, vocabulary, Category::kPurpose);
  out.data = reader.Words("data", Need::kMandatory, vocabulary, Category::kData);
  out.obligations =
      ReadObligations(reader, "obligations", Need::kOptional, vocabulary.obligation_forms());
  out.sent_data_stay_bound = reader.Flag("sent_data_stay_bound", Need::kMandatory);
  for (const TomlValue* party : reader.Tables("party", Need::kMandatory)) {
    out.parties.push_back(ReadParty(*party, errors));
  }
  reader.Finish();
  if ((out.kind == InstrumentKind::kDomestic) != (out.parties.size() == 1)) {
    errors.Add(table.at, "a domestic instrument has one party, every other kind at least two");
  }
  return out;
}

std::vector<Interval> ReadSuspensions(TableReader& reader, FileErrors& errors) {
  std::vector<Interval> out;
  for (const TomlValue* table : reader.Tables("suspended", Need::kOptional)) {
    TableReader interval(*table, "this suspension", errors);
    out.push_back(interval.Between("from", "until", Need::kOptional));
    interval.Finish();
  }
  return out;
}

}  // namespace

absl::StatusOr<Groups> ParseGroups(std::string_view text, std::string_view file) {
  const auto tree = OpenFile(text, file, FileType::kGroups);
  if (!tree.ok()) return tree.status();
  FileErrors errors(file);
  TableReader reader(*tree, "a groups file", errors);
  reader.Take(TypeKey(FileType::kGroups), Need::kMandatory);
  Groups out;
  out.version = reader.Count("version", Need::kMandatory);
  for (const TomlValue* table : reader.Tables("group", Need::kOptional)) {
    Group group = ReadGroup(*table, errors);
    if (Taken(out.groups, group.id, [](const Group& g) { return g.id; })) {
      errors.Add(table->at, "the group '" + group.id + "' stands twice");
    }
    out.groups.push_back(std::move(group));
  }
  reader.Finish();
  if (!errors.ok()) return errors.status();
  return out;
}

absl::StatusOr<Instruments> ParseInstruments(std::string_view text, std::string_view file,
                                             const Vocabulary& vocabulary) {
  const auto tree = OpenFile(text, file, FileType::kInstruments);
  if (!tree.ok()) return tree.status();
  FileErrors errors(file);
  TableReader reader(*tree, "an instruments file", errors);
  reader.Take(TypeKey(FileType::kInstruments), Need::kMandatory);
  Instruments out;
  out.version = reader.Count("version", Need::kMandatory);
  for (const TomlValue* table : reader.Tables("instrument", Need::kOptional)) {
    Instrument instrument = ReadInstrument(*table, vocabulary, errors);
    if (Taken(out.instruments, instrument.id, [](const Instrument& i) { return i.id; })) {
      errors.Add(table->at, "the instrument '" + instrument.id + "' stands twice");
    }
    out.instruments.push_back(std::move(instrument));
  }
  reader.Finish();
  if (!errors.ok()) return errors.status();
  return out;
}

absl::StatusOr<std::vector<Agency>> ParseAgencies(std::string_view text, std::string_view file,
                                                  const Vocabulary& vocabulary) {
  const auto tree = OpenFile(text, file, FileType::kAgencies);
  if (!tree.ok()) return tree.status();
  FileErrors errors(file);
  TableReader reader(*tree, "an agencies file", errors);
  reader.Take(TypeKey(FileType::kAgencies), Need::kMandatory);
  std::vector<Agency> out;
  for (const TomlValue* table : reader.Tables("agency", Need::kOptional)) {
    TableReader agency(*table, "this agency", errors);
    const PlacedText id = agency.Placed("id", Need::kMandatory);
    std::string kind = agency.Word("kind", Need::kMandatory, vocabulary, Category::kAgencyKind);
    std::string name = agency.Text("name", Need::kMandatory);
    const Interval admitted = agency.Between("from", "until", Need::kOptional);
    std::vector<Interval> suspended = ReadSuspensions(agency, errors);
    agency.Finish();
    const auto parsed = AgencyId::Parse(id.text);
    if (!parsed.ok()) {
      if (!id.text.empty()) errors.Add(id.at, std::string(parsed.status().message()));
      continue;
    }
    if (Taken(out, id.text, [](const Agency& a) { return a.id.text(); })) {
      errors.Add(id.at, "the agency '" + id.text + "' stands twice");
    }
    out.push_back({*parsed, std::move(kind), std::move(name), admitted, std::move(suspended)});
  }
  reader.Finish();
  if (!errors.ok()) return errors.status();
  return out;
}

}  // namespace entente::policy
