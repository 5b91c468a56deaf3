// entente-policy render: a policy of a folder as a document that can be read and signed.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "core/base/sentences.h"
#include "policy/folder.h"

namespace entente::cli {

struct RenderQuestion {
  std::string jurisdiction, at, output;
  std::string format = "text";
  std::vector<std::string> purposes;
};

// The options of the command, beside its folder.
void AddRenderOptions(CLI::App& command, RenderQuestion& question);

// Writes the document, or says on standard error why there is none. Returns the exit code.
int Render(Language language, const policy::Folder& folder, const RenderQuestion& question);

}  // namespace entente::cli
