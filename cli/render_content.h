// The subjects of a section as text for people: each with the fields that are filled in, in the
// words of the catalogue. Pure. Everything in a subject comes from elsewhere and is made printable.
#pragma once

#include <string>

#include "core/base/sentences.h"
#include "entente/v1/content.pb.h"

namespace entente::cli {

std::string RenderSubjects(Language language, const v1::Subjects& subjects);

}  // namespace entente::cli
