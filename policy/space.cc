#include "policy/space.h"

#include <algorithm>
#include <bit>
#include <map>
#include <set>
#include <unordered_set>
#include <utility>

#include "core/base/agency.h"
#include "policy/obtained_sets.h"
#include "policy/side.h"

namespace entente::policy {
namespace {

// An agency of a State, or an organisation, that no rule and no instrument names.
constexpr std::string_view kAnyAgency = ".any";

std::string Joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += text + '\n';
  return out;
}

void AddHandling(const Tables& tables, uint32_t codes, ObligationSet& out) {
  for (; codes != 0; codes &= codes - 1) {
    out.Add(tables.handling_obligations[static_cast<size_t>(std::countr_zero(codes))]);
  }
}

}  // namespace

class Space::Builder {
 public:
  Builder(Space& space, Direction direction, std::string state)
      : space_(space), direction_(direction), state_(std::move(state)) {
    std::set<std::string> ids;
    std::set<std::string> own = {state_ + std::string(kAnyAgency)};
    for (const HalfVersion& version : space_.versions_) {
      for (const InstrumentRow& row : version.tables->instruments) {
        ids.insert(row.id);
        if (state_ != "ORG") continue;
        for (const auto& [party, member] : row.organisations) own.insert(party);
      }
    }
    for (const std::string& id : ids) {
      for (const std::string& one : own) instruments_.push_back({id, one});
    }
  }

  absl::Status Run() {
    Parties();
    CutInstruments();
    CutHandling();
    Words(Axis::kPurpose, Category::kPurpose, &SideTables::purpose, &InstrumentRow::purposes,
          &space_.purpose_word_);
    Words(Axis::kFromKind, Category::kAgencyKind, &SideTables::from_kind, nullptr, nullptr);
    Words(Axis::kToKind, Category::kAgencyKind, &SideTables::to_kind, nullptr, nullptr);
    Words(Axis::kRecordKind, Category::kRecordKind, &SideTables::record, nullptr, nullptr);
    Evaluations();
    Words(Axis::kPerson, Category::kPerson, &SideTables::person, nullptr, nullptr);
    Words(Axis::kData, Category::kData, &SideTables::data, &InstrumentRow::data,
          &space_.data_word_);
    return CutObtained();
  }

 private:
  const std::vector<HalfVersion>& versions() const { return space_.versions_; }
  const Vocabulary& words() const { return versions().front().tables->vocabulary; }
  Cut& CutOf(Axis axis) { return space_.axes_[static_cast<size_t>(axis)]; }

  // Puts a value into the class of its key; true when that is a new one.
  bool Put(Axis axis, const std::string& value, const std::vector<Mask>& rows,
           const std::string& more) {
    std::string key = more;
    key += BytesOf(rows);
    Cut& cut = CutOf(axis);
    const auto [place, fresh] =
        numbers_[static_cast<size_t>(axis)].emplace(key, cut.classes.size());
    if (fresh) {
      cut.classes.emplace_back();
      cut.rows.resize(versions().size());
      for (size_t v = 0; v < rows.size(); ++v) cut.rows[v].push_back(rows[v]);
    }
    std::vector<std::string>& values = cut.classes[place->second];
    if (values.empty() || values.back() != value) values.push_back(value);
    return fresh;
  }

  const InstrumentRow* Row(size_t version, const std::string& id) const {
    const Tables& tables = *versions()[version].tables;
    const uint32_t* index = tables.instrument_index.Find(id);
    return index == nullptr ? nullptr : &tables.instruments[*index];
  }

  // The file of the organisations is that of each: an instrument may serve one and not the others.
  struct Under {
    std::string id;
    std::string own;  // an agency there
  };

  bool Serves(size_t version, const Under& under, const std::string& other) const {
    const InstrumentRow* row = Row(version, under.id);
    const Party own{StateNumber(state_), under.own};
    const Party partner{StateNumber(StateOf(other)), other};
    const bool outbound = direction_ == Direction::kOutbound;
    return row != nullptr &&
           !row->Bars(outbound ? own : partner, outbound ? partner : own, versions()[version].at);
  }

  // "BR" stands for the agencies there that nobody names.
  static std::string AgencyOf(const std::string& party) {
    return party.find('.') == std::string::npos ? party + std::string(kAnyAgency) : party;
  }

