// The subjects of a section as text for people: each with the fields that are filled in, in the
// words of the catalogue. Pure. Everything in a subject comes from elsewhere and is made printable.
#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "core/base/sentences.h"
#include "entente/v1/content.pb.h"

namespace entente::cli {

// An alert's notice, a request, a reply, a finding, a note that somebody is another.
std::string RenderAsked(Language language, const google::protobuf::Message& message);
std::string RenderAttachment(Language language, const v1::Attachment& attachment);
std::string RenderSubjects(Language language, const v1::Subjects& subjects);

}  // namespace entente::cli
