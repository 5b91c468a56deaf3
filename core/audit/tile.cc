#include "core/audit/tile.h"

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
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
    if (bytes.size() < 2) break;
    size_t length = static_cast<uint8_t>(bytes[0]) * 256u + static_cast<uint8_t>(bytes[1]);
    if (bytes.size() - 2 < length) break;
    entries.emplace_back(bytes.substr(2, length));
    bytes.remove_prefix(2 + length);
  }
  if (!bytes.empty() || entries.size() != width) {
    return Refuse(Reason::kMalformed, "an entry bundle has not the entries it should have");
  }
  return entries;
}

}  // namespace entente::audit
