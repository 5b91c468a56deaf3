// Files that go with a draft, and files that came: what stands between an officer's folder and the
// node. Constant memory. Blocking; one at a time. Long ones show how far they have come on standard
// error.
#pragma once

#include <google/protobuf/repeated_field.h>

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "cli/context.h"
#include "entente/v1/attachment.pb.h"
#include "entente/v1/desk.pb.h"

namespace entente::cli {

using DraftSections = google::protobuf::RepeatedPtrField<v1::DraftSection>;

// "application/pdf" by the name's ending, "application/octet-stream" when it is not a known one.
std::string MediaTypeOf(const std::string& path);

// Gives the file of each attachment to the node: `attachment_id`, until then its path, is what the
// node calls it. False once it has said what went wrong.
bool AttachFiles(Context& context, DraftSections& sections);
// Describes each as it would be without giving it: for a preview.
absl::Status DescribeFiles(DraftSections& sections);

// Into `out`, which must not be there; whole, or not at all. Gives its description; nullopt once it
// has said what went wrong.
std::optional<v1::Attachment> SaveAttachment(Context& context,
                                             const v1::ReadAttachmentRequest& request,
                                             const std::string& out);

}  // namespace entente::cli
