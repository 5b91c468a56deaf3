// Tiles and entry bundles, the form in which a log is exported: https://c2sp.org/tlog-tiles.
// Pure; safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/bytes.h"

namespace entente::audit {

inline constexpr unsigned kTileHeight = 8;
inline constexpr uint32_t kTileWidth = 1u << kTileHeight;
inline constexpr size_t kTileBytes = kTileWidth * 32;
inline constexpr unsigned kTileLevels = 8;

// How many hashes stand at a tile level of a tree of `size` leaves.
inline uint64_t HashesAtTileLevel(uint64_t size, unsigned level) {
  return size >> (kTileHeight * level);
}
// kTileWidth for a full tile, 1..255 for the partial one, 0 for one that does not exist.
uint32_t TileWidth(uint64_t size, unsigned level, uint64_t index);

// `tile/<L>/<N>` and, below full width, `.p/<W>`; N in groups of three digits: x001/x234/067.
std::string TilePath(unsigned level, uint64_t index, uint32_t width);
// `tile/entries/<N>[.p/<W>]`
std::string BundlePath(uint64_t index, uint32_t width);

struct TileName {
  bool bundle = false;
  unsigned level = 0;  // 0 of a bundle
  uint64_t index = 0;
  uint32_t width = kTileWidth;  // below kTileWidth of a partial one

  friend bool operator==(const TileName&, const TileName&) = default;
};
std::string PathOf(const TileName& name);
// nullopt for anything that PathOf never gives. Levels up to 63, as the specification has them.
std::optional<TileName> ParseTilePath(std::string_view path);
// TileWidth(), also for levels that no tree has.
uint32_t WidthIn(uint64_t size, const TileName& name);

std::string EncodeTile(std::span<const Digest> hashes);
// Refusal malformed unless it has exactly `width` hashes.
absl::StatusOr<std::vector<Digest>> DecodeTile(std::string_view bytes, uint32_t width);

inline constexpr size_t kBundleBytes = kTileWidth * (2 + 65535);  // the longest bundle
// Entries with a two-byte length before each. Refusal too-large for one above limits::kEntryBytes.
absl::StatusOr<std::string> EncodeBundle(std::span<const std::string> entries);
// Refusal malformed unless it has exactly `width` entries and nothing after them.
absl::StatusOr<std::vector<std::string>> DecodeBundle(std::string_view bytes, uint32_t width);
// The leaf hashes of those entries, without a copy of them. nullopt where DecodeBundle refuses.
std::optional<std::vector<Digest>> LeavesOfBundle(std::string_view bytes, uint32_t width);

}  // namespace entente::audit