  std::vector<std::string> PartyValues() const {
    std::vector<std::string> out = AllStates();
    out.emplace_back("ORG");
    std::set<std::string> agencies;
    for (const HalfVersion& version : versions()) {
      agencies.insert(version.agencies.begin(), version.agencies.end());
      for (const InstrumentRow& row : version.tables->instruments) {
        for (const auto& [party, member] : row.organisations) agencies.insert(party);
      }
    }
    out.insert(out.end(), agencies.begin(), agencies.end());
    return out;
  }

  void Parties() {
    for (const std::string& party : PartyValues()) {
      const std::string agency = AgencyOf(party);
      BoundEnd end{.agency = agency,
                   .number = kNone,
                   .state = StateNumber(StateOf(agency)),
                   .kind = 0,
                   .known = true};
      std::vector<Mask> rows;
      std::string more;
      for (size_t v = 0; v < versions().size(); ++v) {
        const HalfVersion& version = versions()[v];
        const AgencyRow* registered = version.tables->agencies.Find(agency);
        end.number = registered == nullptr ? kNone : registered->number;
        rows.push_back(PartyMask(*version.rules, *version.tables, end, version.at));
        for (const Under& one : instruments_) more += Serves(v, one, agency) ? '1' : '0';
      }
      // Whether a State's own data is asked for by name depends on which State it is.
      if (direction_ == Direction::kInbound)
        more += BytesOf(
            ObtainedRows(versions(), {std::string(StateOf(agency))}, std::string(StateOf(agency))));
      if (Put(Axis::kParty, party, rows, more)) party_agency_.push_back(agency);
    }
  }

  void CutInstruments() {
    space_.serves_.assign(versions().size(),
                          std::vector<std::vector<uint8_t>>(party_agency_.size()));
    space_.instrument_.resize(versions().size());
    for (const Under& one : instruments_) {
      std::vector<Mask> rows;
      std::string more;
      for (size_t v = 0; v < versions().size(); ++v) {
        const Tables& tables = *versions()[v].tables;
        const InstrumentRow* row = Row(v, one.id);
        rows.push_back(UnderMask(*versions()[v].rules, IndexOf(v, row)));
        for (const std::string& agency : party_agency_) more += Serves(v, one, agency) ? '1' : '0';
        if (row == nullptr) continue;
        more += std::to_string(row->purposes) + ' ' + std::to_string(row->data) + ' ' +
                Joined(ObligationTexts(tables, row->obligations));
      }
      if (Put(Axis::kInstrument, one.id, rows, more)) AddInstrument(one);
    }
  }

  uint32_t IndexOf(size_t version, const InstrumentRow* row) const {
    if (row == nullptr) return kNone;
    return static_cast<uint32_t>(row - versions()[version].tables->instruments.data());
  }

  void AddInstrument(const Under& one) {
    for (size_t v = 0; v < versions().size(); ++v) {
      space_.instrument_[v].push_back(IndexOf(v, Row(v, one.id)));
      for (size_t p = 0; p < party_agency_.size(); ++p) {
        space_.serves_[v][p].push_back(Serves(v, one, party_agency_[p]) ? 1 : 0);
      }
    }
  }

  // `covered`: the words that an instrument covers; `word`: of each class its first word.
  void Words(Axis axis, Category category, Rows SideTables::*table,
             uint32_t InstrumentRow::*covered, std::vector<uint32_t>* word) {
    const std::vector<std::string>& all = words().words(category);
    for (uint32_t i = 0; i < all.size(); ++i) {
      std::vector<Mask> rows;
      std::string more;
      for (const HalfVersion& version : versions()) {
        rows.push_back((version.rules->*table)[i]);
        if (covered == nullptr) continue;
        for (const InstrumentRow& row : version.tables->instruments) {
          more += (row.*covered >> i & 1u) != 0 ? '1' : '0';
        }
      }
      if (Put(axis, all[i], rows, more) && word != nullptr) word->push_back(i);
    }
  }

  void Evaluations() {
    for (const std::string& source : words().words(Category::kSource)) {
      for (const std::string& code : words().words(Category::kInformation)) {
        const uint8_t index = *words().FindEvaluation(source + code);
        std::vector<Mask> rows;
        for (const HalfVersion& version : versions()) {
          rows.push_back(version.rules->evaluation[index]);
        }
        Put(Axis::kEvaluation, source + code, rows, "");
      }
    }
  }

