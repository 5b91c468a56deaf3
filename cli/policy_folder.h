// What the commands of entente-policy share: the folder that they read, and which of its policies a
// person means. Stateless.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "core/base/bytes.h"
#include "core/base/instant.h"
#include "core/base/sentences.h"
#include "policy/folder.h"

namespace entente::cli {

// Says on standard error why a folder or file is refused: of a folder there are several errors,
// each on its line. Returns the exit code.
int PolicyRefused(Language language, const absl::Status& status);

// Names a folder's content: the names and bytes of its files, and the vocabulary compiled in.
Digest FolderDigest(const policy::Folder& folder);

// The States whose policies lie in a folder, each once, sorted.
std::vector<std::string> JurisdictionsOf(const policy::Folder& folder);

// Of a State's versions the highest that has begun by an instant, whether it has ended or not;
// without an instant the highest of all, or below another. nullptr when there is none.
const policy::Policy* PickVersion(const policy::Folder& folder, std::string_view jurisdiction,
                                  std::optional<Instant> at,
                                  std::optional<uint64_t> below = std::nullopt);

// The instant given to an option; nullopt, and said so on standard error, when it cannot be read.
std::optional<Instant> ReadInstant(Language language, std::string_view option,
                                   const std::string& text);

}  // namespace entente::cli
