#include "policy/matrix.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "policy/decide.h"
#include "policy/snapshot.h"

namespace entente::policy {
namespace {

constexpr std::string_view kOrg = "ORG";
constexpr std::string_view kEvaluation = "B2";
constexpr int64_t kLifeMs = int64_t{30} * 24 * 3600 * 1000;

using Ids = std::set<std::string>;

std::string MadeUp(const std::string& state, const std::string& kind) {
  return state + ".any-" + kind;
}

// Who may stand at the two ends of a record.
class Ends {
 public:
  Ends(const RenderSetting& setting, const Policy& policy) : setting_(setting), policy_(policy) {
    for (const Agency& agency : setting.agencies) {
      if (!ActiveAt(agency, setting.at)) continue;
      active_.insert(agency.id.text());
      if (!agency.id.international()) states_.insert(std::string(agency.id.jurisdiction()));
    }
    if (active_.empty()) TakeParties();
    if (policy.jurisdiction != kOrg) states_.insert(policy.jurisdiction);
    for (const std::string& id : NamedByRules()) {
      if (active_.contains(id)) single_.insert(id);
    }
    for (const std::string& id : active_) {
      if (id.starts_with("ORG.")) single_.insert(id);
    }
  }

  // What goes into the snapshot: for each State one agency of each kind.
  std::vector<Agency> Agencies() const {
    std::map<std::string, Agency> all;
    for (const Agency& agency : setting_.agencies) all.insert({agency.id.text(), agency});
    for (const std::string& state : states_) {
      for (const std::string& kind : Kinds()) {
        const AgencyId id = AgencyId::Parse(MadeUp(state, kind)).value();
        all.insert_or_assign(id.text(), Agency{id, kind, id.text(), {}, {}});
      }
    }
    std::vector<Agency> out;
    for (auto& [id, agency] : all) out.push_back(std::move(agency));
    return out;
  }

  std::vector<std::string> Destinations() const {
    std::vector<std::string> out(states_.begin(), states_.end());
    out.insert(out.end(), single_.begin(), single_.end());
    return out;
  }

  std::vector<std::string> Origins() const {
    if (policy_.jurisdiction != kOrg) return AgenciesOf(policy_.jurisdiction);
    std::vector<std::string> out;
    for (const std::string& id : single_) {
      if (id.starts_with("ORG.")) out.push_back(id);
    }
    return out;
  }

  std::vector<std::string> AgenciesOf(const std::string& destination) const {
    if (destination.find('.') != destination.npos) return {destination};
    std::vector<std::string> out;
    for (const std::string& kind : Kinds()) out.push_back(MadeUp(destination, kind));
    return out;
  }

 private:
  const std::vector<std::string>& Kinds() const {
    return setting_.vocabulary.words(Category::kAgencyKind);
  }

  void TakeParties() {
    for (const Instrument& instrument : setting_.instruments.instruments) {
      for (const InstrumentParty& party : instrument.parties) {
        if (party.party.find('.') == party.party.npos) states_.insert(party.party);
      }
    }
  }

  Ids NamedByRules() const {
    Ids out;
    for (const Rule& rule : policy_.outbound) {
      if (rule.party) out.insert(rule.party->agencies.begin(), rule.party->agencies.end());
    }
    return out;
  }

  const RenderSetting& setting_;
  const Policy& policy_;
  Ids active_, states_, single_;
};

// Sums up the decisions about one combination of person and data.
struct Tally {
  bool free = false, obliged = false;
  Ids by, against, bare;

  // `everywhere`: what stands against all combinations says nothing about this one.
  MatrixCell Cell(const Ids& everywhere) const {
    MatrixCell out{MatrixCell::State::kNothing, by, against};
    if (free || obliged) {
      out.state = obliged ? MatrixCell::State::kObliged : MatrixCell::State::kFree;
      return out;
    }
    std::ranges::set_difference(bare, everywhere, std::inserter(out.against, out.against.end()));
    if (!out.against.empty()) out.state = MatrixCell::State::kStays;
    return out;
  }
};

class Asker {
 public:
  Asker(const RenderSetting& setting, const Policy& policy, const Ends& ends,
        std::shared_ptr<const Snapshot> snapshot)
      : setting_(setting), ends_(ends), snapshot_(std::move(snapshot)) {
    for (const Rule& rule : policy.outbound) {
      if (rule.kind == RuleKind::kAllow) allows_.insert(rule.id);
    }
    record_.handling = {Words(Category::kHandling)[0]};
    for (const Obligation& obligation : setting.vocabulary.handling_obligations(0)) {
      of_handling_.push_back(obligation.text);
    }
    std::ranges::sort(of_handling_);
    record_.evaluation = kEvaluation;
    record_.urgency = Words(Category::kUrgency)[0];
    record_.created = setting.at;
    record_.expires = setting.at + kLifeMs;
  }

