#include "policy/obligation.h"

#include <algorithm>
#include <tuple>

namespace entente::policy {
namespace {

using Value = ObligationForm::Value;

std::string FormText(const ObligationForm& form) {
  if (form.value == Value::kNone) return form.word;
  if (form.value == Value::kDuration) return form.word + ":<duration such as P1Y>";
  std::string out;
  for (const std::string& choice : form.choices) {
    out += (out.empty() ? "" : " ") + form.word + ":" + choice;
  }
  return out;
}

absl::Status Unreadable(std::string_view text, std::string_view wanted) {
  return absl::InvalidArgumentError("'" + std::string(text.substr(0, 64)) +
                                    "' is not an obligation: write " + std::string(wanted));
}

absl::Status Unknown(std::string_view text, const std::vector<ObligationForm>& forms) {
  std::string all;
  for (const ObligationForm& form : forms) all += (all.empty() ? "" : " ") + FormText(form);
  return Unreadable(text, "one of " + all);
}

// Reads the value after the colon into `out`; false when the form does not take it.
bool ReadValue(const ObligationForm& form, std::string_view value, Obligation& out) {
  if (form.value == Value::kChoice) {
    const auto found = std::find(form.choices.begin(), form.choices.end(), value);
    if (found == form.choices.end()) return false;
    out.choice = static_cast<uint8_t>(found - form.choices.begin());
    out.text = form.word + ":" + *found;
    return true;
  }
  const auto duration = ParseDuration(value);
  if (form.value != Value::kDuration || !duration.ok() || *duration == Duration{}) return false;
  out.duration = *duration;
  out.text = form.word + ":" + FormatDuration(*duration);
  return true;
}

}  // namespace

absl::StatusOr<Obligation> ParseObligation(std::string_view text,
                                           const std::vector<ObligationForm>& forms) {
  const size_t colon = text.find(':');
  const std::string_view word = text.substr(0, colon);
  const auto form = std::find_if(forms.begin(), forms.end(),
                                 [&](const ObligationForm& f) { return f.word == word; });
  if (form == forms.end()) return Unknown(text, forms);
  Obligation out;
  out.family = static_cast<uint8_t>(form - forms.begin());
  if (colon == text.npos) {
    if (form->value != Value::kNone) return Unreadable(text, FormText(*form));
    out.text = form->word;
    return out;
  }
  if (!ReadValue(*form, text.substr(colon + 1), out)) return Unreadable(text, FormText(*form));
  return out;
}

std::strong_ordering CompareObligations(const Obligation& a, const Obligation& b) {
  if (a.family != b.family) return a.family <=> b.family;
  if (a.choice != b.choice) return a.choice <=> b.choice;
  const std::weak_ordering length = CompareDurations(a.duration, b.duration);
  if (length < 0) return std::strong_ordering::less;
  if (length > 0) return std::strong_ordering::greater;
  return std::tie(a.duration.months, a.duration.seconds) <=>
         std::tie(b.duration.months, b.duration.seconds);
}

bool IsAsStrict(std::string_view given, std::string_view wanted,
                const std::vector<ObligationForm>& forms) {
  if (given == wanted) return true;
  const absl::StatusOr<Obligation> a = ParseObligation(given, forms);
  const absl::StatusOr<Obligation> b = ParseObligation(wanted, forms);
  return a.ok() && b.ok() && a->family == b->family && CompareObligations(*a, *b) <= 0;
}

}  // namespace entente::policy
