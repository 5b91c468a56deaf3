#include "policy/compile.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "policy/override.h"

namespace entente::policy {
namespace {

bool SameObligation(const Obligation& a, const Obligation& b) {
  return CompareObligations(a, b) == 0;
}

// One rule being put into the tables of its side.
class RuleCompiler {
 public:
  RuleCompiler(SideTables& side, size_t bit, const Rule& rule, const CompileContext& context)
      : side_(side), bit_(bit), rule_(rule), context_(context) {}

  absl::Status Run() {
    SetKind();
    SetParties(rule_.party, side_.party);
    SetParties(rule_.obtained_from, side_.obtained_from);
    SetUnder();
    SetRows(Category::kAgencyKind, rule_.to_kind, side_.to_kind);
    SetRows(Category::kAgencyKind, rule_.from_kind, side_.from_kind);
    SetRows(Category::kPurpose, rule_.for_purpose, side_.purpose);
    SetRows(Category::kRecordKind, rule_.record, side_.record);
    SetRows(Category::kHandling, rule_.handling, side_.handling);
    SetEvaluation();
    if (rule_.kind == RuleKind::kNotTogether) {
      SetTogether();
    } else {
      SetRows(Category::kPerson, rule_.about, side_.person);
      SetRows(Category::kData, rule_.data, side_.data);
    }
    return status_;
  }

 private:
  bool allow() const { return rule_.kind == RuleKind::kAllow; }
  const Vocabulary& words() const { return context_.tables.vocabulary; }

  void SetKind() {
    Mask* const masks[] = {&side_.allow, &side_.withhold, &side_.forbid, &side_.together};
    masks[static_cast<size_t>(rule_.kind)]->Set(bit_);
    if (!allow()) side_.deny.Set(bit_);
    if (rule_.unless_consent_of_source) side_.unless.Set(bit_);
    if (side_.direction == Direction::kOutbound && MayBeOverridden(rule_)) {
      side_.overridable.Set(bit_);
    }
    side_.rules.push_back({rule_.kind, rule_.id, rule_.title});
    const ObligationSet obligations = context_.obligations.SetOf(rule_.obligations);
    for (size_t family = 0; family < kObligationFamilies; ++family) {
      if (obligations.strictest[family] == kNoObligation) continue;
      SetObliging(static_cast<uint8_t>(family), obligations.strictest[family]);
    }
  }

  // By number, which puts families together and the stricter first.
  void SetObliging(uint8_t family, uint16_t number) {
    auto& all = side_.obliging;
    const auto at =
        std::lower_bound(all.begin(), all.end(), number,
                         [](const Obliging& one, uint16_t n) { return one.number < n; });
    if (at != all.end() && at->number == number) return at->rules.Set(bit_);
    all.insert(at, {family, number, {}})->rules.Set(bit_);
  }

  std::optional<uint8_t> Find(Category category, const std::string& word) {
    const auto index = words().Find(category, word);
    if (!index) {
      status_ = absl::InvalidArgumentError("rule '" + rule_.id + "' uses '" + word +
                                           "', which is not in vocabulary " + words().name());
    }
    return index;
  }

  template <size_t N>
  void SetAll(std::array<Mask, N>& rows) {
    for (Mask& row : rows) row.Set(bit_);
  }

  // The last row stands for a missing or unknown word.
  template <size_t N>
  void SetRows(Category category, const std::vector<std::string>& listed,
               std::array<Mask, N>& rows) {
    if (listed.empty()) return SetAll(rows);
    for (const std::string& word : listed) {
      if (const auto index = Find(category, word)) rows[*index].Set(bit_);
    }
    if (!allow()) rows.back().Set(bit_);
  }

  void SetEvaluation() {
    if (rule_.reliability.empty()) return SetAll(side_.evaluation);
    const auto& sources = words().words(Category::kSource);
    const auto& information = words().words(Category::kInformation);
    for (const std::string& source : sources) {
      for (const std::string& code : information) {
        for (const std::string& listed : rule_.reliability) {
          if (listed == source || listed == code || listed == source + code) {
            side_.evaluation[*words().FindEvaluation(source + code)].Set(bit_);
          }
        }
      }
    }
    if (!allow()) side_.evaluation[kUnknownRow].Set(bit_);
  }

  uint32_t WordMask(Category category, const std::vector<std::string>& listed) {
    uint32_t mask = 0;
    for (const std::string& word : listed) {
      if (const auto index = Find(category, word)) mask |= 1u << *index;
    }
    return mask;
  }

