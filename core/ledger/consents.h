// The consents, and the override, attached for one recipient, verified against the log, as labels
// of the policy: what broker, recipient and origin make of them is the same. Pure; safe from any
// thread. Source: docs/formats.md, "Consents", "Override".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/instant.h"
#include "core/ledger/registry.h"
#include "core/record/header.h"
#include "entente/v1/record.pb.h"
#include "policy/labels.h"

namespace entente::ledger {

// One access of a record. The referents outlive the call.
struct ConsentedAccess {
  std::string_view recipient;
  std::string_view instrument;
  std::vector<std::string_view> consents;  // SignedStatement each
  std::string_view emergency{};            // the override, a SignedStatement; empty: none
};

struct Consented {
  policy::RecipientLabels labels;
  std::vector<std::string> obligations;  // of all consents; sorted, distinct
  std::vector<std::string> sources;      // jurisdictions whose policies are asked; sorted, distinct
  std::optional<v1::OverrideNote> emergency;  // the override; nullopt: none
};

// For a record that stands, or would stand, at `log_index` with the instant of that entry.
// Refusals: those of strict reading; key-unknown, key-not-valid-then, bad-signature; future-dated;
// consent-missing for one that is of another holder, recipient, purpose or record, or of a State
// that the data do not come from; those of ReadOverride.
absl::StatusOr<Consented> ReadConsents(const Registry& registry, const record::Header& header,
                                       const ConsentedAccess& access, uint64_t log_index,
                                       Instant instant);

}  // namespace entente::ledger
