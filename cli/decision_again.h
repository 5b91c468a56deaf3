// A decision that the log has, made again from the texts that were in force. Pure; safe from any
// thread.
#pragma once

#include "cli/decision_export.h"
#include "cli/decision_texts.h"
#include "policy/decision.h"
#include "policy/snapshot.h"

namespace entente::cli {

// "FR" of "FR.fiu".
std::string StateOf(const std::string& agency);

// The destination's policy was not given to the agency: its own side alone can be asked.
bool IsOneSided(const TextsInForce& texts, const DecisionLine& line);

// Precondition: the line has labels. One-sided: what the origin's side and the instrument say.
policy::Decision DecideAgain(const TextsInForce& texts, const policy::Snapshot& snapshot,
                             const DecisionLine& line);

// The origin's rules that yield to the line's override and to nothing else. Precondition: as above.
std::vector<policy::MatchedRule> OverriddenRules(const TextsInForce& texts,
                                                 const policy::Snapshot& snapshot,
                                                 const DecisionLine& line);

// Whether the log says what comes out again. One-sided: that it lets no more pass than the origin's
// side, and drops none of its obligations.
bool IsAsLogged(const TextsInForce& texts, const policy::Decision& again, const DecisionLine& line);

}  // namespace entente::cli
