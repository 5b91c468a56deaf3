// A record's labels in the words of the policy, and what its obligations amount to. Pure; safe from
// any thread.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/instant.h"
#include "core/ledger/labels.h"
#include "core/ledger/registry.h"
#include "entente/v1/desk.pb.h"
#include "policy/model.h"
#include "policy/vocabulary.h"

namespace entente::node {

using ledger::LabelsOf;
// As they are sealed.
v1::SectionLabels LabelsOfDraft(const v1::DraftSection& section);

// The vocabulary in force; the published one where the federation has put none in force.
std::shared_ptr<const policy::Vocabulary> VocabularyAt(const ledger::Registry& registry,
                                                       Instant instant);
// The jurisdiction's file in force; nullptr unless its text is held and reads.
std::shared_ptr<const policy::Policy> PolicyAt(const ledger::Registry& registry,
                                               std::string_view jurisdiction, Instant instant);

// The first of `wanted` that no word of `given` is as strict as; nullopt when there is none. A word
// that the vocabulary does not have is given only by itself.
std::optional<std::string> FirstNotCovered(std::span<const std::string> given,
                                           std::span<const std::string> wanted,
                                           const policy::Vocabulary& vocabulary);
// Both, of each word the strictest, sorted.
std::vector<std::string> UnionOf(std::span<const std::string> a, std::span<const std::string> b,
                                 const policy::Vocabulary& vocabulary);
// When a record received at `received` must be gone: its expiry, or sooner by delete-after.
Instant PurgeTime(std::span<const std::string> obligations, Instant received, Instant expires);

}  // namespace entente::node
