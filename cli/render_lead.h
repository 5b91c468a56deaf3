// Leads as text for people (render.h). Pure.
#pragma once

#include <string>

#include "core/base/sentences.h"
#include "entente/v1/desk_lead.pb.h"

namespace entente::cli {

std::string RenderLeadAsk(Language language, const v1::LeadAsk& ask);
std::string RenderLeadAnswer(Language language, const v1::LeadAnswer& answer);
// Who took which measure, how it stands, what contradicts itself, and every answer.
std::string RenderLead(Language language, const v1::ShowLeadResponse& response);

}  // namespace entente::cli
