// What changes between two versions of one policy, exactly: every question of policy/space.h is put
// to both, and those whose answers differ are gathered into as few statements as their classes
// allow. A statement holds for every combination of the values it lists. Stateless; safe from any
// thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/instant.h"
#include "policy/model.h"
#include "policy/snapshot.h"
#include "policy/space.h"

namespace entente::policy {

enum class Answer : uint8_t {
  kStays,    // the section with this atom stays behind
  kGoes,     // nothing on this side keeps it
  kForbids,  // the whole record stays: a forbid, or no instrument serves
};

// What one version answers. Lists are sorted.
struct Outcome {
  Answer answer = Answer::kStays;
  std::vector<std::string> rules;  // that decide so: the allows, the withholds, or the forbids
  std::vector<std::string> obligations;  // that the rules, instrument and handling codes come to
  friend auto operator<=>(const Outcome&, const Outcome&) = default;
};

// For all combinations of the listed values: of each axis those listed, or all but those.
struct Values {
  bool all_but = false;
  std::vector<std::string> listed;  // sorted
};
struct Change {
  Direction direction = Direction::kOutbound;
  Outcome before, after;
  std::array<Values, kAxes> values;
};

// One end of a comparison.
struct Version {
  const Snapshot* snapshot;
  const Policy* policy;  // that the snapshot was compiled with, in force at `at`
  Instant at;
};

struct HalfDifference {
  std::vector<Change> changes;
  double questions = 0;   // how many were asked of each version
  uint64_t compared = 0;  // classes of them whose answers were compared
};

// INVALID_ARGUMENT: the policies are of different jurisdictions or vocabularies, or not in force at
// their instant. RESOURCE_EXHAUSTED: they differ in more than kMostDifferences classes of
// questions, or as Space::Make.
inline constexpr size_t kMostDifferences = 4'000'000;
absl::StatusOr<HalfDifference> CompareHalf(Direction direction, const Version& before,
                                           const Version& after);

// `not_together` looks at several atoms at once: its rules are compared as they are written, by id.
struct TogetherChange {
  Direction direction = Direction::kOutbound;
  std::string id, title;
  enum class What : uint8_t { kAdded, kRemoved, kChanged } what = What::kAdded;
};
std::vector<TogetherChange> CompareTogether(const Policy& before, const Policy& after);

}  // namespace entente::policy
