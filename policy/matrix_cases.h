// Which records the engine is asked about for the tables: who may stand at both ends, and which
// labels. Of labels that the same rules list one stands for all. Internal to the renderer.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "policy/labels.h"
#include "policy/party_prose.h"

namespace entente::policy {

// Labels of a record that do not tell whom it is about, from or for.
struct LabelCase {
  std::string handling;
  std::string evaluation;
  std::vector<std::string> obtained_from;  // none, or one
};

// What is asked about between two ends, for one purpose and under one instrument: every origin with
// every recipient, kind of record and labels.
struct MatrixQuestions {
  std::vector<std::string> origins, recipients, record_kinds;
  // The first is what a record mostly has: the first handling code and evaluation of the
  // vocabulary, and the sender's own data. Codes that only a person can apply are left out.
  std::vector<LabelCase> labels;
};

// An end is a State, which stands for agencies of all kinds there, or one agency. `setting` and
// `policy` must outlive it.
class MatrixCases {
 public:
  MatrixCases(const RenderSetting& setting, const Policy& policy, Direction direction);

  // The registered agencies, and for each State two of each kind: it may send to itself.
  std::vector<Agency> Agencies() const;
  // Of the State whose policy it is; of the policy of international organisations, each of them.
  std::vector<std::string> OwnEnds() const;
  // Who may stand on the other side: States, then agencies.
  std::vector<std::string> Partners() const;
  // An agency at an end, of whatever kind.
  std::string Sender(const std::string& origin) const;
  std::string Recipient(const std::string& destination) const;
  MatrixQuestions Questions(const std::string& origin, const std::string& destination,
                            const std::string& purpose, const std::string& under) const;

 private:
  void TakeParties();
  std::set<std::string> NamedByRules() const;

  const RenderSetting& setting_;
  const Policy& policy_;
  const std::vector<Rule>& rules_;  // of the half that is asked
  std::set<std::string> active_, states_, single_;
};

}  // namespace entente::policy
