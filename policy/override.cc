#include "policy/override.h"

#include <algorithm>

#include "core/base/limits.h"
#include "policy/bound.h"

namespace entente::policy {
namespace {

bool IsProtected(std::string_view person) {
  return std::ranges::find(kProtectedPersons, person) != kProtectedPersons.end();
}

uint32_t ProtectedWords(const Tables& tables) {
  uint32_t out = 0;
  for (const std::string_view person : kProtectedPersons) {
    const uint8_t row = tables.vocabulary.RowOf(Category::kPerson, person);
    if (row != kUnknownRow) out |= 1u << row;
  }
  return out;
}

// Without a sign: between instants from outside there may be more than a signed number holds.
uint64_t LengthOf(const OverrideLabels& labels) {
  return static_cast<uint64_t>(labels.until.ms) - static_cast<uint64_t>(labels.from.ms);
}

bool HoldsAt(const OverrideLabels& labels, Instant t) {
  return labels.from <= t && t < labels.until && LengthOf(labels) <= limits::kOverrideMs;
}

}  // namespace

bool MayBeOverridden(const Rule& rule) {
  return rule.unless_consent_of_source && std::ranges::none_of(rule.about, IsProtected);
}

Override::Override(const Tables& tables, const std::optional<OverrideLabels>& labels, Instant t) {
  if (!labels || !HoldsAt(*labels, t)) return;
  labels_ = &*labels;
  about_ = WordsOf(tables, Category::kPerson, labels->about) & ~ProtectedWords(tables);
  data_ = WordsOf(tables, Category::kData, labels->data);
}

bool Override::Names(const SideTables& side, size_t rule) const {
  return labels_ != nullptr && side.overridable.Has(rule) &&
         std::ranges::find(labels_->rules, side.rules[rule].id) != labels_->rules.end();
}

bool Override::Covers(size_t person, size_t data_row) const {
  return HasWord(about_, person) && HasWord(data_, data_row);
}

}  // namespace entente::policy
