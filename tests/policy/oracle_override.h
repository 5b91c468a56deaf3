// Overrides as docs/policy.md has them, for the oracle: which atoms one lets go, and for which
// rules.
#pragma once

#include <set>
#include <string>

#include "tests/policy/oracle_consents.h"

namespace entente::policy::testing {

// Holds references to what it is made from.
class OracleOverride {
 public:
  OracleOverride(const Vocabulary& vocabulary, const RecipientLabels& recipient, Instant t)
      : words_(vocabulary), given_(recipient.emergency), t_(t) {}

  // Of the atoms that this forbid matches, those for which the override stands in.
  std::set<Atom> StandsInFor(const Rule& forbid, Direction direction,
                             const std::set<Atom>& matched);
  // What was met, in the words of OracleDecide().
  std::set<std::string>& met() { return met_; }

 private:
  // An empty text when it counts for this rule; else why not.
  std::string BarOf(const Rule& forbid, Direction direction) const;
  std::string BarOf(const Atom& atom) const;

  const Vocabulary& words_;
  const std::optional<OverrideLabels>& given_;
  const Instant t_;
  std::set<std::string> met_;
};

}  // namespace entente::policy::testing
