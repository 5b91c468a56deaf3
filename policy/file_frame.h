// What all policy files share: a size limit, a first key that names the type, one table.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "policy/parse.h"
#include "policy/toml_tree.h"

namespace entente::policy {

// The parsed text, whose first key is `key` with the value `form` ("policy", "sharing-policy/1").
absl::StatusOr<TomlValue> OpenFile(std::string_view text, std::string_view file, FileType type);
// The key and its value for a type of file.
std::string_view TypeKey(FileType type);
std::string_view TypeForm(FileType type);

}  // namespace entente::policy
