#include "node/labels.h"

#include <algorithm>

namespace entente::node {
namespace {

constexpr std::string_view kDeleteAfter = "delete-after:";

bool IsAsStrict(const std::string& given, const std::string& wanted,
                const policy::Vocabulary& vocabulary) {
  return policy::IsAsStrict(given, wanted, vocabulary.obligation_forms());
}

}  // namespace

v1::SectionLabels LabelsOfDraft(const v1::DraftSection& section) {
  v1::SectionLabels labels;
  *labels.mutable_about() = section.about();
  *labels.mutable_data() = section.data();
  labels.set_basis(section.basis());
  labels.set_essential(section.essential());
  return labels;
}

std::shared_ptr<const policy::Vocabulary> VocabularyAt(const ledger::Registry& registry,
                                                       Instant instant) {
  if (auto in_force = registry.Vocabulary(instant)) return in_force;
  return {std::shared_ptr<void>(), &policy::PublishedVocabulary()};  // lives as long as the program
}

std::shared_ptr<const policy::Policy> PolicyAt(const ledger::Registry& registry,
                                               std::string_view jurisdiction, Instant instant) {
  const std::optional<ledger::FileInForce> file = registry.PolicyInForce(jurisdiction, instant);
  if (!file) return nullptr;
  const std::shared_ptr<const std::string> text = registry.FindText(file->digest);
  return text ? registry.ParsedPolicy(*text, instant) : nullptr;
}

std::optional<std::string> FirstNotCovered(std::span<const std::string> given,
                                           std::span<const std::string> wanted,
                                           const policy::Vocabulary& vocabulary) {
  for (const std::string& want : wanted) {
    const bool covered = std::ranges::any_of(
        given, [&](const std::string& have) { return IsAsStrict(have, want, vocabulary); });
    if (!covered) return want;
  }
  return std::nullopt;
}

std::vector<std::string> UnionOf(std::span<const std::string> a, std::span<const std::string> b,
                                 const policy::Vocabulary& vocabulary) {
  std::vector<std::string> all(a.begin(), a.end());
  all.insert(all.end(), b.begin(), b.end());
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  std::vector<std::string> strictest;
  for (size_t i = 0; i < all.size(); ++i) {
    // Of two that say the same (P12M and P1Y) the first stays.
    bool needed = true;
    for (size_t k = 0; k < all.size() && needed; ++k) {
      if (k == i || !IsAsStrict(all[k], all[i], vocabulary)) continue;
      needed = IsAsStrict(all[i], all[k], vocabulary) && i < k;
    }
    if (needed) strictest.push_back(all[i]);
  }
  return strictest;
}

Instant PurgeTime(std::span<const std::string> obligations, Instant received, Instant expires) {
  Instant purge = expires;
  for (const std::string& text : obligations) {
    if (!text.starts_with(kDeleteAfter)) continue;
    const absl::StatusOr<Duration> duration =
        ParseDuration(std::string_view(text).substr(kDeleteAfter.size()));
    if (duration.ok())
      purge = std::min(purge, std::max(received, AddDuration(received, *duration)));
  }
  return purge;
}

}  // namespace entente::node