  void CutHandling() {
    const std::vector<std::string>& codes = words().words(Category::kHandling);
    for (uint32_t set = 1; set < 1u << codes.size(); ++set) {
      std::string name;
      Bound bound;
      bound.handling = {set};
      for (uint32_t rest = set; rest != 0; rest &= rest - 1) {
        name += (name.empty() ? "" : "+") + codes[static_cast<size_t>(std::countr_zero(rest))];
      }
      std::vector<Mask> rows;
      std::string more;
      for (const HalfVersion& version : versions()) {
        rows.push_back(HandlingMask(*version.rules, bound));
        ObligationSet obligations;
        AddHandling(*version.tables, set, obligations);
        more += Joined(ObligationTexts(*version.tables, obligations));
      }
      if (Put(Axis::kHandling, name, rows, more)) space_.handling_.push_back(set);
    }
  }

  // The States that a record can come from, one for each class of the other side.
  std::vector<std::string> Origins() const {
    if (direction_ == Direction::kOutbound) return {state_};
    std::vector<std::string> out;
    for (const std::string& agency : party_agency_) out.emplace_back(StateOf(agency));
    return out;
  }

  absl::Status CutObtained() {
    auto sets = ObtainedSets(versions(), Origins());
    if (!sets.ok()) return sets.status();
    space_.obtained_.resize(party_agency_.size());
    for (uint32_t i = 0; i < sets->size(); ++i) {
      ObtainedSet& set = (*sets)[i];
      CutOf(Axis::kObtainedFrom).classes.push_back(std::move(set.names));
      for (size_t p = 0; p < party_agency_.size(); ++p) {
        const size_t origin = direction_ == Direction::kOutbound ? 0 : p;
        space_.obtained_[p].push_back({i, {set.rows[origin], set.consented[origin]}});
      }
    }
    CutOf(Axis::kConsent).classes = {{"none"}, {"given"}};
    return absl::OkStatus();
  }

  Space& space_;
  const Direction direction_;
  const std::string state_;
  std::vector<Under> instruments_;         // of all versions
  std::vector<std::string> party_agency_;  // by class of the other side, one that stands for it
  std::array<std::map<std::string, size_t>, kAxes> numbers_;
};

// Goes down the axes with what is left of the rules of each version.
class Space::Walk {
 public:
  Walk(const Space& space, const Visit& visit)
      : space_(space), visit_(visit), hits_(space.versions_.size()) {}

  void Run() {
    for (uint32_t p = 0; p < space_.ClassCount(Axis::kParty); ++p) {
      At(Axis::kParty) = p;
      for (uint32_t u = 0; u < space_.ClassCount(Axis::kInstrument); ++u) Under(p, u);
    }
  }

 private:
  using Left = std::array<Mask, 2>;

  uint32_t& At(Axis axis) { return point_[static_cast<size_t>(axis)]; }
  const Mask& RowAt(size_t version, Axis axis, uint32_t number) const {
    return space_.axes_[static_cast<size_t>(axis)].rows[version][number];
  }
  size_t versions() const { return space_.versions_.size(); }

  void Under(uint32_t party, uint32_t instrument) {
    bool any = false;
    for (size_t v = 0; v < versions(); ++v) {
      serves_[v] = space_.serves_[v][party][instrument] != 0;
      hits_[v].instrument_index = space_.instrument_[v][instrument];
      any = any || serves_[v];
    }
    if (!any) return;
    At(Axis::kInstrument) = instrument;
    for (const Obtained& obtained : space_.obtained_[party]) {
      At(Axis::kObtainedFrom) = obtained.number;
      for (uint32_t consent = 0; consent < 2; ++consent) {
        At(Axis::kConsent) = consent;
        Left left;
        for (size_t v = 0; v < versions(); ++v) {
          left[v] = obtained.rows[consent][v] & RowAt(v, Axis::kParty, party) &
                    RowAt(v, Axis::kInstrument, instrument);
        }
        Down(Axis::kHandling, left);
      }
    }
  }

  bool CoversPurpose(size_t version) const {
    const uint32_t word = space_.purpose_word_[point_[static_cast<size_t>(Axis::kPurpose)]];
    return serves_[version] && Covers(version, &InstrumentRow::purposes, word);
  }
  bool Covers(size_t version, uint32_t InstrumentRow::*covered, uint32_t word) const {
    const InstrumentRow& row =
        space_.versions_[version].tables->instruments[hits_[version].instrument_index];
    return (row.*covered >> word & 1u) != 0;
  }

