#include "core/record/consent_form.h"

#include <algorithm>
#include <string>

#include "core/record/checks.h"
#include "core/record/content.h"
#include "core/record/statements.h"
#include "core/record/strict.h"

namespace entente::record {
namespace {

using internal::First;
using internal::Malformed;

constexpr size_t kLongestText = 4096;

absl::Status Demand(bool holds, std::string_view otherwise) {
  return holds ? absl::OkStatus() : Malformed(std::string(otherwise));
}

bool IsAbout(const v1::SectionLabels& labels, const v1::ConsentNote& note) {
  return std::ranges::equal(labels.about(), note.about()) && labels.data_size() == 1 &&
         labels.data(0) == "narrative" && labels.essential();
}

}  // namespace

absl::StatusOr<v1::ConsentNote> ReadConsentNote(const v1::Consent& consent) {
  auto statement = StrictParse<v1::SignedStatement>(consent.statement());
  if (!statement.ok()) return statement.status();
  absl::Status form =
      First(CheckStatementForm(*statement),
            Demand(statement->signatures_size() == 1, "a consent has one signature"));
  if (!form.ok()) return form;
  return ReadBody<v1::ConsentNote>(statement->body());
}

absl::Status CheckConsent(const v1::Consent& consent) {
  return First(ReadConsentNote(consent).status(), Demand(consent.text().size() <= kLongestText,
                                                         "the text with a consent is too long"));
}

absl::Status CheckConsentRecord(v1::RecordKind kind, std::string_view origin,
                                std::string_view recipient,
                                std::span<const LabelledContent> sections) {
  if (kind != v1::RECORD_KIND_CONSENT) {
    const bool none = std::ranges::none_of(
        sections, [](const LabelledContent& one) { return one.content.has_consent(); });
    return Demand(none, "a consent in a record of another kind");
  }
  if (sections.size() != 1 || !sections.front().content.has_consent()) {
    return Malformed("a record of kind consent holds one consent, and nothing else");
  }
  const auto note = ReadConsentNote(sections.front().content.consent());
  if (!note.ok()) return note.status();
  return First(Demand(IsAbout(sections.front().labels, *note),
                      "the labels of a consent are not those of what it lets go"),
               Demand(note->source() == origin, "a consent of another than who sent it"),
               Demand(note->holder() == recipient, "a consent to another than who got it"));
}

}  // namespace entente::record
