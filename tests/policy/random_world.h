// Random federations and records for tests: few States, groups, instruments and words, so that
// rules and labels meet often; every condition, missing and unknown labels, and times on the
// borders of intervals occur. The same seed gives the same world.
#pragma once

#include "policy/labels.h"
#include "policy/snapshot.h"
#include "tests/support/seeded_random.h"

namespace entente::policy::testing {

class RandomWorld {
 public:
  explicit RandomWorld(uint64_t seed) : random_(seed) {}

  SnapshotParts Parts();
  RecordLabels Record(const SnapshotParts& parts, size_t most_sections = 4);
  RecipientLabels Recipient();
  // On or beside a border of some interval.
  Instant When();

 private:
  bool Chance(uint64_t in) { return random_.Below(in) == 0; }
  // The same in harsh worlds; in mild ones, never: there most records are released.
  bool Harsh(uint64_t in) { return harsh_ && Chance(in); }
  std::string One(const std::vector<std::string>& from) { return from[random_.Below(from.size())]; }
  // Each word with chance 1 in `in`; at least one.
  std::vector<std::string> Some(const std::vector<std::string>& from, uint64_t in);
  std::vector<std::string> SomeOrNone(const std::vector<std::string>& from, uint64_t in);
  Interval RandomInterval();
  std::vector<Obligation> RandomObligations(uint64_t in);
  Parties RandomParties();
  Parties RandomOrigins();
  Rule RandomRule(Direction direction, size_t number);
  PolicyInForce RandomPolicy(const std::string& state, uint64_t version);
  Groups RandomGroups();
  Instruments RandomInstruments();
  std::vector<Agency> RandomAgencies();

  entente::testing::SeededRandom random_;
  bool harsh_ = true;
};

}  // namespace entente::policy::testing
