// Consents as text for people: who lets whom pass on what. Pure; see cli/render.h.
#pragma once

#include <string>

#include "core/base/sentences.h"
#include "entente/v1/desk.pb.h"

namespace entente::cli {

// `about` is what the record that may go on is called here; empty: its hash is shown.
std::string RenderNote(Language language, const v1::ConsentNote& note,
                       const std::string& about = "");
// Of a section of a record: its statement and its text.
std::string RenderConsent(Language language, const v1::Consent& consent);
// Which go along to this recipient, a line each.
std::string RenderGoing(Language language, const v1::RecipientPreview& recipient);
std::string RenderConsents(Language language, const v1::ListConsentsResponse& response);

}  // namespace entente::cli
