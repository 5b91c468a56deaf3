// Overrides as text for people: what goes on in an emergency without consent, who signed, and how
// it was reviewed. Pure; see cli/render.h.
#pragma once

#include <string>

#include "core/base/sentences.h"
#include "entente/v1/desk.pb.h"

namespace entente::cli {

// Before anything else of a record that came so.
std::string RenderCame(Language language, const v1::OverrideNote& note);
// What a draft asks for.
std::string RenderAsked(Language language, const v1::DraftOverride& asked);
// One that waits to be signed or stands in the log, with its reason where that is.
std::string RenderOverride(Language language, const v1::ShowOverrideResponse& response);
std::string RenderOverrides(Language language, const v1::ListOverridesResponse& response);

}  // namespace entente::cli
