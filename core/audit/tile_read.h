// Reading one tile or bundle, and what is wrong with it when it cannot be had.
// Pure; as thread-safe as the source. Inside core/audit only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/audit/tile.h"
#include "core/audit/tile_check.h"
#include "core/audit/tile_source.h"
#include "core/base/bytes.h"

namespace entente::audit {

// Hashes of a tile, or leaf hashes of a bundle: `hashes`, or why not in `finding`.
struct TileRead {
  std::string path;
  std::optional<std::vector<Digest>> hashes;
  std::optional<TileFinding> finding;
};

// Exactly this file. `finding` is kMissing when it is not there.
TileRead ReadTileFile(const TileSource& source, const TileName& name, uint64_t size);
// As a tree of `size` has it: where the partial one is missing, the beginning of the full one.
TileRead ReadTileIn(const TileSource& source, uint64_t size, TileName name);

}  // namespace entente::audit