  std::vector<std::vector<MatrixCell>> Cells(const std::string& destination,
                                             const std::vector<std::string>& purposes) {
    seen_.clear();
    tallies_.assign(Persons().size(), std::vector<Tally>(Data().size()));
    for (const std::string& origin : ends_.Origins()) {
      for (const std::string& recipient : ends_.AgenciesOf(destination)) {
        if (origin == recipient) continue;
        for (const std::string& purpose : purposes) AskBetween(origin, recipient, purpose);
      }
    }
    const Ids everywhere = Everywhere();
    std::vector<std::vector<MatrixCell>> out;
    for (const auto& row : tallies_) {
      out.emplace_back();
      for (const Tally& tally : row) out.back().push_back(tally.Cell(everywhere));
    }
    return out;
  }

 private:
  const std::vector<std::string>& Words(Category category) const {
    return setting_.vocabulary.words(category);
  }
  const std::vector<std::string>& Persons() const { return Words(Category::kPerson); }
  const std::vector<std::string>& Data() const { return Words(Category::kData); }

  Ids Everywhere() const {
    Ids out = tallies_[0][0].bare;
    out.insert(tallies_[0][0].against.begin(), tallies_[0][0].against.end());
    for (const auto& row : tallies_) {
      for (const Tally& tally : row) {
        std::erase_if(out, [&](const std::string& id) {
          return !tally.bare.contains(id) && !tally.against.contains(id);
        });
      }
    }
    return out;
  }

  void AskBetween(const std::string& origin, const std::string& recipient,
                  const std::string& purpose) {
    record_.origin = origin;
    record_.purpose = purpose;
    for (const std::string& under :
         snapshot_->InstrumentsFor(origin, recipient, purpose, setting_.at)) {
      for (const std::string& kind : Words(Category::kRecordKind)) {
        record_.kind = kind;
        AskAll({recipient, under});
      }
    }
  }

  Decision Ask(const std::vector<std::string>& about, const std::vector<std::string>& data,
               const RecipientLabels& recipient) {
    record_.sections = {{about, data, "", false}};
    return DecideOutbound(*snapshot_, record_, recipient, setting_.at);
  }

  // Where the same rules match all combinations at once, under the same instrument, they match each
  // alone: what was asked before is not asked again.
  void AskAll(const RecipientLabels& recipient) {
    const std::vector<std::string> matched = RuleIdsOf(Ask(Persons(), Data(), recipient).matched);
    if (!seen_.insert({recipient.under, matched}).second) return;
    for (size_t person = 0; person < Persons().size(); ++person) {
      for (size_t data = 0; data < Data().size(); ++data) {
        Add(Ask({Persons()[person]}, {Data()[data]}, recipient), tallies_[person][data]);
      }
    }
  }

  void Add(const Decision& decision, Tally& tally) const {
    Ids allows, others;
    for (const MatchedRule& rule : decision.matched) {
      if (rule.side != Side::kOrigin) continue;
      (allows_.contains(rule.id) ? allows : others).insert(rule.id);
    }
    if (decision.releases()) {
      tally.by.merge(allows);
      (decision.obligations == of_handling_ ? tally.free : tally.obliged) = true;
    } else {
      (allows.empty() ? tally.bare : tally.against).merge(others);
    }
  }

  const RenderSetting& setting_;
  const Ends& ends_;
  const std::shared_ptr<const Snapshot> snapshot_;
  Ids allows_;
  std::vector<std::string> of_handling_;
  RecordLabels record_;
  std::set<std::pair<std::string, std::vector<std::string>>> seen_;
  std::vector<std::vector<Tally>> tallies_;
};

}  // namespace

bool ActiveAt(const Agency& agency, Instant t) {
  return agency.admitted.Holds(t) &&
         std::ranges::none_of(agency.suspended,
                              [t](const Interval& span) { return span.Holds(t); });
}

bool DestinationMatrix::empty() const {
  return std::ranges::all_of(cells, [](const auto& row) {
    return std::ranges::all_of(
        row, [](const MatrixCell& cell) { return cell.state == MatrixCell::State::kNothing; });
  });
}

absl::StatusOr<std::vector<DestinationMatrix>> OutboundMatrices(
    const RenderSetting& setting, const Policy& policy, const std::vector<std::string>& purposes) {
  const Ends ends(setting, policy);
  SnapshotParts parts;
  parts.groups = setting.groups;
  parts.instruments = setting.instruments;
  parts.agencies = ends.Agencies();
  parts.policies = {{policy, policy.valid.from}};
  auto snapshot = Snapshot::Compile(setting.vocabulary, parts);
  if (!snapshot.ok()) return snapshot.status();
  Asker asker(setting, policy, ends, *std::move(snapshot));
  std::vector<DestinationMatrix> out;
  for (const std::string& destination : ends.Destinations()) {
    auto cells = asker.Cells(destination, purposes);
    const auto same = std::ranges::find(out, cells, &DestinationMatrix::cells);
    if (same != out.end()) {
      same->destinations.push_back(destination);
    } else {
      out.push_back({{destination}, std::move(cells)});
    }
  }
  return out;
}

}  // namespace entente::policy
