// How this agency and its federation stand, as text for people: see render.h. Pure.
#pragma once

#include <string>

#include "core/base/sentences.h"
#include "entente/v1/desk.pb.h"

namespace entente::cli {

std::string RenderStatus(Language language, const v1::StatusResponse& status);
std::string RenderKeys(Language language, const v1::KeysResponse& response);
std::string RenderAgencies(Language language, const v1::ListAgenciesResponse& response);

}  // namespace entente::cli
