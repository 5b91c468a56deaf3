// Consents as docs/policy.md has them, for the oracle: which atoms each covers, which forbids
// yield, what is taken on by them, and whether a person has let go what H3 holds.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/policy/oracle_rules.h"

namespace entente::policy::testing {

using Atom = std::pair<std::string, std::string>;  // person, data
std::set<Atom> AtomsOf(const SectionLabels& section);

// Holds references to what it is made from.
class OracleConsents {
 public:
  OracleConsents(const Vocabulary& vocabulary, const SnapshotParts& parts,
                 const RecordLabels& record, const RecipientLabels& recipient, Instant t);

  // `matched`: all atoms of the record that this forbid matches.
  bool Yields(const Rule& forbid, const std::set<Atom>& matched);
  // The States of obtained_from that it asks; none when a code is unknown.
  std::set<std::string> AskedBy(const Rule& forbid) const;
  bool Covers(const std::string& state, const Atom& atom);
  bool PersonLetGo();
  const std::vector<Obligation>& obligations() const { return obligations_; }
  // What was met, in the words of OracleDecide().
  const std::set<std::string>& met() const { return met_; }

 private:
  // One consent, and what the half of its source's State says to it.
  struct Given {
    const ConsentLabels* consent;
    std::string bar;         // why it covers nothing; else empty
    std::set<Atom> asked;    // what it names and its instrument covers
    std::set<Atom> covered;  // of those, what the half releases
  };

  // A word that the vocabulary does not have names nothing.
  bool IsNamed(const ConsentLabels& consent, const Atom& atom) const;
  RecordLabels AsSource(const ConsentLabels& consent, const std::vector<std::string>& data) const;
  Given Judge(const ConsentLabels& consent);
  std::string BarOfConsent(const ConsentLabels& consent) const;
  void AskSource(Given& given);
  std::string WhyNot(const Given& given, const Atom& atom) const;
  bool InTime(const ConsentLabels& consent) const {
    return consent.from <= t_ && t_ < consent.until;
  }

  const Vocabulary& words_;
  const SnapshotParts& parts_;
  const RecordLabels& record_;
  const RecipientLabels& to_;
  const Instant t_;
  const OracleRules rules_;
  std::vector<Given> given_;
  std::vector<Obligation> obligations_;
  std::set<std::string> met_;
};

}  // namespace entente::policy::testing