  void SetTogether() {
    RuleRow& row = side_.rules.back();
    row.together_about = rule_.about.empty() ? ~0u : WordMask(Category::kPerson, rule_.about);
    row.together_data = WordMask(Category::kData, rule_.data);
  }

  void SetParties(const std::optional<Parties>& parties, PartyTable& table) {
    if (!parties) return table.unasked.Set(bit_);
    const bool lost = std::ranges::any_of(parties->groups, [&](const std::string& group) {
      return !context_.groups.contains(group);
    });
    if (lost && !allow()) table.unasked.Set(bit_);
    if (lost) return;
    if (parties->everyone) table.everyone.Set(bit_);
    if (parties->everyone_except) table.except.Set(bit_);
    if (parties->another_state) table.another_state.Set(bit_);
    for (const std::string& code : parties->jurisdictions) {
      if (StateNumber(code) < kStates) table.states.Set(StateNumber(code), bit_);
    }
    for (const std::string& agency : parties->agencies) {
      const AgencyRow* const row = context_.tables.agencies.Find(agency);
      if (row != nullptr) table.agencies.Set(row->number, bit_);
    }
    for (const std::string& group : parties->groups) {
      table.groups.Set(context_.groups.at(group), bit_);
    }
  }

  void SetUnder() {
    if (rule_.under.empty()) return side_.under_unasked.Set(bit_);
    for (const std::string& id : rule_.under) {
      const uint32_t* const found = context_.tables.instrument_index.Find(id);
      if (found != nullptr) side_.under.Set(*found, bit_);
    }
    if (!allow()) side_.under_unknown.Set(bit_);
  }

  SideTables& side_;
  const size_t bit_;
  const Rule& rule_;
  const CompileContext& context_;
  absl::Status status_;
};

void PutInOrder(SideTables& side) {
  const auto name = [&](uint16_t rule) {
    return std::tie(side.rules[rule].id, side.rules[rule].title);
  };
  side.in_order.resize(side.rules.size());
  std::iota(side.in_order.begin(), side.in_order.end(), uint16_t{0});
  std::ranges::sort(side.in_order, {}, name);
  uint16_t place = 0;
  for (uint16_t i = 0; i < side.in_order.size(); ++i) {
    if (name(side.in_order[i]) != name(side.in_order[place])) place = i;
    side.rules[side.in_order[i]].place = place;
  }
}

}  // namespace

void ObligationNumbers::Collect(const std::vector<Obligation>& obligations) {
  all_.insert(all_.end(), obligations.begin(), obligations.end());
}

absl::Status ObligationNumbers::Assign(Tables& tables) {
  std::sort(all_.begin(), all_.end(),
            [](const Obligation& a, const Obligation& b) { return CompareObligations(a, b) < 0; });
  all_.erase(std::unique(all_.begin(), all_.end(), SameObligation), all_.end());
  if (all_.size() >= kNoObligation) {
    return absl::InvalidArgumentError("more different obligations than can be numbered");
  }
  for (const Obligation& obligation : all_) {
    tables.obligation_texts.push_back(obligation.text);
    tables.obligation_families.push_back(obligation.family);
  }
  return absl::OkStatus();
}

ObligationSet ObligationNumbers::SetOf(const std::vector<Obligation>& obligations) const {
  ObligationSet out;
  for (const Obligation& obligation : obligations) {
    const auto at = std::lower_bound(
        all_.begin(), all_.end(), obligation,
        [](const Obligation& a, const Obligation& b) { return CompareObligations(a, b) < 0; });
    ObligationSet one;
    one.strictest[obligation.family] = static_cast<uint16_t>(at - all_.begin());
    out.Add(one);
  }
  return out;
}

absl::StatusOr<SideTables> CompileSide(const std::vector<Rule>& rules, Direction direction,
                                       uint16_t own_state, const CompileContext& context) {
  if (rules.size() > limits::kRulesPerSide) {
    return absl::InvalidArgumentError("a side has " + std::to_string(rules.size()) +
                                      " rules, more than " + std::to_string(limits::kRulesPerSide));
  }
  SideTables side{};
  side.direction = direction;
  side.own_state = own_state;
  for (size_t i = 0; i < rules.size(); ++i) {
    if (absl::Status status = RuleCompiler(side, i, rules[i], context).Run(); !status.ok()) {
      return status;
    }
  }
  PutInOrder(side);
  return side;
}

}  // namespace entente::policy
