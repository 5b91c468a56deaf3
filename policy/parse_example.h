// Reads one [[example]] of a policy file, with the written defaults for what it leaves out
// (docs/policy.md, "Examples"). Used by the policy reader alone.
#pragma once

#include "policy/model.h"
#include "policy/table_reader.h"

namespace entente::policy {

// Life of an example's record when it states none.
inline constexpr int64_t kExampleLifeMs = int64_t{30} * 24 * 60 * 60 * 1000;

// `start`: the file's valid_from, the instant at which an example is decided unless it says
// another.
Example ReadExample(const TomlValue& table, Instant start, const Vocabulary& vocabulary,
                    FileErrors& errors);

}  // namespace entente::policy
