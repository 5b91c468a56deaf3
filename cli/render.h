// Desk messages as text for people. Pure; the language comes from the context. Whatever a field
// holds, it cannot steer a terminal or pass for a line of ours: see cli/text.h.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "core/base/sentences.h"
#include "entente/v1/desk.pb.h"

namespace entente::cli {

// Of any of them, on one line of ASCII: docs/json.md. INTERNAL when it cannot be written.
absl::StatusOr<std::string> RenderJson(const google::protobuf::Message& message);

using Previews = google::protobuf::RepeatedPtrField<v1::RecipientPreview>;
// By the sender's own policy; what the destination's says is not known here.
std::string RenderPreviews(Language language, const Previews& recipients);
std::string RenderSent(Language language, const v1::SendResponse& response);
std::string RenderPreview(Language language, const v1::PreviewResponse& response);
// What one recipient would see of the draft, and what not. `recipient`: its preview.
std::string RenderAs(Language language, const v1::Draft& draft,
                     const v1::RecipientPreview& recipient);
// What is held, and what each recipient would learn that is kept from it.
std::string RenderHeld(Language language, const v1::ListHeldResponse& response);
// A line each: state, since when, and what more is known.
std::string RenderRecipients(
    Language language, const google::protobuf::RepeatedPtrField<v1::RecipientStatus>& recipients);
std::string RenderRecords(Language language, const v1::ListResponse& response, bool received);
std::string RenderInbox(Language language, const v1::InboxResponse& response);
std::string RenderShown(Language language, const v1::ShowResponse& response);
// What stands inside a section.
std::string ContentText(Language language, const v1::SectionContent& content);

}  // namespace entente::cli
