// The closed TOML form of a genesis file, apart from what its fields must mean together
// (core/ledger/genesis.h). Pure; safe from any thread.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "core/ledger/genesis.h"

namespace entente::ledger {

// INVALID_ARGUMENT `name:LINE:COL: sentence`: not TOML, a key that is unknown, missing or of
// another type, a value that cannot be read, a jurisdiction twice, over 64 KiB (it stands in one
// entry).
absl::StatusOr<GenesisFields> ReadGenesisToml(std::string_view toml, std::string_view name);

}  // namespace entente::ledger
