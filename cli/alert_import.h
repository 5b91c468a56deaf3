// A United Nations list as alerts of this agency. Nothing is done before every entry was looked at,
// by the desk as well: an entry that nobody would get must not cost the alert that stands.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/context.h"
#include "cli/un_list.h"
#include "entente/v1/desk.pb.h"

namespace entente::cli {

struct ImportOptions {
  std::string list;
  std::string draft;
  std::vector<std::string> recipients;
  std::string justification;
  bool recall_missing = false;
  bool recall_most = false;
  bool recalled_too = false;
  bool dry_run = false;
};

// What an import asks of the desk. Errors as the desk gives them.
class ImportDesk {
 public:
  virtual ~ImportDesk() = default;
  virtual absl::StatusOr<v1::ListResponse> Alerts() = 0;
  virtual absl::StatusOr<v1::PreviewResponse> Preview(const v1::Draft& draft) = 0;
  virtual absl::StatusOr<v1::SendResponse> Send(const v1::Draft& draft) = 0;
  virtual absl::Status Recall(const v1::RecallRequest& request) = 0;
};

// Says on standard error how far it is. Stops at the first refusal, and says what was done; it may
// be given again, and goes on there.
void ImportAlerts(Context& context, const ImportOptions& options);
// `like`: what the draft says, with recipients and justification.
void ImportList(Context& context, const ImportOptions& options, const UnList& list,
                const v1::Draft& like, ImportDesk& desk);

}  // namespace entente::cli
