// What the oracle asks of one record before it decides: which agencies, policies and instruments
// count, and whether one rule applies. Walks the parsed rules word by word, with sets of text.
#pragma once

#include <string>
#include <vector>

#include "policy/labels.h"
#include "policy/snapshot.h"
#include "policy/vocabulary.h"

namespace entente::policy::testing {

inline std::string StateIn(const std::string& agency) { return agency.substr(0, agency.find('.')); }

bool HasWord(const std::vector<std::string>& list, const std::string& word);

// An empty set is one word that nobody knows.
std::vector<std::string> AxisOf(const std::vector<std::string>& words);

// An empty text when an instrument that is known serves two agencies at t, whatever the purpose;
// else the reason.
std::string BarOf(const Instrument& instrument, const std::string& from, const std::string& to,
                  Instant t);

// Holds references to what it is made from.
class OracleRules {
 public:
  OracleRules(const Vocabulary& vocabulary, const SnapshotParts& parts, const RecordLabels& record,
              const RecipientLabels& recipient, Instant t)
      : words_(vocabulary), parts_(parts), record_(record), to_(recipient), t_(t) {}

  // Registered, admitted and not suspended; else nullptr.
  const Agency* Find(const std::string& id) const;
  // Of those in effect the highest version, ended or not; nullptr when there is none.
  const Policy* InEffect(const std::string& state) const;
  const Instrument* Known(const std::string& instrument) const;
  bool EvaluationKnown() const;
  // A group that no file has: only a test can make one.
  bool NamesLostGroup(const Parties& parties) const;
  // A State is listed, or a member of a group that is.
  bool Names(const Parties& parties, const std::string& state) const;
  // Do the rule's conditions on the record hold, its sections aside?
  bool Holds(const Rule& rule, Direction direction, const std::string& own) const;
  bool HoldsFor(const Rule& rule, Direction direction, const std::string& own,
                const std::string& person, const std::string& data) const;

 private:
  enum class Truth { kFalse, kTrue, kUnknown };
  static bool Counts(Truth truth, RuleKind kind);
  bool InGroup(const std::string& group, const std::string& state) const;
  Truth Meant(const Parties& parties, const std::string& agency, const std::string& own) const;
  Truth Obtained(const Parties& parties, RuleKind kind) const;
  Truth Handling(const std::vector<std::string>& listed, RuleKind kind) const;
  Truth Listed(Category category, const std::vector<std::string>& listed,
               const std::string& word) const;
  Truth Kind(const std::vector<std::string>& listed, const std::string& agency) const;
  Truth Reliability(const std::vector<std::string>& listed) const;
  Truth Under(const std::vector<std::string>& listed) const;

  const Vocabulary& words_;
  const SnapshotParts& parts_;
  const RecordLabels& record_;
  const RecipientLabels& to_;
  const Instant t_;
};

}  // namespace entente::policy::testing
