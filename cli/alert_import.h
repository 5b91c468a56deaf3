// A United Nations list as alerts of this agency (cli/un_list.h reads it). Each alert bears the
// list's reference and a digest of what it says, by which a later import knows it.
#pragma once

#include <string>
#include <vector>

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
  bool dry_run = false;
};

// Says on standard error how far it is. Stops at the first refusal, with what was done; it may be
// given again.
void ImportAlerts(Context& context, const ImportOptions& options);

// `like`: labels, notice, desk and recipients. The own reference is "UN list REFERENCE #DIGEST".
v1::Draft AlertOf(const UnPerson& person, const v1::Draft& like);
v1::Draft AlertOf(const UnEntity& entity, const v1::Draft& like);

}  // namespace entente::cli
