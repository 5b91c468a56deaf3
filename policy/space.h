// Every question that one half of a policy can be asked, cut into classes that no rule tells apart,
// for one version or two side by side. It makes statements about *all* records exact: what differs
// between two policies (policy/diff.h), which rule never has an effect (policy/lint.h).
//
// A question is one atom (a category of person with a category of data) in a record with its
// labels: the other side, the instrument, purpose, kinds of authority, kind of record, handling
// codes, evaluation, and where the data came from. What a record of many atoms comes to follows
// from its atoms, but for `not_together`. Records that carry a missing or unknown label
// are refused whatever the rules say and are not among them; what needs a person has been released
// by one.
// Values belong to a Space; const members are safe from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/instant.h"
#include "policy/bound.h"
#include "policy/model.h"
#include "policy/snapshot.h"
#include "policy/tables.h"

namespace entente::policy {

enum class Axis : uint8_t {
  kParty,  // the other side: a State by its code, "ORG", or an agency that is named somewhere
  kInstrument,
  kObtainedFrom,  // "own-data" (nothing is said), "origin" (its State is named), other States
  kConsent,       // "none", or "given": by each of these States but the origin
  kHandling,
  kPurpose,
  kFromKind,
  kToKind,
  kRecordKind,
  kEvaluation,
  kPerson,
  kData,
};
inline constexpr size_t kAxes = 12;

// By axis the number of a class.
using Point = std::array<uint32_t, kAxes>;

// What one version says of a point.
struct Hit {
  Mask rules;
  bool served = false;   // by an instrument in force between the two, for this purpose
  bool covered = false;  // it covers the data as well
  uint32_t instrument_index = kNone;
};

// One version of a half. Whatever it points to must outlive the Space.
struct HalfVersion {
  const Tables* tables = nullptr;
  const SideTables* rules = nullptr;
  Instant at;
  std::vector<std::string> agencies;  // that its rules name as the other side
};

// In words, without order.
std::vector<std::string> ObligationTexts(const Tables& tables, const ObligationSet& set);
// What the rules of a half name.
std::vector<std::string> AgenciesNamed(const std::vector<Rule>& rules);

class Space {
 public:
  // `state` is the jurisdiction whose half it is. One version or two, of the same vocabulary.
  // RESOURCE_EXHAUSTED when `obtained_from` tells more sets of States apart than can be gone
  // through.
  static absl::StatusOr<Space> Make(Direction direction, std::string state,
                                    std::vector<HalfVersion> versions);

  // Calls visit(point, hits) at every point at which an instrument serves in some version and some
  // rule matches in some version. At all others nothing is released and nothing forbidden. What
  // visit() answers must depend on the hits, the instrument and the handling codes alone: where it
  // was false for all that follows from the same rules, these are not gone through again.
  using Visit = std::function<bool(const Point&, const std::vector<Hit>&)>;
  void ForEach(const Visit& visit) const;

  // The values of a class, as they are written in a policy.
  const std::vector<std::string>& ValuesOf(Axis axis, uint32_t number) const {
    return axes_[static_cast<size_t>(axis)].classes[number];
  }
  size_t ClassCount(Axis axis) const { return axes_[static_cast<size_t>(axis)].classes.size(); }
  // Handling codes of a class of kHandling, as a mask of the vocabulary's.
  uint32_t HandlingOf(uint32_t number) const { return handling_[number]; }
  // What these allows of a version oblige to, with the instrument and the class of handling codes.
  ObligationSet ObligationsOf(size_t version, const Mask& allows, uint32_t instrument_index,
                              uint32_t handling) const;
  // How many questions there are: the product of all values of all axes.
  double questions() const;

 private:
  // Values that all versions treat alike stand in one class. `rows`: by version and class.
  struct Cut {
    std::vector<std::vector<std::string>> classes;
    std::vector<std::vector<Mask>> rows;
  };
  // Where the data came from, as seen with one class of the other side.
  struct Obtained {
    uint32_t number;
    std::array<std::vector<Mask>, 2> rows;  // without and with consent
  };
  class Builder;
  class Walk;

  std::vector<HalfVersion> versions_;
  std::array<Cut, kAxes> axes_;
  std::vector<uint32_t> handling_;                         // by class
  std::vector<std::vector<Obtained>> obtained_;            // by class of the other side
  std::vector<std::vector<std::vector<uint8_t>>> serves_;  // version, party class, instrument class
  std::vector<std::vector<uint32_t>> instrument_;          // version, instrument class
  std::vector<uint32_t> purpose_word_, data_word_;         // by class
};

}  // namespace entente::policy
