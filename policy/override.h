// An override in an emergency (docs/policy.md, "Override"): which atoms of the record it lets go to
// this recipient without consent, and which forbids it names. That two officers of the origin
// signed it, for this record, recipient and purpose, was verified before it became a label.
// Internal to policy/. Allocates nothing.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "policy/labels.h"
#include "policy/model.h"
#include "policy/tables.h"

namespace entente::policy {

// Whose rules never yield to it, and about whom nothing goes by it. The vocabulary does not say who
// is protected, and what is published never changes: so this list does.
inline constexpr std::array<std::string_view, 2> kProtectedPersons = {"victim", "child"};

// Whether an outbound rule is one that an override may name.
bool MayBeOverridden(const Rule& rule);

class Override {
 public:
  // Covers nothing when there is none, or it does not hold at t. A view into `labels`, which must
  // outlive it.
  Override(const Tables& tables, const std::optional<OverrideLabels>& labels, Instant t);

  // Of one half's rules, one that may be overridden and that it names.
  bool Names(const SideTables& side, size_t rule) const;
  bool Covers(size_t person, size_t data_row) const;

 private:
  const OverrideLabels* labels_ = nullptr;
  uint32_t about_ = 0;
  uint32_t data_ = 0;
};

}  // namespace entente::policy
