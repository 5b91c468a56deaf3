// What a record of kind consent holds: one statement by which its origin lets the recipient pass
// on what it has. Whoever attaches the statement brings it to others, who verify it (ledger,
// "consents.h"). Pure; safe from any thread. Source: docs/formats.md, "Consents".
#pragma once

#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "entente/v1/content.pb.h"
#include "entente/v1/record.pb.h"

namespace entente::record {

// The statement read strictly, its signature not asked. Refusals malformed, unknown-field,
// not-canonical.
absl::StatusOr<v1::ConsentNote> ReadConsentNote(const v1::Consent& consent);

struct LabelledContent {
  const v1::SectionLabels& labels;
  const v1::SectionContent& content;
};
// Of the sections of one record from `origin`, as `recipient` has them. Of kind consent: one
// section, essential, of narrative about those whom it names, with a consent of the origin to the
// recipient. Of any other kind: none with a consent. Refusal malformed; those of ReadConsentNote.
absl::Status CheckConsentRecord(v1::RecordKind kind, std::string_view origin,
                                std::string_view recipient,
                                std::span<const LabelledContent> sections);

}  // namespace entente::record
