// Reads one rule of a policy file. Used by the policy reader alone.
#pragma once

#include "policy/model.h"
#include "policy/table_reader.h"

namespace entente::policy {

// The part of a file that its rules are read in.
struct RuleContext {
  const Vocabulary& vocabulary;
  FileErrors& errors;
  std::vector<Reference>& references;
};

// The key under a direction: "allow", "withhold", "forbid", "not_together".
std::string_view RuleKey(RuleKind kind);
std::string_view DirectionKey(Direction direction);

Rule ReadRule(const TomlValue& table, Direction direction, RuleKind kind, RuleContext& context);

}  // namespace entente::policy
