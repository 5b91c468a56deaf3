#include "policy/diff.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "core/base/instant.h"
#include "policy/tables.h"

namespace entente::policy {
namespace {

// Sets of class numbers, each kept once.
class Sets {
 public:
  uint32_t Of(std::vector<uint32_t> set) {
    const auto [place, fresh] = numbers_.emplace(std::move(set), all_.size());
    if (fresh) all_.push_back(&place->first);
    return place->second;
  }
  const std::vector<uint32_t>& At(uint32_t number) const { return *all_[number]; }

 private:
  std::map<std::vector<uint32_t>, uint32_t> numbers_;
  std::vector<const std::vector<uint32_t>*> all_;
};

// A product of sets, one for each axis, whose answers change in one way.
struct Box {
  uint32_t change;
  Point sets;  // numbers of Sets
  friend auto operator<=>(const Box&, const Box&) = default;
};

// Boxes that differ on one axis only become one.
void MergeAlong(size_t axis, Sets& sets, std::vector<Box>& boxes) {
  const auto others = [axis](const Box& box) {
    Box key = box;
    key.sets[axis] = 0;
    return key;
  };
  std::ranges::sort(boxes, [&](const Box& a, const Box& b) { return others(a) < others(b); });
  std::vector<Box> merged;
  for (size_t i = 0; i < boxes.size();) {
    const Box key = others(boxes[i]);
    std::set<uint32_t> all;
    size_t k = i;
    for (; k < boxes.size() && others(boxes[k]) == key; ++k) {
      const std::vector<uint32_t>& one = sets.At(boxes[k].sets[axis]);
      all.insert(one.begin(), one.end());
    }
    merged.push_back(key);
    merged.back().sets[axis] = sets.Of({all.begin(), all.end()});
    i = k;
  }
  boxes = std::move(merged);
}

class Comparison {
 public:
  Comparison(Direction direction, const Space& space, const HalfVersion& before,
             const HalfVersion& after)
      : direction_(direction), space_(space), versions_{before, after} {}

  absl::StatusOr<HalfDifference> Run() {
    HalfDifference out;
    out.questions = space_.questions();
    space_.ForEach([&](const Point& point, const std::vector<Hit>& hits) {
      ++out.compared;
      return boxes_.size() < kMostDifferences && Compare(point, hits);
    });
    if (boxes_.size() >= kMostDifferences) {
      return absl::ResourceExhaustedError(
          "the two versions differ in too many ways to say in sentences; compare smaller steps");
    }
    for (size_t axis = kAxes; axis-- > 0;) MergeAlong(axis, sets_, boxes_);
    for (const Box& box : boxes_) out.changes.push_back(ChangeOf(box));
    return out;
  }

 private:
  struct Judged {
    Answer answer;
    Mask deciding;
    Mask allows;
  };

  Judged Judge(size_t version, const Hit& hit) const {
    const SideTables& rules = *versions_[version].rules;
    if (!hit.served) return {Answer::kForbids, {}, {}};
    const Mask allows = hit.rules & rules.allow;
    if (const Mask forbids = hit.rules & rules.forbid; forbids.any()) {
      return {Answer::kForbids, forbids, allows};
    }
    const Mask withholds = hit.rules & rules.withhold;
    const bool goes = hit.covered && allows.any() && !withholds.any();
    return {goes ? Answer::kGoes : Answer::kStays, goes ? allows : withholds, allows};
  }

