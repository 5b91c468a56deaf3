// The part of fsck that looks at the attachments on disk (broker/attachment_files.h). Reads every
// file that a grant refers to, in constant memory, and changes nothing; nothing else may write
// there.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/audit/fsck.h"
#include "core/store/store.h"

namespace entente::broker {

// Adds a finding for each file that recipients may still fetch and that is not there whole, with
// the root that it had. `folder`: of AttachmentFiles. An error is what keeps it from looking.
absl::Status FsckFiles(const store::Reader& store, const std::string& folder,
                       std::vector<audit::FsckFinding>& findings);

}  // namespace entente::broker
