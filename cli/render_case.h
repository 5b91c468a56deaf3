// Cases as text for people (render.h). Pure.
#pragma once

#include <string>

#include "core/base/sentences.h"
#include "entente/v1/desk.pb.h"

namespace entente::cli {

std::string RenderMembers(Language language, const v1::Membership& membership);
std::string RenderChange(Language language, const v1::CaseChange& change);
std::string RenderCases(Language language, const v1::ListCasesResponse& response);
std::string RenderCase(Language language, const v1::ShowCaseResponse& response);
std::string RenderShared(Language language, const v1::ShareCaseResponse& response);

}  // namespace entente::cli
