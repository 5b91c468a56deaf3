#include "policy/lint.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "core/base/instant.h"
#include "core/base/limits.h"
#include "policy/alone.h"
#include "policy/space.h"
#include "policy/tables.h"

namespace entente::policy {
namespace {

std::string DayOf(Instant instant) { return FormatInstant(instant).substr(0, 10); }

// Which rules of a half match at all, and which ones something depends on.
class Effects {
 public:
  Effects(const Space& space, const SideTables& rules) : space_(space), rules_(rules) {
    space_.ForEach([this](const Point& point, const std::vector<Hit>& hits) {
      Take(hits[0], point[static_cast<size_t>(Axis::kHandling)]);
      return false;
    });
  }
  bool Matches(size_t rule) const { return Has(matched_, rule); }
  bool Counts(size_t rule) const { return Has(counts_, rule); }

 private:
  static bool Has(Mask mask, size_t rule) {
    Mask one;
    one.Set(rule);
    return (mask & one).any();
  }
  static bool Single(const Mask& mask) {
    size_t count = 0;
    mask.ForEach([&](size_t) { ++count; });
    return count == 1;
  }

  void Take(const Hit& hit, uint32_t handling) {
    if (!hit.served) return;
    matched_ |= hit.rules;
    const Mask forbids = hit.rules & rules_.forbid;
    if (forbids.any()) {
      // Without its only forbid the rest of the record could go.
      if (Single(forbids)) counts_ |= forbids;
      return;
    }
    const Mask allows = hit.rules & rules_.allow;
    if (!allows.any()) return;
    const Mask withholds = hit.rules & rules_.withhold;
    if (hit.covered && Single(withholds)) counts_ |= withholds;
    if (hit.covered && !withholds.any() && Single(allows)) counts_ |= allows;
    counts_ |= Obliging(allows, hit.instrument_index, handling);
  }

  // Those of the allows without which the record would carry other obligations.
  const Mask& Obliging(const Mask& allows, uint32_t instrument, uint32_t handling) {
    std::string key(reinterpret_cast<const char*>(&allows), sizeof(allows));
    key += std::to_string(instrument) + ' ' + std::to_string(handling);
    const auto [place, fresh] = obliging_.try_emplace(std::move(key));
    if (fresh) {
      Mask& obliging = place->second;
      const auto union_of = [&](const Mask& some) {
        return space_.ObligationsOf(0, some, instrument, handling).strictest;
      };
      const auto all = union_of(allows);
      allows.ForEach([&](size_t rule) {
        Mask others = allows;
        others.Clear(rule);
        if (union_of(others) != all) obliging.Set(rule);
      });
    }
    return place->second;
  }

  const Space& space_;
  const SideTables& rules_;
  Mask matched_, counts_;
  std::unordered_map<std::string, Mask> obliging_;
};

class Linter {
 public:
  Linter(const Policy& policy, const Groups& groups, const Instruments& instruments)
      : policy_(policy), groups_(groups), instruments_(instruments) {}

  absl::StatusOr<std::vector<Warning>> Run(const Vocabulary& vocabulary) {
    CheckEnd();
    CheckMembers();
    const auto alone = Alone::Compile(policy_, vocabulary, groups_, instruments_);
    if (!alone.ok()) return alone.status();
    absl::Status status = CheckHalf(Direction::kOutbound, policy_.outbound, *alone);
    if (status.ok()) status = CheckHalf(Direction::kInbound, policy_.inbound, *alone);
    if (!status.ok()) return status;
    std::ranges::stable_sort(warnings_, [](const Warning& a, const Warning& b) {
      return std::tie(a.at.line, a.at.column) < std::tie(b.at.line, b.at.column);
    });
    return std::move(warnings_);
  }

 private:
  void Warn(Lint lint, std::string rule, std::string detail, Position at) {
    warnings_.push_back({lint, std::move(rule), std::move(detail), at});
  }

  void CheckEnd() {
    const Instant latest{policy_.valid.from.ms + kLongestValidityDays * limits::kDayMs};
    if (policy_.valid.until && *policy_.valid.until <= latest) return;
    Warn(Lint::kNeverEnds, policy_.jurisdiction,
         policy_.valid.until ? DayOf(*policy_.valid.until) : std::string(), {1, 1});
  }