  // True when a visit was.
  bool Down(Axis axis, const Left& left) {
    if (axis == Axis::kData) return Atoms(left);
    const bool remembered = axis >= Axis::kFromKind && axis <= Axis::kEvaluation;
    std::string key = remembered ? KeyOf(axis, left) : std::string();
    if (remembered && dull_.contains(key)) return false;
    const bool found = DownAll(axis, left);
    if (remembered && !found) dull_.insert(std::move(key));
    return found;
  }

  // All that the answers below depend on.
  std::string KeyOf(Axis axis, const Left& left) const {
    std::string key(1, static_cast<char>(axis));
    for (size_t v = 0; v < versions(); ++v) {
      key += BytesOf({left[v]});
      key.push_back(CoversPurpose(v) ? '1' : '0');
    }
    for (const Axis of : {Axis::kInstrument, Axis::kHandling}) {
      const uint32_t number = point_[static_cast<size_t>(of)];
      key.append(reinterpret_cast<const char*>(&number), sizeof(number));
    }
    return key;
  }

  bool DownAll(Axis axis, const Left& left) {
    bool found = false;
    for (uint32_t i = 0; i < space_.ClassCount(axis); ++i) {
      At(axis) = i;
      Left next;
      bool any = false;
      for (size_t v = 0; v < versions(); ++v) {
        next[v] = left[v] & RowAt(v, axis, i);
        const bool serves = axis == Axis::kPurpose ? CoversPurpose(v) : true;
        any = any || (serves && next[v].any());
      }
      if (any && Down(static_cast<Axis>(static_cast<size_t>(axis) + 1), next)) found = true;
    }
    return found;
  }

  bool Atoms(const Left& left) {
    bool found = false;
    for (uint32_t i = 0; i < space_.ClassCount(Axis::kData); ++i) {
      At(Axis::kData) = i;
      bool any = false;
      for (size_t v = 0; v < versions(); ++v) {
        hits_[v].rules = left[v] & RowAt(v, Axis::kData, i);
        hits_[v].served = CoversPurpose(v);
        hits_[v].covered = hits_[v].served && Covers(v, &InstrumentRow::data, space_.data_word_[i]);
        any = any || (hits_[v].served && hits_[v].rules.any());
      }
      if (any && visit_(point_, hits_)) found = true;
    }
    return found;
  }

  const Space& space_;
  const Visit& visit_;
  Point point_{};
  std::array<bool, 2> serves_{};
  std::vector<Hit> hits_;
  std::unordered_set<std::string> dull_;
};

absl::StatusOr<Space> Space::Make(Direction direction, std::string state,
                                  std::vector<HalfVersion> versions) {
  Space space;
  space.versions_ = std::move(versions);
  absl::Status status = Builder(space, direction, std::move(state)).Run();
  if (!status.ok()) return status;
  return space;
}

std::vector<std::string> ObligationTexts(const Tables& tables, const ObligationSet& set) {
  std::vector<std::string> out;
  for (const uint16_t number : set.strictest) {
    if (number != kNoObligation) out.push_back(tables.obligation_texts[number]);
  }
  return out;
}

std::vector<std::string> AgenciesNamed(const std::vector<Rule>& rules) {
  std::vector<std::string> out;
  for (const Rule& rule : rules) {
    if (rule.party) out.insert(out.end(), rule.party->agencies.begin(), rule.party->agencies.end());
  }
  return out;
}

ObligationSet Space::ObligationsOf(size_t version, const Mask& allows, uint32_t instrument_index,
                                   uint32_t handling) const {
  const HalfVersion& one = versions_[version];
  ObligationSet out;
  AddObligations(*one.rules, allows, out);
  out.Add(one.tables->instruments[instrument_index].obligations);
  AddHandling(*one.tables, HandlingOf(handling), out);
  return out;
}

void Space::ForEach(const Visit& visit) const { Walk(*this, visit).Run(); }

double Space::questions() const {
  double product = 1;
  for (const Cut& cut : axes_) {
    size_t values = 0;
    for (const std::vector<std::string>& one : cut.classes) values += one.size();
    product *= static_cast<double>(values);
  }
  return product;
}

}  // namespace entente::policy
