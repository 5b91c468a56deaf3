#include "core/ledger/obligations.h"

#include <algorithm>

namespace entente::ledger {
namespace {

bool IsAsStrict(const std::string& given, const std::string& wanted,
                const policy::Vocabulary& vocabulary) {
  return policy::IsAsStrict(given, wanted, vocabulary.obligation_forms());
}

}  // namespace

std::shared_ptr<const policy::Vocabulary> VocabularyAt(const Registry& registry, Instant instant) {
  if (auto in_force = registry.Vocabulary(instant)) return in_force;
  return {std::shared_ptr<void>(), &policy::PublishedVocabulary()};  // lives as long as the program
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

}  // namespace entente::ledger
