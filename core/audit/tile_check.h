// Verifies a log that was written as tiles (https://c2sp.org/tlog-tiles) against one checkpoint:
// that every tile which a tree of that size has is there, has its width, and holds the hashes that
// the checkpoint's root stands for, from the root down; that each entry of the bundles hashes to
// its place; and that nothing else stands among them. Entries are bytes, and none is looked into.
//
// As the specification allows, a full tile is taken where a partial one is missing, and partial
// tiles of earlier sizes may still be there: they must be the beginning of what took their place.
//
// Pure: what is read comes from a TileSource. Safe from any thread with a source of its own.
// Memory: some tiles and one bundle, however large the log, and what is found.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/audit/checkpoint.h"
#include "core/audit/tile_source.h"

namespace entente::audit {

// What can be wrong with one file.
enum class TileFault : uint8_t {
  kMissing,     // {size}
  kWidth,       // {bytes it must have, hashes in it}
  kHash,        // {number of the hash, path of the tile above}: does not give that hash
  kRoot,        // with those beside it, does not give the checkpoint's root
  kBundle,      // {entries it must have}
  kEntry,       // {index of the first entry that is wrong, path of the tile with its hash}
  kStale,       // {path}: an earlier partial tile that is not the beginning of this one
  kNoSuchTile,  // {size}
  kName,        // no name of a tile or bundle
  kNoFile,      // a link, or something else that is no regular file
  kUnreadable,  // {why}
  kOther,       // the tiles belong together, and to another root than the checkpoint's
};
// "missing", "width", "hash", …
std::string_view TileFaultWord(TileFault fault);

struct TileFinding {
  std::string path;
  TileFault fault;
  std::vector<std::string> arguments;  // as listed above

  friend bool operator==(const TileFinding&, const TileFinding&) = default;
};

struct TileReport {
  uint64_t tiles = 0;    // of those that the tree has, the ones without a finding
  uint64_t bundles = 0;  // likewise
  bool entries = false;  // there are bundles, and so there must be all of them
  uint64_t beyond = 0;   // full ones where the tree has a partial one: what is more in them is not
                         // covered by the checkpoint
  // In the order found; empty = nothing is wrong. Where a tile is missing with all below it, what
  // is below is not named.
  std::vector<TileFinding> findings;
};

// How many of the entries have been gone through.
using TileProgress = std::function<void(uint64_t entries)>;

// An error is what keeps it from listing the files; everything else is a finding.
absl::StatusOr<TileReport> CheckTiles(const TileSource& source, const Checkpoint& checkpoint,
                                      const TileProgress& progress = {});

}  // namespace entente::audit
