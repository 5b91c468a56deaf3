// The answer to a search as text for people: first what is to be done. Pure; as cli/render.h.
#pragma once

#include <string>

#include "core/base/sentences.h"
#include "entente/v1/desk.pb.h"

namespace entente::cli {

std::string RenderSearch(Language language, const v1::SearchResponse& response);

}  // namespace entente::cli