  // True when the answers differ.
  bool Compare(const Point& point, const std::vector<Hit>& hits) {
    const std::array<Judged, 2> judged = {Judge(0, hits[0]), Judge(1, hits[1])};
    // That no instrument serves concerns the whole record: it is told of what would go.
    const bool one_unserved = hits[0].served != hits[1].served;
    const bool goes = judged[0].answer == Answer::kGoes || judged[1].answer == Answer::kGoes;
    if (one_unserved && !goes) return false;
    // Allows that match put their obligations on the record even if this atom stays behind.
    const bool bare = !judged[0].allows.any() && !judged[1].allows.any();
    if (bare && judged[0].answer == judged[1].answer) return false;
    const uint32_t handling = point[static_cast<size_t>(Axis::kHandling)];
    const uint32_t before = Obligations(0, judged[0], hits[0], handling);
    const uint32_t after = Obligations(1, judged[1], hits[1], handling);
    if (judged[0].answer == judged[1].answer && before == after) return false;
    const uint32_t change =
        ChangeNumber({OutcomeOf(0, judged[0], before), OutcomeOf(1, judged[1], after)});
    Box box{change, {}};
    for (size_t axis = 0; axis < kAxes; ++axis) box.sets[axis] = sets_.Of({point[axis]});
    boxes_.push_back(box);
    return true;
  }

  // The number of what the obligations come to. Asked for the same few sets again and again.
  uint32_t Obligations(size_t version, const Judged& judged, const Hit& hit, uint32_t handling) {
    if (judged.answer == Answer::kForbids) return Number({});
    std::string key(reinterpret_cast<const char*>(&judged.allows), sizeof(judged.allows));
    key.push_back(static_cast<char>(version));
    key += std::to_string(handling) + ' ' + std::to_string(hit.instrument_index);
    const auto known = by_allows_.find(key);
    if (known != by_allows_.end()) return known->second;
    const uint32_t number = Number(Texts(version, judged.allows, hit, handling));
    by_allows_.emplace(std::move(key), number);
    return number;
  }

  std::vector<std::string> Texts(size_t version, const Mask& allows, const Hit& hit,
                                 uint32_t handling) const {
    const ObligationSet all = space_.ObligationsOf(version, allows, hit.instrument_index, handling);
    std::vector<std::string> texts = ObligationTexts(*versions_[version].tables, all);
    std::ranges::sort(texts);
    return texts;
  }

  uint32_t Number(const std::vector<std::string>& texts) {
    const auto [place, fresh] =
        obligation_numbers_.emplace(texts, static_cast<uint32_t>(obligation_lists_.size()));
    if (fresh) obligation_lists_.push_back(texts);
    return place->second;
  }

  Outcome OutcomeOf(size_t version, const Judged& judged, uint32_t obligations) const {
    Outcome out{judged.answer, {}, obligation_lists_[obligations]};
    judged.deciding.ForEach(
        [&](size_t i) { out.rules.push_back(versions_[version].rules->rules[i].id); });
    std::ranges::sort(out.rules);
    return out;
  }

  uint32_t ChangeNumber(std::pair<Outcome, Outcome> change) {
    const auto [place, fresh] =
        change_numbers_.emplace(std::move(change), static_cast<uint32_t>(changes_.size()));
    if (fresh) changes_.push_back(&place->first);
    return place->second;
  }

  Change ChangeOf(const Box& box) const {
    const auto& [before, after] = *changes_[box.change];
    Change out{direction_, before, after, {}};
    for (size_t i = 0; i < kAxes; ++i) {
      out.values[i] = ValuesOf(static_cast<Axis>(i), sets_.At(box.sets[i]));
    }
    return out;
  }

  // Whichever is the shorter list.
  Values ValuesOf(Axis axis, const std::vector<uint32_t>& classes) const {
    Values in, out;
    out.all_but = true;
    for (uint32_t one = 0; one < space_.ClassCount(axis); ++one) {
      const bool listed = std::ranges::binary_search(classes, one);
      std::vector<std::string>& list = listed ? in.listed : out.listed;
      const std::vector<std::string>& values = space_.ValuesOf(axis, one);
      list.insert(list.end(), values.begin(), values.end());
    }
    Values& shorter = out.listed.size() < in.listed.size() ? out : in;
    std::ranges::sort(shorter.listed);
    return std::move(shorter);
  }

