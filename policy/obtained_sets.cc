#include "policy/obtained_sets.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/base/agency.h"
#include "policy/side.h"

namespace entente::policy {
namespace {

constexpr size_t kMostSets = 4096;

// States that `obtained_from` treats alike where they are not the origin.
struct Single {
  std::vector<std::string> names;
};

// Some of these, and perhaps the origin's own State.
struct Members {
  std::vector<size_t> singles;  // ascending
  bool origin = false;
  size_t count() const { return singles.size() + (origin ? 1 : 0); }
};

// What is left of the rules when every one of these States but the origin lets the data go on.
std::vector<Mask> Consented(const std::vector<HalfVersion>& versions,
                            const std::vector<std::string>& states, const std::string& origin,
                            std::vector<Mask> rows) {
  Bound bound;
  bound.origin.state = StateNumber(origin);
  for (size_t v = 0; v < versions.size(); ++v) {
    const SideTables& rules = *versions[v].rules;
    for (const std::string& state : states) {
      if (state == origin) continue;
      const Mask asked =
          SourceMask(rules, *versions[v].tables, bound, StateNumber(state), versions[v].at);
      rows[v] &= ~(asked & rules.unless);
    }
  }
  return rows;
}

class Cutter {
 public:
  Cutter(const std::vector<HalfVersion>& versions, const std::vector<std::string>& origins)
      : versions_(versions), origins_(origins) {}

  absl::StatusOr<std::vector<ObtainedSet>> Run() {
    FindSingles();
    Add({});
    Add({{}, true});
    for (size_t i = 0; i < singles_.size(); ++i) Add({{i}, false});
    for (size_t i = 0; i < members_.size(); ++i) {
      AddLarger(i);
      if (members_.size() > kMostSets) {
        return absl::ResourceExhaustedError(
            "obtained_from tells too many sets of States apart to go through all of them");
      }
    }
    return std::move(sets_);
  }

 private:
  void FindSingles() {
    std::map<std::string, size_t> by_key;
    std::vector<std::string> names = AllStates();
    names.emplace_back("ORG");
    for (const std::string& name : names) {
      if (origins_.size() == 1 && origins_[0] == name) continue;
      const auto [place, fresh] =
          by_key.emplace(BytesOf(ObtainedRows(versions_, {name}, "")), singles_.size());
      if (fresh) singles_.emplace_back();
      singles_[place->second].names.push_back(name);
    }
  }

  struct Left {
    std::vector<Mask> plain, consented;
  };
  Left RowsOf(const Members& members, const std::string& origin) const {
    std::vector<std::string> states;
    for (const size_t single : members.singles) {
      const std::vector<std::string>& all = singles_[single].names;
      const auto other =
          std::ranges::find_if(all, [&](const std::string& state) { return state != origin; });
      if (other == all.end()) {
        const std::vector<Mask> nothing(versions_.size());
        return {nothing, nothing};
      }
      states.push_back(*other);
    }
    if (members.origin) states.push_back(origin);
    std::vector<Mask> rows = ObtainedRows(versions_, states, origin);
    return {rows, Consented(versions_, states, origin, rows)};
  }

  std::vector<std::string> NamesOf(const Members& members) const {
    if (members.count() == 0) return {"own-data"};
    if (members.count() == 1) {
      return members.origin ? std::vector<std::string>{"origin"}
                            : singles_[members.singles[0]].names;
    }
    std::string name = members.origin ? "origin" : "";
    for (const size_t single : members.singles) {
      name += (name.empty() ? "" : "+") + singles_[single].names.front();
    }
    return {name};
  }

  // A set that does what another does already, whatever the origin, is told with it, if it is not
  // larger.
  void Add(const Members& members) {
    ObtainedSet set;
    std::string key;
    for (const std::string& origin : origins_) {
      Left left = RowsOf(members, origin);
      key += BytesOf(left.plain) + BytesOf(left.consented);
      set.rows.push_back(std::move(left.plain));
      set.consented.push_back(std::move(left.consented));
    }
    const auto [place, fresh] = numbers_.emplace(std::move(key), sets_.size());
    if (fresh) {
      sets_.push_back(std::move(set));
      members_.push_back(members);
    }
    if (!fresh && members.count() > 1) return;
    const std::vector<std::string> names = NamesOf(members);
    std::vector<std::string>& all = sets_[place->second].names;
    all.insert(all.end(), names.begin(), names.end());
  }

  void AddLarger(size_t number) {
    for (size_t single = 0; single < singles_.size(); ++single) {
      Members larger = members_[number];
      if (larger.count() == 0 || std::ranges::count(larger.singles, single) != 0) continue;
      larger.singles.push_back(single);
      std::ranges::sort(larger.singles);
      Add(larger);
    }
  }

  const std::vector<HalfVersion>& versions_;
  const std::vector<std::string>& origins_;
  std::vector<Single> singles_;
  std::vector<ObtainedSet> sets_;
  std::vector<Members> members_;  // of `sets_`
  std::map<std::string, size_t> numbers_;
};

}  // namespace

absl::StatusOr<std::vector<ObtainedSet>> ObtainedSets(const std::vector<HalfVersion>& versions,
                                                      const std::vector<std::string>& origins) {
  return Cutter(versions, origins).Run();
}

std::vector<Mask> ObtainedRows(const std::vector<HalfVersion>& versions,
                               const std::vector<std::string>& states, const std::string& origin) {
  Bound bound;
  bound.origin.state = StateNumber(origin);
  bound.obtained_from = &states;
  std::vector<Mask> rows;
  for (const HalfVersion& version : versions) {
    rows.push_back(ObtainedMask(*version.rules, *version.tables, bound, version.at));
  }
  return rows;
}

std::vector<std::string> AllStates() {
  std::vector<std::string> out;
  for (char a = 'A'; a <= 'Z'; ++a) {
    for (char b = 'A'; b <= 'Z'; ++b) {
      if (std::string code{a, b}; IsJurisdiction(code)) out.push_back(std::move(code));
    }
  }
  return out;
}

std::string BytesOf(const std::vector<Mask>& rows) {
  return {reinterpret_cast<const char*>(rows.data()), rows.size() * sizeof(Mask)};
}

}  // namespace entente::policy
