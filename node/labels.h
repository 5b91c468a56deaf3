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
#include "core/ledger/obligations.h"
#include "core/ledger/registry.h"
#include "entente/v1/desk.pb.h"
#include "policy/model.h"
#include "policy/vocabulary.h"

namespace entente::node {

using ledger::FirstNotCovered;
using ledger::LabelsOf;
using ledger::UnionOf;
using ledger::VocabularyAt;
// As they are sealed.
v1::SectionLabels LabelsOfDraft(const v1::DraftSection& section);

// The jurisdiction's file in force; nullptr unless its text is held and reads.
std::shared_ptr<const policy::Policy> PolicyAt(const ledger::Registry& registry,
                                               std::string_view jurisdiction, Instant instant);

// When a record received at `received` must be gone: its expiry, or sooner by delete-after.
Instant PurgeTime(std::span<const std::string> obligations, Instant received, Instant expires);

}  // namespace entente::node
