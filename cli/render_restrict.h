// What people read of records whose use is restricted. Pure.
#pragma once

#include <google/protobuf/repeated_field.h>

#include <string>

#include "core/base/sentences.h"
#include "entente/v1/desk.pb.h"

namespace entente::cli {

using Restrictions = google::protobuf::RepeatedPtrField<v1::Restriction>;

// Before all else of a record that is shown: a line for each that a recipient must know. What is
// restricted at others is told where the record was sent.
std::string RestrictedFirst(Language language, const v1::InboxItem& item);
// Beneath a record in a list: where it is restricted, and who has said that it holds.
std::string RenderRestrictions(Language language, const Restrictions& restrictions);
std::string RenderRestricted(Language language, const v1::ListResponse& response);

}  // namespace entente::cli
