#include "policy/matrix_cases.h"

#include <algorithm>
#include <map>

#include "policy/matrix.h"
#include "policy/obtained_sets.h"
#include "policy/tables.h"

namespace entente::policy {
namespace {

constexpr std::string_view kOrg = "ORG";

bool Contains(const std::vector<std::string>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

constexpr std::string_view kSends = ".from-";
constexpr std::string_view kReceives = ".to-";

bool IsState(const std::string& end) { return end.find('.') == end.npos; }

std::string MadeUp(const std::string& state, std::string_view does, const std::string& kind) {
  return state + std::string(does) + kind;
}

// What is asked for one purpose under one instrument, by the rules that may match there.
class Questioner {
 public:
  Questioner(const RenderSetting& setting, const std::vector<Rule>& rules, std::string origin,
             const std::string& purpose, const std::string& under)
      : setting_(setting), origin_(std::move(origin)) {
    for (const Rule& rule : rules) {
      const bool for_purpose = rule.for_purpose.empty() || Contains(rule.for_purpose, purpose);
      if (for_purpose && (rule.under.empty() || Contains(rule.under, under))) {
        rules_.push_back(&rule);
      }
    }
  }

  std::vector<std::string> Agencies(const std::string& end, std::string_view does,
                                    std::vector<std::string> Rule::*kinds) const {
    if (!IsState(end)) return {end};
    std::vector<std::string> out = Listed(Category::kAgencyKind, kinds);
    for (std::string& kind : out) kind = MadeUp(end, does, kind);
    return out;
  }

  // Of the words that the same rules list, one.
  std::vector<std::string> Listed(Category category, std::vector<std::string> Rule::*list) const {
    return OneOfEach(
        setting_.vocabulary.words(category),
        [list](const Rule& rule, const std::string& word) { return Contains(rule.*list, word); });
  }

  std::vector<LabelCase> Labels() const {
    std::vector<std::vector<std::string>> sources = {{}};
    for (const std::string& state : Sources()) sources.push_back({state});
    std::vector<LabelCase> out;
    for (const std::string& code : HandlingCodes()) {
      for (const std::string& evaluation : Evaluations()) {
        for (const auto& obtained_from : sources) out.push_back({code, evaluation, obtained_from});
      }
    }
    return out;
  }

 private:
  template <typename Lists>
  std::vector<std::string> OneOfEach(const std::vector<std::string>& words, Lists lists) const {
    std::set<std::vector<bool>> seen;
    std::vector<std::string> out;
    for (const std::string& word : words) {
      std::vector<bool> listing;
      for (const Rule* rule : rules_) listing.push_back(lists(*rule, word));
      if (seen.insert(std::move(listing)).second) out.push_back(word);
    }
    return out;
  }

  // Each alone: a second code can only keep more back. All of them, since they oblige differently.
  std::vector<std::string> HandlingCodes() const {
    const auto& codes = setting_.vocabulary.words(Category::kHandling);
    std::vector<std::string> out;
    for (size_t i = 0; i < codes.size(); ++i) {
      if ((setting_.vocabulary.handling_for_person() >> i & 1u) == 0) out.push_back(codes[i]);
    }
    return out;
  }

  std::vector<std::string> Evaluations() const {
    std::vector<std::string> all;
    for (const std::string& source : setting_.vocabulary.words(Category::kSource)) {
      for (const std::string& information : setting_.vocabulary.words(Category::kInformation)) {
        all.push_back(source + information);
      }
    }
    return OneOfEach(all, [](const Rule& rule, const std::string& pair) {
      return Contains(rule.reliability, pair) || Contains(rule.reliability, pair.substr(0, 1)) ||
             Contains(rule.reliability, pair.substr(1));
    });
  }

  // Each alone, as with handling codes. One that no rule means is like the sender's own data.
  std::vector<std::string> Sources() const {
    const auto lists = [this](const Rule& rule, const std::string& state) {
      return ListsSource(rule, state);
    };
    std::vector<std::string> meant;
    for (const std::string& state : PossibleSources()) {
      if (std::ranges::any_of(rules_, [&](const Rule* rule) { return lists(*rule, state); })) {
        meant.push_back(state);
      }
    }
    return OneOfEach(meant, lists);
  }

  // One at least is another State than the origin's.
  std::set<std::string> PossibleSources() const {
    std::set<std::string> out = {origin_, std::string(kOrg), AllStates().front()};
    for (const Rule* rule : rules_) {
      if (!rule->obtained_from) continue;
      const auto& named = rule->obtained_from->jurisdictions;
      out.insert(named.begin(), named.end());
    }
    for (const Group& group : setting_.groups.groups) {
      for (const GroupMember& member : group.members) out.insert(member.jurisdiction);
    }
    return out;
  }

  bool ListsSource(const Rule& rule, const std::string& state) const {
    if (!rule.obtained_from) return false;
    if (Contains(rule.obtained_from->jurisdictions, state)) return true;
    if (rule.obtained_from->another_state && state != origin_) return true;
    for (const Group& group : setting_.groups.groups) {
      if (!Contains(rule.obtained_from->groups, group.id)) continue;
      for (const GroupMember& member : group.members) {
        if (member.jurisdiction == state && member.member.Holds(setting_.at)) return true;
      }
    }
    return false;
  }

  const RenderSetting& setting_;
  const std::string origin_;  // the State of the agency that sends
  std::vector<const Rule*> rules_;
};

}  // namespace

MatrixCases::MatrixCases(const RenderSetting& setting, const Policy& policy, Direction direction)
    : setting_(setting),
      policy_(policy),
      rules_(direction == Direction::kOutbound ? policy.outbound : policy.inbound) {
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

void MatrixCases::TakeParties() {
  for (const Instrument& instrument : setting_.instruments.instruments) {
    for (const InstrumentParty& party : instrument.parties) {
      if (party.party.find('.') == party.party.npos) states_.insert(party.party);
    }
  }
}

std::set<std::string> MatrixCases::NamedByRules() const {
  std::set<std::string> out;
  for (const Rule& rule : rules_) {
    if (rule.party) out.insert(rule.party->agencies.begin(), rule.party->agencies.end());
  }
  return out;
}

std::vector<Agency> MatrixCases::Agencies() const {
  std::map<std::string, Agency> all;
  for (const Agency& agency : setting_.agencies) all.insert({agency.id.text(), agency});
  for (const std::string& state : states_) {
    for (const std::string& kind : setting_.vocabulary.words(Category::kAgencyKind)) {
      for (const std::string_view does : {kSends, kReceives}) {
        const AgencyId id = AgencyId::Parse(MadeUp(state, does, kind)).value();
        all.insert_or_assign(id.text(), Agency{id, kind, id.text(), {}, {}});
      }
    }
  }
  std::vector<Agency> out;
  for (auto& [id, agency] : all) out.push_back(std::move(agency));
  return out;
}

std::vector<std::string> MatrixCases::OwnEnds() const {
  if (policy_.jurisdiction != kOrg) return {policy_.jurisdiction};
  std::vector<std::string> out;
  for (const std::string& id : single_) {
    if (id.starts_with("ORG.")) out.push_back(id);
  }
  return out;
}

std::vector<std::string> MatrixCases::Partners() const {
  std::vector<std::string> out(states_.begin(), states_.end());
  out.insert(out.end(), single_.begin(), single_.end());
  return out;
}

std::string MatrixCases::Sender(const std::string& origin) const {
  const auto& kinds = setting_.vocabulary.words(Category::kAgencyKind);
  return IsState(origin) ? MadeUp(origin, kSends, kinds[0]) : origin;
}

std::string MatrixCases::Recipient(const std::string& destination) const {
  const auto& kinds = setting_.vocabulary.words(Category::kAgencyKind);
  return IsState(destination) ? MadeUp(destination, kReceives, kinds[0]) : destination;
}

MatrixQuestions MatrixCases::Questions(const std::string& origin, const std::string& destination,
                                       const std::string& purpose, const std::string& under) const {
  const Questioner questioner(setting_, rules_, std::string(StateOf(origin)), purpose, under);
  return {questioner.Agencies(origin, kSends, &Rule::from_kind),
          questioner.Agencies(destination, kReceives, &Rule::to_kind),
          questioner.Listed(Category::kRecordKind, &Rule::record), questioner.Labels()};
}

}  // namespace entente::policy
