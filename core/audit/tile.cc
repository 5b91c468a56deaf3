#include "core/audit/tile.h"

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "core/audit/decimal.h"
#include "core/audit/merkle.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"

namespace entente::audit {
namespace {

// 1234067 -> x001/x234/067
std::string IndexPath(uint64_t index) {
  std::string path;
  for (bool last = true; last || index > 0; last = false, index /= 1000) {
    char group[8];
    std::snprintf(group, sizeof group, "%03u", static_cast<unsigned>(index % 1000));
    path = last ? group : absl::StrCat("x", group, "/", path);
  }
  return path;
}

std::string WidthSuffix(uint32_t width) {
  return width == kTileWidth ? "" : absl::StrCat(".p/", width);
}

// More groups than this no tree of 2^64 leaves needs.
constexpr size_t kIndexGroups = 6;

std::optional<uint64_t> ParseIndexPath(std::string_view path) {
  uint64_t index = 0;
  for (size_t group = 0; group < kIndexGroups; ++group) {
    const size_t slash = path.find('/');
    std::string_view digits = path.substr(0, slash);
    if (slash != path.npos) {
      if (!digits.starts_with('x')) return std::nullopt;
      digits.remove_prefix(1);
    }
    if (digits.size() != 3 || digits.find_first_not_of("0123456789") != digits.npos) {
      return std::nullopt;
    }
    for (char digit : digits) index = index * 10 + static_cast<uint64_t>(digit - '0');
    if (slash == path.npos) return index;
    path.remove_prefix(slash + 1);
  }
  return std::nullopt;
}

bool TakePrefix(std::string_view prefix, std::string_view& text) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// What stands between `tile/` and the index.
bool TakeLevel(std::string_view& path, TileName& name) {
  name.bundle = TakePrefix("entries/", path);
  if (name.bundle) return true;
  const size_t slash = path.find('/');
  const auto level = ParseDecimal(path.substr(0, slash));
  if (slash == path.npos || !level || *level > 63) return false;
  name.level = static_cast<unsigned>(*level);
  path.remove_prefix(slash + 1);
  return true;
}

// Takes one entry with its length off the front; nullopt when it is not whole.
std::optional<std::string_view> TakeEntry(std::string_view& bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const size_t length = static_cast<uint8_t>(bytes[0]) * 256u + static_cast<uint8_t>(bytes[1]);
  if (bytes.size() - 2 < length) return std::nullopt;
  const std::string_view entry = bytes.substr(2, length);
  bytes.remove_prefix(2 + length);
  return entry;
}

}  // namespace

uint32_t TileWidth(uint64_t size, unsigned level, uint64_t index) {
  uint64_t hashes = HashesAtTileLevel(size, level);
  if (index > hashes / kTileWidth) return 0;
  uint64_t left = hashes - index * kTileWidth;
  return static_cast<uint32_t>(std::min<uint64_t>(left, kTileWidth));
}

std::string TilePath(unsigned level, uint64_t index, uint32_t width) {
  return absl::StrCat("tile/", level, "/", IndexPath(index), WidthSuffix(width));
}

std::string BundlePath(uint64_t index, uint32_t width) {
  return absl::StrCat("tile/entries/", IndexPath(index), WidthSuffix(width));
}

std::string PathOf(const TileName& name) {
  return name.bundle ? BundlePath(name.index, name.width)
                     : TilePath(name.level, name.index, name.width);
}

std::optional<TileName> ParseTilePath(std::string_view path) {
  const std::string_view whole = path;
  TileName name;
  if (!TakePrefix("tile/", path) || !TakeLevel(path, name)) return std::nullopt;
  if (const size_t dot = path.find(".p/"); dot != path.npos) {
    const auto width = ParseDecimal(path.substr(dot + 3));
    if (!width || *width == 0 || *width >= kTileWidth) return std::nullopt;
    name.width = static_cast<uint32_t>(*width);
    path = path.substr(0, dot);
  }
  const auto index = ParseIndexPath(path);
  if (!index) return std::nullopt;
  name.index = *index;
  // Groups of zeros in front name the same tile a second time.
  return PathOf(name) == whole ? std::optional(name) : std::nullopt;
}

uint32_t WidthIn(uint64_t size, const TileName& name) {
  return name.level < kTileLevels ? TileWidth(size, name.level, name.index) : 0;
}

std::string EncodeTile(std::span<const Digest> hashes) {
  std::string bytes;
  bytes.reserve(hashes.size() * sizeof(Digest));
  for (const Digest& hash : hashes) bytes.append(AsText(hash));
  return bytes;
}

absl::StatusOr<std::vector<Digest>> DecodeTile(std::string_view bytes, uint32_t width) {
  if (width == 0 || width > kTileWidth || bytes.size() != width * sizeof(Digest)) {
    return Refuse(Reason::kMalformed, "a tile has not the width it should have");
  }
  std::vector<Digest> hashes;
  for (; !bytes.empty(); bytes.remove_prefix(sizeof(Digest))) {
    hashes.push_back(*FixedBytes<sizeof(Digest)>(bytes.substr(0, sizeof(Digest))));
  }
  return hashes;
}

absl::StatusOr<std::string> EncodeBundle(std::span<const std::string> entries) {
  Framing bundle;
  for (const std::string& entry : entries) {
    if (entry.size() > limits::kEntryBytes) {
      return Refuse(Reason::kTooLarge, "an entry is too long for a bundle");
    }
    bundle.Lp16(entry);
  }
  return bundle.str();
}

absl::StatusOr<std::vector<std::string>> DecodeBundle(std::string_view bytes, uint32_t width) {
  std::vector<std::string> entries;
  while (!bytes.empty() && entries.size() < width) {
    const auto entry = TakeEntry(bytes);
    if (!entry) break;
    entries.emplace_back(*entry);
  }
  if (!bytes.empty() || entries.size() != width) {
    return Refuse(Reason::kMalformed, "an entry bundle has not the entries it should have");
  }
  return entries;
}

std::optional<std::vector<Digest>> LeavesOfBundle(std::string_view bytes, uint32_t width) {
  std::vector<Digest> leaves;
  while (!bytes.empty() && leaves.size() < width) {
    const auto entry = TakeEntry(bytes);
    if (!entry) return std::nullopt;
    leaves.push_back(LeafHash(*entry));
  }
  if (!bytes.empty() || leaves.size() != width) return std::nullopt;
  return leaves;
}

}  // namespace entente::audit
