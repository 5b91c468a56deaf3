// Who may do what at the desk, and who did, as a person reads it. Texts of others are made
// printable. Stateless; safe from any thread.
#pragma once

#include <string>

#include "core/base/sentences.h"
#include "entente/v1/people.pb.h"

namespace entente::cli {

std::string RenderOfficers(Language language, const v1::ListOfficersResponse& response);
std::string RenderUnits(Language language, const v1::ListUnitsResponse& response);
std::string RenderAssigned(Language language, const v1::AssignResponse& response);
std::string RenderConsultations(Language language, const v1::ConsultationsResponse& response);

}  // namespace entente::cli