  const Direction direction_;
  const Space& space_;
  const std::array<HalfVersion, 2> versions_;
  Sets sets_;
  std::vector<Box> boxes_;
  std::map<std::pair<Outcome, Outcome>, uint32_t> change_numbers_;
  std::vector<const std::pair<Outcome, Outcome>*> changes_;
  std::map<std::vector<std::string>, uint32_t> obligation_numbers_;
  std::vector<std::vector<std::string>> obligation_lists_;
  std::unordered_map<std::string, uint32_t> by_allows_;
};

absl::StatusOr<HalfVersion> HalfOf(Direction direction, const Version& version) {
  const Tables& tables = version.snapshot->tables();
  const PolicyTables* policy =
      tables.PolicyAt(StateNumber(version.policy->jurisdiction), version.at);
  if (policy == nullptr || policy->version != version.policy->version) {
    return absl::InvalidArgumentError("version " + std::to_string(version.policy->version) +
                                      " of " + version.policy->jurisdiction +
                                      " is not in force at " + FormatInstant(version.at));
  }
  if (version.at >= policy->until) {
    return absl::InvalidArgumentError("version " + std::to_string(version.policy->version) +
                                      " of " + version.policy->jurisdiction + " has ended at " +
                                      FormatInstant(version.at) + ": nothing goes any more");
  }
  const bool outbound = direction == Direction::kOutbound;
  return HalfVersion{&tables, outbound ? &policy->outbound : &policy->inbound, version.at,
                     AgenciesNamed(outbound ? version.policy->outbound : version.policy->inbound)};
}

const std::vector<Rule>& RulesOf(const Policy& policy, Direction direction) {
  return direction == Direction::kOutbound ? policy.outbound : policy.inbound;
}

// What the rule says, not what it is called or rests on.
bool SameConditions(const Rule& a, const Rule& b) {
  const auto conditions = [](const Rule& rule) {
    return std::tie(rule.kind, rule.party, rule.to_kind, rule.from_kind, rule.for_purpose,
                    rule.about, rule.data, rule.under, rule.record, rule.handling, rule.reliability,
                    rule.obtained_from);
  };
  return conditions(a) == conditions(b);
}

std::map<std::string, const Rule*> TogetherRules(const Policy& policy, Direction direction) {
  std::map<std::string, const Rule*> out;
  for (const Rule& rule : RulesOf(policy, direction)) {
    if (rule.kind == RuleKind::kNotTogether) out.emplace(rule.id, &rule);
  }
  return out;
}

}  // namespace

absl::StatusOr<HalfDifference> CompareHalf(Direction direction, const Version& before,
                                           const Version& after) {
  if (before.policy->jurisdiction != after.policy->jurisdiction) {
    return absl::InvalidArgumentError("the policies are of different jurisdictions");
  }
  if (before.policy->vocabulary != after.policy->vocabulary) {
    return absl::InvalidArgumentError("the policies are written in different vocabularies, " +
                                      before.policy->vocabulary + " and " +
                                      after.policy->vocabulary);
  }
  const auto old_half = HalfOf(direction, before);
  if (!old_half.ok()) return old_half.status();
  const auto new_half = HalfOf(direction, after);
  if (!new_half.ok()) return new_half.status();
  const auto space = Space::Make(direction, before.policy->jurisdiction, {*old_half, *new_half});
  if (!space.ok()) return space.status();
  return Comparison(direction, *space, *old_half, *new_half).Run();
}

std::vector<TogetherChange> CompareTogether(const Policy& before, const Policy& after) {
  using What = TogetherChange::What;
  std::vector<TogetherChange> out;
  for (const Direction direction : {Direction::kOutbound, Direction::kInbound}) {
    const auto old_rules = TogetherRules(before, direction);
    const auto new_rules = TogetherRules(after, direction);
    for (const auto& [id, rule] : old_rules) {
      const auto found = new_rules.find(id);
      if (found == new_rules.end()) {
        out.push_back({direction, id, rule->title, What::kRemoved});
      } else if (!SameConditions(*rule, *found->second)) {
        out.push_back({direction, id, found->second->title, What::kChanged});
      }
    }
    for (const auto& [id, rule] : new_rules) {
      if (!old_rules.contains(id)) out.push_back({direction, id, rule->title, What::kAdded});
    }
  }
  return out;
}

}  // namespace entente::policy
