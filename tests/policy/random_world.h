// Random federations and records for tests: few States, groups, instruments and words, so that
// rules and labels meet often; every condition, missing and unknown labels, consents, and times on
// the borders of intervals occur. The same seed gives the same world.
#pragma once

#include "policy/labels.h"
#include "policy/snapshot.h"
#include "tests/support/seeded_random.h"

namespace entente::policy::testing {

// All that a decision about one recipient looks at, beside the snapshot.
struct Asked {
  RecordLabels record;
  RecipientLabels recipient;
  Instant t;
};

class RandomWorld {
 public:
  explicit RandomWorld(uint64_t seed) : random_(seed) {}

  SnapshotParts Parts();
  // With consents and, now and then, an override: most as the record needs them, some with one
  // thing wrong.
  Asked Question(const SnapshotParts& parts, size_t most_sections = 4);
  // Without.
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
  Rule RandomRestriction(size_t number);
  PolicyInForce RandomPolicy(const std::string& state, uint64_t version);
  Groups RandomGroups();
  Instruments RandomInstruments();
  std::vector<Agency> RandomAgencies();
  ConsentLabels Agreed(const Asked& asked, const std::string& source);
  void AddAgreed(const Asked& asked, const std::string& source, std::vector<ConsentLabels>& out);
  void Spoil(const Asked& asked, ConsentLabels& consent);
  std::vector<ConsentLabels> Consents(const Asked& asked);
  std::vector<std::string> RulesToOverride(const SnapshotParts& parts, const Asked& asked);
  OverrideLabels Override(const SnapshotParts& parts, const Asked& asked);
  void Spoil(const Asked& asked, OverrideLabels& one);
  void AddOverride(const SnapshotParts& parts, Asked& asked);

  entente::testing::SeededRandom random_;
  bool harsh_ = true;
};

}  // namespace entente::policy::testing
