// The override of an access: two officers of the origin, in different offices, let the record go to
// one recipient in an emergency, without the consent of those who gave its data. Pure; safe from
// any thread. Source: docs/formats.md, "Override".
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/instant.h"
#include "core/ledger/registry.h"
#include "core/record/header.h"
#include "entente/v1/record.pb.h"
#include "policy/labels.h"

namespace entente::ledger {

// That the two who may have signed it, for what stands at `log_index` with that instant. Refusals
// malformed: not two signatures; future-dated; consent-missing: signed more than 24 hours before,
// or twice in one office; key-unknown, key-not-valid-then, bad-signature.
absl::Status CheckOverrideSigned(const Registry& registry, const v1::SignedStatement& statement,
                                 const v1::OverrideNote& note, uint64_t log_index, Instant instant);

// Of the access to `recipient`. Refusals: those of strict reading and of CheckOverrideSigned;
// consent-missing for one of another origin, recipient, purpose or record, or of which a State that
// gave the data would not be told; wrong-agency, agency-suspended: an agency that would be told is
// not admitted; wrong-agency: or is of a State that gave nothing.
absl::StatusOr<v1::OverrideNote> ReadOverride(const Registry& registry,
                                              const record::Header& header,
                                              std::string_view recipient, std::string_view bytes,
                                              uint64_t log_index, Instant instant);

policy::OverrideLabels LabelsOf(const v1::OverrideNote& note);

}  // namespace entente::ledger
