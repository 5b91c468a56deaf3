// What lists of obligations amount to, word for word, under the vocabulary in force: the one place
// where broker and nodes compare them. Pure; safe from any thread.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/instant.h"
#include "core/ledger/registry.h"
#include "policy/vocabulary.h"

namespace entente::ledger {

// The vocabulary in force; the published one where the federation has put none in force.
std::shared_ptr<const policy::Vocabulary> VocabularyAt(const Registry& registry, Instant instant);

// The first of `wanted` that no word of `given` is as strict as; nullopt when there is none. A word
// that the vocabulary does not have is given only by itself.
std::optional<std::string> FirstNotCovered(std::span<const std::string> given,
                                           std::span<const std::string> wanted,
                                           const policy::Vocabulary& vocabulary);
// Both, of each word the strictest, sorted.
std::vector<std::string> UnionOf(std::span<const std::string> a, std::span<const std::string> b,
                                 const policy::Vocabulary& vocabulary);

}  // namespace entente::ledger