  void CheckMembers() {
    std::set<std::string> seen;
    for (const Reference& reference : policy_.references) {
      if (reference.kind != Reference::Kind::kGroup || !seen.insert(reference.id).second) continue;
      const auto group = std::ranges::find(groups_.groups, reference.id, &Group::id);
      if (group == groups_.groups.end()) continue;
      for (const GroupMember& member : group->members) {
        if (member.member.from <= policy_.valid.from) continue;
        Warn(Lint::kMemberSince, reference.id,
             member.jurisdiction + ", " + DayOf(member.member.from), reference.at);
      }
    }
  }

  absl::Status CheckHalf(Direction direction, const std::vector<Rule>& rules, const Alone& alone) {
    const auto space = alone.SpaceAt(direction, policy_.valid.from);
    if (!space.ok()) return space.status();
    const Effects effects(*space, *alone.RulesAt(direction, policy_.valid.from));
    for (size_t i = 0; i < rules.size(); ++i) {
      const Rule& rule = rules[i];
      if (rule.kind == RuleKind::kNotTogether) continue;  // asked of several atoms at once
      if (!effects.Matches(i)) {
        Warn(Lint::kDead, rule.id, "", rule.at);
      } else if (!effects.Counts(i)) {
        Warn(rule.kind == RuleKind::kAllow ? Lint::kShadowed : Lint::kGuard, rule.id, "", rule.at);
      }
      if (rule.kind == RuleKind::kAllow) CheckInstruments(rule);
    }
    return absl::OkStatus();
  }

  std::vector<const Instrument*> InstrumentsOf(const Rule& rule) const {
    std::vector<const Instrument*> out;
    for (const Instrument& one : instruments_.instruments) {
      if (std::ranges::find(rule.under, one.id) != rule.under.end()) out.push_back(&one);
    }
    return out;
  }

  // Words and parties that the allow names and none of its instruments has.
  void CheckInstruments(const Rule& rule) {
    const std::vector<const Instrument*> under = InstrumentsOf(rule);
    const auto none_lists = [&](std::vector<std::string> Instrument::*list,
                                const std::string& word) {
      return std::ranges::none_of(under, [&](const Instrument* one) {
        return std::ranges::find(one->*list, word) != (one->*list).end();
      });
    };
    for (const std::string& word : rule.for_purpose) {
      if (none_lists(&Instrument::purposes, word))
        Warn(Lint::kWiderPurpose, rule.id, word, rule.at);
    }
    for (const std::string& word : rule.data) {
      if (none_lists(&Instrument::data, word)) Warn(Lint::kWiderData, rule.id, word, rule.at);
    }
    if (!rule.party || rule.party->everyone_except) return;  // what is named there is taken out
    std::vector<std::string> parties = rule.party->jurisdictions;
    std::erase(parties, "ORG");  // organisations are parties by their own names
    for (const std::string& agency : rule.party->agencies) {
      parties.push_back(agency.starts_with("ORG.") ? agency : std::string(StateOf(agency)));
    }
    for (const std::string& party : parties) {
      const bool bound = std::ranges::any_of(under, [&](const Instrument* one) {
        return std::ranges::any_of(one->parties, [&](const InstrumentParty& of) {
          return of.party == party && of.member.Holds(policy_.valid.from);
        });
      });
      if (!bound) Warn(Lint::kWiderParty, rule.id, party, rule.at);
    }
  }

  const Policy& policy_;
  const Groups& groups_;
  const Instruments& instruments_;
  std::vector<Warning> warnings_;
};

constexpr std::array<std::string_view, 8> kWords = {"dead",          "shadowed",    "guard",
                                                    "wider-purpose", "wider-data",  "wider-party",
                                                    "never-ends",    "member-since"};

}  // namespace

std::string_view LintWord(Lint lint) { return kWords[static_cast<size_t>(lint)]; }

absl::StatusOr<std::vector<Warning>> FindWarnings(const Policy& policy,
                                                  const Vocabulary& vocabulary,
                                                  const Groups& groups,
                                                  const Instruments& instruments) {
  return Linter(policy, groups, instruments).Run(vocabulary);
}

}  // namespace entente::policy
